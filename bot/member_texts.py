"""What the bot and the pages say about being a member: plain, kind, short. Functions fill in names and dates."""

STATES = {"active": "在册", "kept": "保留会籍", "left": "已退会", "moved": "已转出", "expelled": "已除名"}
SOURCES = {"chat": "在线申请", "import": "名册导入", "transfer": "转入"}
EVENTS = {
    "join": "入会",
    "import": "入会（名册导入）",
    "transfer_in": "转入",
    "transfer_out": "转出",
    "keep": "保留会籍",
    "resume": "恢复会籍",
    "leave": "退会",
    "expel": "除名",
    "correct": "更正信息",
    "relieve": "减免会费",
}
KINDS = {"transfer": "转会", "keep": "保留会籍", "resume": "恢复会籍", "leave": "退会", "correct": "更正信息"}
REQUEST_STATES = {
    "pending": "等待处理",
    "released": "原工会已同意转出，等待新工会接收",
    "done": "已办好",
    "refused": "没有同意",
    "withdrawn": "已撤回",
}
KEEP_REASONS = ("退休", "失业", "服兵役", "单位撤销")
LEAVE_REASONS = ("换工作离开本市", "不想参加工会活动", "会费方面的原因", "其他原因")

NOT_MEMBER = (
    "在这里还没有查到您的会籍。想入会请回复“入会”；以前办过会员登记的也回复“入会”，问到以前入过工会时选“入过”，"
    "工会核实以后就能查到。"
)
MEMBER_ALREADY = "这位职工已经是{unit}的会员（编号{number}），不用再办入会；换单位请办转会。"
MEMBER_ELSEWHERE = (
    "这个身份证号已经在其他工会的会员名册里，不能再办一次入会。请选“已经是会员”不通过，请本人回复“入会”，"
    "在“以前入过会”那一项答“入过”，按转会办。"
)
MEMBER_OTHER = (
    "这个身份证号已经是本会的会员，会籍在另一个微信上，不能再办一次。请核对本人以后，选“已经是会员”不通过；"
    "本人用原来的微信就能办事。"
)
NO_UNIT = "还没有确定由哪个工会接收，请先选定工会。"
NO_NUMBER = "申请里没有身份证号，不能登记为会员。"
NOT_NOW = "会籍现在是“{state}”，不能办“{kind}”。"
ASKED_ALREADY = "您{day}提出的“{kind}”还在办理中（{state}），不用重复提交。要撤回请回复“撤回{kind}”。"
TRANSFER_OPEN = (
    "这位会员已经有一件转会申请在办，没有办成。等那一件办完再批准；那一件就是转到本会的，请在“会籍申请”里接收，"
    "这份申请选“已经是会员”不通过。"
)
RELEASED_FIRST = "您已经初审同意转出，要由另一位审核人复核。"
DIRECTED = "这件转会来自一份入会申请，转到哪里由那份申请决定。"
BY_THEMSELVES = "本人申请"
STEP_ASKED = "同意接收，请原工会转出"
STEP_TAKEN = "原工会已转出，接收会籍"
STEP_REFUSED = "{unit}没有同意：{reason}"
STEP_WITHDRAWN = "会员在原来的微信上撤回了转会"
FROM_APPLICATION = "来自入会申请 {number}，本人说以前入过会"
FROM_ANOTHER = "申请人用的是另一个微信，不是这位会员现在用的：请核对是不是本人，同意转出要两位审核人"
RELEASED_HALF = "{name}已初审同意转出，等另一位复核"
NOTHING_ASKED = "您没有正在办理的“{kind}”申请。"
SAME_UNIT = "您的会籍就在{unit}，不用转会。"
NOTHING_NEW = "没有要改的内容。"
NUMBER_OF_ANOTHER = "这个身份证号已经登记在另一位会员名下，请核对证件；两份登记是同一个人的，请先办转会或退会。"
STEP_ENDED = "会籍已经结束，不再办理"
REQUEST_SHOWN_BEFORE = "您打开页面以后，这份申请有了变化，没有办成。请看过现在的内容再决定。"
SHOWN_BEFORE = "您打开页面以后，这位会员的登记有了变化，没有办成。请看过现在的内容再办。"
MOVED_ON = "这件申请的情况刚刚变了，请刷新页面看看。"
REASON = "请写明理由，2到100个字，不要写身份证号、手机号等个人信息。"
REASON_TELLS = "理由会长期保存，里面请不要写姓名、身份证号、手机号、微信号等个人信息。"
LOST = "这份申请的内容现在打不开：加密用的密钥换过了。请联系管理员，或者不同意这份申请并请会员重新提出。"
NUMBER_LOST = "身份证号现在打不开：加密用的密钥换过了。请联系管理员，或者退回请申请人重新填写身份证号。"
NO_MEMBER = "没有这位会员。"
NO_REQUEST = "没有这件申请。"
NOT_YOURS = "这位会员不归您所在的工会管理。"

RECORD = (
    "您的会籍（{today}）：\n编号：{number}\n姓名：{name}\n所在工会：{unit}\n状态：{state}{since}\n入会日期：{joined}"
)
RECORD_NUMBERS = "身份证号：{id_number}\n手机号：{mobile}\n工作单位：{employer}"
RECORD_OPEN = "正在办理：\n{lines}"
RECORD_LINE = "· {kind}（{day}提出，{state}）"
RECORD_KEPT = "保留会籍期间不交会费，不参加选举和表决。重新上班后请回复“恢复会籍”。"
SINCE = "（{day}起）"
EMPTY = "没有登记"

UNFINISHED = "您还有一份没填完的表。回复“继续”接着填，回复“取消”就不填了，然后再说“{word}”。"
CORRECT_TITLE = "更正会员信息"
ASK_WHAT = "您要更正哪一项？"
MOBILE, EMPLOYER = "手机号", "工作单位"
ASK_MOBILE = "请发新的手机号。"
ASK_EMPLOYER = "请发新的工作单位全称。（只是单位改名用这一项；换了单位请回复“取消”，再回复“转会”）"
CONFIRM = "请您核对一下：\n{summary}\n没问题请回复“确认”；要改哪一项，回复“修改 1”这样。"
TRANSFER_TITLE = "转会申请"
ASK_NEW_EMPLOYER = "您的新单位叫什么？请写全称。新单位在外地的，也请把城市写上。"
KEEP_TITLE = "保留会籍申请"
ASK_KEEP = "因为什么保留会籍？保留期间不交会费，不参加选举和表决。"
LEAVE_TITLE = "退会申请"
ASK_LEAVE = "您想退会，能告诉我们原因吗？工会也许可以帮上忙。"
ASK_SURE = (
    "退会以后不再享受会员的服务和权利，会员证（卡）要交回；以后可以重新申请入会。\n"
    "退休、失业的可以“保留会籍”，换单位的可以“转会”，都不用退会。您确定要退会吗？"
)
SURE, NOT_SURE = "确定退会", "先不退"
STAYED = "好的，没有提交退会申请，您的会籍不变。有什么难处，可以回复“转人工”告诉我们。"
ASKED = "已经提交“{kind}”申请（{day}），由{unit}的工作人员办理，有结果会告诉您。要撤回请回复“撤回{kind}”。"
ASKED_OUTSIDE = "没有找到您新单位的工会，工作人员会先核对转到哪里。"
ASKED_TO = "转往：{unit}。"
WITHDRAWN = "好的，“{kind}”申请已经撤回，您的会籍不变。"

CARD = (
    "电子会员卡\n姓名：{name}\n工会：{unit}\n状态：{state}\n校验码：{code}\n"
    "校验码{minutes}分钟内有效（到{until}），请只给工会工作人员看。过期了再回复“会员卡”。"
)
CARD_NOT = "您的会籍现在是“{state}”，不能出示会员卡。"
CARD_BAD = "这个校验码不对或者已经过期，请让会员重新发送“会员卡”。"

LETTER_DONE = "您的“{kind}”办好了\n{day}提出的申请，{unit}已经办好。{more}"
LETTER_RELEASED = "您的“转会”有进展了\n{unit}已经同意转出，接下来由{to}接收，办好会告诉您。"
LETTER_RELEASING = (
    "您的转会有进展了\n{unit}同意接收您，正在请您原来的工会办理转出。办好会告诉您，现在不用做什么。回复“进度”随时可查。"
)
LETTER_ASKED_ELSEWHERE = (
    "有人用您的证件号申请转会\n有一份从另一个微信提交的申请，要把您的会籍转到{unit}。是您本人办的，不用理会；"
    "不是您本人办的，请马上回复“撤回转会”，再回复“转人工”。"
)
LETTER_TRANSFERRED = (
    "您的会籍转好了\n{unit}已经接收您的会籍，会员编号是 {number}，登记的入会时间是{day}。\n"
    "入会时间以原工会的会籍材料为准，有不对的请回复“转人工”。回复“我的会籍”可以核对。"
)
LETTER_HUNG_ELSEWHERE = (
    "您的会籍转好了\n会籍已经转到{unit}，以后请用提交申请的那个微信查看和办理。不是您本人办的，请马上回复“转人工”。"
)
LETTER_REFUSED = "您的“{kind}”没有办成\n{unit}的答复：{reason}\n您的会籍不变；有疑问请回复“转人工”。"
LETTER_DEED = "您的会籍有变动\n{unit}于{day}办理了“{kind}”，理由：{reason}。有疑问请回复“转人工”。"
LETTER_CORRECTED = (
    "您的会员信息有更正\n{unit}于{day}更正了：{fields}，理由：{reason}。回复“我的会籍”可以核对；有疑问请回复“转人工”。"
)
MORE = {
    "transfer": "您现在是{unit}的会员。",
    "keep": "保留会籍期间不交会费，不参加选举和表决；重新上班后请回复“恢复会籍”。",
    "resume": "您的会籍已经恢复。",
    "leave": "请把会员证（卡）交回工会。以后想回来，随时可以重新申请入会。",
    "correct": "回复“我的会籍”可以核对。",
}
MORE_MOVED = "您的会籍已经转出本会，请到新单位的工会报到。"
GROUP = "会籍的事涉及您的个人信息，请点我头像私聊，在群里就不说了。"
