"""收到 as people write it: with thanks, a promise, a name behind it, twice, or with that they cannot come.

Read clause by clause: what holds one clause that is none of these is something else, and is left to others.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.forms.fold import HAN
from bot.services.jielong_lines import is_name
from handlers import duty_courtesy

LONGEST = 60  # characters of a receipt
_WHAT = r"(?:(?:活动|会议|报名|工会|[以上这些条个的])*(?:通知|消息|信息|短信)+)"
_GOT = r"(?:收到|收悉|知悉|知道|已阅|阅|已读|看到|看见|晓得|明白|了解)"
_DAY = r"(?:(?:这|下)?(?:周|星期|礼拜)[一二三四五六日天末]|[今明后]天|[0-9]{1,2}[号日]|那天|当天)"
_HOUR = r"(?:[早上中下]午|[早晚]上|[0-9一二两三四五六七八九十]{1,3}点半?)"
_SOON = rf"(?:会|将|就|马上|一定|准时|按时|照常|届时|到时候?|尽量|争取|保证|{_DAY}|{_HOUR})"
_COME = r"(?:参加|到场|出席|到|来|去|办理?|落实|转发|转告|通知大家|安排)"
_COMES = rf"(?:我们?)?(?:{_SOON}*{_COME}的?|(?:一定|准时|按时|尽量){{1,2}}|{_SOON}*见)[哈啊哦]?"
_RECEIVED = re.compile(
    rf"(?:{_WHAT} ?[,:]? ?)?(?:我们?)?(?:全部?|[都均])?(?:已经?)?{_GOT}了?(?: ?[,:]? ?{_WHAT})?了?"
    rf"(?:[ ,。!~;]*{_COMES})?"
)
# 回复收到, 收到收到, 收到1: numbers of duties are met by duty_orders where somebody has duties only
_AGAIN = re.compile(
    rf"(?:(?:我们?|本人|大家|全体)?[都全均]?(?:已经?)?(?:(?:回复|答复|确认|回) ?[“\"']?)?{_GOT}[”\"']?"
    r"[了啦咯喽哈哦的嘛]{0,2})++"
    r" ?(?:\+?[0-9]{1,2})?"
)
_NOD = re.compile(
    r"(?:好(?:[的滴哒嘞咧叻吧]|的呢)?|嗯+[嗯呢]?|恩+|ok(?:ay)?|行|可以|没问题|必须的|是的|对|确认|遵命|一定|"
    r"要得|中|得[嘞咧]|妥[了嘞]?|成|嗯[呐呢]|太(?:好|棒|开心)|真(?:好|棒))[了的啊呀哦哈嘞!]?"
)
_CAN_NOT = (
    r"不去|去不了|去不成|来不了|不来|不能[来去]|(?:不能|无法|不便)(?:参加|到场|出席|前往)|参加不了|不参加|到不了|请(?:个|一天)?假|"
    r"没空|没时间|有事"
)
_EXCUSE = (
    rf"(?:{_DAY}|但是?|不过|可是|抱歉|不好意思|对不起|本人|我|那天|当天|临时|家里|有事|有点|加班|上班|值班|出差|身体|不舒服|"
    r"可能)"
)
_ABSENT = re.compile(rf"{_EXCUSE}*(?:{_CAN_NOT})(?:{_CAN_NOT})?[了啊哈的]?")
_APOLOGY = re.compile(rf"{_EXCUSE}+[了啊哈的]?|(?:我|已经?)*(?:回复|答复)")
_SAYS = (("got", (_RECEIVED, _AGAIN)), ("absent", (_ABSENT,)), ("nod", (_NOD, re.compile(_COMES))))
_UNIT = re.compile(rf"[{HAN}a-z0-9]{{1,12}}(?:部|科|室|公司|工会|车间|厂|局|学校|医院|处|组|中心|队|街道|社区)")
_NO_NAME = re.compile(r"[时间地处费用吗呢么几谁哪啥怎去来带能可没要查问]")  # 何时 is nobody
_SIGN = re.compile(
    r"(?:[\U0001f44c\U0001f44d\U0001f64f\U0001f4aa\U0001f91d\U0001f60a\U0001f642\U0001f44f\U0001faf0✅✔☑]"
    r"[\U0001f3fb-\U0001f3ff\ufe0f]*|\[(?:ok|强|抱拳|合十|好的|握手|玫瑰|鼓掌|愉快|微笑|奋斗|敬礼|收到)\])+"
)
_THANKS = re.compile(
    r"(?:非常|太|十分)?(?:谢谢|多谢|感谢|辛苦|谢)(?:您们?|你们?|老师|领导|工会|大家|了|啦|哈|啊|的?(?:提醒|通知|告知|关心))*"
)
_CLAUSE = re.compile(r"[\s,。.!~、;:…()—-]+")
_BLANK = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says of a notice: `got` 收到, `nod` 好的 or that they come, `absent` that they do not."""

    got: bool
    nod: bool
    absent: bool


@lru_cache(maxsize=8)  # several ask it of the same words
def read(words: str) -> Said | None:
    """What plain words say of a notice; None when anything in them is about something else."""
    if not 0 < len(words) <= LONGEST:
        return None
    for each in duty_courtesy.ways(words):
        if _RECEIVED.fullmatch(each):
            return Said(True, False, False)
    signed = _SIGN.sub(",", words)
    kinds = {"nod"} if signed != words else set[str]()
    for clause in filter(None, _CLAUSE.split(_BLANK.sub("", signed))):
        found = _kinds(clause)
        if not found:
            return None
        kinds |= found
    return Said("got" in kinds, "nod" in kinds, "absent" in kinds) if kinds - {"kind"} else None


def _kinds(clause: str) -> set[str]:
    """What one clause says: `kind` for thanks, a name, an apology; empty for something else."""
    clause = _THANKS.sub("", clause)
    if not clause or _APOLOGY.fullmatch(clause) or _somebody(clause):
        return {"kind"}
    for kind, patterns in _SAYS:
        if any(each.fullmatch(clause) for each in patterns):
            return {kind}
    return _joined(clause)


def _joined(clause: str) -> set[str]:
    """收到我不去, 张三收到: two clauses in one."""
    begins = _AGAIN.match(clause)
    if begins is not None:
        more = _kinds(clause[begins.end() :])
        return {"got", *more} if more else set()
    ends = re.search(rf"(?:已经?)?{_GOT}了?$", clause)
    return {"got"} if ends is not None and _somebody(clause[: ends.start()]) else set()


def _somebody(words: str) -> bool:
    """A name, a unit, or a name behind its unit."""
    unit = _UNIT.match(words)
    rest = words[unit.end() :] if unit else words
    return (unit is not None and not rest) or (is_name(rest) and _NO_NAME.search(rest) is None)
