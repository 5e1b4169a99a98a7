"""From which confidence a question is answered or gets suggestions: what serves people, by cross-validated figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.search_sets import Question
from bot.search.confidence import Bands, Decision, Ranked, decide
from bot.search.ranking import Candidates

OUTSIDE_SHARE = 0.2  # of out-of-scope questions in the mix
ANSWERED_FAR, ANSWERED_NEAR = 0.003, 0.01  # at most, of far and near out-of-scope questions
ANSWERED = 0.6  # at most, of in-scope questions: real ones are harder than those at hand
PRECISION = 0.937  # at least, of answers, in-scope and out-of-scope questions mixed
WITHHELD = 1.0  # what a right suggestion that is not shown costs, in needless ones that are
STEPS = [step / 100 for step in range(1, 100)]
FINE_STEPS = [step / 1000 for step in range(500, 1000, 2)]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates and which of them are right."""

    base: int  # how many entries its base has, to know bases by
    question: Question
    found: Candidates
    right: npt.NDArray[np.bool_]

    @property
    def group(self) -> str:
        """in, far or near."""
        return "in" if self.question.gold else self.question.kind.split("-")[0]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case as it was ranked, with the place of the first right entry; 0: none."""

    case: Case
    ranked: Ranked
    place: int


def choose(parts: Sequence[Sequence[Judged]]) -> Bands:
    """The bands that serve each of these parts: first what may be answered, then what is worth a suggestion."""
    answer = max(_answer(part) for part in parts)
    suggest, foreign = (_worth(parts, answer, foreign) for foreign in (False, True))
    return Bands(answer, min(answer, suggest), min(answer, foreign))


def _answer(judged: Sequence[Judged]) -> float:
    """The lowest confidence that keeps the limits."""
    for step in FINE_STEPS:
        now = figures(judged, Bands(step, step, step))
        kept = now["far answered"] <= ANSWERED_FAR and now["near answered"] <= ANSWERED_NEAR
        if kept and now["answered"] <= ANSWERED and now["precision of answers"] >= PRECISION:
            return step
    return FINE_STEPS[-1]


def _worth(parts: Sequence[Sequence[Judged]], answer: float, foreign: bool) -> float:
    """From which confidence suggestions help more than they bother, for questions with a foreign subject or others."""

    def cost(step: float) -> float:
        bands = Bands(answer, step, step)
        return sum(_cost(part, bands, foreign) for part in parts)

    return min(STEPS, key=cost)


def _cost(judged: Sequence[Judged], bands: Bands, foreign: bool) -> float:
    counts = {False: 0, True: 0}
    losses = {False: 0, True: 0}
    for each in judged:
        inside = bool(each.case.question.gold)
        counts[inside] += 1
        if each.ranked.foreign == foreign:
            shown = decide(each.ranked, bands) is not Decision.DECLINE
            losses[inside] += (0 < each.place <= 3 and not shown) if inside else shown
    withheld, needless = losses[True] / max(1, counts[True]), losses[False] / max(1, counts[False])
    return WITHHELD * (1 - OUTSIDE_SHARE) * withheld + OUTSIDE_SHARE * needless


def figures(judged: Sequence[Judged], bands: Bands) -> dict[str, float]:
    """Shares of questions by what happens to them."""
    done = [(each.case.group, decide(each.ranked, bands), each.place) for each in judged]
    inside = [(decision, place) for group, decision, place in done if group == "in"]
    total = max(1, len(inside))
    answered = sum(decision is Decision.ANSWER for decision, _ in inside) / total
    right = sum(decision is Decision.ANSWER and place == 1 for decision, place in inside) / total
    offered = sum(decision is Decision.SUGGEST and 0 < place <= 3 for decision, place in inside) / total

    def share(of: Sequence[str], wanted: Decision) -> float:
        met = [decision for group, decision, _ in done if group in of]
        return met.count(wanted) / max(1, len(met))

    mixed = (1 - OUTSIDE_SHARE) * answered + OUTSIDE_SHARE * share(("far", "near"), Decision.ANSWER)
    return {
        "top-1": sum(place == 1 for _, place in inside) / total,
        "recall@3": sum(0 < place <= 3 for _, place in inside) / total,
        "answered": answered,
        "precision of answers": (1 - OUTSIDE_SHARE) * right / mixed if mixed else 1.0,
        "resolved": right + offered,
        "declined": share(("in",), Decision.DECLINE),
    } | {
        f"{group} {name}": share((group,), decision)
        for group in ("far", "near")
        for name, decision in (("answered", Decision.ANSWER), ("suggested", Decision.SUGGEST))
    }
