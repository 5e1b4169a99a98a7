"""Ranking: which entries say what a question says, and what the question has in common with each of them."""

from collections.abc import Mapping
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
_APART = 1_000  # more than any likeness
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


_COLUMN = {name: at for at, name in enumerate(FEATURES)}


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
        self._kinds = terms.kinds(lexicon)
        self._first = np.flatnonzero(np.diff(owners, prepend=-1))
        self._many = np.diff(np.append(self._first, len(owners)))
        self._starts = table.starts
        self._worded = np.log(np.minimum(self._many, _WELL_WORDED))
        self._factor = _damped(np.arange(int(self._many.max(initial=0)) + 1))
        self._pool(table, owners)
        self._weigh()
        self._rivals = self._known_rivals(lexicon.rivals)

    def table(self) -> Table:
        """The terms of all phrasings, as they were given."""
        return Table(self._starts, self._keys[self._ids])

    def _known_rivals(self, rivals: Mapping[int, frozenset[int]]) -> dict[int, list[int]]:
        """For each concept the near misses of it that any phrasing names, both as terms."""
        every = terms.concept_keys(sorted(rivals))
        there = set(self._keys[np.isin(self._keys, every)].tolist())
        return {
            key: known
            for key, each in zip(every, sorted(rivals), strict=True)
            if (known := [rival for rival in terms.concept_keys(sorted(rivals[each])) if rival in there])
        }

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
        rows = self._nominate(question)
        if len(nominated):
            rows = np.union1d(rows, nominated)
        mass = question.asked
        unknown = question.counts[~question.known, :CONCEPTS].sum()
        return Candidates(
            rows,
            self._features(question, rows),
            share=float(mass[CONCEPTS] / mass[:_PARTS].sum()),
            unknown=float(unknown / max(1e-6, float(mass[:CONCEPTS].sum()))),
            topics=question.topics,
            length=sum(key < terms.FIRST_PAIR for key in asked.terms),
        )

    def _question(self, asked: Asked) -> "_Question | None":
        if not asked.terms or not len(self._keys):
            return None
        ordered = sorted(asked.terms)
        size = len(ordered)
        named, against = self._named_rivals(asked.terms, ordered)
        keys = np.array(ordered, np.int64)
        sure = np.zeros(len(keys), np.float32)
        sure[:size] = [asked.terms[key] for key in ordered[:size]]
        ids = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[ids] == keys
        if not known[:size].any():
            return None
        kind, family = _kind(keys, self._kinds), terms.families(keys)
        weight = np.where(known, self._weight[ids], self._unknown * _base(family, kind)) * sure
        weight[~known & (kind >= 0) & (sure < 1.0)] = 0.0  # heard or guessed, and no entry speaks of it: heard wrong
        counts = np.zeros((len(keys), _SUMS), np.float32)
        counts[np.arange(len(keys)), _part(family, kind)] = weight
        kind[size:] = -1
        topics = kind == _TOPICS
        counts[:, _FOREIGN] = weight * (kind == _OUTSIDE)
        counts[:, _LOOSE] = [key in asked.loose for key in ordered] * weight
        counts[:, _SUBJECT] = [key in asked.subject for key in ordered] * weight
        counts[:, _EVIDENCE] = topics * sure
        return _Question(weight, counts, counts.sum(axis=0), known, ids, int(topics.sum()), (named, against))

    def _named_rivals(self, asked: Mapping[int, float], ordered: list[int]) -> tuple[list[int], list[int]]:
        """Places of terms and of the rivals of each, as pairs. Rivals that are not asked for are put to the end."""
        place = {key: at for at, key in enumerate(ordered)}
        named, against = list[int](), list[int]()
        for key in [key for key in ordered if key in self._rivals and asked[key] >= 1.0]:
            for rival in self._rivals[key]:
                if rival not in place:
                    place[rival] = len(ordered)
                    ordered.append(rival)
                named.append(place[key])
                against.append(place[rival])
        return named, against

    def _nominate(self, question: "_Question") -> Longs:
        """The entries with the highest scores by the question's rarest terms."""
        counts = question.known & (question.weight > 0)
        ids, weight = question.ids[counts], question.weight[counts]
        starts, ends = self._posted[ids], self._posted[ids + 1]
        spread = ends - starts
        rare = np.argsort(spread, kind="stable")
        rare = rare[: max(1, int(np.searchsorted(np.cumsum(spread[rare]), _BUDGET, "right")))]
        parts = [slice(*both) for both in zip(starts[rare].tolist(), ends[rare].tolist(), strict=True)]
        gains = np.concatenate([self._often[part] for part in parts]) * np.repeat(weight[rare], spread[rare])
        scores = np.bincount(np.concatenate([self._holders[part] for part in parts]), gains, len(self._first))
        some = np.flatnonzero(scores)
        if len(some) > _CANDIDATES:
            some = np.sort(some[np.argpartition(scores[some], -_CANDIDATES)[-_CANDIDATES:]])
        return some

    def _features(self, question: "_Question", rows: Longs) -> npt.NDArray[np.float64]:
        many = self._many[rows]
        first = np.cumsum(many) - many
        phrasings = ranges(self._first[rows], many)
        holds = self._holds(question, phrasings)
        often = np.add.reduceat(holds, first)
        has = np.minimum(often, 1.0)
        shared = has @ question.counts
        asked = question.asked
        total = float(asked[:_PARTS].sum()) + 1e-6
        common, mass = holds @ question.counts[:, :_PARTS], self._mass[phrasings]
        whole = common @ _EACH
        near, alike = whole * self._brief[phrasings] / total, 2 * whole / (total + mass @ _EACH)
        best = np.argsort(np.repeat(np.arange(len(rows)) * _APART, many) - near - alike, kind="stable")[first]
        cover = shared / (asked + 1e-6)
        back = common[best] / (mass[best] + 1e-6)
        share = asked[CONCEPTS] / total
        columns = {
            "phrasing": np.maximum.reduceat(near, first),
            "entry": self._factor[often.astype(np.int64)] @ question.weight / total,
            "characters": cover[:, CHARACTERS],
            "pairs": cover[:, PAIRS],
            "topics": cover[:, CONCEPTS],
            "asks": cover[:, _ASKED],
            "back_characters": back[:, CHARACTERS],
            "back_topics": back[:, CONCEPTS] * share,
            "alike": np.maximum.reduceat(alike, first),
            "both_characters": np.minimum(cover[:, CHARACTERS], back[:, CHARACTERS]),
            "both_topics": np.minimum(cover[:, CONCEPTS], back[:, CONCEPTS]) * share,
            "absent": (mass[best, CONCEPTS] - common[best, CONCEPTS]) / 10.0,
            "foreign": (asked[_FOREIGN] - shared[:, _FOREIGN]) / total,
            "strange": (asked[_LOOSE] - shared[:, _LOOSE]) / (float(asked[CHARACTERS] + asked[PAIRS]) + 1e-6),
            "evidence": np.minimum(shared[:, _EVIDENCE], _ENOUGH) / _ENOUGH,
            "worded": self._worded[rows],
            "subject": cover[:, _SUBJECT],
        }
        if asked[_ASKED] > 0:
            columns["asks_otherwise"] = (np.maximum.reduceat(mass[:, _ASKED], first) > 0) & (cover[:, _ASKED] <= 0)
        if question.rivals[0]:
            columns["rival"] = (has[:, question.rivals[1]] > has[:, question.rivals[0]]).any(axis=1)
        features = np.zeros((len(rows), len(FEATURES)))
        for name, column in columns.items():
            features[:, _COLUMN[name]] = column
        return features

    def _holds(self, question: "_Question", phrasings: Longs) -> Floats:
        """Which phrasing (row) holds which term of the question (column): 1 or 0."""
        many = self._starts[phrasings + 1] - self._starts[phrasings]
        tokens = self._ids[ranges(self._starts[phrasings], many)]
        known = np.flatnonzero(question.known)
        ids = question.ids[known].astype(np.int32)
        last = np.int32(_FEW)  # bits by which the terms differ: a table of so many tells which one it may be
        while len(set((ids & last).tolist())) < len(ids):
            last = np.int32(2 * last + 1)
        table = np.zeros(int(last) + 1, np.int16)
        table[ids & last] = np.arange(len(ids))
        column = table[tokens & last]
        hit = np.flatnonzero(ids[column] == tokens)
        holds = np.zeros((len(phrasings), len(question.weight)), np.float32)
        holds[np.repeat(np.arange(len(phrasings)), many)[hit], known[column[hit]]] = 1.0
        return holds


_PARTS, _ASKED = 4, 3  # characters, pairs, concepts, and of these what is asked
_FOREIGN, _LOOSE, _SUBJECT, _EVIDENCE, _SUMS = range(_PARTS, _PARTS + 5)  # what else of a question's terms is summed
_EACH = np.ones(_PARTS, np.float32)
_FEW = 1023


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
    """The terms of a question: how much each counts, in all and by part, its place in the index, and what it is.

    Behind them, counting nothing, come the near misses of what it names.
    """

    weight: Floats
    counts: Floats  # how much it adds to each part and each sum; one column each
    asked: Floats  # the whole of each
    known: Flags
    ids: Longs
    topics: int  # how many it names
    rivals: tuple[list[int], list[int]]  # terms, and a rival of each
