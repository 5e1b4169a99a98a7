"""What is said about duties in chat; older sentences are in `bot/texts.py`. Functions fill in names and days."""

# ---- reminding ----
REMIND_MANY = "提醒：您有{count}项任务还没有收到反馈"
REMIND_LINE = "{number}. {title}｜{deadline}截止（{left}）"
REMIND_OLD = "{month}月第{number}项 {title}｜{deadline}截止（{left}）"
REMIND_HOW = "做完请回复“完成 {number}”，知道了请回复“收到”。"
REMIND_OLD_ONE = "提醒：{month}月的任务（第{number}项）{title}，{deadline}截止（{left}），还没有收到您的反馈。"
REMIND_INSTEAD = "代{name}（请假中，由您代办）："

# ---- telling the superior union ----
ESCALATED = "下级工会有任务逾期没有完成\n截至{day}，{units}个工会有{count}项任务过期限几个工作日还没有完成："
ESCALATED_LINE = "· {unit}：{count}项（{titles}，最早{day}到期）"
ESCALATED_AND = "等"
ESCALATED_MORE = "……另有{count}个工会"
ESCALATED_HOW = "请了解情况，需要时帮一把；详情在工作台“干部任务”。"
