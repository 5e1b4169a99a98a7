"""What the bot says about personal data: what is kept, deleting it, taking consent back. Plain, kind, with dates."""

INFO = "您在我们这里的信息（{today}）："
CHAT = "· 您说过的话：加密保存，{days}天后自动删除。"
UNIT = "· 您所在或扫码的工会：{unit}。"
NOTICES = "· 工会发给您的{count}条通知：有没有送到、您有没有回复“收到”；每条结束{days}天后自动删除。"
NAME = "· 姓名：{name}。"
FORM = "· 没填完的表：{day}最后填写，加密保存，{until}自动删除；没有提交，工会看不到。"
APPLICATION = "· 入会申请 {number}（{day}提交，{state}）：\n{facts}。{until}"
FACTS = "  姓名{name}，身份证号{id_number}，手机号{mobile}，单位{employer}"
EMPTY_APPLICATION = "· 入会申请 {number}（{day}提交，{state}）：填过的内容已经删除，只留编号和经过。"
UNTIL_DECIDED = "办理期间保存。"
UNTIL_CHANGED = "等您修改到{until}；到期没有改好就结束，内容再过30天自动删除。"
UNTIL_MEMBER = "作为入会档案保存。"
UNTIL_DAY = "内容{until}前自动删除。"
MEMBER = (
    "· 会员登记（编号{number}，{unit}，{state}，{day}入会）：\n  姓名{name}，身份证号{id_number}，手机号{mobile}，"
    "单位{employer}。会籍资料按工会章程和会籍管理办法保存；离会满3年，号码、单位等自动删除。"
)
CONSENT = "· {subject} {version} 版：{day}同意{ended}"
CONSENT_ENDED = "，{day}撤回或换成新版"
SUBJECTS = {"notice": "入会告知书", "id_number": "单独同意填身份证号"}
OFFICE = "· 工会职务：{unit} {office}，{since}起{until}。"
OFFICE_UNTIL = "，{day}止"
DUTIES = "· 任务：一共{count}项，完成{done}项，没办完{left}项。办没办、报的数字作为工会的工作记录保存。"
EVIDENCE = "· 您交的照片、文件和文字：{count}件，加密保存，每件保存两年，最早的一件{until}自动删除。"
REASONS = "· 您申请延期的理由：{count}条，加密保存，决定后{days}天自动删除。"
LEAVE = "· 请假：{period}{who}，过后一年自动删除。"
PHONE = "· 工作手机：工作台账号“{name}”绑定了这个微信，用来预览通知和紧急停止；到工作台“我的账号”可以解除。"
EVENTS = "· 活动报名：{count}个，姓名、回答和评价加密保存，活动结束{days}天后自动删除，最晚到{until}。"
LEAVE_BY = "，由{who}代"
WHO = "身份证号、手机号加密保存，只有本级和上级工会的会籍管理人员能看，每次查看完整号码都要写明原因并留下记录。"
HOW = "可以回复“撤回同意”或“删除我的信息”。对结果有意见，请回复“转人工”。"
HOW_MEMBER = "信息有变化请回复“更正”。"
REST = "还有微信给您的编号（用来回复您），和您哪天办过哪类事的经过（不含您填的内容）。"
NONE, HIDDEN = "没有", "现在打不开"
STATES = {
    "submitted": "等待审核",
    "in_review": "正在审核",
    "releasing": "正在接转会籍",
    "returned": "等您修改",
    "approved": "已批准",
    "rejected": "没有通过",
    "withdrawn": "已撤回",
    "expired": "已过期",
}

DELETE_ASK = (
    "您确定要删除吗？\n会删除：没填完的表，您说过的话和我的答复，发给您的通知的记录，工作人员加的标签{application}，没有办成的申请里填过的内容{duties}。\n"
    "会保留：{stays}什么时候同意、什么时候撤回的记录（作为凭证，没有内容），您退订了哪些通知（免得再打扰您），"
    "以及微信给您的编号（用来回复您，看不出您是谁）。\n"
    "删除以后不能恢复。确定请回复“确定删除”，不删除不用理会。"
)
DELETE_APPLICATION = "，申请{number}会先撤回、不再审核"
STAYS_MEMBER = "会员登记和入会档案（工会要按章程和会籍管理办法保存，工作人员会核对哪些可以删，再答复您），"
STAYS_ENDED = "以前的会员编号、姓名、工会和入会、离会的日期（作为会籍底册；号码、单位等会删除），"
STAYS_OFFICE = "您的姓名、工会职务、没过完的请假，任务办没办和报的数字（工会的工作记录；工作人员会核对，再答复您），"
STAYS_SERVED = "您任过的工会职务，任务办没办和报的数字（工会的工作记录，没有文字和照片），"
DELETE_DUTIES = "，办任务交的照片、文件、文字和延期的理由"
DELETE_EVENTS = "，活动的报名（还没开始的会取消）和评价"
DELETE_PHONE = "，工作手机的绑定（要再用，请到工作台重新绑定）"
DELETE_YES = "确定删除"
DELETED = (
    "已经删除（{day}）：没填完的表、您说过的话和我的答复、发给您的通知的记录、工作人员加的标签、"
    "没有办成的申请里填过的内容{duties}。"
)
DELETED_APPLICATION = "申请{number}已经撤回，工会不再审核。"
DELETED_CASE = "按规定要保留的部分，已经请工会的工作人员核对，有结果会告诉您。着急请拨打{hotline}（{office}）。"
DELETED_AGAIN = "想入会的时候，回复“入会”重新开始就行。"

CONSENT_ASK = (
    "您确定撤回同意吗？撤回以后：没填完的表马上删除{application}，填过的内容30天内删除；以后再办入会，要重新看告知书、"
    "重新同意。撤回以前已经办好的事不受影响{member}。\n确定请回复“确定撤回同意”，不撤回不用理会。"
)
CONSENT_APPLICATION = "，申请{number}撤回、不再审核"
CONSENT_MEMBER = "，会籍继续有效；不想再做会员请回复“退会”"
CONSENT_YES = "确定撤回同意"
CONSENT_GONE = "已经撤回同意（{day}），我们不再收集和使用您申请入会时填的信息，填过的内容30天内删除。"
CONSENT_MEMBER_GONE = "您的会籍不受影响，会员登记按章程保存；已经请工会的工作人员核对，有结果会告诉您。"
CONSENT_NOW = "想马上删除，请回复“删除我的信息”。"
CONSENT_NOTHING = "您现在没有正在生效的同意。想看我们保存了什么，请回复“我的信息”。"
