"""`python -m benchmarks.search_fit --sets DIR`: fits `bot/search/weights.yaml` on the labour set and our questions.

Nothing of the sets for research only is looked at. Figures printed are from ten-fold cross-validation; the weights
written are fitted on everything. Both models are small and held near zero: linear, ordering by a softmax over the
candidates, confidence by logistic regression.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.search_sets import Question, entries, own_questions, questions
from bot.search import DEFAULT, Entry, normalise
from bot.search.confidence import SIGNS, WEIGHTS, signs
from bot.search.ranking import FEATURES, Candidates, Ranking
from bot.search.terms import of_question, of_texts
from bot.search.texts import read

Doubles = npt.NDArray[np.float64]

# What may be used to order entries, and which way it may pull. The rest only speaks of confidence.
PULLS = {name: 1.0 for name in FEATURES if name not in ("characters", "pairs", "topics", "rival")} | {
    name: -1.0 for name in ("asks_otherwise", "absent", "foreign")
}
RIVAL = -2.0  # not fitted: near misses are too rare among the questions for what they cost
ORDER_PENALTY, CONFIDENCE_PENALTY, STEPS, FOLDS = 100.0, 10.0, 300, 10
OUTSIDE_SHARE, NEAR_COUNTS = 0.2, 4.0  # of out-of-scope questions in the mix; how much a near one counts
SUGGESTED_FAR = 0.3  # of far out-of-scope questions that may get suggestions
ANSWERED_FAR, ANSWERED_NEAR = 0.003, 0.01  # … and of far and near ones that may get an answer
PRECISION = 0.937  # of answers, in-scope and out-of-scope questions mixed
ANSWERED = 0.4  # at most, of in-scope questions: real ones are harder than those at hand


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates and which of them are right."""

    question: Question
    found: Candidates
    right: npt.NDArray[np.bool_]


def cases(store: Sequence[Entry], asked: Sequence[Question]) -> list[Case]:
    """Candidates of every question that has any."""
    texts, _, new = read(store, None)
    ranking = Ranking(of_texts(new, DEFAULT.finder), texts.owners(), DEFAULT)
    made = []
    for question in asked:
        found = ranking.candidates(of_question(normalise(question.text), DEFAULT))
        if found is not None:
            right = np.array([texts.entries[row].id in question.gold for row in found.rows])
            made.append(Case(question, found, right))
    return made


def fit_order(every: Sequence[Case]) -> Doubles:
    """Weights that put right entries first."""
    used = [case for case in every if case.right.any() and not case.right.all()]
    pulls = np.array([PULLS.get(name, 0.0) for name in FEATURES])
    spread = np.concatenate([case.found.features for case in used]).std(axis=0) + 1e-6
    wide = max(len(case.right) for case in used)
    x = np.zeros((len(used), wide, len(FEATURES)))
    right, there = np.zeros((2, len(used), wide))
    for at, case in enumerate(used):
        size = len(case.right)
        x[at, :size], right[at, :size], there[at, :size] = case.found.features / spread * pulls, case.right, 1.0

    def slope(weights: Doubles) -> Doubles:
        score = np.where(there > 0, x @ weights, -1e9)
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        wanted = chance * right
        wanted /= wanted.sum(axis=1, keepdims=True) + 1e-12
        return (ORDER_PENALTY * weights + np.einsum("ijk,ij->k", x, chance - wanted)) / len(used)

    return _descend(slope, np.full(len(FEATURES), 0.3), floor=0.0) / spread * pulls


def fit_confidence(x: Doubles, right: Doubles, counts: Doubles) -> tuple[Doubles, float]:
    """Weights and bias of the log-odds that the first entry is right."""
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = np.hstack([(x - middle) / spread, np.ones((len(x), 1))])
    penalty = np.full(z.shape[1], CONFIDENCE_PENALTY)
    penalty[-1] = 0.0

    def slope(weights: Doubles) -> Doubles:
        wrong = (1.0 / (1.0 + np.exp(-(z @ weights))) - right) * counts
        return (z.T @ wrong + penalty * weights) / counts.sum()

    found = _descend(slope, np.zeros(z.shape[1]))
    weights = found[:-1] / spread
    return weights, float(found[-1] - middle @ weights)


def _descend(slope: Callable[[Doubles], Doubles], weights: Doubles, floor: float | None = None) -> Doubles:
    """Adam."""
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        gradient = slope(weights)
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        weights = weights - 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = weights if floor is None else np.maximum(weights, floor)
    return weights


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with the place of the first right entry (0: none) and the log-odds that the first is right."""

    case: Case
    place: int
    odds: float


def seen(case: Case, order: Doubles) -> tuple[Doubles, int]:
    """The signs of a case's first entry, and the place of the first right one."""
    scores = case.found.features @ order
    best = np.argsort(-scores, kind="stable")
    places = np.flatnonzero(case.right[best])
    return signs(case.found, int(best[0]), scores[best]), int(places[0]) + 1 if len(places) else 0


def fit(every: Sequence[Case]) -> tuple[Doubles, Doubles, float]:
    """Weights of the order, weights and bias of the confidence."""
    order = fit_order(every)
    order[FEATURES.index("rival")] = RIVAL
    looked = [seen(case, order) for case in every]
    inside = sum(bool(case.question.gold) for case in every)
    shares = ((1 - OUTSIDE_SHARE) / inside, OUTSIDE_SHARE / max(1, len(every) - inside))
    counts = np.array([shares[0] if c.question.gold else shares[1] * _counts(c) for c in every]) * len(every)
    x, right = np.array([each for each, _ in looked]), np.array([place == 1 for _, place in looked], float)
    return order, *fit_confidence(x, right, counts / counts.mean())


def _counts(case: Case) -> float:
    return NEAR_COUNTS if case.question.kind.startswith("near") else 1.0


def crossed(every: Sequence[Case]) -> list[Judged]:
    """Every case judged by a model that has not seen it."""
    places = np.random.default_rng(1).permutation(len(every))
    judged = []
    for fold in range(FOLDS):
        order, weights, bias = fit([every[at] for number, at in enumerate(places) if number % FOLDS != fold])
        for at in places[fold::FOLDS]:
            x, place = seen(every[at], order)
            judged.append(Judged(every[at], place, float(x @ weights) + bias))
    return judged


def bands(judged: Sequence[Judged]) -> tuple[float, float]:
    """Log-odds from which to answer and to suggest."""
    far = sorted(each.odds for each in judged if each.case.question.kind.startswith("far"))
    near = sorted(each.odds for each in judged if each.case.question.kind.startswith("near"))
    answer = max(far[-1 - int(len(far) * ANSWERED_FAR)], near[-1 - int(len(near) * ANSWERED_NEAR)]) + 1e-6
    while (now := figures(judged, answer, answer))["precision of answers"] < PRECISION or now["answered"] > ANSWERED:
        answer += 0.02
    return answer, min(answer, far[int(len(far) * (1 - SUGGESTED_FAR))])


def figures(judged: Sequence[Judged], answer: float, suggest: float) -> dict[str, float]:
    """Shares of questions by what happens to them."""
    inside = [each for each in judged if each.case.question.gold]
    outside = [each for each in judged if not each.case.question.gold]

    def share(of: Sequence[Judged], when: Callable[[Judged], bool]) -> float:
        return sum(map(when, of)) / max(1, len(of))

    def kind(name: str) -> list[Judged]:
        return [each for each in outside if each.case.question.kind.startswith(name)]

    right = share(inside, lambda each: each.odds >= answer and each.place == 1)
    answered, taken = share(inside, lambda each: each.odds >= answer), share(outside, lambda each: each.odds >= answer)
    mixed = (1 - OUTSIDE_SHARE) * answered + OUTSIDE_SHARE * taken
    offered = share(inside, lambda each: suggest <= each.odds < answer and 0 < each.place <= 3)
    return {
        "top-1": share(inside, lambda each: each.place == 1),
        "recall@3": share(inside, lambda each: 0 < each.place <= 3),
        "answered": answered,
        "precision of answers": (1 - OUTSIDE_SHARE) * right / mixed if mixed else 1.0,
        "resolved": right + offered,
        "declined": share(inside, lambda each: each.odds < suggest),
        "far answered": share(kind("far"), lambda each: each.odds >= answer),
        "near answered": share(kind("near"), lambda each: each.odds >= answer),
        "far suggested": share(kind("far"), lambda each: suggest <= each.odds < answer),
        "near suggested": share(kind("near"), lambda each: suggest <= each.odds < answer),
    }


def write(order: Doubles, weights: Doubles, bias: float, answer: float, suggest: float) -> None:
    """The file that `bot.search.confidence.Weights` reads."""

    def rows(names: Sequence[str], values: Doubles) -> list[str]:
        return [f"  {name}: {value:.3f}" for name, value in zip(names, values, strict=True) if abs(value) >= 5e-4]

    sure = [1.0 / (1.0 + float(np.exp(-odds))) for odds in (answer, suggest)]
    lines = ["# Fitted by `python -m benchmarks.search_fit`; not edited by hand.", "ranking:", *rows(FEATURES, order)]
    lines += ["confidence:", *rows((*FEATURES, *SIGNS), weights), f"bias: {bias:.3f}"]
    lines += ["# From which confidence a question is answered outright, and from which entries are offered."]
    lines += [f"answer: {sure[0]:.4f}", f"suggest: {sure[1]:.4f}"]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fit, print what cross-validation says, write the file."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--sets", type=Path, required=True, help="folder with data/labour.*.jsonl")
    wanted.add_argument("--dry", action="store_true", help="write nothing")
    options = wanted.parse_args()
    store = entries(options.sets, "labour")
    public = cases(store, questions(options.sets, "labour"))
    own = cases(store, own_questions())
    judged = crossed([*public, *own])
    answer, suggest = bands([each for each in judged if any(each.case is case for case in public)])
    for name, part in (("labour, open", public), ("our own", own)):
        chosen = [each for each in judged if any(each.case is case for case in part)]
        print(name, {key: f"{value:.1%}" for key, value in figures(chosen, answer, suggest).items()})
    if not options.dry:
        write(*fit([*public, *own]), answer, suggest)


if __name__ == "__main__":
    main()
