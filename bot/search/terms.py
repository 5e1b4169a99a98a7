"""Terms: what texts are compared by. Characters, pairs of characters and concepts, each known by one number."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.search.finder import Finder
from bot.search.finding import Understood, understand
from bot.search.lexicon import KINDS, Lexicon

Longs = npt.NDArray[np.int64]

_BITS = 21  # of a character
_PAIR, _CONCEPT, _ROW = 1 << 42, 2 << 42, 44
FIRST_PAIR = _PAIR
CHARACTERS, PAIRS, CONCEPTS = range(3)
_MISSPELT, _MEANT = 0.5, 0.6  # how far the characters of a slip count, and those of the word it sounds like
_SLICE = 256  # texts analysed in one go: a few milliseconds


@dataclass(frozen=True, slots=True)
class Table:
    """The distinct terms of many texts: those of text `n` are `keys[starts[n]:starts[n + 1]]`, in order."""

    starts: Longs
    keys: Longs

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Longs) -> "Table":
        """The terms of some of the texts."""
        many = self.starts[rows + 1] - self.starts[rows]
        return Table(_starts(many), self.keys[ranges(self.starts[rows], many)])


def join(tables: Sequence[Table]) -> Table:
    """One table of several, one after the other."""
    none = np.empty(0, np.int64)
    many = np.concatenate([none, *(np.diff(table.starts) for table in tables)])
    keys = borrowed(int(many.sum()), np.dtype(np.int64))
    np.concatenate([none, *(table.keys for table in tables)], out=keys)
    return Table(_starts(many), keys)


def borrowed(size: int, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """An array in memory of its own, which goes back to the system with it; the heap would keep what was freed."""
    return np.frombuffer(mmap(-1, max(1, size * kind.itemsize)), kind, size)


def ranges(starts: Longs, many: Longs) -> Longs:
    """The numbers starts[0], starts[0]+1, … (many[0] of them), then those of starts[1], and so on."""
    before = np.cumsum(many) - many
    return np.repeat(starts - before, many) + np.arange(int(many.sum()))


@dataclass(frozen=True, slots=True)
class Asked:
    """The terms of a question with how surely each is meant, those that no word of the lexicon explains, and those of
    its subject: an entry that shares none of these has only words in common with it that go with any subject."""

    terms: dict[int, float]
    loose: frozenset[int] = frozenset()
    subject: frozenset[int] = frozenset()


def read(text: str, lexicon: Lexicon) -> Asked:
    """Reads one normalised text. Slips count as written and as meant."""
    understood = understand(text, lexicon)
    parts = "".join(each if left else "\n" for each, left in zip(text, understood.left, strict=True))
    loose = frozenset(key for part in parts.split("\n") for key in _spelled(part, 1.0))
    return Asked(_terms(text, understood), loose, _subject(parts, understood, lexicon))


def _subject(parts: str, understood: Understood, lexicon: Lexicon) -> frozenset[int]:
    """Topics and pairs of characters with content; failing these several such characters; failing these the context."""
    kinds = {concept: lexicon.concepts[concept].kind for concept in understood.concepts}
    named = [_CONCEPT + concept for concept, kind in kinds.items() if kind in ("topics", "outside")]
    loose = [run for run in "".join("\n" if each in lexicon.empty else each for each in parts).split("\n") if run]
    named += [key for run in loose for key in _spelled(run, 1.0) if key >= _PAIR]
    alone = [ord(each) for run in loose for each in run]
    if len(alone) > 1:  # one character may be of any word
        named = named or alone
    return frozenset(named or [_CONCEPT + concept for concept, kind in kinds.items() if kind == "context"])


def of_question(text: str, lexicon: Lexicon) -> dict[int, float]:
    """Terms of one normalised text, each with how surely it is meant."""
    return _terms(text, understand(text, lexicon))


def _terms(text: str, understood: Understood) -> dict[int, float]:
    found = _spelled(text, 1.0)
    for slip in understood.slips:
        written = text[slip.start : slip.end]
        found.update((key, _MISSPELT) for key in _spelled(written, 1.0) if text.count(written) == 1 and key in found)
        for key, sure in _spelled(slip.word, _MEANT).items():
            found.setdefault(key, sure)
    found.update((_CONCEPT + concept, sure) for concept, sure in understood.concepts.items())
    return found


def _spelled(text: str, sure: float) -> dict[int, float]:
    codes = [ord(character) for character in text]
    pairs = [_PAIR | a << _BITS | b for a, b in itertools.pairwise(codes)]
    return dict.fromkeys([*codes, *pairs], sure)


def of_texts(texts: Sequence[str], finder: Finder) -> Table:
    """Terms of many normalised texts."""
    return join([_of_slice(texts[at : at + _SLICE], finder) for at in range(0, len(texts), _SLICE)])


def _of_slice(texts: Sequence[str], finder: Finder) -> Table:
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    breaks = codes == ord("\n")
    row = np.cumsum(breaks) << _ROW
    pairs = (_PAIR | codes[:-1] << _BITS | codes[1:])[~(breaks[:-1] | breaks[1:])] if len(codes) else codes
    pair_rows = row[:-1][~(breaks[:-1] | breaks[1:])] if len(codes) else row
    places, concepts = finder.find(joined)
    every = np.concatenate([(row | codes)[~breaks], pair_rows | pairs, row[places] | (_CONCEPT + concepts)])
    every.sort()
    every = every[np.append(True, every[1:] != every[:-1])]
    many = np.bincount(every >> _ROW, minlength=len(texts))
    return Table(_starts(many), every & ((1 << _ROW) - 1))


def _starts(many: Longs) -> Longs:
    return np.concatenate([[0], np.cumsum(many)]).astype(np.int64)


def families(keys: Longs) -> Longs:
    """CHARACTERS, PAIRS or CONCEPTS for each term."""
    return keys >> 42


def numbers(keys: Longs) -> Longs:
    """The number of each term that is a concept; negative for the others."""
    return keys - _CONCEPT


def kinds(lexicon: Lexicon) -> Longs:
    """The place in KINDS of each concept of a lexicon; never empty."""
    return np.array([KINDS.index(concept.kind) for concept in lexicon.concepts] or [0], np.int64)


def concept_keys(numbers: Iterable[int]) -> list[int]:
    """Terms of concepts."""
    return [_CONCEPT + each for each in numbers]


def concepts_of(keys: Iterable[int]) -> list[int]:
    """Numbers of those terms that are concepts."""
    return [key - _CONCEPT for key in keys if key >= _CONCEPT]
