"""Finding the words of a lexicon in many texts at once, for building an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_TABLE_BITS = 16


@dataclass(frozen=True, slots=True)
class Finder:
    """Words as arrays: finds in a long run of characters what `finding.spans` finds in one text."""

    sizes: tuple[tuple[int, "_Words"], ...]  # by length, the longest first
    begins: npt.NDArray[np.bool_]  # by hash of two characters: a word may begin so
    singles: "_Words"
    starts: Longs  # of each word's concepts in `concepts`
    concepts: Longs

    @classmethod
    def of(cls, meanings: Mapping[str, Sequence[int]]) -> "Finder":
        """Builds the arrays from words with the numbers of their concepts; a few dozen milliseconds."""
        words = sorted(meanings)
        means = [meanings[word] for word in words]
        begins = np.zeros(1 << _TABLE_BITS, np.bool_)
        sizes = []
        for size in sorted({len(word) for word in words}, reverse=True):
            numbers = np.array([at for at, word in enumerate(words) if len(word) == size], np.int64)
            codes = _codes("".join(words[at] for at in numbers)).reshape(-1, size)
            sizes.append((size, _Words.of(_hash(codes), numbers)))
            if size > 1:
                begins[_short(codes[:, 0], codes[:, 1])] = True
        singles = sizes.pop()[1] if sizes and sizes[-1][0] == 1 else _Words.of(_codes(""), np.empty(0, np.int64))
        starts = np.concatenate([[0], np.cumsum([len(each) for each in means])]).astype(np.int64)
        return cls(tuple(sizes), begins, singles, starts, np.array([one for each in means for one in each], np.int64))

    def find(self, text: str) -> tuple[Longs, Longs]:
        """Places and concepts of all words in a text of many lines.

        A word never reaches over a line break, as no form holds one.
        """
        codes = _codes(text)
        if not len(codes):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        length, word = self._longest(codes)
        ends = np.arange(len(codes)) + length
        before = np.concatenate([[0], np.maximum.accumulate(ends)[:-1]])
        taken = np.flatnonzero((length > 0) & (ends > before))
        many = self.starts[word[taken] + 1] - self.starts[word[taken]]
        first = np.repeat(self.starts[word[taken]] - np.cumsum(many) + many, many)
        return np.repeat(taken, many), self.concepts[first + np.arange(len(first))]

    def _longest(self, codes: Codes) -> tuple[Longs, Longs]:
        """At each place the length and the number of the longest word that begins there; length 0 for none."""
        length, word = np.zeros(len(codes), np.int64), np.zeros(len(codes), np.int64)
        _match(np.arange(len(codes)), codes, self.singles, 1, length, word)
        places = np.flatnonzero(self.begins[_short(codes[:-1], codes[1:])]) if len(codes) > 1 else length[:0]
        hashes, size = codes, 1
        for wanted, words in reversed(self.sizes):
            while size < min(wanted, len(codes)):
                hashes, size = _longer(hashes[:-1], codes[size:]), size + 1
            places = places[places + wanted <= len(codes)]
            _match(places, hashes[places], words, wanted, length, word)
        return length, word


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of one length."""

    hashes: Codes  # sorted
    numbers: Longs
    maybe: npt.NDArray[np.bool_]  # by the last bits of a hash: whether it may be one of them

    @classmethod
    def of(cls, hashes: Codes, numbers: Longs) -> "_Words":
        order = np.argsort(hashes)
        maybe = np.zeros(1 << _TABLE_BITS, np.bool_)
        maybe[_bits(hashes)] = True
        return cls(hashes[order], numbers[order], maybe)


def _match(places: Longs, hashes: Codes, words: _Words, size: int, length: Longs, word: Longs) -> None:
    likely = np.flatnonzero(words.maybe[_bits(hashes)])
    if not len(likely):
        return
    hashes = hashes[likely]
    at = np.minimum(np.searchsorted(words.hashes, hashes), len(words.hashes) - 1)
    hit = words.hashes[at] == hashes
    length[places[likely[hit]]] = size
    word[places[likely[hit]]] = words.numbers[at[hit]]


def _bits(hashes: Codes) -> Longs:
    return (((hashes * _FACTOR) >> np.uint64(40)) & np.uint64((1 << _TABLE_BITS) - 1)).astype(np.int64)


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _hash(windows: Codes) -> Codes:
    """One number for each row of characters; two rows that differ practically never share it."""
    total = windows[:, 0]
    for column in range(1, windows.shape[1]):
        total = _longer(total, windows[:, column])
    return total


def _longer(hashes: Codes, following: Codes) -> Codes:
    return (hashes * _FACTOR) ^ (hashes >> np.uint64(29)) ^ following


def _short(first: Codes, second: Codes) -> Longs:
    return (((first * _FACTOR) ^ (second * np.uint64(40503))) >> np.uint64(20)).astype(np.int64) & (
        (1 << _TABLE_BITS) - 1
    )
