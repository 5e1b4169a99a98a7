"""What the bot says about topics of notices: what can be stopped, what was, and how it comes back. Plain and kind."""

ASK = "您可以选择不收哪些通知："
LINE = "{number}. {label}：{about}{state}"
SINCE = "（{day}已退订）"
HOW = "回复“退订”加名称或编号，比如“退订 {label}”或“退订 1”；都不想收，回复“退订 全部”。"
URGENT = "“{label}”（{about}）很少发，不能退订。"
ASKED_STAYS = "您问的、办的、报了名的，照样会告诉您。"
STOPPED = "好的，从{day}起不再给您发{topics}的通知。"
STOPPED_BACK = "想恢复，随时回复“订阅 {label}”。"
STOPPED_ALL = (
    "好的，从{day}起，文体活动、福利帮扶等{count}类通知都不再发给您。{stays}\n只有“{urgent}”还会发：关系到人身安全，"
    "或者您的权益马上要到期，一年没有几次。连这个也不想收，可以在公众号主页点“不再关注”，您的会籍不受影响；"
    "想回来的时候随时欢迎。\n想恢复，随时回复“订阅 全部”。"
)
WORK_STAYS = "工会干部的任务提醒不受影响。"
ALREADY = "“{label}”您在{day}已经退订了，不会再发。"
CANNOT = (
    "“{label}”不能退订：只有关系到人身安全，或者您的权益马上要到期的时候才发，一年没有几次。"
    "如果任何消息都不想收到，可以在公众号主页点“不再关注”；想回来的时候随时欢迎，您的会籍不受影响。"
)
UNKNOWN = "没有叫“{words}”的通知。"
RESUMED = "好的，从现在起{topics}的通知又会发给您了。"
ALWAYS = "{topics}的通知您一直在收，不用再订。"
MINE = "您现在会收到："
MINE_LINE = "· {label}：{about}"
MINE_STOPPED = "已经退订："
MINE_STOPPED_LINE = "· {label}（{day}退订）"
MINE_HOW = "不想收哪一类，回复“退订 {label}”。"
MINE_HOW_BACK = "想恢复，回复“订阅 {label}”。"

OWN_STOPPED = "· 您不想收的通知：{topics}。"
OWN_STOPPED_ONE = "{label}（{day}退订）"
OWN_TAGS = "· 工作人员给您加的标签：{tags}（用来选择通知发给谁）。"
