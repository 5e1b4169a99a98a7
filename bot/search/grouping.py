"""Grouping: which earlier question that nobody could answer means the same as a new one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.search.finding import spans, understand
from bot.search.lexicon import DEFAULT, Lexicon
from bot.search.normal import normalise_all

_NEAR = 0.57  # from which likeness two questions are taken for the same
_TOPIC, _WIDE_TOPIC, _PAIR, _CHARACTER = 3.0, 1.2, 1.0, 0.5
_INSIDE = 0.5  # what is left of the weight of characters in a word of the lexicon, which counts as a topic as well
_OTHERWISE = 0.6  # what is left of the likeness of two questions that ask different things about their subject
# In every other question to a union; they say nothing of its subject.
_GENERAL = frozenset({"工会", "劳动监察", "会员权利", "帮扶中心"})
# Groups of words for quite different things: two questions may both name one and mean something else.
_WIDE = frozenset(
    [
        "文体活动",
        "技能培训",
        "医保",
        "新业态",
        "工资",
        "社保",
        "劳动合同",
        "辞退",
        "辞职",
        "工伤",
        "赔偿",
        "入会",
        "驿站",
        "体检",
        "慰问",
        "住院",
        "困难帮扶",
        "劳保用品",
        "安全生产",
    ]
)
_EMPTY = frozenset(
    "的了吗呢吧啊我你他她它们这那哪什么怎样有没能会不要是给在和与跟对为把被就都也还个些点可以让想请问下上里到说用去来着过得地谁几多少"
    "年月日办搞弄管做提供服务单位公司厂老板员工职人大家咱如何啥咋"
)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a question is about, by weight, and what it asks about that."""

    terms: Mapping[str | int, float]
    asks: frozenset[int]


def nearest(text: str, groups: Mapping[int, Sequence[str]], lexicon: Lexicon = DEFAULT) -> int | None:
    """The group with a question that means the same as `text`; None when none is near enough.

    Deterministic; of equally near groups the one with the smallest number. About 25 µs for each question in `groups`:
    500 groups of three take some 40 ms.
    """
    numbers = [number for number in sorted(groups) for _ in groups[number]]
    plain = normalise_all([text, *(known for number in sorted(groups) for known in groups[number])])
    if not plain[0]:
        return None
    heard = understand(plain[0], lexicon)
    asked = _subject(plain[0], lexicon, {each for each, sure in heard.concepts.items() if sure >= 0.5})
    best, found = _NEAR, None
    for number, known in zip(numbers, plain[1:], strict=True):
        near = 1.0 if known == plain[0] else _alike(asked, _subject(known, lexicon), lexicon)
        if near > best or (near == 1.0 and found is None):
            best, found = near, number
    return found


def _subject(text: str, lexicon: Lexicon, heard: Iterable[int] = ()) -> _Subject:
    characters, concepts = [(each, 0.0 if each in _EMPTY else 1.0) for each in text], set(heard)
    for start, end in spans(text, lexicon):
        meant = [each for each, _ in lexicon.forms.get(text[start:end], ())]
        concepts.update(meant)
        counts = _INSIDE if any(_weight(each, lexicon) for each in meant) else 0.0
        characters[start:end] = [(each, counts * old) for each, old in characters[start:end]]
    terms: dict[str | int, float] = {each: _weight(each, lexicon) for each in concepts if _weight(each, lexicon)}
    terms |= {one: _CHARACTER * counts for one, counts in characters if counts}
    pairs = [(one + other, min(counts, more)) for (one, counts), (other, more) in pairwise(characters)]
    terms |= {pair: _PAIR * counts for pair, counts in pairs if counts}
    return _Subject(terms, frozenset(each for each in concepts if lexicon.concepts[each].kind == "asks"))


def _weight(concept: int, lexicon: Lexicon) -> float:
    named = lexicon.concepts[concept]
    if named.kind == "outside" or named.name in _WIDE:
        return _WIDE_TOPIC
    return _TOPIC if named.kind == "topics" and named.name not in _GENERAL else 0.0


def _alike(one: _Subject, other: _Subject, lexicon: Lexicon) -> float:
    """0..1: what two questions have in common of what they are about; 0 for near misses."""
    if not one.terms or not other.terms or _rivals(one, other, lexicon):
        return 0.0
    common = sum(weight for term, weight in one.terms.items() if term in other.terms)
    masses = sum(one.terms.values()), sum(other.terms.values())
    alike = 0.8 * (2 * common / sum(masses)) + 0.2 * (common / min(masses))
    return alike * (_OTHERWISE if one.asks and other.asks and not one.asks & other.asks else 1.0)


def _rivals(one: _Subject, other: _Subject, lexicon: Lexicon) -> bool:
    """Whether one names a near miss of what the other names, and neither names both."""
    return any(
        isinstance(term, int) and term not in other.terms and lexicon.rivals.get(term, frozenset()) & other.terms.keys()
        for term in one.terms
    )
