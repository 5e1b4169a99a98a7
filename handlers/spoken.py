"""What a whole short message can be besides a question: a number to pick by, or that an answer did not help."""

import re
from dataclasses import dataclass

from bot.forms.numerals import whole

_NUMERAL = r"(?:[0-9]{1,20}[\ufe0f\u20e3]*|[二三]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_ONE = (
    r"(?:我?(?:要?[选選][择擇]?|要|点|想?问)|回复?)?\s*第?\s*"
    rf"({_NUMERAL})\s*(?:[个個]|项|[条條]|种|[号號]|题|款)?(?:问题)?(?:吧|的|呀|啊|呢|谢谢)?"
)
_MORE = rf"(?:[\s,，、.和跟与及或/&+~-]+{_ONE.replace('(' + _NUMERAL, '(?:' + _NUMERAL)})"
_PLACE = r"(?:最后|最[上下]面?|[上下前后]面|中间|倒数第?|头)(?:那|这)?[一二两三几]?[个個]?"
# A bare number, an ordinal, or several of them: 1, 第一个, 选2, 三号, 2 3, 一二, 最后一个.
NUMBER = rf"{_ONE}|{_ONE}{_MORE}{{1,5}}|[一二两三]{{2,3}}|{_PLACE}"
_SINGLE, _NUMBER = re.compile(_ONE), re.compile(NUMBER)

_NO_USE = (
    r"(?:没有?(?:什么|啥|多大)?(?:帮助|用处?|帮到我?|帮上忙?|解决(?:我的)?问题|解决)|帮不(?:到我?|上忙?|了我?)|没啥用)"
)
_WRONG = (
    r"(?:不(?:太|怎么|大|是很|够|完全)?(?:对|准确?|对劲|清楚|明白|靠谱|管用|有用|具体|详细|满意)"
    r"|没有?(?:(?:说|讲|写)(?:清楚?|明白|到点子?上?)|回答(?:到?我的?)?(?:问题)?|答到点子?上?)"
    r"|太(?:复杂|长|啰嗦|笼统|专业|难懂|官方|简单)|有(?:误|错|问题)|错)"
)
_SOFT = (
    rf"(?:所?答非所问|[牛驴][头唇]不对马嘴|文不对题|胡说(?:八道)?|瞎说|乱说|废话|过时|{_WRONG}"
    rf"|(?:说|讲|答|回答|写|解释)(?:的|得)?(?:都|也|还|是)*{_WRONG}|不是我(?:要|想)?(?:问|知道|了解)的(?:问题|内容|东西)?"
    r"|我?(?:要|想)?问的不是这个|[看听]不(?:太|大)?(?:懂|明白|清楚)|没[看听](?:懂|明白)"
    r"|[和跟](?:我们)?(?:这里|这边|这儿|当地|本地)的?(?:规定|政策)?不(?:太)?一样)"
)
_LEAD = (
    r"(?:我?(?:感觉|觉得))?(?:你|您|它)?(?:这个|这|刚才的?|上面的?)?(?:回答|答案|解释|内容)?"
    r"(?:还是|好像|真的?|完全|根本|一点都?|也|对我|并)*"
)
_TAIL = r"(?:了|啊|呀|吧|呢|的|哦|啦)*"
_REST = r"(?:[\s,，。.!！:：;；、…—-]+(?P<rest>.+))?"
# That an answer did not help, perhaps with why: 没有帮助, 没帮助 说的太复杂了, 不太对, 说得不对.
DISLIKED = rf"{_LEAD}(?:(?P<plain>{_NO_USE})|{_SOFT}){_TAIL}{_REST}"


@dataclass(frozen=True, slots=True)
class Dislike:
    """Why an answer did not help; `reason` is empty without one, `rest` is what was said after the first words."""

    reason: str
    rest: str


def is_number(words: str) -> bool:
    """Whether plain words are nothing but a number, an ordinal, or several."""
    return _NUMBER.fullmatch(words) is not None


def place(words: str) -> int | None:
    """Which one is meant by a single number or ordinal; None for several, 两 and 最后一个."""
    found = _SINGLE.fullmatch(words)
    numeral = found[1].rstrip("\ufe0f\u20e3") if found else ""
    return None if numeral == "两" else whole(numeral)


def dislike(found: re.Match[str]) -> Dislike:
    """What a match of `DISLIKED` says: without a reason only when somebody says just that it was no help."""
    rest = (found["rest"] or "").strip()
    return Dislike(rest if found["plain"] else found[0], rest)
