"""Things: what two everyday questions are about, and whether they are evidently the same matter or evidently not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

from bot.search.normal import MAX_CHARS
from bot.search.vocabulary import DEFAULT, Vocabulary

SURE = 0.8  # from which a verdict says that two questions are the same matter
_ALIKE = 0.72  # what two questions must have in common of what they say to be called that
_WEIGHTS = {"things": 1.0, "actions": 0.7, "marks": 0.6, "people": 0.8}
_LIGHT, _PLACE, _WHOLE, _FACET, _LETTER = 0.3, 0.5, 0.6, 0.5, 0.2
_ENOUGH = 2  # things in common that say what is done, where only one says it
_WORD = 2  # unknown characters that may be a word
_MOST_LETTERS = 5  # unknown characters beyond these are chatter
_FRAME = 0.5  # how much of two sentences must agree word for word for what differs to be the point of both
# Buildings, canteens, terms and sites that have a number or a letter for a name.
_NUMBERED = re.compile(
    r"(?<![大小\d])(?:\d{1,4}|[一二三四五六七八九十])(?=号|楼|栋|食堂|期|车间|线|路|门|分厂|厂|区|组|年级|月份)|[a-z](?=栋|座|区|班|线|楼|厂|馆|门|口)"
)
_NUMERALS = {numeral: str(value) for value, numeral in enumerate("一二三四五六七八九十", 1)}

_SAME, _NEARLY, _OTHER = 1.0, 0.5, 0.0  # how well what two questions ask agrees

Groups = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class About:
    """What a question says, in names of the vocabulary. Made by `about`; frozen, safe to keep and to share."""

    things: frozenset[str]
    actions: frozenset[str]
    marks: frozenset[str]  # what tells like things apart: morning, summer, a city
    people: frozenset[str]
    facets: frozenset[str]
    letters: frozenset[str]  # characters that belong to no known word
    pieces: tuple[str, ...]  # the sentence, word by word
    line: tuple[str, ...]  # what the words mean, without filling
    families: Groups  # which members of each family of rivals are named
    weights: Mapping[str, float]
    core: frozenset[str]  # the things that can carry a question


def about(text: str, words: Vocabulary = DEFAULT) -> About:
    """What `text` is about, as `normal.normalise` leaves it. Any string will do; only `MAX_CHARS` are looked at."""
    pieces = tuple(words.split(text[:MAX_CHARS]))
    meanings = [words.meaning(piece) for piece in pieces]
    found: dict[str, set[str]] = {kind: set() for kind in (*_WEIGHTS, "facets", "letters")}
    for kind, name in chain.from_iterable(meanings):
        found[kind].add(name)
    found["marks"] |= {f"第/{_NUMERALS.get(each, each)}" for each in _NUMBERED.findall(text[:MAX_CHARS])}
    _forget(found, words)
    line = tuple("+".join(name for _, name in meant) for meant in meanings if meant)
    return _weighed({kind: frozenset(names) for kind, names in found.items()}, pieces, line, words)


def _forget(found: Mapping[str, set[str]], words: Vocabulary) -> None:
    """Leaves out what does not count beside something else that was named."""
    for before, after in [words.turns[name] for name in (found["actions"] | found["things"]) & words.turns.keys()]:
        found["facets"] ^= {before, after} if before in found["facets"] and after not in found["facets"] else set()
    found["facets"].difference_update(*(words.beats.get(facet, ()) for facet in tuple(found["facets"])))
    for name in (found["things"] | found["facets"]) & words.swallows.keys():
        lost = words.swallows[name]
        found["actions"] -= lost
        found["things"] -= {each for each in found["things"] if each in lost or each.partition("/")[0] in lost}


def _weighed(found: Groups, pieces: tuple[str, ...], line: tuple[str, ...], words: Vocabulary) -> About:
    weights = {
        name: _LIGHT if words.is_light(name) else weight for kind, weight in _WEIGHTS.items() for name in found[kind]
    }
    places = {name for name in weights if name.rpartition("/")[2] in words.settings}
    if any(name in found["things"] for name, weight in weights.items() if weight > _LIGHT and name not in places):
        weights |= {name: min(weights[name], _PLACE) for name in places}
    families: dict[str, frozenset[str]] = {}
    for name in tuple(weights):
        family, _, member = name.partition("/")
        if member and member != "*":
            families[family] = families.get(family, frozenset()) | {name}
            _share(weights, name, f"{family}/*", words)
    return About(
        things=found["things"],
        actions=found["actions"],
        marks=found["marks"],
        people=found["people"],
        facets=found["facets"],
        letters=found["letters"],
        pieces=pieces,
        line=line,
        families=families,
        weights=weights,
        core=frozenset(name for name in weights if name in found["things"] or name.endswith("/*"))
        - {name for name in weights if weights[name] <= _LIGHT},
    )


def _share(weights: dict[str, float], member: str, whole: str, words: Vocabulary) -> None:
    """A member of a family speaks of the family as well: who asks for cats asks for pets."""
    if member.partition("/")[0] in words.families:
        weights[whole] = _LIGHT if words.is_light(whole) else _WHOLE
        weights[member] = max(_LIGHT, weights[member] - weights[whole])


def verdict(one: About, other: About, words: Vocabulary = DEFAULT) -> float | None:
    """Whether two questions are one matter: from `SURE` to 1 when evidently so, 0 when something speaks against it.

    None when too little is known to say either. Symmetric and deterministic; a few µs.
    """
    if one.line == other.line:
        return 1.0 if one.line else None
    if _strangers(one, other):
        return None
    asked = _asked(one, other, words)
    if asked is None or _rivals(one, other) or _opposed(one, other, words) or _differ_in_the_point(one, other, words):
        return 0.0
    if one.core.isdisjoint(other.core):
        return None
    mine, theirs = ({name for name in side.actions if side.weights[name] > _LIGHT} for side in (one, other))
    if mine and theirs and one.actions.isdisjoint(other.actions):
        return 0.0 if one.core == other.core else None
    if bool(mine) != bool(theirs) and len(one.core & other.core) < _ENOUGH:
        return None
    if asked == _OTHER or _half_said(one, other, words) or _thin(one, other):
        return None
    alike = _alike(one, other, asked)
    return SURE + (1 - SURE) * (alike - _ALIKE) / (1 - _ALIKE) if alike >= _ALIKE else None


def _strangers(one: About, other: About) -> bool:
    """Whether nothing brings them together, not even how they begin or end; most pairs are so, so it is quick."""
    return (
        one.weights.keys().isdisjoint(other.weights)
        and one.families.keys().isdisjoint(other.families)
        and one.pieces[:1] != other.pieces[:1]
        and one.pieces[-1:] != other.pieces[-1:]
    )


def _asked(one: About, other: About, words: Vocabulary) -> float | None:
    """How well the facets agree; None when no answer could serve both."""
    if one.facets == other.facets or not one.facets.isdisjoint(other.facets):
        return _SAME
    if not one.facets or not other.facets:  # one asks whether at all
        return _NEARLY if one.facets | other.facets <= {"怎么办", "找谁"} else _OTHER
    pairs = list(product(one.facets, other.facets))
    if any(mine in words.friends.get(theirs, ()) for mine, theirs in pairs):
        return _SAME
    if any(mine in words.errands.get(theirs, ()) for mine, theirs in pairs):
        return _OTHER if one.actions.isdisjoint(other.actions) else _SAME
    return _OTHER if any(mine in words.unsure.get(theirs, ()) for mine, theirs in pairs) else None


def _rivals(one: About, other: About) -> bool:
    """Whether both name members of one family, but not the same ones."""
    return any(mine.isdisjoint(other.families.get(family, mine)) for family, mine in one.families.items())


def _opposed(one: About, other: About, words: Vocabulary) -> bool:
    """Whether one names the opposite of what the other names, and neither names both."""
    mine, theirs = one.weights.keys() - other.weights.keys(), other.weights.keys() - one.weights.keys()
    return any(not words.opposites[name].isdisjoint(theirs) for name in mine if name in words.opposites)


def _differ_in_the_point(one: About, other: About, words: Vocabulary) -> bool:
    """Whether two sentences are the same word for word but for one place, where each says something of its own."""
    shorter = min(len(one.pieces), len(other.pieces))
    before = _shared(one.pieces, other.pieces, shorter)
    after = _shared(one.pieces[::-1], other.pieces[::-1], shorter - before)
    if not before + after:
        return False
    points = [side.pieces[before : len(side.pieces) - after] for side in (one, other)]
    shared = sum(map(len, one.pieces)) - sum(map(len, points[0]))
    if shared < _FRAME * (shared + min(sum(map(len, point)) for point in points)):
        return False
    mine, theirs = (
        {each for piece in point for each in words.meaning(piece) if each[0] != "facets"} for point in points
    )
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _shared(one: Sequence[str], other: Sequence[str], most: int) -> int:
    count = 0
    while count < most and one[count] == other[count]:
        count += 1
    return count


def _half_said(one: About, other: About, words: Vocabulary) -> bool:
    """Whether one names a time, place or person the other leaves open, or adds the opposite of what both say."""
    return any(
        ((name in side.marks or name in side.people) and side.weights[name] > _LIGHT)
        or not words.opposites.get(name, frozenset()).isdisjoint(side.weights)
        for side, against in ((one, other), (other, one))
        for name in side.weights.keys() - against.weights.keys()
    )


def _thin(one: About, other: About) -> bool:
    """Whether all they share is one thing, and words nobody knows may say what each wants of it."""
    if len(one.core & other.core) >= _ENOUGH or not one.actions.isdisjoint(other.actions):
        return False
    mine, theirs = one.letters - other.letters, other.letters - one.letters
    vague = one.facets & other.facets <= {"什么"}  # whether at all, or what
    return bool(mine and theirs) or (vague and len(mine | theirs) >= _WORD)


def _alike(one: About, other: About, asked: float) -> float:
    """0..1: how much of what each says the other says too."""
    common = sum(min(weight, other.weights.get(name, 0.0)) for name, weight in one.weights.items())
    common += _LETTER * min(_MOST_LETTERS, len(one.letters & other.letters)) + _FACET * asked
    return (common / _mass(one) + common / _mass(other)) / 2


def _mass(side: About) -> float:
    return sum(side.weights.values()) + _LETTER * min(_MOST_LETTERS, len(side.letters)) + _FACET
