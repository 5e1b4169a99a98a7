"""Ranking: which entries say what a question says. Character uni- and bigrams and concepts, weighted by rarity."""

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from typing import NamedTuple

from bot.search.lexicon import Concept, Lexicon, conflict

Term = str | Concept
Bag = Mapping[Term, float]  # how often, or how surely, a term occurs

_CHARACTER, _BIGRAM = 0.7, 0.4
_CONCEPT = {"topics": 4.0, "context": 1.0, "asks": 1.4, "outside": 4.0}
_SATURATION = 1.2  # BM25 k1: how soon a term said in many phrasings stops counting more
_COMMON = 600  # a term in more entries than this nominates no candidates while there are rarer ones
_CANDIDATES = 24
_RIVAL = 0.8  # what is left of the score of an entry that speaks of the rival of what is asked


class Match(NamedTuple):
    """One candidate. The shares are 0..1 and by weight, so that rare terms and topics count more."""

    row: int
    score: float
    covered: float  # of the question, found anywhere in the entry
    alike: float  # of question and best phrasing together, common to both
    topics: float  # of the concepts of the question, found in the entry
    missing: float  # of the concepts of the best phrasing, absent from the question
    rival: bool  # the entry names the rival of what is asked, and not what is asked


@dataclass(frozen=True, slots=True)
class _Phrasing:
    terms: tuple[Term, ...]
    weight: float


def bag(text: str, lexicon: Lexicon) -> Bag:
    """Terms of a normalised text: characters and bigrams of what is left without plain words, and concepts."""
    bare = lexicon.plain.sub("", text) or text
    found: dict[Term, float] = dict.fromkeys(bare, 1.0)
    found.update(dict.fromkeys(map("".join, pairwise(bare)), 1.0))
    return found | lexicon.find(text)


def _base(term: Term) -> float:
    if isinstance(term, Concept):
        return _CONCEPT[term.kind]
    return _CHARACTER if len(term) == 1 else _BIGRAM


class Ranking:
    """Immutable index over rows of bags: one row an entry, one bag a phrasing, none of them empty."""

    def __init__(self, rows: Sequence[Sequence[Bag]], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._pooled = [_pool(bags) for bags in rows]
        spread = Counter(term for pooled in self._pooled for term in pooled)
        total = len(rows)
        self._weight = {t: _base(t) * math.log1p((total - n + 0.5) / (n + 0.5)) for t, n in spread.items()}
        self._unknown = math.log1p((total + 0.5) / 0.5)
        self._phrasings = [[_Phrasing(tuple(one), sum(map(self._weigh, one))) for one in bags] for bags in rows]
        self._postings = _postings(self._pooled)

    def best(self, asked: Bag, count: int) -> list[Match]:
        """The best rows for a question, best first; ties in the order of the rows. Empty when nothing is shared."""
        weights = {term: self._weigh(term) * sure for term, sure in asked.items()}
        mass = sum(weights.values())
        matches = [self._match(row, weights, mass) for row in self._candidates(weights)]
        return nlargest(count, matches, key=lambda match: (match.score, -match.row))

    def _weigh(self, term: Term) -> float:
        known = self._weight.get(term)
        return _base(term) * self._unknown if known is None else known

    def _candidates(self, weights: Mapping[Term, float]) -> list[int]:
        scores: defaultdict[int, float] = defaultdict(float)
        known = [(term, self._postings[term]) for term in weights if term in self._postings]
        rare = [(term, rows) for term, rows in known if sum(map(len, rows.values())) <= _COMMON]
        for term, groups in rare or known:
            for factor, rows in groups.items():
                gain = weights[term] * factor
                for row in rows:
                    scores[row] += gain
        floor = max(scores.values(), default=0.0) * 0.3
        hopeful = [(score, -row) for row, score in scores.items() if score >= floor]
        return [-row for _, row in nlargest(_CANDIDATES, hopeful)]

    def _match(self, row: int, weights: Mapping[Term, float], mass: float) -> Match:
        pooled = self._pooled[row]
        shared = [term for term in weights if term in pooled]
        alike, phrasing = self._closest(row, weights, mass)
        rival = conflict(_concepts(weights), _concepts(pooled), self._lexicon)
        score = 1.5 * sum(weights[term] * pooled[term] for term in shared) / mass + 2.0 * alike
        return Match(
            row=row,
            score=score * (_RIVAL if rival else 1.0),
            covered=sum(weights[term] for term in shared) / mass,
            alike=alike,
            topics=_share(_concepts(weights), weights, pooled),
            missing=1.0 - _share(_concepts(phrasing.terms), self._weight, weights),
            rival=rival,
        )

    def _closest(self, row: int, weights: Mapping[Term, float], mass: float) -> tuple[float, _Phrasing]:
        """The phrasing that has most in common with the question (Dice), and how much that is."""
        alike, closest = 0.0, self._phrasings[row][0]
        for phrasing in self._phrasings[row]:
            common = sum([weights[term] for term in phrasing.terms if term in weights])
            if (share := 2 * common / (mass + phrasing.weight)) > alike:
                alike, closest = share, phrasing
        return alike, closest


def _concepts(terms: Iterable[Term]) -> list[Concept]:
    return [term for term in terms if isinstance(term, Concept)]


def _share(concepts: Sequence[Concept], weights: Mapping[Term, float], held: Container[Term]) -> float:
    mass = sum(weights[concept] for concept in concepts)
    return sum(weights[concept] for concept in concepts if concept in held) / mass if mass else 0.0


def _pool(bags: Sequence[Bag]) -> dict[Term, float]:
    """Terms of all phrasings together, each with its BM25 factor; repetition is damped."""
    counts = Counter(term for one in bags for term in one)
    often = {term: 1 + math.log(count) for term, count in counts.items()}
    return {term: (_SATURATION + 1) * n / (n + _SATURATION) for term, n in often.items()}


def _postings(pooled: Sequence[Bag]) -> dict[Term, dict[float, list[int]]]:
    postings: dict[Term, dict[float, list[int]]] = {}
    for row, terms in enumerate(pooled):
        for term, factor in terms.items():
            postings.setdefault(term, {}).setdefault(factor, []).append(row)
    return postings
