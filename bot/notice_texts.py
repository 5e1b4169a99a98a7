"""What people read of notices in the chat. Dated, with units, plain and kind."""

# ---- asking for 收到 ----
ASK_RECEIPT = "\n\n看到后请回复“收到”，谢谢！"
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
RECEIPT = "收到"
NUMBERED = "通知 {number}"
FULL = "【{title}】\n{body}"
ASKS = "知道了请回复“收到”。"
ASKS_FOR = "{titles}要您回个话，知道了请回复“收到”。"

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
RECEIVED_ALREADY = "{titles}之前已经记下您收到了，谢谢。"
