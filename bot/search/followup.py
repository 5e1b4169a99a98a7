"""Follow-ups: short words that lean on what was answered last, like 那试用期呢 or 多少钱."""

import re
from collections.abc import Mapping

from bot.search import terms
from bot.search.lexicon import Lexicon
from bot.search.normal import fold
from bot.search.terms import Asked

_LONGEST = 16  # characters of a follow-up; what is longer says what it is about
_SHORT = 10
_COMPLETE = 7  # from which length a question that says all needs nothing before it
_BEFORE, _BOTH = 0.8, 0.9  # how much the topics of the earlier question count, and what they mean with the new ones
_LEAD = re.compile(r"^(?:那么?|要是|如果|假如|万一|若是|换成|换做|还有|另外)(?:要是|如果|假如|说|我是|的话)?")
_TAIL = re.compile(r"(?:呢|咧|捏|的话|又怎么算|怎么说)$")
_BARE = re.compile(
    r"(?:一共|大概|每月|1个月|每年|1年|需要|要|是|得|能|可以|应该|给|有|拿|发|交|领|赔|补|批|算|办|休|我|他|它|这个|具体)*"
    r"(?:多少钱?|多久|几天|几个月|多长时间?|什么时候|啥时候|哪里|哪儿|哪|怎么[办算领交弄走申请]*|咋[办算弄领整]*|如何办理?"
    r"|什么材料|哪些材料|啥材料|什么条件|啥条件|什么手续|找谁|谁[来]?[出付给交管]|为什么|凭什么|收费|交钱|花钱|要钱|标准|流程|电话|期限|材料|条件|手续|比例|依据)"
    r"(?:去|办|领|交|申请|拿到?|到账|能|可以|休|算|准备|钱|[呀啊呢吗的不])*"
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


def says(asked: Mapping[int, float], text: str, lexicon: Lexicon) -> tuple[bool, bool]:
    """Whether a text says what it is about and what it asks of that; and whether it says so at length."""
    kinds = [lexicon.concepts[each].kind for each in terms.concepts_of(asked)]
    whole = "topics" in kinds and ("asks" in kinds or kinds.count("topics") > 1)
    return whole, whole and len(core(text)) >= _COMPLETE


def merge(asked: Asked, before: Mapping[int, float], lexicon: Lexicon) -> Asked:
    """The terms of a follow-up with what the question it leans on was about, unless that is a near miss of its own.

    When the earlier question names no topic, all its terms are taken. The subject is the follow-up's own if it has one.
    """
    own = terms.concepts_of(asked.terms)
    rivals = {rival for each in own for rival in lexicon.rivals.get(each, ())}
    topics = [each for each in terms.concepts_of(before) if lexicon.concepts[each].kind in ("topics", "outside")]
    kept = set(topics) - rivals
    taken = terms.concept_keys(sorted(kept)) if topics else list(before)
    joined = dict.fromkeys(taken, _BEFORE) | asked.terms
    both = {meant for one, other, meant in lexicon.together if {one, other} <= kept | set(own)}
    joined = dict.fromkeys(terms.concept_keys(sorted(both)), _BOTH) | joined
    named = {each for each in terms.concepts_of(asked.subject) if lexicon.concepts[each].kind != "context"}
    return Asked(joined, asked.loose, asked.subject if named else asked.subject | joined.keys() - asked.terms.keys())
