"""How people say that they do not come, in one breath: 不好意思啊那天要加班来不了了麻烦取消一下谢谢.

Every word of the message has to belong to it, so that no question about work is taken for one.
"""

import re

GONE = (
    r"(?:都|全部?|也)?(?:不去了|去不了|去不成|来不了|不来了|不参加了|参加不了|不能[去来参]加?了?|不想[去来]了|"
    r"不报了|不排了|不(?:想再?)?等了)"
)
_NOT = r"(?:不去|不来|不参加|不报名|不报|不想(?:去|参加|报名))"  # plain enough where an event is named
_WHY = (
    r"(?:我们?|本人|改了?时间|改期|时间|不合适|那天|当天|[今明后]天|(?:这|下)?(?:周|星期)[一二三四五六日天末]|到时候?|抱歉|不好意思|对不起|临时|家里|突然|"
    r"有(?:点|急)?事情?|有变动?|可能|恐怕|实在|应该|要|得|又|在|上|"
    r"加班|上班|值班|夜班|出差|(?:孩子|小孩|老人)(?:生病了?|病了|发烧|感冒|不舒服|住院了?|没人[带看管]|要[带看]?)|"
    r"带孩子|生病|病了|身体|不太?舒服|"
    r"发烧|感冒|因为|由于|所以|没空|没时间|活动|那么?|这样|就|啊|呀|了|的|[,。!~、 ]){0,14}+"
)
_PLEASE = (
    r"(?:麻烦|请|帮忙?我?|给我|替我|取消|退掉|一下|报名|候补|把|名额|位置|让给?|留给|给|别人|其他人|有需要的人?|工友|同事|吧|了|啊|哈|"
    r"谢谢您?|辛苦了?|抱歉|不好意思|活动|[,。!~、 ]){0,12}+"
)
# possessive, so that whatever is typed is read in no time
_BREATH = re.compile(rf"{_WHY}{GONE}{_WHY}{_PLEASE}")
_NAMED = re.compile(rf"{_WHY}(?:{GONE}|{_NOT}){_WHY}{_PLEASE}")
LONGEST = 60


def meant(words: str) -> bool:
    """Whether plain words say so and nothing else."""
    return len(words) <= LONGEST and _BREATH.fullmatch(words) is not None


def of_named(words: str) -> bool:
    """Whether plain words say so behind the name of an event: 我不参加."""
    return len(words) <= LONGEST and _NAMED.fullmatch(words) is not None
