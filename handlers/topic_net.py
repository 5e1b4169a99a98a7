"""That somebody wants no more messages, however they put it: the list of topics says how.

An opt-out that is not understood is the worst of answers (PIPL art. 24). But every word of the message must belong to
it, so that no question about work is taken for one: 单位要求我停止工作怎么办, 工资被停发, 公司不要我了.
"""

import re

_HEAD = (
    r"(?:请|麻烦|拜托|求求|求|你们?|您们?|工会|贵会|公众号|以后|今后|真的?|我们?|本人|已经|都|就|再也|烦死了?|太?烦人?了?|"
    r"好烦|吵死了?|够了|老是|天天|[了啊,。!~; ])*+"  # possessive: whatever is typed is read in no time
)
_NOT = r"(?:别|不要|不用|不必|请勿|勿|不想要?|不愿意?|不需要|不希望|少)"
_TO_ME = r"(?:再也?|给我们?|跟我|向我|对我|往我这里?|老是?|一直|天天|总是?|乱|来)*"
_SEND = r"(?:群发|推送|推|发送|发布|发|接收|收到|收|打扰|骚扰|烦|通知|提醒)"
_THING = r"(?:通知|消息|信息|短信|推送|广告|群发)"
_WHOSE = (
    r"(?:我们?|了|任何|所有|全部|一切|你们|您们|你|您|工会|公众号|的|这些|这种|这类|这个|那些|各种|垃圾|广告|活动|群发|推广|营销|"
    r"宣传|消息|提醒|无聊|烦人|那么|这么|多|太多|点|些|什么|一?条)*"
)
_END = r"(?:给我们?)?(?:行不行|好不好|太?烦死?人?了?|烦不烦|了|吧|啊|呀|啦|哈|谢谢|多谢|拜托|[,。! ])*"
_OFF = (
    r"(?:取消|停止|停掉|停了|停|关闭|关掉|关|屏蔽|拒绝|拒收|退[订定]|退掉|终止|不接受|不接收|不收|不想看|不想要|不要|"
    r"不需要)"
)
_STOPS = (
    rf"{_NOT}{_TO_ME}{_SEND}{_WHOSE}(?:{_THING}|微信|东西|内容)?",  # 别再给我发这些了
    rf"{_OFF}{_TO_ME}(?:{_SEND})?{_WHOSE}{_THING}",  # 取消所有通知
    rf"(?:所有|全部|一切|任何)的?{_WHOSE}{_THING}(?:我)?(?:都|也)?(?:{_OFF}|{_NOT}{_TO_ME}{_SEND})",  # 所有通知都不要
    rf"什么(?:{_THING})?(?:都|也){_NOT}{_TO_ME}{_SEND}",  # 什么都别发
    rf"再(?:给我)?{_SEND}(?:{_THING})?我?就(?:投诉|举报|拉黑|取关)(?:你们)?",  # 再发我就投诉了
)
_ANY = rf"(?:{'|'.join(_STOPS)})"
_MAY = r"(?:能不能|可不可以|可以|能否|可否|能)(?:你们|您们)?"
_MANY = rf"{_THING}太多[了啊,。! ]*"
_NET = re.compile(rf"(?:{_MANY})?{_HEAD}(?:{_ANY}{_END}|{_MAY}请?{_ANY}{_END}[吗么呢]?)|{_HEAD}{_MANY}")
_CODE = re.compile(
    r"(?:请?回复?[:, ]?)?(?:(?:t ?d){1,3}|t|stop|unsubscribe|退[订定]){1,2}[ ,!.:]*(?:谢谢|了|吧|啊|通知|[ ,!.])*"
)
_ALONE = re.compile(
    r"(?:我?(?:要|想)?|怎么|如何)(?:停止|停|停下来?|停一?下|都停|全停|拒收|取关|取消关注|不订阅?|不想订阅?|退出订阅)(?:了|吧|啊|谢谢)*"
)
LONGEST = 40


def meant(words: str) -> bool:
    """Whether plain words say so and nothing else; also in the middle of a form."""
    return len(words) <= LONGEST and any(each.fullmatch(words) for each in (_NET, _CODE))


def alone(words: str) -> bool:
    """Words that say so only where nothing else is going on: 停止."""
    return len(words) <= LONGEST and _ALONE.fullmatch(words) is not None
