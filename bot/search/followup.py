"""Follow-ups: short words that lean on what was answered last, like 那试用期呢 or 多少钱."""

import re
from collections.abc import Iterable, Mapping

from bot.search import terms
from bot.search.lexicon import Lexicon
from bot.search.normal import fold

_LONGEST = 16  # characters of a follow-up; what is longer says what it is about
_SHORT = 10
_BEFORE = 0.6  # how much the words of the earlier question still count
_LEAD = re.compile(r"^(?:那么?|要是|如果|假如|万一|若是|换成|换做|还有|另外)(?:要是|如果|假如|说|我是|的话)?")
_TAIL = re.compile(r"(?:呢|咧|捏|的话|又怎么算|怎么说)$")
_BARE = re.compile(
    r"(?:一共|大概|每月|1个月|每年|1年|需要|要|是|得|能|可以|应该|给|有|拿|发|交|领|赔|补|批|算|办|休|我|他|它|这个|具体)*"
    r"(?:多少钱?|多久|几天|几个月|多长时间?|什么时候|啥时候|哪里|哪儿|哪|怎么[办算领交弄走申请]*|咋[办算弄领整]*|如何办理?"
    r"|什么材料|哪些材料|啥材料|什么条件|啥条件|什么手续|找谁|谁[来]?[出付给交管]|为什么|凭什么|标准|流程|电话|期限|材料|条件|手续|比例|依据)"
    r"(?:去|办|领|交|申请|拿到?|到账|能|可以|休|算|准备|钱|[呀啊呢吗的])*"
)
_PLACE = re.compile(
    r"(?:去|在|到|上|找|向)?(?:哪里?|哪儿|什么地方|哪个部门|哪个窗口|谁)(?:可以|能)?(?:去|申请|办理?|领取?|查|交|投诉|反映|弄)?"
)


def leans(text: str) -> bool:
    """Whether a text looks as if it leans on the answer before it. Cheap, knows nothing of the entries.

    True is only a hint: `Index.ask` with `after` leaves a complete question alone.
    """
    plain = fold(text)
    if not 0 < len(plain) <= _LONGEST:
        return False
    if _LEAD.match(plain) or _TAIL.search(plain):
        return True
    return len(plain) <= _SHORT and bool(_BARE.fullmatch(plain) or _PLACE.fullmatch(plain))


def core(text: str) -> str:
    """What a follow-up adds: its normalised words without 那 … 呢. May be empty."""
    return _TAIL.sub("", _LEAD.sub("", fold(text)))


def merge(asked: Mapping[int, float], before: Iterable[int], lexicon: Lexicon) -> dict[int, float]:
    """The terms of a follow-up with those of the question it leans on, which count less and give way to rivals.

    Of the earlier question only what it is about is kept when the follow-up brings something of its own.
    """
    rivals = {rival for each in terms.concepts_of(asked) for rival in lexicon.rivals.get(each, ())}
    asks = any(lexicon.concepts[each].kind == "asks" for each in terms.concepts_of(asked))
    barred = set(terms.concept_keys(rivals))
    if asks:
        barred |= {key for key in terms.concept_keys(range(len(lexicon.concepts))) if _asks(key, lexicon)}
    return {key: _BEFORE for key in before if key not in barred} | dict(asked)


def _asks(key: int, lexicon: Lexicon) -> bool:
    return any(lexicon.concepts[each].kind == "asks" for each in terms.concepts_of([key]))
