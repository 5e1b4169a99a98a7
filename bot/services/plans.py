"""What a plan of a notice consists of; `route_plan.plan` makes it, `plan_words` says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says: `title`, `text` without it, and `said`, the whole message as people get it."""

    title: str
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What one route does for a notice. `quota`, `left`: messages of a day in all and still there, None: no limit.

    `used_today`, `used_month`: messages of this route before. `today` of the `people` are reached on the day it starts,
    the others on the days after; `late` not before it is over. `ends`: when the last one is sent, as estimated.
    `calls_left`: of a mass send, calls still there that day before this notice; None: no limit.
    """

    route: str
    people: int
    used_today: int
    used_month: int
    quota: int | None
    left: int | None
    today: int
    ends: datetime
    late: int = 0
    calls_left: int | None = None

    @property
    def left_after(self) -> int | None:
        """Messages of the first day that are still there afterwards."""
        return None if self.left is None else self.left - self.today


@dataclass(frozen=True, slots=True)
class Plan:
    """`people` are all whom the rule means: those of `costs`, `kept` (no route: told at the next contact) and
    `left_out` (by reason, `bot/services/reasons.py`).

    `starts`, `ends`: from the first message to the last one, as estimated. `instead`: routes that were not chosen, and
    how many of the kept they would reach. `last_mass`: people for whom it is the last mass send of the month. `shown`:
    fields of the template as people would see them, where one is used. `warnings`: Chinese sentences.
    """

    people: int
    costs: tuple[Cost, ...]
    kept: int
    left_out: Mapping[str, int]
    starts: datetime
    ends: datetime
    instead: Mapping[str, int] = field(default_factory=dict)
    last_mass: int = 0
    shown: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def reachable(self) -> int:
        """People whom a route reaches, sooner or later."""
        return sum(cost.people for cost in self.costs)

    @property
    def late(self) -> int:
        """People whom a route would reach only when it is not worth it any more."""
        return sum(cost.late for cost in self.costs)

    @property
    def seconds(self) -> float:
        """From the first message to the last one."""
        return (self.ends - self.starts).total_seconds()

    def by(self, route: str) -> int:
        """How many people a route reaches."""
        return next((cost.people for cost in self.costs if cost.route == route), 0)
