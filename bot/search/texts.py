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


def tables(texts: Texts, source: Longs, before: tuple[Texts, Rows] | None) -> Rows:
    """The row, or the rows, to which each text leads. `before` saves work when most entries stand where they stood."""
    if (
        before is None
        or len(before[0].entries) != len(texts.entries)
        or any((source >= 0) & (source != np.arange(len(source))))
    ):
        changed, table = np.arange(len(texts.entries)), Rows()
    else:
        changed, table = np.flatnonzero(source < 0), before[1].copy()
        for row in changed.tolist():
            for text in before[0].known[row]:
                _remove(table, text, row)
    for row in changed.tolist():
        for text in texts.known[row]:
            found = table.setdefault(text, row)
            if found != row:
                table[text] = tuple(sorted({row, *_several(found)}))
    return table


def standard(texts: Texts, plain: str, rows: tuple[int, ...]) -> tuple[int, ...]:
    """Of the rows a text leads to, those whose standard question it is; all when there is none."""
    return tuple(row for row in rows if texts.asked[row] and texts.known[row][0] == plain) or rows


def _several(found: int | tuple[int, ...]) -> tuple[int, ...]:
    return (found,) if isinstance(found, int) else found


def _remove(table: Rows, text: str, row: int) -> None:
    left = tuple(each for each in _several(table.pop(text)) if each != row)
    if left:
        table[text] = left[0] if len(left) == 1 else left
