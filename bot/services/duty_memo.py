"""The same thought for many people: cadres of one kind of union mostly have the same duties at the same step.

What the ladder says depends on neither names nor ids, so it is worked out once for everybody in the same situation.
A memo is for one run of a job; it forgets everything when it has grown large, so that its memory is bounded.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from bot.services import duty_ladder
from bot.services.duty_ladder import Fired, Item, Policy, State, Step
from storage.duty_rows import DutyRow

LIMIT = 4096
Offsets = dict[str, tuple[int, ...]]
ASKED = ("period", "deadline", "template_id", "created_at", "reached", "state")
_situation = itemgetter(*map(DutyRow._fields.index, ASKED))
_T = TypeVar("_T")


@dataclass(slots=True)
class Memo:
    """Answers by question. `words` are messages, where whoever composes them knows what they depend on."""

    steps: dict[Hashable, Step] = field(default_factory=dict)
    moments: dict[Hashable, datetime | None] = field(default_factory=dict)
    words: dict[Hashable, str] = field(default_factory=dict)

    def step(self, rows: Sequence[DutyRow], offsets: Offsets, state: State, now: datetime, policy: Policy) -> Step:
        """`duty_ladder.step` for a person's open duties."""
        asked = (_situations(rows), state, now, policy)
        found = once(self.steps, asked, lambda: duty_ladder.step(_numbered(rows, offsets), state, now, policy))
        return _about(found, [row.id for row in rows])

    def next(self, rows: Sequence[DutyRow], offsets: Offsets, state: State, policy: Policy) -> datetime | None:
        """`duty_ladder.next_moment` for a person's open duties."""
        asked = (_situations(rows), state, policy)
        return once(self.moments, asked, lambda: duty_ladder.next_moment(_numbered(rows, offsets), state, policy))


def once(known: dict[Hashable, _T], asked: Hashable, answer: Callable[[], _T]) -> _T:
    """What is known, or else the answer, known from now on."""
    if asked in known:
        return known[asked]
    if len(known) >= LIMIT:
        known.clear()
    found = known[asked] = answer()
    return found


def item(row: DutyRow, offsets: Offsets, duty_id: int) -> Item:
    """One duty for the ladder."""
    acknowledged = row.state == "acknowledged"
    ladder = offsets[row.template_id]
    return Item(duty_id, row.period, row.deadline, ladder, row.created_at, row.reached, acknowledged, not row.untold)


def _situations(rows: Sequence[DutyRow]) -> Hashable:
    return tuple([(_situation(row), row.untold) for row in rows])


def _numbered(rows: Sequence[DutyRow], offsets: Offsets) -> list[Item]:
    """Duties by their places, so that the answer is about places, too."""
    return [item(row, offsets, place) for place, row in enumerate(rows)]


def _about(step: Step, ids: Sequence[int]) -> Step:
    """The same step with a person's own duties in it."""
    firings = tuple([_fired(each, ids) for each in step.firings])
    news, speaking = (tuple([ids[place] for place in each]) for each in (step.news, step.speaking))
    reached = {ids[place]: offset for place, offset in step.reached.items()}
    return Step(step.listing, news, speaking, firings, reached, step.state)


def _fired(each: Fired, ids: Sequence[int]) -> Fired:
    parts: Any = tuple([(ids[place], offset) for place, offset in each.parts])
    return Fired(each.due_at, each.result, parts)
