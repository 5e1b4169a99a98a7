"""`python -m benchmarks.search_fit --sets DIR`: fits `bot/search/weights.yaml` on the labour set and our own base.

Nothing of the sets for research only is looked at, nor the test half of the golden set. Figures printed are from
ten-fold cross-validation; the weights written are fitted on everything. Both models are small and held near zero:
linear, ordering by a softmax over the candidates, confidence by logistic regression.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.search_bands import OUTSIDE_SHARE, Case, Judged, choose, figures
from benchmarks.search_sets import (
    Question,
    entries,
    outside,
    own_questions,
    product_entries,
    product_questions,
    questions,
)
from bot.search import DEFAULT, Entry, normalise, terms
from bot.search.confidence import SIGNS, WEIGHTS, Bands, Weights, order, rank, signs
from bot.search.ranking import FEATURES, Ranking
from bot.search.terms import of_texts
from bot.search.texts import read

Doubles = npt.NDArray[np.float64]

# What may be used to order entries, and which way it may pull. The rest only speaks of confidence.
PULLS = {
    name: 1.0
    for name in FEATURES
    if name not in ("characters", "pairs", "topics", "rival", "evidence", "worded", "subject")
} | {name: -1.0 for name in ("asks_otherwise", "absent", "foreign", "strange")}
RIVAL = -2.0  # not fitted: near misses are too rare among the questions for what they cost
ORDER_PENALTY, CONFIDENCE_PENALTY, STEPS, FOLDS = 30.0, 10.0, 300, 10
LEFT_OUT = 6  # phrasings of each entry that are asked
SEED, BASES, BASES_OF_A_SIZE, KEPT = 3, (2, 3, 5, 8, 12, 20, 30, 50), 5, (1, 2, 3, 5)  # small bases; phrasings kept
NEAR_COUNTS = 4.0  # of far questions out of scope, for what a near one counts


def cases(store: Sequence[Entry], asked: Sequence[Question]) -> list[Case]:
    """Candidates of every question that has any."""
    texts, _, new = read(store, None)
    ranking = Ranking(of_texts(new, DEFAULT.finder), texts.owners(), DEFAULT)
    made = []
    for question in asked:
        asked = terms.read(normalise(question.text), DEFAULT)
        found = ranking.candidates(asked)
        if found is not None:
            right = np.array([texts.entries[row].id in question.gold for row in found.rows])
            made.append(Case(len(store), question, found, right))
    return made


def left_out(store: Sequence[Entry]) -> list[Case]:
    """Phrasings asked of the base without them: questions that no word of the lexicon was chosen for."""
    made = []
    for at in range(LEFT_OUT):
        short = [replace(each, phrasings=each.phrasings[:at] + each.phrasings[at + 1 :]) for each in store]
        made += cases(short, [Question(each.phrasings[at], frozenset({each.id})) for each in store])
    return made


def small_bases(store: Sequence[Entry], known: Sequence[Question]) -> list[Case]:
    """Bases of a few entries drawn from a large one, each asked what it answers, what others would, and what none does.

    A small base has no other entry that could be meant, so all that keeps it from answering is what it says itself.
    """
    chance, made = random.Random(SEED), list[Case]()
    ours, foreign = [each for each in known if each.gold], [each for each in known if not each.gold]
    for size in BASES * BASES_OF_A_SIZE:
        drawn = chance.sample(store, size)
        short = [replace(each, phrasings=tuple(chance.sample(each.phrasings, chance.choice(KEPT)))) for each in drawn]
        ids = {each.id for each in drawn}
        asked = [each for each in ours if each.gold & ids]
        asked += [
            Question(text, frozenset({whole.id}))
            for whole, left in zip(drawn, short, strict=True)
            for text in whole.phrasings[: 2 * max(KEPT)]
            if text not in left.phrasings
        ][: 2 * size]
        others = [replace(each, gold=frozenset(), kind="near-other") for each in ours if not each.gold & ids]
        asked += chance.sample(others, max(20, min(60, len(asked)))) + chance.sample(foreign, 20)
        made += [replace(case, base=0) for case in cases(short, asked)]
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


def seen(case: Case, ranking: Doubles) -> tuple[Doubles, int]:
    """The signs of a case's first entry, and the place of the first right one."""
    best, scores = order(case.found, ranking)
    return signs(case.found, int(best[0]), scores), _place(case.right[best])


def _place(right: npt.NDArray[np.bool_]) -> int:
    places = np.flatnonzero(right)
    return int(places[0]) + 1 if len(places) else 0


def fit(every: Sequence[Case]) -> Weights:
    """Weights of the order and of the confidence, without bands. Each base has the same say in the latter."""
    ranking = fit_order(every)
    ranking[FEATURES.index("rival")] = RIVAL
    looked = [seen(case, ranking) for case in every]
    groups = Counter((case.base, bool(case.question.gold)) for case in every)
    shares = {False: OUTSIDE_SHARE, True: 1 - OUTSIDE_SHARE}
    counts = np.array(
        [shares[bool(c.question.gold)] * _counts(c) / groups[c.base, bool(c.question.gold)] for c in every]
    )
    x, right = np.array([each for each, _ in looked]), np.array([place == 1 for _, place in looked], float)
    return Weights(ranking, *fit_confidence(x, right, counts / counts.mean()), bands=Bands(1.0, 1.0, 1.0))


def _counts(case: Case) -> float:
    return NEAR_COUNTS if case.group == "near" else 1.0


def crossed(every: Sequence[Case]) -> list[Judged]:
    """Every case, in order, judged by a model that has not seen it."""
    places = np.random.default_rng(1).permutation(len(every))
    judged: dict[int, Judged] = {}
    for fold in range(FOLDS):
        weights = fit([every[at] for number, at in enumerate(places) if number % FOLDS != fold])
        for at in places[fold::FOLDS].tolist():
            ranked = rank(every[at].found, weights)
            _, place = seen(every[at], weights.ranking)
            judged[at] = Judged(every[at], ranked, place)
    return [judged[at] for at in range(len(every))]


def write(weights: Weights) -> None:
    """The file that `bot.search.confidence.Weights` reads."""

    def rows(names: Sequence[str], values: Doubles) -> list[str]:
        return [f"  {name}: {value:.3f}" for name, value in zip(names, values, strict=True) if abs(value) >= 5e-4]

    lines = ["# Written by `python -m benchmarks.search_fit`; not edited by hand."]
    lines += ["ranking:", *rows(FEATURES, weights.ranking)]
    lines += ["confidence:", *rows((*FEATURES, *SIGNS), weights.confidence), f"bias: {weights.bias:.3f}"]
    lines += ["# From which confidence a question is answered outright, from which entries are offered, and from which"]
    lines += ["# they are when it is about a subject of other counters."]
    lines += [f"{name}: {value:.3f}" for name, value in asdict(weights.bands).items()]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def gathered(sets: Path) -> dict[str, list[Case]]:
    """What is fitted on, by name."""
    labour, asked, product = entries(sets, "labour"), questions(sets, "labour"), product_entries()
    far = [each for each in asked if each.kind.startswith("far")]
    known = [each for each in product_questions() if each.split == "dev"]
    return {
        "labour, open": cases(labour, asked),
        "labour, our own": cases(labour, own_questions()),
        "product": cases(product, [*known, *outside(), *far]),
        "product, phrasings left out": left_out(product),
        "small bases": small_bases(product, [*known, *outside()]),
    }


def main() -> None:
    """Fit, print what cross-validation says, write the file."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--sets", type=Path, required=True, help="folder with data/labour.*.jsonl")
    wanted.add_argument("--dry", action="store_true", help="write nothing")
    options = wanted.parse_args()
    parts = gathered(options.sets)
    every = [case for part in parts.values() for case in part]
    judged = iter(crossed(every))
    found = {name: list(islice(judged, len(part))) for name, part in parts.items()}
    chosen = choose([found["labour, open"], found["product"]])
    print(chosen)
    for name, part in found.items():
        print(name, {key: f"{value:.1%}" for key, value in figures(part, chosen).items()})
    if not options.dry:
        write(replace(fit(every), bands=chosen))


if __name__ == "__main__":
    main()
