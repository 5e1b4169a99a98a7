"""Nearness of embeddings, where an operator has them: one more sign, never the only one for an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.search.confidence import Ranked
from bot.search.texts import Entry

_NOMINATED = 20  # entries that a vector adds to the candidates
_FLOOR, _GAIN = 0.5, 4.0  # from which cosine an entry moves up, and how fast
# How much the log-odds rise when the vector has the same first and means just the same, half of that when it is as near
# as paraphrases are; and how much they fall when it has a quite different one.
_AGREES, _DOUBTS = 2.4, 0.7


@dataclass(frozen=True, slots=True)
class Near:
    """How near each entry is to a question. Without a vector it changes nothing."""

    cosine: npt.NDArray[np.float32] | None = None

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The nearest entries, to be looked at whatever their words."""
        if self.cosine is None:
            return np.empty(0, np.int64)
        top = np.argsort(-self.cosine, kind="stable")[:_NOMINATED]
        return top[self.cosine[top] > _FLOOR].astype(np.int64)

    def adjust(self, ranked: Ranked) -> Ranked:
        """Moves near entries up, and the confidence a little up or down with what the vector says of the first."""
        if self.cosine is None:
            return ranked
        rows = np.array(ranked.rows, np.int64)
        cosine = self.cosine[rows]
        scores = np.array(ranked.scores) + _GAIN * np.maximum(0.0, cosine - _FLOOR)
        order = np.argsort(-scores, kind="stable")
        same = order[0] == 0
        agrees = same and cosine[0] >= cosine.max() and cosine[0] > _FLOOR
        meant = _AGREES * float(cosine[0] - _FLOOR) / (1.0 - _FLOOR)
        shift = meant if agrees else -_DOUBTS if cosine.max() - cosine[0] > 0.1 else 0.0
        odds = ranked.confidence / max(1e-9, 1.0 - ranked.confidence) * float(np.exp(shift))
        sure = odds / (1.0 + odds)
        near = bool(cosine[order[0]] > _FLOOR)
        return ranked.after(order, scores, sure if same else min(ranked.confidence, sure), near)


class Nearness:
    """The embeddings of an index's texts, by entry."""

    def __init__(self, entries: Sequence[Entry], vectors: Mapping[str, Sequence[float]]) -> None:
        size = len(next(iter(vectors.values()), ()))
        texts = [
            (row, text)
            for row, each in enumerate(entries if vectors else ())
            for text in (each.question, *each.phrasings)
        ]
        found = [(row, vectors[text]) for row, text in texts if len(vectors.get(text, ())) == size]
        self._count = len(entries)
        self._rows = np.array([row for row, _ in found], np.int64)
        self._matrix = _unit(np.array([vector for _, vector in found], np.float32).reshape(len(found), size))

    def to(self, vector: Sequence[float] | None) -> Near:
        """Cosines of a question's vector; nothing without vectors or when the lengths differ."""
        if vector is None or not len(self._rows) or len(vector) != self._matrix.shape[1]:
            return Near()
        best = np.full(self._count, -1.0, np.float32)
        np.maximum.at(best, self._rows, self._matrix @ _unit(np.array([vector], np.float32))[0])
        return Near(best)


def _unit(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = np.zeros_like(matrix)
    np.divide(matrix, length, out=unit, where=(length > 0) & np.isfinite(length))
    return unit
