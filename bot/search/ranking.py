"""Ranking: which entries say what a question says, and what the question has in common with each of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.search import terms
from bot.search.lexicon import KINDS, Lexicon
from bot.search.terms import CHARACTERS, CONCEPTS, PAIRS, Asked, Longs, Table, borrowed, ranges

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_TOPICS, _ASKS, _OUTSIDE = (KINDS.index(kind) for kind in ("topics", "asks", "outside"))
_BASE = np.array([1.0, 0.7, 4.0], np.float32)  # by family
_CONCEPT = np.array([1.0, 0.3, 0.35, 1.0], np.float32)  # by kind of concept
_SATURATION, _LENGTH = 1.2, 0.75  # BM25's k1 and b; entries are not judged by their length, only phrasings
_CANDIDATES = 24
_ENOUGH = 3.0  # topics that entry and question share; more say no more
_BUDGET = 6_000  # postings looked at to nominate candidates, the rarest terms first
_WELL_WORDED = 12  # phrasings of an entry; with more, what it does not say is no less strange to it
_ROW_BITS = 19  # of the number of a phrasing
_SLICE = 4096  # phrasings weighed in one go
_NONE = np.empty(0, np.int64)
FEATURES = (
    "phrasing", "entry", "characters", "pairs", "topics", "asks", "back_characters", "back_topics", "alike",
    "both_characters", "both_topics", "asks_otherwise", "rival", "absent", "foreign", "strange", "evidence", "worded",
    "subject",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that may be meant, with what each has in common with the question."""

    rows: Longs
    features: npt.NDArray[np.float64]  # one row a candidate, columns as in FEATURES
    share: float  # of the question's weight, said by topics
    unknown: float  # of the weight of its characters and pairs, not found in any entry
    topics: int  # how many it names
    length: int  # characters in it


class Ranking:
    """Immutable index over phrasings, each belonging to an entry; `owners` go up from 0 without a gap.

    The arrays of `table` are used up.
    """

    def __init__(self, table: Table, owners: Longs, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._kinds = terms.kinds(lexicon)
        self._first = np.flatnonzero(np.diff(owners, prepend=-1))
        self._many = np.diff(np.append(self._first, len(owners)))
        self._starts = table.starts
        self._factor = _damped(np.arange(int(self._many.max(initial=0)) + 1))
        self._pool(table, owners)
        self._weigh()

    def table(self) -> Table:
        """The terms of all phrasings, as they were given."""
        return Table(self._starts, self._keys[self._ids])

    def _pool(self, table: Table, owners: Longs) -> None:
        """Numbers the terms and makes their postings: which entries hold each, in how many of their phrasings.

        Sorting plain numbers is much quicker than sorting their places, so two things ride in each number.
        """
        if len(table) >= 1 << _ROW_BITS:
            raise ValueError("the FAQ has too many phrasings")
        both = table.keys
        both <<= _ROW_BITS
        both |= np.repeat(np.arange(len(table), dtype=np.int32), np.diff(table.starts))
        both.sort()
        row, ids, owner = (borrowed(len(both), np.dtype(np.int32)) for _ in range(3))
        np.bitwise_and(both, (1 << _ROW_BITS) - 1, out=row, casting="unsafe")
        both >>= _ROW_BITS
        changes = _changes(both)
        self._keys = both[changes]
        np.cumsum(changes, out=ids)
        ids -= 1
        np.take(owners.astype(np.int32), row, out=owner)
        holds = np.flatnonzero(changes | _changes(owner)).astype(np.int32)
        self._holders = owner[holds]
        self._often = self._factor[np.diff(holds, append=np.int32(len(owner)))]
        self._posted = np.searchsorted(ids[holds], np.arange(len(self._keys) + 1, dtype=np.int32))
        del owner, holds, changes
        np.left_shift(row, 32, out=both, dtype=np.int64)
        both |= ids
        both.sort()
        self._ids = (both & 0xFFFFFFFF).astype(np.int32)

    def _weigh(self) -> None:
        """How much each term counts, and how much each phrasing has of each part."""
        entries = len(self._first)
        spread = np.diff(self._posted)
        self._unknown = float(np.log1p((entries + 0.5) / 0.5))
        kind, family = _kind(self._keys, self._kinds), terms.families(self._keys)
        self._part = _part(family, kind).astype(np.int8)
        rare = np.log1p((entries - spread + 0.5) / (spread + 0.5)).astype(np.float32)
        self._weight = rare * _base(family, kind)
        length = np.diff(self._starts)
        self._mass = np.zeros((len(length), _PARTS), np.float32)
        for start in range(0, len(length), _SLICE):
            end = min(start + _SLICE, len(length))
            ids = self._ids[self._starts[start] : self._starts[end]]
            cell = np.repeat(np.arange(end - start) * _PARTS, length[start:end]) + self._part[ids]
            mass = np.bincount(cell, self._weight[ids], (end - start) * _PARTS)
            self._mass[start:end] = mass.reshape(-1, _PARTS)
        mean = float(length.mean()) if len(length) else 1.0
        brief = (_SATURATION + 1) / (1 + _SATURATION * (1 - _LENGTH + _LENGTH * length / mean))
        self._brief = brief.astype(np.float32)

    def candidates(self, asked: Asked, nominated: Longs = _NONE) -> Candidates | None:
        """The entries that have most in common with a question's terms, in no order; None when nothing is shared.

        `nominated` entries are looked at as well.
        """
        question = self._question(asked)
        if question is None:
            return None
        rows = np.union1d(self._nominate(question), nominated)
        plain = question.part <= PAIRS
        return Candidates(
            rows,
            self._features(question, rows),
            share=float(question.weight[question.part == CONCEPTS].sum() / question.weight.sum()),
            unknown=float(question.weight[plain & ~question.known].sum() / max(1e-6, question.weight[plain].sum())),
            topics=int((question.kind == _TOPICS).sum()),
            length=int((question.part == CHARACTERS).sum()),
        )

    def _question(self, asked: Asked) -> "_Question | None":
        if not asked.terms or not len(self._keys):
            return None
        ordered = sorted(asked.terms)
        keys = np.array(ordered, np.int64)
        sure = np.array([asked.terms[key] for key in ordered], np.float32)
        ids = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[ids] == keys
        if not known.any():
            return None
        kind, family = _kind(keys, self._kinds), terms.families(keys)
        weight = np.where(known, self._weight[ids], self._unknown * _base(family, kind)) * sure
        weight[~known & (kind >= 0) & (sure < 1.0)] = 0.0  # heard or guessed, and no entry speaks of it: heard wrong
        left = np.array([key in asked.loose for key in ordered], np.bool_)
        subject = np.array([key in asked.subject for key in ordered], np.bool_)
        return _Question(keys, weight, known, ids, _part(family, kind), kind, sure, left, subject)

    def _nominate(self, question: "_Question") -> Longs:
        """The entries with the highest scores by the question's rarest terms."""
        ids, weight = question.ids[question.known], question.weight[question.known]
        spread = self._posted[ids + 1] - self._posted[ids]
        rare = np.argsort(spread, kind="stable")
        rare = rare[: max(1, int(np.searchsorted(np.cumsum(spread[rare]), _BUDGET, "right")))]
        at = ranges(self._posted[ids[rare]], spread[rare])
        gains = self._often[at] * np.repeat(weight[rare], spread[rare])
        scores = np.bincount(self._holders[at], gains, len(self._first))
        if len(scores) <= _CANDIDATES:
            return np.flatnonzero(scores > 0)
        top = np.argpartition(-scores, _CANDIDATES - 1)[:_CANDIDATES]
        return top[scores[top] > 0]

    def _features(self, question: "_Question", rows: Longs) -> npt.NDArray[np.float64]:
        many = self._many[rows]
        first = np.cumsum(many) - many
        phrasings = ranges(self._first[rows], many)
        of = np.repeat(np.arange(len(rows)), many)
        at, column, rival = self._shared(question, phrasings)
        size = len(question.keys)
        cell = at * _PARTS + question.part[column]
        common = np.bincount(cell, question.weight[column], len(phrasings) * _PARTS).reshape(-1, _PARTS)
        often = np.bincount(of[at] * size + column, minlength=len(rows) * size).reshape(-1, size)
        asked = np.bincount(question.part, question.weight, _PARTS)
        total = float(asked.sum()) + 1e-6
        plain = float(asked[CHARACTERS] + asked[PAIRS]) + 1e-6
        mass = self._mass[phrasings]
        near = common.sum(axis=1) * self._brief[phrasings] / total
        alike = 2 * common.sum(axis=1) / (total + mass.sum(axis=1))
        best = np.lexsort((-(near + alike), of))[first]
        held = (often > 0) * question.weight
        cover = held @ (question.part[:, None] == np.arange(_PARTS)).astype(np.float32)
        cover /= asked + 1e-6
        back = common[best] / (mass[best] + 1e-6)
        share = asked[CONCEPTS] / total
        entry_asks = np.maximum.reduceat(mass[:, _ASKED], first) > 0
        instead = np.zeros((len(rows), size), np.bool_)
        instead[of[rival[0]], rival[1]] = True
        columns = {
            "phrasing": np.maximum.reduceat(near, first),
            "entry": self._factor[often] @ question.weight / total,
            "characters": cover[:, CHARACTERS],
            "pairs": cover[:, PAIRS],
            "topics": cover[:, CONCEPTS],
            "asks": cover[:, _ASKED],
            "back_characters": back[:, CHARACTERS],
            "back_topics": back[:, CONCEPTS] * share,
            "alike": np.maximum.reduceat(alike, first),
            "both_characters": np.minimum(cover[:, CHARACTERS], back[:, CHARACTERS]),
            "both_topics": np.minimum(cover[:, CONCEPTS], back[:, CONCEPTS]) * share,
            "asks_otherwise": entry_asks & (cover[:, _ASKED] <= 0) & (asked[_ASKED] > 0),
            "rival": (instead & (often == 0)).any(axis=1),
            "absent": (mass[best, CONCEPTS] - common[best, CONCEPTS]) / 10.0,
            "foreign": (often == 0) @ (question.weight * (question.kind == _OUTSIDE)) / total,
            "strange": (often == 0) @ (question.weight * question.left) / plain,
            "evidence": np.minimum((often > 0) @ (question.sure * (question.kind == _TOPICS)), _ENOUGH) / _ENOUGH,
            "worded": np.log(np.minimum(many, _WELL_WORDED)),
            "subject": held @ question.subject / max(1e-6, float(question.weight[question.subject].sum())),
        }
        return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float64)

    def _shared(self, question: "_Question", phrasings: Longs) -> tuple[Longs, Longs, tuple[Longs, Longs]]:
        """Which phrasing holds which term of the question, as pairs; and which holds a rival of which."""
        many = self._starts[phrasings + 1] - self._starts[phrasings]
        tokens = self._ids[ranges(self._starts[phrasings], many)]
        row = np.repeat(np.arange(len(phrasings)), many)
        column = np.zeros(len(self._keys), np.int16)
        column[question.ids[question.known]] = np.flatnonzero(question.known) + 1
        found = column[tokens]
        own = np.flatnonzero(found)
        rivals = self._rivals(question)
        if not rivals:
            return row[own], found[own].astype(np.int64) - 1, (_NONE, _NONE)
        column[:] = 0
        column[[key for key, _ in rivals]] = [at + 1 for _, at in rivals]
        against = column[tokens]
        other = np.flatnonzero(against)
        return row[own], found[own].astype(np.int64) - 1, (row[other], against[other].astype(np.int64) - 1)

    def _rivals(self, question: "_Question") -> list[tuple[int, int]]:
        """Known terms that are rivals of terms a question names, each with the place of that term."""
        found = []
        for at in np.flatnonzero((question.kind >= 0) & (question.sure >= 1.0)).tolist():
            for concept in terms.concepts_of([int(question.keys[at])]):
                found += [(key, at) for key in terms.concept_keys(self._lexicon.rivals.get(concept, ()))]
        wanted = np.array([key for key, _ in found], np.int64)
        ids = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        known = self._keys[ids] == wanted
        return [(int(ids[n]), at) for n, (_, at) in enumerate(found) if known[n]]


_PARTS, _ASKED = 4, 3  # characters, pairs, concepts, and of these what is asked


def _kind(keys: Longs, kinds: Longs) -> Longs:
    """The place in KINDS of each term that is a concept; -1 for the others."""
    return np.where(terms.families(keys) == CONCEPTS, kinds[np.maximum(terms.numbers(keys), 0) % len(kinds)], -1)


def _part(family: Longs, kind: Longs) -> Longs:
    return np.where(kind == _ASKS, _ASKED, family)


def _base(family: Longs, kind: Longs) -> Floats:
    return np.where(kind >= 0, _BASE[CONCEPTS] * _CONCEPT[kind], _BASE[family]).astype(np.float32)


def _changes(values: npt.NDArray[np.signedinteger]) -> Flags:
    """Where a value differs from the one before it; the first always does."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _damped(often: Longs) -> Floats:
    """BM25's factor of a term that so many phrasings hold; 0 for none."""
    damped = np.where(often > 0, 1.0 + np.log(np.maximum(often, 1)), 0.0)
    return ((_SATURATION + 1) * damped / (damped + _SATURATION)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Question:
    """The terms of a question, in order: how much each counts, its place in the index, and what it is."""

    keys: Longs
    weight: Floats
    known: Flags
    ids: Longs
    part: Longs
    kind: Longs
    sure: Floats  # how surely it is meant; 1 when the word itself is there
    left: Flags  # no word of the lexicon explains it
    subject: Flags  # it is of what the question is about
