"""Every sentence of the form engine and its fields. None of them repeats what the person typed."""

from collections.abc import Iterable, Sequence

# ways through a form
START = "下面开始填写{title}。随时可以回复“返回”改上一项，回复“稍后”先放一放，回复“取消”退出。"
THE_FORM = "这张表"
CANCEL_ASK = (
    "您确定不填了吗？已经填的{count}项会全部删除，也不会提交。\n"
    "放弃请回复“确定取消”，接着填请回复“继续”，想先放一放请回复“稍后”。"
)
CANCELLED = "好的，已经取消，填过的内容都删除了。以后需要时可以随时重新开始。"
RESTART_ASK = "您确定要从头填吗？已经填的{count}项会清空。\n从头填请回复“重新填写”，不清空请回复“继续”。"
RESTARTED = "好的，我们从头开始。"
BACK = "好的，回到上一项。"
BACK_NONE = "这已经是第一项了。"
BACK_TO_PLACE = "好的，这一项不改。"
SKIPPED = "好的，这一项先不填。"
SKIP_REFUSED = "抱歉，这一项办理时需要，不能跳过。现在不方便填的话，可以回复“稍后”先放一放，或者回复“转人工”。"
PAUSED = "好的，填到这里已经保存，{days}内回复“继续”就能接着填，过期会自动删除。"
RESUMED = "好的，我们接着填。"
EXPIRED = "距离上次填写已经超过{days}，为了保护您的个人信息，之前填的内容已经删除。需要的话请重新开始。"
OUTDATED = "{title}刚刚更新过，之前填的内容里有{count}项还能用，不用重填。我们接着来。"
OUTDATED_NOTHING = "{title}刚刚更新过，之前填的内容用不上了，麻烦您重新填一下，不好意思。"
OFFER_PERSON = (
    "这一项好像不太好填，没关系：您可以再试一次，也可以回复“稍后”先放一放，或者回复“转人工”请工会工作人员帮您。"
)
WAYS_OUT = (
    "其他可以回复的话：“返回”改上一项，“修改 2”改第2项，“跳过”略过选填项，“稍后”先放一放，“重来”从头填，“取消”退出。"
)
OPTIONAL = "（选填，可以回复“跳过”）"
CURRENT = "现在填的是：{shown}。不用改的话请回复“不改”。"
CURRENT_SKIPPED = "这一项现在没填。不用填的话请回复“不改”。"
NOTED = "已记下：{names}。"
NOT_YET = "{names}先不用发，需要的时候会再问您（刚才发的没有保存）。"
CHANGED = "好的，已经改好。"
FIXED = "“{name}”这一项现在不能改。{why}"
FIXED_WHY = "确实要改的话，请回复“转人工”。"
CHANGEABLE = "可以改的是：\n{summary}"

# the summary
CONFIRM = "请您核对一下：\n{summary}\n没问题请回复“确认”；要改哪一项，回复“修改 2”这样。"
SUMMARY_LINE = "{number}. {name}：{shown}"
NOT_FILLED = "（未填）"
SECRET = "******"
WHICH_CHANGE = "您想改哪一项？回复“修改 2”这样就行：\n{summary}"
NO_SUCH_ITEM = "没有找到您要改的这一项，请看看编号：\n{summary}"
CONFIRM_HELP = "上面的内容都对，请回复“确认”提交；有不对的，回复“修改 2”改第2项；不想提交了，回复“取消”。"

YES, NO = "是", "否"
CONFIRM_YES, CHANGE, CANCEL = "确认", "修改", "取消"
CANCEL_YES, RESTART_YES, GO_ON = "确定取消", "重新填写", "继续"
SKIP, KEEP, PERSON = "跳过", "不改", "转人工"

# free text
TEXT_HINT = "直接打字就行，最多{most}个字。"
TEXT_EMPTY = "没有看到内容，请用文字写一下。"
TEXT_SHORT = "内容有点短，请至少写{least}个字。"
TEXT_LONG = "内容有点长，请控制在{most}个字以内。"

# names
NAME_HINT = "请写和身份证上一样的姓名，比如：张三、阿依古丽·买买提。"
NAME_LENGTH = "姓名应该是2到30个字，请写全名。"
NAME_DIGITS = "姓名里不应该有数字，请只写姓名。"
NAME_CHARS = "姓名里有不能用的符号或表情，请只写姓名；名字中间的点可以用“·”。"
NAME_NOT = "这看起来不像姓名，请写和身份证上一样的姓名。"
CARD_HINT = "请发16到19位的银行卡号。不需要密码、安全码和有效期。"
CARD_CHARS = "银行卡号只有数字，请核对后再发。"
CARD_LENGTH = "银行卡号应该是16到19位数字，您发的是{count}位，请核对后再发。"
ORG_HINT = "请写单位全称，营业执照或者劳动合同上有。没有固定单位的，写常去的平台或街道。"
ORG_NUMBER = "这里只写单位名称，请不要写电话、身份证号等号码。"
ORG_LENGTH = "单位名称应该是2到60个字，请写全称。"
ORG_CHARS = "单位名称里有不能用的符号或表情，请只写名称。"
ORG_NOT = "这看起来不像单位名称，请写单位全称，营业执照或者劳动合同上有。"
PLACE_HINT = "写区和街道就行，比如：东区松柏街道。"
PLACE_NUMBER = "这里只写地方，请不要写电话、身份证号等号码。"
PLACE_LENGTH = "请写2到60个字的地名，比如：东区松柏街道。"
PLACE_NOT = "没看出来是哪里，请写区和街道的名字，比如：东区松柏街道。"

# numbers that belong to somebody
ID_HINT = "身份证号一共18位，最后一位可能是字母X。"
ID_EMPTY = "没有看到号码，请发18位身份证号。"
ID_WORDS = "号码里有别的字，请只发18位身份证号，其他内容不用带。"
ID_OLD = "这是15位的旧号码，请用现在身份证上的18位号码。"
ID_LENGTH = "身份证号应该是18位，位数好像{wrong}了，请核对。"
ID_CHARS = "第{place}位可能有误：身份证号前17位都是数字，最后一位是数字或X，请核对。"
ID_FIRST = "第1位可能有误：身份证号不会以0开头，请核对。"
ID_REGION = "前两位可能有误：没有这个地区代码，请核对。"
ID_BIRTH = "第7到14位（出生年月日）可能有误，请核对。"
ID_CHECK = "号码对不上校验，可能有一位写错或写反了，请重点核对后四位和出生年月日。"
MOBILE_HINT = "手机号是11位数字，以1开头，比如：138 0013 8000。"
MOBILE_CHARS = "手机号应该都是数字，请只发11位手机号。"
MOBILE_LENGTH = "手机号应该是11位，位数好像{wrong}了，请核对。"
MOBILE_START = "手机号应该以13到19开头，请核对一下（座机和客服号不行）。"
MOBILE_THING = "这是物联网卡的号码，请换成平时打电话用的11位手机号。"
USCC_HINT = "统一社会信用代码一共18位，由数字和大写字母组成，营业执照上有。"
USCC_CHARS = (
    "第{place}位可能有误：信用代码只有数字和字母，并且没有I、O、S、V、Z这几个字母（常和1、0、5、2看混），请核对。"
)
USCC_LENGTH = "统一社会信用代码应该是18位，位数好像{wrong}了，请核对。"
USCC_HEAD = "前两位可能有误：第1位是登记部门代码，第2位是1到9的数字，请核对。"
USCC_REGION = "第3到8位（行政区划）应该都是数字，请核对。"
USCC_CHECK = "代码对不上校验，可能有一位写错或写反了，请对照营业执照核对。"
MORE, LESS = "多", "少"

# dates, numbers, choices
DATE_HINT = "请写年月日，比如：2024年3月5日、2024-3-5，也可以说“昨天”。"
DATE_UNCLEAR = "没看懂这个日期，请写年月日，比如：2024年3月5日。"
DATE_DAY = "还差具体是哪一天，请写到日，比如：2024年3月5日。"
DATE_NONE = "日历上没有这一天，请核对。"
DATE_YEAR = "请把年份也写上，比如：2024年3月5日。"
DATE_FUTURE = "这个日期还没到，请核对。"
DATE_PAST = "这个日期已经过去了，请核对。"
DATE_EARLY = "这个日期太早了，请核对。"
DATE_LATE = "这个日期太远了，请核对。"
DATE_SHOW = "{year}年{month}月{day}日"
NUMBER_HINT = "请写数字，比如：12、十二、1.2万。"
NUMBER_UNCLEAR = "没看懂这个数，请只写一个数字，比如：12。"
NUMBER_WHOLE = "这里请写整数。"
NUMBER_PLACES = "小数点后最多{places}位，请核对。"
NUMBER_LOW = "这个数太小了，最小是{least}，请核对。"
NUMBER_HIGH = "这个数太大了，最大是{most}，请核对。"
YES_NO_HINT = "请回复“{yes}”或“{no}”。"
CHOICE_HINT = "请选其中一项，点一下或者回复它的名称就行：{options}。"
CHOICE_NONE = "没有找到这一项，请从给出的选项里选一个，点一下或者回复它的名称。"
CHOICE_SEVERAL = "有几个选项都像，请回复完整的名称。"
CHOICE_MANY = "这里只能选一项，请回复一个。"

_SHOWN_OPTIONS = 12


def days(seconds: float) -> str:
    """A duration in rounded words: 7天, 3小时, 20分钟."""
    for size, unit in ((86400, "天"), (3600, "小时")):
        if seconds >= size:
            return f"{round(seconds / size)}{unit}"
    return f"{max(1, round(seconds / 60))}分钟"


def listed(names: Iterable[str]) -> str:
    """姓名、手机号"""
    return "、".join(names)


def some(options: Sequence[str]) -> str:
    """The options as a list; a long one is cut."""
    return listed(options[:_SHOWN_OPTIONS]) + ("等" if len(options) > _SHOWN_OPTIONS else "")
