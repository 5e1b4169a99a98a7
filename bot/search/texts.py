"""The texts of a knowledge base: what each entry is known by, and where an exact text leads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.normal import normalise_all
from bot.search.terms import Longs, Table, join, ranges

Rows = dict[str, int | tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the FAQ with the other ways in which people put it. `id` is unique within an index."""

    id: str
    question: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The entries that can be found, with the distinct normalised texts of each."""

    entries: tuple[Entry, ...]
    known: tuple[tuple[str, ...], ...]
    asked: tuple[bool, ...]  # whether the first of an entry's texts is its standard question
    starts: Longs  # of each entry's texts among all of them

    def owners(self) -> Longs:
        """The row of the entry of each text."""
        return np.repeat(np.arange(len(self.entries)), np.diff(self.starts))


def read(entries: Sequence[Entry], before: Texts | None) -> tuple[Texts, Longs, list[str]]:
    """The texts of readable entries; from which row of `before` each was taken (-1: none); and the texts that are new.

    Taken over is what stands unchanged in `before`.
    """
    rows = {entry.id: row for row, entry in enumerate(before.entries)} if before else {}
    source = [rows.get(entry.id, -1) for entry in entries]
    if before:
        source = [
            row if row >= 0 and before.entries[row] == entry else -1 for row, entry in zip(source, entries, strict=True)
        ]
    fresh = [entry for entry, row in zip(entries, source, strict=True) if row < 0]
    plain = iter(normalise_all([text for entry in fresh for text in (entry.question, *entry.phrasings)]))
    read_: list[tuple[Entry, tuple[str, ...], bool, int]] = []
    for entry, row in zip(entries, source, strict=True):
        if before and row >= 0:
            read_.append((entry, before.known[row], before.asked[row], row))
            continue
        question, *others = [next(plain) for _ in range(1 + len(entry.phrasings))]
        if known := tuple(dict.fromkeys(filter(None, (question, *others)))):
            read_.append((entry, known, bool(question), -1))
    starts = np.concatenate([[0], np.cumsum([len(known) for _, known, _, _ in read_])]).astype(np.int64)
    kept, known_, asked, taken = zip(*read_, strict=True) if read_ else ((), (), (), ())
    new = [text for _, known, _, row in read_ if row < 0 for text in known]
    return Texts(kept, known_, asked, starts), np.array(taken, np.int64), new


def assembled(texts: Texts, source: Longs, fresh: Table, before: Table, starts: Longs) -> Table:
    """The terms of all texts in order: of those taken over from `before`, of the others from `fresh`."""
    many = np.diff(texts.starts)
    taken = np.repeat(source >= 0, many)
    place = np.empty(len(taken), np.int64)
    place[taken] = ranges(starts[source[source >= 0]], many[source >= 0])
    place[~taken] = len(before) + np.arange(len(fresh))
    return join([before, fresh]).take(place)


def tables(texts: Texts) -> tuple[Rows, Rows]:
    """Rows by standard question where that is not all the text leads to, and rows by any text."""
    asked: Rows = {}
    phrased: Rows = {}
    for row, (known, is_asked) in enumerate(zip(texts.known, texts.asked, strict=True)):
        for text in known:
            _add(phrased, text, row)
        if is_asked:
            _add(asked, known[0], row)
    return {text: rows for text, rows in asked.items() if phrased[text] != rows}, phrased


def _add(table: Rows, text: str, row: int) -> None:
    before = table.setdefault(text, row)
    if before != row:
        table[text] = (*((before,) if isinstance(before, int) else before), row)
