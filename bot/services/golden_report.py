"""How well the golden questions are answered: shares with their floors, what fails, and how long a question takes.

A declined question counts as not found: the ranking behind it is of no use to whoever asked. Questions whose expected
entries are all unpublished are set apart, counted and listed, because no search could answer them.
"""

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from bot.errors import Misconfigured
from bot.search import Decision, Result
from bot.services.golden import Golden, Question

CEILINGS = ("far_answered", "near_answered")
FIGURES = ("top1", "recall3", "answered", "precision", *CEILINGS, "pairs", "unseen_top1", "unseen_recall3")
T = TypeVar("T")
Ask = Callable[[str], Result]
Timer = Callable[[], float]  # seconds, from any moment on


@dataclass(frozen=True, slots=True)
class Figure:
    """One share: `hits` of `of`. `limit` is what the file demands, None where it says nothing."""

    name: str
    hits: int
    of: int
    limit: float | None

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to measure."""
        return self.hits / self.of if self.of else None

    @property
    def holds(self) -> bool:
        """Whether the limit is kept. What is demanded and cannot be measured is not kept."""
        if self.limit is None:
            return True
        if self.share is None:
            return False
        return self.share <= self.limit if self.name in CEILINGS else self.share >= self.limit


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was said; `kind` is question, unseen, far, near or pair. `ms` is how long it took."""

    kind: str
    question: Question
    result: Result
    ms: float

    @property
    def first(self) -> bool:
        """Whether the first hit is right."""
        return bool(self.result.hits) and self.result.hits[0].id in self.question.expect

    @property
    def third(self) -> bool:
        """Whether one of the first three hits is right."""
        return any(hit.id in self.question.expect for hit in self.result.hits[:3])

    @property
    def answered(self) -> bool:
        """Whether it was answered outright."""
        return self.result.decision is Decision.ANSWER

    @property
    def failed(self) -> bool:
        """A stranger that was answered, or one of ours whose first hit is not right."""
        return self.answered if self.kind in ("far", "near") else not self.first


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome. Set apart: questions whose entries are all unpublished, and pairs with such a side."""

    figures: tuple[Figure, ...]
    asked: tuple[Asked, ...]
    apart: tuple[Question, ...]
    pairs_apart: tuple[tuple[Question, Question], ...]

    @property
    def broken(self) -> list[Figure]:
        """Figures that do not keep their limit."""
        return [each for each in self.figures if not each.holds]

    @property
    def failures(self) -> list[Asked]:
        """What was not answered as it should be."""
        return [each for each in self.asked if each.failed]

    def percentile(self, share: float) -> float:
        """The milliseconds within which this share of the questions was answered; 0 where none was asked."""
        times = sorted(each.ms for each in self.asked)
        return times[max(0, math.ceil(share * len(times)) - 1)] if times else 0.0


def measure(golden: Golden, ask: Ask, published: Container[str], timer: Timer) -> Report:
    """Ask everything once. Raises Misconfigured for a floor of a figure that is not measured here."""
    if unknown := sorted(set(golden.floors) - set(FIGURES)):
        raise Misconfigured(f"golden floors: {', '.join(unknown)} unknown; there are {', '.join(FIGURES)}")

    ours, strangers = _parted(golden.questions, lambda each: bool(each.expect))
    possible, apart = _parted(ours, lambda each: _possible(each, published))
    unseen, unseen_apart = _parted(golden.unseen, lambda each: _possible(each, published))
    pairs, pairs_apart = _parted(golden.pairs, lambda pair: all(_possible(side, published) for side in pair))
    mine = [_ask("question", each, ask, timer) for each in possible]
    fresh = [_ask("unseen", each, ask, timer) for each in unseen]
    others = [_ask(each.kind, each, ask, timer) for each in strangers]
    sides = [[_ask("pair", side, ask, timer) for side in pair] for pair in pairs]
    figures = tuple(_figures(mine, fresh, others, sides, golden.floors))
    asked = (*mine, *fresh, *others, *chain.from_iterable(sides))
    return Report(figures, asked, (*apart, *unseen_apart), tuple(pairs_apart))


def _parted(every: Iterable[T], true: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """Those for which something is true, and the others, each in their order."""
    both: tuple[list[T], list[T]] = ([], [])
    for each in every:
        both[not true(each)].append(each)
    return both


def _possible(question: Question, published: Container[str]) -> bool:
    return any(each in published for each in question.expect)


def _ask(kind: str, question: Question, ask: Ask, timer: Timer) -> Asked:
    began = timer()
    result = ask(question.ask)
    return Asked(kind, question, result, (timer() - began) * 1000)


def _figures(
    mine: Sequence[Asked],
    fresh: Sequence[Asked],
    strangers: Sequence[Asked],
    pairs: Sequence[Sequence[Asked]],
    floors: Mapping[str, float],
) -> Iterator[Figure]:
    """The figures as `content/golden/floors.yaml` defines them, in the order of `FIGURES`."""
    answered = [each for each in mine if each.answered]
    far, near = ([each for each in strangers if each.kind == kind] for kind in ("far", "near"))
    counted = (
        [each.first for each in mine],
        [each.third for each in mine],
        [each.answered for each in mine],
        [each.first for each in answered],
        [each.answered for each in far],
        [each.answered for each in near],
        [all(side.first for side in pair) for pair in pairs],
        [each.first for each in fresh],
        [each.third for each in fresh],
    )
    for name, hits in zip(FIGURES, counted, strict=True):
        yield Figure(name, sum(hits), len(hits), floors.get(name))
