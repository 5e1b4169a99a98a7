"""Grouping: which earlier question that nobody could answer means the same as a new one."""

from collections.abc import Mapping, Sequence

from bot.search.lexicon import DEFAULT, Concept, Lexicon
from bot.search.normal import normalise
from bot.search.ranking import Bag, bag

_NEAR = 0.5
_GENERAL = frozenset({"工会", "单位", "职工", "会员"})  # in every other question to a union; say nothing of its subject


def nearest(text: str, groups: Mapping[int, Sequence[str]], lexicon: Lexicon = DEFAULT) -> int | None:
    """The group with a question that means the same as `text`; None when none is near enough.

    Deterministic; of equally near groups the one with the smallest number.
    """
    asked = _subject(text, lexicon)
    best, found = _NEAR, None
    for number in sorted(groups):
        near = max((_alike(asked, _subject(known, lexicon)) for known in groups[number]), default=0.0)
        if near > best:
            best, found = near, number
    return found


def _subject(text: str, lexicon: Lexicon) -> Bag:
    terms = bag(normalise(text), lexicon)
    return {term: _weight(term) for term in terms if _weight(term)}


def _weight(term: str | Concept) -> float:
    if isinstance(term, Concept):
        return 4.0 if term.kind == "topics" and term.name not in _GENERAL else 0.0
    return 0.0 if set(term) <= set("工会单位公司") else 1.0


def _alike(one: Bag, other: Bag) -> float:
    mass = sum(one.values()) + sum(other.values())
    return 2 * sum(weight for term, weight in one.items() if term in other) / mass if mass else 0.0
