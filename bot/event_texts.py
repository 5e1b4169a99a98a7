"""Every sentence about events: lists, registration, waitlist, check-in, opinions, lists from a chat group (接龙)."""

# the list and one event
NONE_OPEN = "最近没有可以报名的活动。有新活动会在这里通知您。想加入工会的话，请回复“入会”。"
LIST = "最近的活动：\n{lines}\n看详情回复“活动 {number}”，报名回复“报名 {number}”（换成您想参加的编号）。"
LINE = "{number}. {title}，{when}，{place}。{seats}"
MORE = "还有{count}个活动没有列出。"
SHOW = "活动{number}：{title}\n时间：{when}\n地点：{place}\n{about}\n{seats}\n报名截止：{closes}"
SEATS_FREE = "还有{left}个名额（共{capacity}个）"
SEATS_ANY = "不限名额，已有{count}人报名"
SEATS_FULL = "名额已满，可以排候补（已有{waiting}人在等）"
SEATS_CLOSED = "报名已截止"
NOT_YET = "{opens}开始报名"
CANCELLED_STATE, CANCELLED_WHY = "活动已取消", "活动已取消（{note}）"
OVER_STATE = "活动已结束"
MINE_IN = "您已报名。来不了请回复“取消报名 {number}”。"
MINE_WAITING = "您在候补，排在第{rank}位。不等了请回复“取消报名 {number}”。"
NO_SUCH = "没有编号是{number}的活动。回复“活动”看看最近有哪些。"
WHICH = "您想报名哪个活动？\n{lines}\n请点一下，或者回复“报名 {number}”（换成编号）。"
ONE_BY_ONE = "请一个一个来，报完一个再报下一个：\n{lines}\n请点一下，或者回复“报名 {number}”（换成编号）。"
GROUP = "报名、签到会用到您的姓名，请在私聊里告诉我。"
GROUP_SHOW = "想参加请在私聊里给我发“报名 {number}”。"

# registering
NOT_OPEN = "“{title}”现在不能报名。回复“活动”看看最近有哪些。"
OPENS_LATER = "“{title}”{opens}才开始报名，请到时候回复“报名 {number}”。"
CLOSED = "抱歉，“{title}”的报名已经截止。有疑问请回复“转人工”。"
CALLED_OFF = "抱歉，“{title}”已经取消了。{note}"
IS_OVER = "“{title}”已经结束了。"
NOT_FOR_YOU = "抱歉，“{title}”只面向一部分会员和职工，您不在这次的范围里。有疑问请回复“转人工”。"
REGISTERED = "报名成功：{title}\n时间：{when}\n地点：{place}\n来不了请提前回复“取消报名 {number}”，把名额让给别人。"
FROM_LIST = "名单里已经有您的名字了，名额给您留着。"
LIST_TWICE = "要是群里的接龙已经写了您的名字，那个名额照样有效，请跟带名单的人说一声，免得占两个名额。"
WAITING = (
    "“{title}”的名额已满，您已排进候补第{rank}位。有人退出就按先后自动补上，补上了马上告诉您。"
    "不等了请回复“取消报名 {number}”。"
)
ALREADY_IN = "您已经报过名了：{title}，{when}，{place}。来不了请回复“取消报名 {number}”。"
ALREADY_WAITING = "您已经在“{title}”的候补里，排在第{rank}位。不等了请回复“取消报名 {number}”。"
PROMOTED = (
    "好消息：“{title}”有名额空出来，轮到您了，已经给您报上名。\n时间：{when}\n地点：{place}\n"
    "来不了请尽快回复“取消报名 {number}”，好让给别人。"
)
STILL_ASKED = "正在给您报名“{title}”，还差下面这一项；不报了请回复“取消”。"
GIVEN_UP = "好的，没有给您报名“{title}”，填过的内容都删除了。改主意了可以再回复“报名 {number}”。"
GIVE_UP_ASK = "您还没有报上“{title}”。不报了请回复“取消”，要报请接着回答："
UNFINISHED = "您有一项没填完的内容。先填完请回复“继续”，不填了请回复“取消”，然后再报名。"

# who comes along
COMPANY_ANSWER = "{count}人"
COMPANY_NOT_COUNTED = (
    "“{title}”这样只给您一个人报名，带的人不算在里面。他们也来的话，请本人各自在这里回复“报名 {number}”；"
    "不方便的，请回复“转人工”问问办活动的工会。"
)
COMPANY_LISTED = "接龙名单里已经有您带的{count}人。还要多带的话，请告诉带名单的人，或者请他们本人报名。"
COMPANY_KEPT = "带的人数没有改。要改的话，请回复“取消报名 {number}”再重新报名（名额按那时的先后），或者回复“转人工”。"
COMPANY_IN_FORM = "带几个人，问到或者核对的时候告诉我，以那时填的为准。"
COMPANY_WHICH = "带的人，选的时候一起说，比如“报名 {number} 带2人”。"

# the form
FORM_TITLE = "活动报名"
ABOUT = "活动"
ASK_NAME = "请问您的姓名？签到的时候对名单用，只给这次活动的工作人员看，活动结束{days}天后删除。"
NAME = "姓名"
NOT_A_NAME = "这看起来不像姓名，报名还没有完成。请先写您的姓名；不报了请回复“取消”。"
FIXED = "要报别的活动，请先回复“取消”，再回复“报名”和编号。"
FORM_CONFIRM = "请您核对报名内容：\n{summary}\n没问题请回复“确认”；要改哪一项，回复“修改 2”这样。"
GONE = "这个活动已经没有了，报名没有提交。"

# cancelling and one's own
CANCELLED = "好的，已经取消您在“{title}”的报名。改主意了可以再回复“报名 {number}”，名额按那时的先后。"
CANCELLED_WAITING = "好的，不再给您候补“{title}”了。改主意了可以再回复“报名 {number}”，重新排在最后。"
CANCELLED_TOO = "名单里您带的{count}人也一起取消了。他们还来的话，请告诉带名单的人。"
CANCEL_ASK = "您是说不来“{title}”（{when}）了吗？要取消报名请回复“取消报名 {number}”，把名额让给别人。"
NOT_REGISTERED = "您没有报名“{title}”，不用取消。"
NOT_OF_NOTICE = "通知“{title}”不用在这里报名，不能来请按通知里的联系方式说一声。"
CANCEL_OTHER = "您报了名的是“{title}”（{when}）。要取消这个活动的报名，请回复“取消报名 {number}”。"
ONE_FOR_OTHER = "换活动请分两步：先回复“报名 {on}”，报上了再回复“取消报名 {off}”，免得两头落空。现在还没有改动。"
NOTHING_TO_CANCEL = "您现在没有报名的活动。"
CANCEL_WHICH = "您想取消哪个？\n{lines}\n请点一下，或者回复“取消报名 {number}”（换成编号）。"
TOO_LATE = "“{title}”已经开始了，不用取消。"
OVER_ALREADY = "“{title}”已经结束了，不用取消。"
NOTHING_TO_LEAVE = "“{title}”这个活动已经取消了。{note}您不用再来，也不用取消报名。"
CAME_ALREADY = "您已经在“{title}”签到了，不用取消。要先走的话，请跟现场的工作人员说一声。"
MINE = "您报名的活动：\n{lines}"
MINE_LINE = "{number}. {title}，{when}，{place}：{state}"
MINE_NONE = "您现在没有报名的活动。回复“活动”看看最近有哪些。"
STATE = {"registered": "已报名", "waiting": "候补中", "cancelled": "已取消", "attended": "已签到"}

# more than an order in one message
FIRST_READ = "您问的请先看上面；这里没写的，回复“转人工”问问办活动的工会。现在还没有报名，要报请回复“报名 {number}”。"
OTHER_JOINS = (
    "这里只能给您自己报名，别人的没有报上，请本人在这里回复“报名 {number}”。您自己要参加，也回复“报名 {number}”。"
)
NAME_KEPT = "您的姓名签到的时候对名单用，只给这次活动的工作人员看，活动结束{days}天后删除。"
ONE_AT_A_TIME = "您还说了别的事，请单独再发一次，我好查准了再回答。"

# somebody else does not come
OTHER_NOT_YOURS = (
    "别人的报名我不能替他取消，要由本人来：请本人在这里回复{order}。名字是接龙名单带来的，"
    "请当时把名单发给我的人来取消；都不方便的，请回复“转人工”请工会工作人员处理。"
)
OTHER_ORDER, OTHER_ORDER_ANY = "“取消报名 {number}”", "“取消报名”加活动编号"
OTHER_BY_LIST = "您发过的接龙里有这个名字的话，把接龙再发给我一次，名字后面写“不来了”就行。"
OTHER_YOURS_STAYS = "您自己的报名没有动。"
OTHER_ASK = (
    "“{name}”是您带的名单里的，报的是“{title}”（{when}）。他不来了的话请回复“确认”，我就把他从名单里去掉；"
    "还来的话不用管，名单不会动。"
)
OTHER_WHICH = (
    "“{name}”在您带的几份名单里，哪个不来了？\n{lines}\n请点一下，或者回复“帮{name}取消报名 {number}”（换成编号）。"
)
OTHER_ORDERED = "帮{name}取消报名 {number}"
OTHER_DONE = "好的，已经取消“{name}”在“{title}”的报名。又来的话，请让本人报名，或者请办活动的工会补登。"
OTHER_TOO = "名单里跟着来的{count}人也一起取消了。"
OTHER_GONE = "没有取消：活动已经开始了，或者这个名字已经不在您带的名单里了。有疑问请回复“转人工”。"
OTHER_KEPT = "好的，名单没有动。"
OTHER_SELF = "这样回复，取消的是您自己的报名。"

# another name at one's own registrations
RENAME_TITLE = "报名姓名"
RENAME_ASK = "您报名{titles}时写的姓名是“{old}”。请问正确的姓名怎么写？只回复姓名就行；不改了请回复“取消”。"
RENAME_OLD = "原来写的"
RENAME_WHERE = "{old}（{titles}）"
RENAME_FIXED = "要改的是上面的姓名。不改了请回复“取消”。"
RENAME_NO_NAME = "这看起来不像姓名，还没有改。请只写您的姓名；不改了请回复“取消”。"
RENAME_CONFIRM = (
    "请您核对，报名名单上会这样写：\n{summary}\n没问题请回复“确认”；姓名还不对，回复“修改 1”；不改了回复“取消”。"
)
RENAMED = "改好了，“{old}”改成了“{new}”：\n{lines}\n到时候按新的姓名签到。"
RENAME_SAME = "名单上写的就是“{name}”，不用改。"
RENAME_GONE = "没有改：您已经签到了，或者取消了报名，或者活动已经结束。有疑问请回复“转人工”。"
RENAME_CAME = "您已经签到了，名单上的姓名不再改。有疑问请跟现场的工作人员说一声。"
RENAME_LATER = "您有一项没填完的内容。先填完请回复“继续”，不填了请回复“取消”，然后再告诉我改成什么姓名。"
RENAME_RECORD = (
    "报名名单上用的是工会登记的姓名，这里没有改。会员信息有错按“更正信息”办：手机号、单位回复“更正信息”就能改，"
    "姓名要由工会核对以后更正，请回复“转人工”告诉我们。入会申请退回给您的，回复“修改申请”就能改姓名。"
)
RENAME_NOT_IN = "您没有报名编号是{number}的活动。回复“我的活动”看看报了哪些。"
RENAME_LIST = "名单上您的姓名不是在这里填的，这里改不了。请告诉带名单的人，或者回复“转人工”请工会工作人员更正。"

# check-in
CHECKED_IN = "签到成功：{title}。欢迎您来！"
CHECKED_IN_WALK = "您没有提前报名，还有名额，已经给您补上。签到成功：{title}。"
CHECKED_ALREADY = "您在{at}已经签到过“{title}”了，不用再签。"
CHECK_EARLY = "“{title}”{from_}才开始签到，请到时候再来。"
CHECK_OVER = "“{title}”的签到已经结束了。来过但没签上的话，请告诉现场的工作人员。"
CHECK_WAITING = "您还在“{title}”的候补里，名额是满的。请找现场的工作人员看看能不能安排。"
CHECK_FULL = "您没有报名“{title}”，名额也满了。请找现场的工作人员看看能不能安排。"
CODE_WRONG = "现在没有用这个签到码的活动。请看一下现场的签到码，或者扫现场的二维码。"
CODE_HOW = "请扫现场的二维码，或者回复“签到”加现场的4位数字，比如：签到 1234。"
AT_DOOR = "欢迎您来“{title}”！签到请扫现场的二维码，或者回复现场的4位签到码，比如：签到 1234。"
CODE_BUSY = "现在输错签到码的太多了，请扫现场的二维码，或者找现场的工作人员帮您签。"
CODE_TOO_OFTEN = "签到码错了好几次，请过一个小时再试，或者扫现场的二维码，也可以找现场的工作人员帮您签。"
SCENE_UNKNOWN = "没有找到这个签到码对应的活动，请找现场的工作人员。"

# opinions
THANKS = "谢谢您给“{title}”打了{stars}分。{more}"
THANKS_WORDS = "您的话我们会转给办活动的同事。"
THANKS_MORE = "还想说两句的话，请回复“评价 {stars} ”加您想说的。"
JUDGE_NONE = "最近没有您参加过、可以评价的活动。"
JUDGE_LATER = "“{title}”还没有结束，等结束以后再请您评价。"
JUDGE_HOW = "请用1到5分评价，5分最满意，后面可以加几句话。比如：评价 5 很好。"
JUDGE_WHICH = "您想评价哪个活动？\n{lines}\n请回复“评价活动 {number} {stars}”（换成编号和分数）。"

# notices
CHANGED = "您报名的活动“{title}”有变动：\n{lines}\n来不了请回复“取消报名 {number}”，把名额让给别人。"
CHANGED_WAITING = "您候补的活动“{title}”有变动：\n{lines}\n不等了请回复“取消报名 {number}”。"
WAS_NOW = "{what}：原来是{was}，现在改为{now}"
COUNTS = "请以这一条为准：{when}，{place}。"
WHEN, PLACE, SEATS = "时间", "地点", "名额"
UNLIMITED = "不限"
CALLED_OFF_NOTICE = "抱歉通知您：活动“{title}”（{when}，{place}）取消了。{note}您不用再来，也不用取消报名。"
NOTE = "原因：{note}。"
EVE = "提醒您：您报名的“{title}”{when}在{place}。{checkin}来不了请回复“取消报名 {number}”，把名额让给别人。"
EVE_CHECKIN = "到了请扫现场的二维码签到。"
ASK_OPINION = "您参加的“{title}”办得怎么样？请用1到5分评价，5分最满意，后面可以加几句话。比如回复：评价 5 很好"
TITLE_CHANGED, TITLE_CALLED_OFF, TITLE_EVE, TITLE_OPINION = "活动有变动", "活动取消", "活动提醒", "活动评价"
INVITATION = "回复“报名 {number}”参加。"

# 接龙
LIST_FORM = "接龙登记"
LIST_NEWER = "前面那份接龙还没有确认，这次按刚发的这份来。"
LIST_TEXT, LIST_WHICH, LIST_COUNT = "名单", "活动", "人数"
LIST_ASK_WHICH = "这份接龙一共{count}人，要登记到哪个活动？"
LIST_CONFIRM = "请核对：\n{summary}\n对的请回复“确认”，不登记了请回复“取消”。"
LIST_SHOWN = "{count}人：{names}"
LIST_AWAY = "；不来了的{count}人：{names}"
LIST_FIXED = "名单有出入的话，请先回复“取消”，改好再发一次。"
LIST_DONE = "登记好了：“{title}”新增{registered}人报名。"
LIST_WAITING = "{count}人名额不够，排进了候补。"
LIST_MERGED = "{count}人本来就在名单里。"
LIST_GONE = "有{count}人之前已经取消报名，没有再登记；他们又想来的话，请让本人报名，或者请办活动的工会补登。"
LIST_OUT = "写着不来了的{count}人（包括带的人），已经从名单里取消。"
LIST_STAYS = (
    "第{places}号写着不来，可是还在名单里：是本人报的名，或者工作人员登记的。要取消请让本人回复“取消报名 {number}”，"
    "或者请办活动的工会到工作台取消。"
)
LIST_TOLD = "活动有变动时，其中{count}位我们会直接通知，其余的请您转告。"
LIST_NOT_TOLD = "这些人我们还联系不上，活动有变动请您转告。在这里入过会的，本人回复“报名 {number}”就能直接收到通知。"
LIST_PROBLEMS = "名单里有这些地方请核对：\n{lines}"
LIST_NOT_CADRE = "接龙名单要由工会干部来登记。您自己报名的话，请回复“活动”看编号，再回复“报名”加编号。"
LIST_HOW = (
    "请在群里长按接龙，点“复制”，整段粘贴到这里发给我，我来登记到活动里。自己写也可以：第一行写“接龙”和活动名称，"
    "下面每行一个序号和一个姓名，带人的写“张三 +1”，不来的写“张三 不来了”。"
)
LIST_NO_EVENT = "现在没有您可以登记名单的活动。"
LIST_NOT_YOURS = "这个活动不归您所在的工会，名单请发给办活动的工会登记。"
LIST_LONG = "名单太长了，请分几次发，每次最多{most}个字。"
LIST_GROUP = "接龙里有大家的姓名，请在私聊里发给我登记。"
COMPANION = "{name}带的人{place}"

# who left the account while waiting, at the next visit
LEFT_WAITING = (
    "您之前取消了关注，我们没法通知您，“{title}”的候补就撤下了。还想参加请回复“报名 {number}”，重新排在最后。"
)

# by staff in the console
INVITE = "时间：{when}\n地点：{place}\n{about}\n报名截止：{closes}\n{how}"
NEWS = "您报名的“{title}”（{when}，{place}）："
REMOVED = "您在“{title}”的报名，由工会工作人员取消了。{note}有疑问请回复“转人工”。"
