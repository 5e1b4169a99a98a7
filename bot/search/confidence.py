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


class Decision(StrEnum):
    """What to do with a question. ANSWER: give the first hit's answer. SUGGEST: ask which one. DECLINE: hand over."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Weights:
    """What `benchmarks/search_fit.py` has fitted: how features order entries, and how they make one confidence."""

    ranking: Doubles
    confidence: Doubles
    bias: float
    answer: float  # confidence from which a question is answered outright
    suggest: float  # confidence from which entries are offered

    @classmethod
    def read(cls, file: Path = WEIGHTS) -> Self:
        """Loads the fitted numbers. Raises OSError, yaml.YAMLError or KeyError."""
        with file.open("rb") as lines:
            data = yaml.load(lines, yaml.CSafeLoader)
        return cls(
            np.array([data["ranking"].get(name, 0.0) for name in FEATURES]),
            np.array([data["confidence"].get(name, 0.0) for name in (*FEATURES, *SIGNS)]),
            data["bias"],
            data["answer"],
            data["suggest"],
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """Entries in the order in which they may be meant, best first."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    confidence: float  # 0..1, that the first is what was meant
    rival: bool  # the first names a near miss of what was asked, and not what was asked


def order(found: Candidates, weights: Weights) -> tuple[npt.NDArray[np.int64], Doubles]:
    """Places of candidates, best first, and their scores in that order; ties in the order of the entries."""
    scores = found.features @ weights.ranking
    best = np.argsort(-scores, kind="stable")
    return best, scores[best]


def rank(found: Candidates, weights: Weights) -> Ranked:
    """Orders candidates and says how sure it is of the first."""
    best, scores = order(found, weights)
    evidence = float(signs(found, int(best[0]), scores) @ weights.confidence) + weights.bias
    return Ranked(
        rows=tuple(found.rows[best].tolist()),
        scores=tuple(scores.tolist()),
        confidence=float(1.0 / (1.0 + np.exp(-np.clip(evidence, -30.0, 30.0)))),
        rival=bool(found.features[best[0], FEATURES.index("rival")]),
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


def decide(ranked: Ranked, weights: Weights) -> Decision:
    """The band of the best match. The rival of what was asked is never given as the answer."""
    if ranked.confidence >= weights.answer and not ranked.rival:
        return Decision.ANSWER
    return Decision.SUGGEST if ranked.confidence >= weights.suggest else Decision.DECLINE


def of_others(ranked: Ranked) -> list[float]:
    """The confidence of each entry: that of the first, and for the others what is left of it by their distance."""
    return [ranked.confidence * float(np.exp(score - ranked.scores[0])) for score in ranked.scores]
