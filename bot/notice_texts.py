"""What people read of notices in the chat. Dated, with units, plain and kind."""

# ---- asking for 收到 ----
ASK_RECEIPT = "\n\n看到后请回复“收到”，谢谢！"
