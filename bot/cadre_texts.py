"""What cadres are told about their office, their leave and the duties that change hands."""

CODE_UNKNOWN = "没有这个绑定码，请核对一下有没有抄错；还不行请向上级工会要一个新的，或者回复“转人工”。"
CODE_USED = "这个绑定码已经有人用过了，一个码只能绑定一个人。请向上级工会要一个新的，或者回复“转人工”。"
CODE_EXPIRED = "这个绑定码{day}已过期，请向上级工会要一个新的，或者回复“转人工”。"
CODE_REVOKED = "这个绑定码已经作废，请向上级工会要一个新的，或者回复“转人工”。"
CODE_TOO_OFTEN = "连着几次都没有找到绑定码，请一小时后再试，或者扫绑定二维码；着急请回复“转人工”。"
CODE_OVER = "您用这个码绑定的职务已经解除。要重新绑定，请向上级工会要一个新的绑定码。"
CODE_PRIVATE = "绑定码只能自己用，请不要发在群里。请私下发给我，或者向上级工会换一个新的。"
BOUND_ALREADY = "您已经绑定{unit} {office}，不用再绑定。"
BOUND_SPARED = "您已经绑定{unit} {office}，不用再绑定；这个绑定码没有用掉。"
SHARED = (
    "{unit}现在还有{count}位同志绑定着{office}，各人都有一份任务。"
    "您要是来接任的，请上级工会解除前任，把没办完的任务移交给您。"
)
BIND_HOW = (
    "请把上级工会给您的绑定码整个发给我，像这样：绑定 2345 6789 abcd efgh jkmn（20个字母和数字），或者扫绑定二维码。"
    "没有绑定码的，请向上级工会要一个。"
)
INHERITED = "前任留下{count}项没办完的任务，现在由您办：\n{lines}"
DUTY_LINE = "· {title}｜{deadline}前"
REST_LINE = "· 另有{count}项，回复“我的任务”查看"

UNBIND_ASK = (
    "您确定解除{unit} {office}的绑定吗？解除以后不再给您派这个职务的任务，{rest}上级工会会知道。"
    "确定请回复“确定解除绑定”，不解除不用理会。"
)
UNBIND_REST = "没办完的{count}项等下一位接任的同志办，"
UNBIND_WHICH = "您有{count}个职务，请说明解除哪一个，比如回复“解除绑定 1”：\n{lines}"
UNBIND_LINE = "{number}. {unit} {office}"
UNBIND_NUMBER = "没有第{number}个职务。\n{lines}\n请回复“解除绑定 1”这样。"
UNBIND_YES = "确定解除绑定"
UNBIND_AGAIN = "要解除职务的绑定，请先回复“解除绑定”。"
UNBOUND = "已解除{unit} {office}的绑定（{day}）。谢谢您为职工做的工作。要重新绑定，请向上级工会要一个新的绑定码。"
UNBOUND_LEFT = "没办完的{count}项任务等下一位接任的同志办，您不用再办。"

HANDED_ON = "您接手了{unit} {office}的{count}项任务：\n{lines}\n回复“我的任务”查看，做完一项回复“完成 编号”。"
HANDED_OFFICE = "您从{day}起担任{unit} {office}。"
LEFT_OFFICE = "您在{unit}的{office}职务从{day}起解除，以后不再给您派这个职务的任务。{rest}如有疑问请联系上级工会。"
LEFT_HANDED = "没办完的{count}项任务已移交接手的同志，您不用再办。"
LEFT_WAITING = "没办完的{count}项任务等下一位接任的同志办，您不用再办。"

LEAVE_HOW = (
    "请假这样说：“请假 12月1日到12月10日 由李四代”。“由谁代”可以不写，不写的话，任务提醒等您回来再发。\n"
    "可以代您的有：\n{lines}\n提前回来了，回复“销假”。"
)
LEAVE_HOW_ALONE = (
    "请假这样说：“请假 12月1日到12月10日”。任务提醒等您回来再发；提前回来了，回复“销假”。\n"
    "现在本工会和上一级工会没有别的干部绑定，没有人可以代。"
)
LEAVE_NOTED = "已记下：{period}请假，由{who}代办，期间的任务提醒发给{who}。提前回来了，回复“销假”。"
LEAVE_ALONE = "已记下：{period}请假，没有人代，期间不发任务提醒，回来后再发；任务的期限不变。提前回来了，回复“销假”。"
LEAVE_DATES = "没看懂日期。请这样说：“请假 12月1日到12月10日 由李四代”。"
LEAVE_ORDER = "请假的最后一天不能早于第一天。"
LEAVE_PAST = "{day}已经过去了。请从今天或以后的日子请起。"
LEAVE_LONG = "一次最多请一年以内的假，最晚从一年内开始。"
LEAVE_MEETS = "{period}已经请过假了，不能重叠。要改请先回复“销假”，再重新请假。"
LEAVE_STANDS_IN = "{period}您在代{who}，请先请上级工会换一个人代，再请假。"
LEAVE_NO_ONE = "本工会和上一级工会里没有绑定过的“{who}”。可以代的有：\n{lines}"
LEAVE_NO_ONE_AT_ALL = "本工会和上一级工会里没有绑定过的“{who}”，现在也没有别的干部可以代。可以先不写由谁代。"
LEAVE_WHICH = "有{count}位都对得上“{who}”，请写上职务，比如“由{example}代”：\n{lines}"
LEAVE_BUSY = "{who}这段时间也在请假，请换一位。"
LEAVE_TO_SUBSTITUTE = "{who}{period}请假，请您代办。期间{who}的任务提醒会发给您。"
BACK = "已销假。任务提醒照常发给您，回复“我的任务”查看。"
BACK_NEXT = "已取消{period}的请假。"
BACK_NONE = "您现在没有在请假。要请假，回复“请假 12月1日到12月10日 由李四代”。"
BACK_SUBSTITUTE = "{who}已销假，不用再代办了，谢谢。"
LEAVE_PRIVATE = "请假的事请私下跟我说，群里别人也看得到。"
SOMEBODY = "这位同志"
