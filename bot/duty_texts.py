"""What cadres read about their duties in the chat. Dated, with units, nothing about colleagues of other unions."""

# ---- what staff decide in the console ----
DESK_MOVED = "“{title}”的期限改了：现在是{day}前（原来是{before}前）。"
DESK_EXCUSED = "“{title}”（{day}前）不用做了，已经免去。原因：{reason}"
DESK_GIVEN = "“{title}”（{unit}）交给您来做，{day}前完成。回复“我的任务”看编号。"
DESK_TAKEN = "“{title}”（{day}前）已经交给同事做，您不用再管了。"
DESK_GRANTED = "您申请的延期批准了：“{title}”现在是{day}前（原来是{before}前）。"
DESK_REFUSED = "“{title}”的申请没有批准，还是{day}前。原因：{reason}"

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
