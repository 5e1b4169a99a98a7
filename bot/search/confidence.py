"""How sure the search is of a match, and what it does with that: answer, offer a choice, or say it does not know."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import yaml

from bot.search.ranking import FEATURES, Candidates

Doubles = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).with_name("weights.yaml")
SIGNS = ("first", "ahead", "log_first", "gap", "share", "unknown", "named", "long")  # after those of the best match
_GAP, _NAMED = 3.0, 6
_HOLLOW = 20.0  # more than any score
_ONE_TOPIC, _NOTHING, _MOST = 0.3, 0.02, 0.5  # of "evidence", "strange" and "characters"
_PLACE = {name: at for at, name in enumerate(FEATURES)}


class Decision(StrEnum):
    """What to do with a question. ANSWER: give the first hit's answer. SUGGEST: ask which one. DECLINE: hand over."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Bands:
    """From which confidence a question is answered outright, and from which entries are offered."""

    answer: float
    suggest: float
    foreign: float  # the same, for a question about a subject of other counters


@dataclass(frozen=True, slots=True)
class Weights:
    """What `benchmarks/search_fit.py` has fitted: how features order entries, and how they make one confidence."""

    ranking: Doubles
    confidence: Doubles
    bias: float
    bands: Bands

    @classmethod
    def read(cls, file: Path = WEIGHTS) -> Self:
        """Loads the fitted numbers. Raises OSError, yaml.YAMLError or KeyError."""
        with file.open("rb") as lines:
            data = yaml.load(lines, yaml.CSafeLoader)
        return cls(
            np.array([data["ranking"].get(name, 0.0) for name in FEATURES]),
            np.array([data["confidence"].get(name, 0.0) for name in (*FEATURES, *SIGNS)]),
            data["bias"],
            Bands(data["answer"], data["suggest"], data["foreign"]),
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """Entries in the order in which they may be meant, best first."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    confidence: float  # 0..1, that the first is what was meant
    features: Doubles  # one row an entry, in the same order; columns as in FEATURES
    near: bool = False  # a vector says so too

    def first(self, name: str) -> float:
        """A feature of the first entry."""
        return float(self.features[0, _PLACE[name]])

    def after(self, places: npt.NDArray[np.int64], scores: Doubles, confidence: float, near: bool) -> "Ranked":
        """The same entries in another order, with what they score now."""
        rows = tuple(self.rows[place] for place in places.tolist())
        return Ranked(rows, tuple(scores[places].tolist()), confidence, self.features[places], near)

    @property
    def shared(self) -> bool:
        """Whether the first has something of the question's subject, not only words that go with any subject."""
        return self.first("subject") > 0

    @property
    def rival(self) -> bool:
        """Whether the first names a near miss of what was asked, and not what was asked."""
        return self.first("rival") > 0

    @property
    def foreign(self) -> bool:
        """Whether the question is about a subject of other counters that the first does not speak of."""
        return self.first("foreign") > _NOTHING

    @property
    def plain(self) -> bool:
        """Whether the question is nothing but words of the lexicon, and the first entry names its topic in these."""
        named = self.first("evidence") >= _ONE_TOPIC and self.first("characters") >= _MOST
        return named and self.first("strange") < _NOTHING


def order(found: Candidates, ranking: Doubles) -> tuple[npt.NDArray[np.int64], Doubles]:
    """Places of candidates, best first, and their scores in that order; ties in the order of the entries.

    Those that share nothing of the question's subject come last.
    """
    scores = found.features @ ranking - _HOLLOW * (found.features[:, _PLACE["subject"]] <= 0)
    best = np.argsort(-scores, kind="stable")
    return best, scores[best]


def rank(found: Candidates, weights: Weights) -> Ranked:
    """Orders candidates and says how sure it is of the first."""
    best, scores = order(found, weights.ranking)
    first = int(best[0])
    evidence = float(signs(found, first, scores) @ weights.confidence) + weights.bias
    return Ranked(
        rows=tuple(found.rows[best].tolist()),
        scores=tuple(scores.tolist()),
        confidence=float(1.0 / (1.0 + np.exp(-np.clip(evidence, -30.0, 30.0)))),
        features=found.features[best],
    )


def signs(found: Candidates, first: int, scores: Doubles) -> Doubles:
    """What the confidence in the first candidate is made of; `scores` are those of all, best first."""
    chance = np.exp(scores - scores[0])
    chance /= chance.sum()
    second, gap = (chance[1], scores[0] - scores[1]) if len(scores) > 1 else (0.0, _GAP)
    general = [
        chance[0],
        chance[0] - second,
        np.log(chance[0]),
        min(gap, _GAP),
        found.share,
        found.unknown,
        min(found.topics, _NAMED),
        np.log1p(found.length),
    ]
    return np.concatenate([found.features[first], general])


def decide(ranked: Ranked, bands: Bands) -> Decision:
    """The band of the best match.

    What shares nothing of the question's subject is never the answer, and offered only if a vector says so. The rival
    of what was asked is never given as the answer, a bare topic is offered.
    """
    if not ranked.shared and not ranked.near:
        return Decision.DECLINE
    if ranked.shared and ranked.confidence >= bands.answer and not ranked.rival:
        return Decision.ANSWER
    if ranked.foreign:
        return Decision.SUGGEST if ranked.confidence >= bands.foreign else Decision.DECLINE
    return Decision.SUGGEST if ranked.confidence >= bands.suggest or ranked.plain else Decision.DECLINE


def of_others(ranked: Ranked) -> list[float]:
    """The confidence of each entry: that of the first, and for the others what is left of it by their distance."""
    return [ranked.confidence * float(np.exp(score - ranked.scores[0])) for score in ranked.scores]
