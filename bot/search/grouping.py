"""Grouping: which earlier question that nobody could answer means the same as a new one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.search.finding import spans, understand
from bot.search.lexicon import DEFAULT, Lexicon
from bot.search.normal import normalise_all
from bot.search.things import About, about, verdict

_NEAR = 0.57  # from which likeness two questions are taken for the same
_LIKELY = 0.2  # from which a person is asked whether they are
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
    """What a question is about, by weight and in all, what is a near miss of that, and what it asks about it."""

    plain: str
    terms: Mapping[str | int, float]
    mass: float
    rivals: frozenset[int]
    asks: frozenset[int]
    about: About


class Subjects:
    """What earlier questions are about, worked out once for each text however often it is compared.

    Keeps every text it has seen: make one for a batch of comparisons and let it go with the batch.
    """

    def __init__(self, lexicon: Lexicon = DEFAULT) -> None:
        self.lexicon = lexicon
        self._known: dict[str, _Subject] = {}

    def __len__(self) -> int:
        """How many texts are known."""
        return len(self._known)

    def of(self, texts: Sequence[str]) -> list[_Subject]:
        """What each text is about, in order."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, plain in zip(fresh, normalise_all(fresh), strict=True):
            self._known[text] = _subject(plain, self.lexicon)
        return [self._known[text] for text in texts]


def nearest(text: str, groups: Mapping[int, Sequence[str]], subjects: Subjects | None = None) -> int | None:
    """The group with a question that means the same as `text`; None when none is near enough.

    Deterministic; of equally near groups the one with the smallest number. 500 groups of three took 125 to 180 ms of
    CPU on a busy machine; with `subjects` that know their texts 4 to 8 ms.
    """
    best, found = _NEAR, None
    for number, near in _likenesses(text, groups, Subjects() if subjects is None else subjects):
        if near > best or (near == 1.0 and found is None):
            best, found = near, number
    return found


def likely(text: str, groups: Mapping[int, Sequence[str]], subjects: Subjects | None = None) -> list[int]:
    """The groups that a person should look at because they may mean the same, the likeliest first."""
    best: dict[int, float] = {}
    for number, near in _likenesses(text, groups, Subjects() if subjects is None else subjects):
        if near >= _LIKELY:
            best[number] = max(best.get(number, 0.0), near)
    return sorted(best, key=lambda number: (-best[number], number))


def _likenesses(text: str, groups: Mapping[int, Sequence[str]], subjects: Subjects) -> Iterator[tuple[int, float]]:
    """How near each question of each group is; nothing for a text that says nothing."""
    lexicon, plain = subjects.lexicon, normalise_all([text])[0]
    if not plain:
        return
    heard = understand(plain, lexicon)
    asked = _subject(plain, lexicon, {each for each, sure in heard.concepts.items() if sure >= 0.5})
    for number in sorted(groups):
        for known in subjects.of(groups[number]):
            yield number, 1.0 if known.plain == plain else _alike(asked, known)


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
    rivals = frozenset(rival for each in terms if isinstance(each, int) for rival in lexicon.rivals.get(each, ()))
    asks = frozenset(each for each in concepts if lexicon.concepts[each].kind == "asks")
    return _Subject(text, terms, sum(terms.values()), rivals, asks, about(text))


def _weight(concept: int, lexicon: Lexicon) -> float:
    named = lexicon.concepts[concept]
    if named.kind == "outside" or named.name in _WIDE:
        return _WIDE_TOPIC
    return _TOPIC if named.kind == "topics" and named.name not in _GENERAL else 0.0


def _alike(one: _Subject, other: _Subject) -> float:
    """0..1: what two questions have in common of what they are about; 0 for near misses.

    What everyday things they name decides where it can; the words of the field and the characters decide the rest.
    """
    if _rivals(one, other):
        return 0.0
    evident = verdict(one.about, other.about)
    if evident is not None:
        return evident
    common = sum(weight for term, weight in one.terms.items() if term in other.terms)
    if not common:
        return 0.0
    alike = 0.8 * (2 * common / (one.mass + other.mass)) + 0.2 * (common / min(one.mass, other.mass))
    return alike * (_OTHERWISE if one.asks and other.asks and not one.asks & other.asks else 1.0)


def _rivals(one: _Subject, other: _Subject) -> bool:
    """Whether one names a near miss of what the other names, and the other does not name it too."""
    return not (one.terms.keys() & other.rivals) <= other.terms.keys()
