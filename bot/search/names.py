"""Finding organisations by how people call them: short names, typos, homophones, pinyin, the wrong ending."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.search.lexicon import DEFAULT
from bot.search.normal import fold

_ENDINGS = re.compile(
    r"(?:股份|集团|控股|责任|有限|总|分|子)*(?:公司|企业)(?=$|[^部])|(?:联合|委员)?工会(?:联合会|委员会)?$|总工会$|联合会$|委员会$"
)
_LETTERS = re.compile(r"^[a-z]{2,40}$")
_CHARACTER, _PAIR, _SOUND = 0.4, 1.0, 0.7
_LEAST, _SURE, _AHEAD = 0.45, 0.8, 0.12  # likeness: to be shown at all, to be taken, and by how much before the next
_INITIALS = 3  # letters that may be the first ones of a name's syllables; fewer say nothing


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with its names: the official one, and others it goes by."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`likeness` is 0 to 1; `sure`: it is evidently this one."""

    id: int
    likeness: float
    sure: bool


class Names:
    """An index of names. Immutable; 14 000 things take about half a second and 30 MB, a question about a millisecond."""

    def __init__(self, things: Iterable[Named]) -> None:
        self._owners: list[int] = []
        self._cores: list[str] = []
        for thing in things:
            for core in dict.fromkeys(filter(None, map(core_of, thing.names))):
                self._owners.append(thing.id)
                self._cores.append(core)
        rows = [_terms(core) for core in self._cores]
        postings: dict[str, list[int]] = {}
        for row, terms in enumerate(rows):
            for term in terms:
                postings.setdefault(term, []).append(row)
        self._postings = {term: np.array(found, dtype=np.int32) for term, found in postings.items()}
        self._weights = {term: self._rarity(term, len(found)) for term, found in postings.items()}
        self._mass = np.array([sum(map(self._weights.__getitem__, terms)) for terms in rows])
        self._spelt = [_spelling(core) for core in self._cores]

    def find(self, text: str, limit: int = 5) -> list[Found]:
        """The things that may be meant, the likeliest first; at most one of them is `sure`. Never raises."""
        core = core_of(text)
        if not core or not self._owners:
            return []
        letters = core.replace(" ", "")
        likeness = self._by_letters(letters) if _LETTERS.match(letters) else self._by_terms(core)
        return self._best(core, likeness, limit)

    def _rarity(self, term: str, seen: int) -> float:
        kind = _SOUND if term[0] == "~" else _PAIR if len(term) > 1 else _CHARACTER
        return kind * math.log(1 + len(self._cores) / (1 + seen))

    def _by_terms(self, core: str) -> npt.NDArray[np.float64]:
        common = np.zeros(len(self._cores))
        asked = 0.0
        for term in _terms(core):
            weight = self._weights.get(term) or self._rarity(term, 0)
            asked += weight
            if term in self._postings:
                common[self._postings[term]] += weight
        least, most = np.minimum(self._mass, asked), np.maximum(self._mass, asked)
        return common / np.maximum(0.75 * least + 0.25 * most, 1e-9)

    def _by_letters(self, letters: str) -> npt.NDArray[np.float64]:
        return np.array([_spells(letters, *spelt) for spelt in self._spelt])

    def _best(self, core: str, likeness: npt.NDArray[np.float64], limit: int) -> list[Found]:
        best: dict[int, float] = {}
        for row in np.argsort(-likeness, kind="stable")[: 8 * limit].tolist():
            near = 1.0 if self._cores[row] == core else min(float(likeness[row]), 0.99)
            if near >= _LEAST:
                best[self._owners[row]] = max(best.get(self._owners[row], 0.0), near)
        order = sorted(best, key=lambda each: (-best[each], each))[:limit]
        second = best[order[1]] if len(order) > 1 else 0.0
        return [
            Found(each, best[each], place == 0 and best[each] >= _SURE and best[each] - second >= _AHEAD)
            for place, each in enumerate(order)
        ]


def core_of(name: str) -> str:
    """What tells a name from others: width, script and case made one, without endings such as 有限公司 or 工会."""
    plain = fold(name[:80])
    bare = _ENDINGS.sub("", _ENDINGS.sub("", plain))
    return bare or plain


def _terms(core: str) -> set[str]:
    sounds = [DEFAULT.sounds.get(character, character) for character in core]
    pairs = {one + other for one, other in pairwise(core)}
    heard = {f"~{one} {other}" for one, other in pairwise(sounds)}
    return {*core, *pairs, *heard}


def _spelling(core: str) -> tuple[str, str]:
    """The whole pinyin without tones, and its first letters."""
    sounds = [DEFAULT.sounds.get(character, character) for character in core]
    return "".join(sounds), "".join(sound[:1] for sound in sounds)


def _spells(letters: str, whole: str, initials: str) -> float:
    """How much of a name these letters spell."""
    if letters in whole:
        return len(letters) / len(whole) * 0.5 + 0.5
    if len(letters) >= _INITIALS and letters in initials:
        return len(letters) / len(initials) * 0.4 + 0.45
    return 0.0


def listed(found: Sequence[Found]) -> list[int]:
    """The ids, the sure one alone where there is one."""
    sure = [each.id for each in found if each.sure]
    return sure or [each.id for each in found]
