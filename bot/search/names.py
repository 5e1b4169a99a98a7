"""Finding organisations by how people call them: short names, typos, homophones, pinyin, the wrong ending."""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from bot.search.lexicon import DEFAULT
from bot.search.normal import unify

MAX_CHARS = 80  # of a name or a question; the rest is not looked at
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOISE = re.compile(r"[^\w\n]+|_+")
_ENDING = re.compile(
    r"(?:股份|集团|控股|责任|有限)*(?:总|分|(?<!电)子)?(?:公司|企业)(?=\n|$|[^部\n])"
    r"|(?:(?:总|联合)?工会(?:联合会|(?:工作)?委员会)?|联合会)$",
    re.MULTILINE,
)
_NUMBER = re.compile(r"(?<!\d)[1-9]\d?(?!\d)")
_NUMERALS = " 一二三四五六七八九"
_LETTERS = re.compile(r"[a-z]{2,40}")
_CHARACTER, _PAIR, _SOUND = 0.4, 1.0, 0.7
_LEAST, _SURE, _AHEAD = 0.45, 0.8, 0.12  # likeness: to be shown at all, to be taken, and by how much before the next
_INITIALS = 3  # letters that may be the first ones of a name's syllables; fewer say nothing
_MORE = Path(__file__).with_name("name_sounds.yaml")


def _sounds() -> dict[str, str]:
    rows: dict[str, str] = yaml.load(_MORE.read_bytes(), yaml.CSafeLoader)
    return {character: sound for sound, characters in rows.items() for character in characters} | dict(DEFAULT.sounds)


_SOUNDS = _sounds()


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with its names: the official one, and others it goes by."""

    id: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`likeness` is 0 to 1, 1 for the very name; `sure`: evidently this one, and nothing said speaks against it."""

    id: int
    likeness: float
    sure: bool


class Names:
    """An index of names. Immutable; docs/performance.md says what 14 000 of them cost."""

    def __init__(self, things: Iterable[Named]) -> None:
        pairs = [(thing.id, name) for thing in things for name in thing.names]
        cores = cores_of([name for _, name in pairs])
        named = dict.fromkeys((owner, core) for (owner, _), core in zip(pairs, cores, strict=True) if core)
        self._owners = [owner for owner, _ in named]
        self._cores = [core for _, core in named]
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for row, core in enumerate(self._cores):
            for term in _terms(core):
                postings[term].append(row)
        sizes = list(map(len, postings.values()))
        weights = [self._rarity(term, size) for term, size in zip(postings, sizes, strict=True)]
        self._rows = np.fromiter(chain.from_iterable(postings.values()), np.int32, sum(sizes))
        self._places = dict(zip(postings, pairwise(accumulate(sizes, initial=0)), strict=True))
        self._weights = dict(zip(postings, weights, strict=True))
        self._mass = np.bincount(self._rows, np.repeat(weights, sizes), len(self._cores))
        self._spelt = _Spelt(self._cores)

    def find(self, text: str, limit: int = 5) -> list[Found]:
        """The things that may be meant, the likeliest first; at most one of them is `sure`. Never raises."""
        core = core_of(text)
        if not core or not self._owners:
            return []
        letters = _LETTERS.fullmatch(core)
        return self._best(core, self._spelt.likeness(core) if letters else self._by_terms(core), limit)

    def _rarity(self, term: str, seen: int) -> float:
        kind = _SOUND if term[0] == "~" else _PAIR if len(term) > 1 else _CHARACTER
        return kind * math.log(1 + len(self._cores) / (1 + seen))

    def _by_terms(self, core: str) -> npt.NDArray[np.float64]:
        common = np.zeros(len(self._cores))
        asked = 0.0
        for term in _terms(core):
            weight = self._weights.get(term) or self._rarity(term, 0)
            asked += weight
            if term in self._places:
                begin, end = self._places[term]
                common[self._rows[begin:end]] += weight
        least, most = np.minimum(self._mass, asked), np.maximum(self._mass, asked)
        return common / np.maximum(0.75 * least + 0.25 * most, 1e-9)

    def _best(self, core: str, likeness: npt.NDArray[np.float64], limit: int) -> list[Found]:
        best: dict[int, tuple[float, int]] = {}
        for row in np.argsort(-likeness, kind="stable")[: 8 * limit].tolist():
            near = 1.0 if self._cores[row] == core else min(float(likeness[row]), 0.99)
            if near >= _LEAST:
                owner = self._owners[row]
                best[owner] = max(best.get(owner, (0.0, row)), (near, row))
        order = sorted(best, key=lambda each: (-best[each][0], each))
        if not order:
            return []
        (near, row), second = best[order[0]], best[order[1]][0] if len(order) > 1 else 0.0
        likely = near >= _SURE and near - second >= _AHEAD and self._nothing_else(core, row)
        sure = likely or (near == 1 and second < 1)
        return [Found(each, best[each][0], sure and each == order[0]) for each in order[:limit]]

    def _nothing_else(self, core: str, row: int) -> bool:
        """Whether all that was said sounds in the name: 西区 says it is not the one in 东区, however alike they are."""
        if _LETTERS.fullmatch(core):
            return True
        return set(syllables(core)) <= set(syllables(self._cores[row]))


class _Spelt:
    """The names in pinyin without tones, whole and by first letters, each kind one long text of lines."""

    def __init__(self, cores: Sequence[str]) -> None:
        sounds = list(map(syllables, cores))
        self._whole = _Lines(["".join(each) for each in sounds])
        self._initials = _Lines(["".join([sound[0] for sound in each]) for each in sounds])

    def likeness(self, letters: str) -> npt.NDArray[np.float64]:
        """How much of each name these letters spell."""
        found = self._initials.share(letters) if len(letters) >= _INITIALS else 0.0
        initials = np.where(found, np.multiply(found, 0.4) + 0.45, 0.0)
        whole = self._whole.share(letters)
        return np.maximum(initials, np.where(whole, whole * 0.5 + 0.5, 0.0))


class _Lines:
    """Lines in which letters are looked for all at once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(lines)
        self._lengths = np.array(list(map(len, lines)), dtype=np.float64)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def share(self, letters: str) -> npt.NDArray[np.float64]:
        """How much of each line the letters are, 0 where it does not hold them."""
        shares = np.zeros(len(self._lengths))
        at = self._text.find(letters)
        while at >= 0:
            row = bisect_right(self._starts, at) - 1
            shares[row] = len(letters) / self._lengths[row]
            at = self._text.find(letters, self._starts[row + 1])
        return shares


def core_of(name: str) -> str:
    """What tells a name from others: width, script and case made one, without endings such as 有限公司 or 工会."""
    return cores_of([name])[0]


def cores_of(names: Sequence[str]) -> list[str]:
    """`core_of` of each name, quicker than one at a time."""
    if not names:
        return []
    lines = unify("\n".join(_BREAKS.sub(" ", name[:MAX_CHARS]) for name in names))
    plain = _NUMBER.sub(_numeral, _NOISE.sub("", lines))
    bare = _ENDING.sub("", _ENDING.sub("", plain))
    return [short or whole for short, whole in zip(bare.split("\n"), plain.split("\n"), strict=True)]


def _numeral(match: re.Match[str]) -> str:
    """第3医院 is 第三医院; larger numbers stay."""
    tens, ones = divmod(int(match[0]), 10)
    return (_NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


def syllables(core: str) -> list[str]:
    """The pinyin of each character without tones; what has none stands for itself."""
    return [_SOUNDS.get(character, character) for character in core]


def _terms(core: str) -> set[str]:
    sounds = syllables(core)
    terms = {f"~{one} {other}" for one, other in pairwise(sounds)}
    terms.update(core)
    terms.update(map(str.__add__, core, core[1:]))
    return terms
