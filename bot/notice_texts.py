"""What people read about notices in the chat. Plain, dated, with units."""

# ---- agreeing to single notices (订阅通知) ----
ASK_CONSENT = "想在48小时以后也能收到通知，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
ASK_CONSENT_EVENT = "要收到活动变更和提醒，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
CONSENTS_LEFT = "您还可以收到{count}条订阅通知。想多收几条，请点这里，选“同意接收”（同意一次，收一条）：\n{link}"
NO_CONSENTS = (
    "目前没有开通订阅通知。您给我们发过消息后的48小时内，通知会直接发给您；过了48小时，会在您下次来时告诉您，不会漏掉。"
)


# ---- asking for 收到 ----
ASK_RECEIPT = "\n\n看到后请回复“收到”，谢谢！"
NUDGE = "{month}月{day}日的通知“{title}”还没有收到您的回复。看到后请回复“收到”；有疑问请回复“转人工”。谢谢！"
NUDGE_SHORT = "请回复收到，谢谢"
