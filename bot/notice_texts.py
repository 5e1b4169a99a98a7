"""What people read of notices in the chat. Dated, with units, plain and kind."""

# ---- asking for 收到 ----
ASK_RECEIPT = "\n\n看到后请回复“收到”，谢谢！"
NUDGE = "{month}月{day}日的通知“{title}”还没有收到您的回复。看到后请回复“收到”；有疑问请回复“转人工”。谢谢！"
NUDGE_SHORT = "请回复收到，谢谢"
