"""What cadres read about their duties in the chat. Dated, with units, nothing about colleagues of other unions."""

# ---- what staff decide in the console ----
DESK_MOVED = "“{title}”的期限改了：现在是{day}前（原来是{before}前）。"
DESK_EXCUSED = "“{title}”（{day}前）不用做了，已经免去。原因：{reason}"
DESK_GIVEN = "“{title}”（{unit}）交给您来做，{day}前完成。回复“我的任务”看编号。"
DESK_TAKEN = "“{title}”（{day}前）已经交给同事做，您不用再管了。"
DESK_GRANTED = "您申请的延期批准了：“{title}”现在是{day}前（原来是{before}前）。"
DESK_REFUSED = "“{title}”的申请没有批准，还是{day}前。原因：{reason}"
DESK_NUMBERS = "{period}“{title}”的数字由工会更正了：{after}（原来{before}）。原因：{reason}。有不对的请联系工会。"

# ---- changed dates of the calendar ----
MOVED = "任务的时间有变动（{count}项）"
MOVED_LINE = "· {title}：现在是{day}前完成（原来是{before}前）"
MOVED_OFF = "· {title}（原来是{before}前）：这次不用做了"
MOVED_ON = "· {title}：还是要做，{day}前完成"
MOVED_MORE = "……另有{count}项"
MOVED_HOW = "其他都不变，已经报过的不用再报。回复“我的任务”可以看全部，辛苦了。"

# ---- reminding ----
REMIND_ONE = "提醒：{number}. {title}，{deadline}截止（{left}），还没有记为完成。{how}"
REMIND_MANY = "提醒：您有{count}项任务还没有记为完成"
REMIND_LINE = "{number}. {title}｜{deadline}截止（{left}）"
REMIND_HOW = "做完请回复“完成 {number}”。"
REMIND_HOW_SILENT = "做完请回复“完成 {number}”，知道了请回复“收到”。"
REMIND_INSTEAD = "代{name}（请假中，由您代办）："

# ---- telling the superior union ----
ESCALATED = "下级工会有任务逾期没有完成\n截至{day}，{units}个工会有{count}项任务过期限几个工作日还没有完成："
ESCALATED_LINE = "· {unit}：{count}项（{titles}，最早{day}到期）"
ESCALATED_AND = "等"
ESCALATED_MORE = "……另有{count}个工会"
ESCALATED_PASSED = "{unit}没有在任干部，它下面的直接报给您："
ESCALATED_AGAIN = "以前已经报过下一级工会、现在还没有完成的："
ESCALATED_INSTEAD = "{names}请假中，这份通报请您代看。"
ESCALATED_COLLEAGUE = "同事"
ESCALATED_HOW = "请了解情况，需要时帮一把；详情在工作台“干部任务”。"
# ---- answering by chat ----
LIST_HEAD = "{unit} {period}任务（共{count}项，未完成{left}项）："
LIST_MANY = "您在{units}的{period}任务（共{count}项，未完成{left}项）："
NEWS_HEAD = "给您新派了{count}项任务："
LIST_LINE = "{number}. {title}｜{deadline}前｜{state}"
LIST_PLAIN = "· {title}｜{deadline}前｜{state}"
LIST_MORE = "一条消息放不下，后面的没有列出，知道了请回复“收到”，看全部请回复“我的任务”。"
LIST_HOW = "回复“收到”表示知道了；做完一项回复“完成 {number}”这样；看一项怎么做回复“任务 {number}”。"
NO_DUTIES = "{period}没有派给您的任务，辛苦了。"
EARLIER = "{month}月的"
STANDING_IN = "代{name}："
OF_UNIT = "（{unit}）"
NAMELESS = "同事"
STATES = {"issued": "待确认", "delivered": "待确认", "acknowledged": "已收到", "done": "已完成", "excused": "已免"}
STATE_LATE = "已过期限"
STATE_PERCENT = "进度{percent}%"
STATE_PENDING = "延期到{day}待批"
NEXT_HEAD = "{period}预计有这些任务，月初第一个工作日正式发给您："
NEXT_LINE = "· {title}｜{deadline}前"
NEXT_NONE = "{period}现在还没有排给您的任务。"

RECEIVED = "好的，{count}项任务都已确认收到。做完一项回复“完成 编号”。"
RECEIVED_ALREADY = "都确认过了，谢谢。做完一项回复“完成 编号”。"
RECEIVED_LIST = "好的，“收到”算整张清单的：{count}项任务都已确认收到。做完一项回复“完成 编号”。"
WHICH = "您有{count}项未完成，请带上编号，直接回复编号也行，比如“{number}”：\n{lines}"
WHICH_LINE = "{number}. {title}"
WHICH_IN_FORM = "这样的有{count}项，请把编号写在最前面再说一遍，比如“{number}{said}”：\n{lines}"
DONE_UNSURE = (
    "“{said}”我拿不准说的是编号、日期还是几项，还没有记。做完的是哪一项，请回复编号，比如“{number}”：\n{lines}"
)
TITLE_WHICH = "“{said}”像是这{count}项，还没有记。做完的是哪一项，请回复编号，比如“{number}”：\n{lines}"
UNDO_WHICH = "要把哪一项改回未完成？请回复编号，比如“{number}”：\n{lines}"
UNDO_UNSURE = (
    "“{said}”我拿不准说的是编号、日期还是几项，没有改动。要把哪一项改回未完成，请回复编号，比如“{number}”：\n{lines}"
)
ASK_UNSURE = "“{said}”我拿不准是编号还是几项，还没有办。请写成“第{number}项”或者“任务{number}”再说一遍：\n{lines}"
NOT_YET = (
    "好的，没做完的先不记，做完了回复“完成 {number}”这样。来不及可以申请延期，比如“延期 {number} 到12月5日 因为…”。"
)
NOT_YET_DONE = "要把已经记为完成的改回未完成，请带上编号，比如“没完成 {number}”。"
NO_SUCH = "没有编号为{number}的任务。回复“我的任务”看看编号。"
NONE_WANTS = "您没做完的任务里，没有哪一项要这样办。回复“我的任务”看看编号。"
ALL_DONE = "本月任务全部完成，辛苦了！"
LEFT = "还有{left}项未完成。"
DONE = "已记下：{number}. {title} 完成（{day}）。"
DONE_LATE = "已记下：{number}. {title} 完成（{day}）。已过期{days}天，已记为逾期完成。"
DONE_ALREADY = "{number}. {title} 之前已经完成了（{day}），不用再报。"
EXCUSED = "{number}. {title} 这一项不用您做了，不用再报。"
ALL_ASK = (
    "要把这{count}项都记为完成吗？\n{lines}\n是的话回复“确认”；只完成了几项，请回复“完成 编号”，比如“完成 {number}”。"
)
ALL_YES = "确认"
ALL_CHANGED = "您的任务刚刚有变化，还没有记。"

PROOF_PHOTO = "{number}. {title} 要留一张照片，请直接发给我。实在没有，回复“没有照片 因为…”说一下原因。"
PROOF_FILE = "{number}. {title} 要留一份材料，请把材料拍成照片发给我。实在没有，回复“没有材料 因为…”说一下原因。"
PROOF_TEXT = "{number}. {title} 要写几句小结，请回复“小结：…”。实在没有，回复“没有小结 因为…”说一下原因。"
PROOF_WHY = "请说一下原因，比如“没有照片 因为现场不便拍照”。"
PROOF_NONE = "原因记下了。"

UNTIL = "{day}前"
UNTIL_LATE = "期限已过，请尽快，"
REOPENED = "好的，{number}. {title} 已改回未完成，{until}做完再回复“完成 {number}”。"
REOPEN_NOTHING = "没有可以撤销的完成记录。回复“我的任务”看看现在的情况。"
REOPEN_OPEN = "{number}. {title} 本来就没有记为完成，不用撤销。"

PROGRESS = "记下了：{number}. {title} 进度{percent}%。{until}做完请回复“完成 {number}”。"
PROGRESS_FULL = "记下了：{number}. {title} 进度100%。都做完了请回复“完成 {number}”。"
PROGRESS_UNSURE = (
    "“{said}”我拿不准是编号还是百分数，还没有记。请写成“进度 {number} 50%”这样，前面是编号，后面是百分之几：\n{lines}"
)
PROGRESS_RANGE = "进度请写0到100之间的百分数，比如“进度 {number} 50%”。"

EXTEND_ASKED = (
    "已替您申请：{number}. {title} 延期到{day}，等上级工会批。批下来我会告诉您，在这之前还是按{deadline}截止。"
)
EXTEND_ASKED_LATE = (
    "已替您申请：{number}. {title} 延期到{day}，等上级工会批。批下来我会告诉您；"
    "现在的期限{deadline}已过，批准前仍算逾期。"
)
EXTEND_WHY = "申请延期请说一下原因，比如“延期 {number} 到12月5日 因为等上级数据”。"
EXTEND_DAY = "没看懂延到哪一天，请写几月几日，比如“延期 {number} 到12月5日 因为…”。"
EXTEND_SOONER = "{number}. {title} 现在的期限是{deadline}，延期要延到这之后、今天之后的一天。"
EXTEND_FAR = "一次最多延期{days}天，{number}. {title} 最晚可以申请到{last}。"

EXTEND_OFF = "好的，{number}. {title} 的延期申请已撤回，还是按{deadline}截止。"
EXTEND_OFF_LATE = "好的，{number}. {title} 的延期申请已撤回。期限{deadline}已过，请尽快做完。"
EXTEND_OFF_NONE = "您没有等待审批的延期申请，不用撤回。"
EXTEND_OFF_NOT = "{number}. {title} 没有等待审批的延期申请，期限是{deadline}。"
EXTEND_OFF_WHICH = "要撤回哪一项的延期申请？请回复编号，比如“{number}”：\n{lines}"

HANDED = "好的，{number}. {title} 已转给{name}，已经通知对方，您不用再管这一项了。"
HAND_LETTER = (
    "{by}把一项任务转给了您：{unit} {title}，{deadline}截止，您的编号是{number}。"
    "知道了回复“收到”，做完回复“完成 {number}”。"
)
HAND_LETTER_OWNER = "{by}替您把一项任务转给了{name}：{unit} {title}，{deadline}截止，这一项您不用再管了。"
HAND_LETTER_INSTEAD = (
    "{by}把一项任务转给了{name}（请假中，由您代办）：{unit} {title}，{deadline}截止。回复“我的任务”看编号。"
)
HANDED_AWAY = "好的，{number}. {title} 已转给{name}。{name}请假到{day}，这段时间由{who}代办。"
HAND_AWAY = "{name}正在请假（到{day}），也没有人代办，转过去没有人会看到，所以没有转。请换一位同事。"
YOU = "您"
HAND_UNKNOWN = "在{unit}的在职干部里没有找到这个名字，请核对后写全名，比如“转给张三”。对方要先绑定才能接。"
HAND_AMBIGUOUS = "{unit}有不止一位同名的干部，请联系上级工会在后台转。"
HAND_SELF = "这一项本来就是您的，不用转。"

DETAIL = "{number}. {title}\n{what}\n期限：{deadline}（{left}）\n状态：{state}"
DETAIL_HOW = "做完了请回复“完成 {number}”。"
DETAIL_UNIT = "工会：{unit}"
DETAIL_NUMBERS = "要报的数：{numbers}"
DETAIL_HELD = "已报：{numbers}"
DETAIL_PROOF = {"photo": "要留的材料：照片", "file": "要留的材料：文件或拍照", "text": "要留的材料：几句小结"}
DETAIL_KEPT = "已收到的材料：{kept}"
DETAIL_NO_PROOF = "已收到的材料：还没有"
KINDS = {"photo": "照片{count}张", "file": "文件{count}份", "text": "文字{count}段"}
LEFT_DAYS = "还有{days}天"
LEFT_TODAY = "就是今天"
LEFT_OVER = "已过{days}天"
FORM_FIRST = "手上这张表还没填完，先把它填完，或者回复“取消”，再来办这一项。"
UNFINISHED = "您还有一张没填完的表。先回复“继续”把它填完，或回复“取消”，再来办这一项。"

# ---- numbers by chat ----
BROKEN_UNITS = ("元", "万元", "小时", "亩", "公里")
NUMBER_UNCLEAR = "没看懂这个数，请只写一个数，比如“12{unit}”；没有就写0。"
NUMBER_UNCLEAR_OF = "“{said}”没看懂，请写成“名称 数 单位”，比如“入会 12人”。"
NUMBER_ABOUT = "“{said}”请报准数，不用“约”“左右”“多”或范围。"
NUMBER_NEGATIVE = "“{said}”不能小于0，请核对。"
NUMBER_UNIT = "“{said}”的单位不对，这一项要按{unit}报。"
NUMBER_WHOLE = "这一项要按整数报（单位：{unit}），请核对。"
NUMBER_PLACES = "最多保留两位小数（单位：{unit}），请核对。"
NUMBER_HIGH = "这个数太大了，请核对。"
NUMBER_PHONE = "这个数像是电话号码，没有记，请核对。"
NUMBER_NEAR = "“{said}”没有记，拿不准是不是“{labels}”。是的话请只写名称和数，比如“{label} 12{unit}”。"
NUMBER_MONTH = "您要报的任务里没有{month}的这一项，“{said}”没有记。以前月份报过的数要改，请联系上级工会。"
NUMBER_SWAYED = (
    "“{said}”拿不准（像累计、预计、几天的数，或者改了口），没有记。请只报任务那个月的准数，比如“入会 12人”。"
)
NUMBER_LONG = "一条里说得太多了，怕看错，没有记。请分几条发给我。"
NUMBER_TWICE = "“{label}”说了两个不同的数，请只报一个。"
NUMBER_DOUBT = "“{said}”可能是这几项，请回复任务编号，我再记：\n{lines}"
NUMBER_DOUBT_LINE = "{number}. {month}{title}：{label}（{unit}）"
NUMBER_DOUBT_NOT = "刚才问的那几项里没有编号{number}，没有记。请把数再报一次。"
NUMBER_DOUBT_SAME = "“{said}”可能是这几项，请写全名称再报一次：\n{lines}"
NUMBER_UNKNOWN = "“{said}”这次不用报，没有记。"
NUMBER_UNKNOWN_OF = "“{said}”不是第{number}项要报的数，没有记。"
NUMBER_AGAIN = "这一条没有记下数，请再报一次。"
NUMBER_NOT_HERE = "“{said}”不是这张表要报的数，没有记。"
NUMBER_NOT_HELD = (
    "{month}的{label}还没有报过，不是更正。要报请直接回复“{label} {value}”。以前月份报过的数要改，请联系上级工会。"
)
NUMBER_NONE_HELD = "您现在的任务里没有报过这个数，改不了。以前月份报过的数要改，请联系上级工会，由工会在后台更正。"
NUMBER_HELD = "{label}已经报过{value}{unit}，没有改。要改请回复“更正 {label} {new}”。"
NUMBER_SAME = "{label}{value}{unit}已经记过了，不用再报。"
NOT_TOLD = "未报"
FORM_TITLE = "任务数字"
FORM_TASK = "任务"
FORM_FIXED = "换一项任务请先回复“取消”"
FORM_ASK = "{label}是多少（单位：{unit}）？没有就回复0。"
FORM_ASK_ALL = "还差{count}个数：{labels}。可以一条发全，比如“{sample}”。\n{label}是多少（单位：{unit}）？没有就回复0。"
FORM_CONFIRM = "请核对要上报的数字：\n{summary}\n没错请回复“确认”，要改回复“修改”。"
FORM_PICTURE = "照片先别急，把上面的数字确认了再发给我。"
STORED = "已上报：{period} {title}：{numbers}。"
STORED_NOTHING = "这项任务现在不在您名下了，数字没有记。回复“我的任务”看看现在的情况。"
STORED_MISSING = "还差{labels}，报齐了这一项才算完成。"
CORRECTED = "已更正：{period} {title}：{numbers}（原来{before}）。"

# ---- proof ----
PROOFS = {"photo": PROOF_PHOTO, "file": PROOF_FILE, "text": PROOF_TEXT}
GOT = "收到，已记在{number}. {title} 名下（{kept}）。做完了请回复“完成 {number}”。"
GOT_MORE = "收到，补在{number}. {title} 名下（{kept}）。这一项之前已经完成，不用再报。"
GOT_AGAIN = "这份材料之前已经收到了，不用再发。"
GOT_WHICH = "收到材料了。是哪一项的？请回复编号：\n{lines}"
GOT_NUMBER = "没有这个编号的任务要留材料，请回复下面的一个编号：\n{lines}"
GOT_TEXT = "小结记下了，记在{number}. {title} 名下。做完了请回复“完成 {number}”。"
NOT_KEPT = "您{day}为“{title}”发的材料打不开，或者超过5MB，没能存下来，请重新拍一张发给我。"
NOT_KEPT_LOST = "您{day}为“{title}”发的材料没能存下来，请重新发一次给我。"
NO_FILES = "公众号收不到文件的内容，请把材料拍成照片发给我。"
