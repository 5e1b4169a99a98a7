"""What people read of notices in the chat. Dated, with units, plain and kind."""

# ---- asking for 收到, opting out ----
ASK_RECEIPT = "\n\n看到后请回复“收到”，谢谢！"
OPT_OUT = "退订请回复“退订 {label}”"
NUDGE = "{month}月{day}日的通知“{title}”还没有收到您的回复。看到后请回复“收到”；有疑问请回复“转人工”。谢谢！"
NUDGE_SHORT = "请回复收到，谢谢"
# ---- agreeing to single notices (订阅通知) ----
ASK_CONSENT = "想在48小时以后也能收到通知，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
ASK_CONSENT_EVENT = "要收到活动变更和提醒，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
CONSENTS_LEFT = "您还可以收到{count}条订阅通知。想多收几条，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
NO_CONSENTS = (
    "目前没有开通订阅通知。您给我们发过消息后的48小时内，通知会直接发给您；过了48小时，会在您下次来时告诉您，不会漏掉。"
)

# ---- notices that waited, what was told, 收到 ----
ITEM_ONE = "您有1条通知："
ITEMS = "您有{count}条通知："
ITEM_LINE = "{number}. {title}｜{first}"
ITEM_BARE = "{number}. {title}"
ITEM_MORE = "另有{count}条，回复“通知”查看。"
ITEM_HOW = "回复“通知 {number}”看全文。"
ITEM_STOP = "不想收哪一类，回复“退订”。"
RECEIPT = "收到"
NUMBERED = "通知 {number}"
FULL = "【{title}】\n{body}"
ASKS = "看到后请回复“收到”，谢谢！"
ASKS_FOR = "看到{titles}后，请回复“收到”，谢谢！"

LIST_HEAD = "最近{days}天的通知（共{count}条）："
LIST_LINE = "{number}. {title}（{day}）"
LIST_ASKS = "{number}. {title}（{day}，等您回复“收到”）"
LIST_NONE = "最近{days}天没有发给您的通知。"
NO_SUCH = "没有编号为{number}的通知。回复“通知”看看编号。"
TOLD_AT = "（{day}发给您的通知）"
TOLD_ACKED = "（{day}发给您的通知，您已回复“收到”）"
GROUP = "您的通知我单独告诉您，请私下发给我“通知”。"

QUOTED = "“{title}”"
AND_MORE = "等{count}条"
RECEIVED_ONE = "好的，{titles}记下您收到了，谢谢。"
RECEIVED = "好的，{count}条通知都记下您收到了：{titles}。谢谢。"
RECEIVED_BOTH = "好的，{duties}项任务都已确认收到；{count}条通知也记下您收到了：{titles}。做完一项任务回复“完成 编号”。"
ABSENT = "您不能来，这里还没有记下，只记了您看到通知。要请假，请按通知里的联系方式说一声，或者回复“转人工”。"
RECEIVED_ALREADY = "{titles}之前已经记下您收到了，谢谢。"

# ---- staff's own phones and 停止发送 ----
PHONE_ON = "这个微信已经是账号“{name}”的工作手机。在工作台预览通知时会发到这里。"
PHONE_STOPS = "遇到紧急情况，在这里回复“停止发送”，可以暂停正在发送的通知。"
PHONE_OFF_HOW = "不是您本人操作的，请马上联系工会的管理员。要解除，请到工作台“我的账号”。"
PHONE_HOW = "请在工作台“我的账号”里点“绑定我的手机”，把显示的8位数字发给我，比如“工作手机 1234 5678”。"
PHONE_WRONG = "这8位数字不对，或者已经过期、用过了。请在工作台“我的账号”里重新拿一个。"
PHONE_TOO_OFTEN = "试错的次数有点多，请一小时后再试。"
PHONE_TAKEN = "这个微信已经是另一个账号的工作手机。请先用那个账号登录工作台，在“我的账号”里解除。"
PHONE_PRIVATE = "绑定用的数字只能自己用，请不要发在群里。请到工作台换一个新的，私下发给我。"

STOP_ASK = "要暂停这{count}条通知吗？\n{lines}\n确定请在{minutes}分钟内回复“确定停止”。暂停以后，只能在工作台恢复。"
STOP_LINE = "· {title}（{state}）"
_REMINDING = "已发完，停止提醒回复“收到”"
STOP_STATES = {
    "scheduled": "{at}发送",
    "resolving": "正在准备",
    "sending": "正在发送",
    "paused": "已有人暂停，确定以后要审核人才能恢复",
    "done": _REMINDING,
    "partly_failed": _REMINDING,
    "failed": _REMINDING,
}
STOP_MORE = "……另有{count}条"
STOP_NONE = "现在没有正在发送的通知，一小时内也没有要发送的。"
STOPPED = "已暂停{count}条通知：\n{lines}\n已经发出的收不回来。要恢复或取消，请到工作台“通知”。"
STOP_STILL_TOLD = (
    "已经发完、有人还没看到的没有停，他们下次来联系时会看到：{titles}。要停，请到工作台打开那条通知，点“不再告知”。"
)
STOP_FIRST = "请先回复“停止发送”，看清楚要暂停哪些通知，再回复“确定停止”。"
STOP_NOT_YET = "还没有暂停！要马上暂停正在发送的通知，请回复“确定停止”这四个字。"
STOP_HINT = "要暂停正在发给大家的通知，请回复“停止发送”。"
STOP_DONE = "刚才已经暂停了。要恢复或取消，请到工作台“通知”。"
STOP_NOT_ALLOWED = "暂停通知要有审核权限，您的账号没有。请马上联系审核人或管理员。"
STOP_OWN = "是您自己不想再收到某类通知吗？回复“退订”可以选择不收哪一类，比如“退订 {label}”；都不想收，回复“退订 全部”。"
STOP_GROUP = "请私下发给我。"

# ---- trying a notice out ----
PREVIEW_MARK = "预览："
PREVIEW = "【预览】这条通知还没有正式发出，请看看写得对不对："
PREVIEW_NO_PHONE = "您的账号还没有绑定手机。请先到“我的账号”绑定，再预览。"
PREVIEW_NOBODY = "您管理的范围里，没有人有“{tag}”这个标签。"
PREVIEW_MANY = "“{tag}”有{most}人以上，测试名单最多{most}人。请换一个标签。"
PREVIEW_OFTEN = "一条通知一天最多预览{times}次，请明天再试，或者提交审核。"
PREVIEW_WINDOW = "48小时内没有给公众号发过消息，现在发不过去；请本人先给公众号随便发一句话，再预览一次"

# ---- copied by staff into chat groups, where the account itself cannot speak ----
GROUP_COPY = "【{title}】\n{body}\n{how}"
GROUP_ASK = "想咨询，请到“{union}”公众号里私聊（群里的回复我们看不到）。{link}"
GROUP_JOIN = "想报名或咨询，请到“{union}”公众号里私聊，发“报名 {number}”（群里的回复我们看不到）。{link}"
GROUP_LINK = "点这里进入：{link}"
GROUP_CUT = "……（全文请到公众号里问）"
