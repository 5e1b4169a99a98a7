"""The month's quotas: what was used, what people still accept, and what the notices that are planned will take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot import calendar
from bot.clock import local
from bot.services import plan_words, reach
from bot.services.reach_policy import MASS_CALLS, MASS_MOST, ROUTE_NAMES, ReachPolicy
from storage import mass_forming, quotas
from storage import reach as reaching
from storage.mass_forming import Planned
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Use:
    """Messages of a route today and this month. `quota`: of a day, None: no limit. `calls`: those of mass sends still
    there today. `closed_until`: by the platform."""

    route: str
    today: int
    month: int
    quota: int | None
    closed_until: datetime | None
    calls: int | None = None

    @property
    def left_today(self) -> int | None:
        """Messages still there today; None: no limit."""
        if self.closed_until is not None:
            return 0
        left = None if self.quota is None else max(0, self.quota - self.today)
        return left if left is None or self.calls is None else min(left, self.calls * MASS_MOST)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A calendar month. `mass_left`: followers by how many mass sends they may still get (index 0: none).

    `planned`: notices by mass send that have not gone out and are due this month. `agreed`: purpose (`notice`, `event`)
    to (followers, notices) agreed to and not used. `days`: (day, route, messages).
    """

    month: date
    uses: tuple[Use, ...]
    mass_left: tuple[int, ...]
    planned: tuple[Planned, ...]
    agreed: dict[str, tuple[int, int]]
    days: Sequence[tuple[date, str, int]]

    @property
    def short(self) -> int:
        """Followers who would miss at least one of the planned mass sends if all of them went to everybody."""
        return sum(self.mass_left[: len(self.planned)])


def month(work: Work, policy: ReachPolicy, now: datetime, path: str | None = None) -> Forecast:
    """The month that it is in Shanghai. `path`: the branch of who asks; what others plan is counted, but not named."""
    today, first = local(now).date(), reach.first_of_month(now)
    used_today = quotas.used(work, policy.channel, today, today)
    used_month = quotas.used(work, policy.channel, first, today)
    stops = quotas.stops(work, policy.channel, now)
    uses = (_use(route, policy, used_today, used_month, stops) for route in policy.routes)
    ends = calendar.at((first + timedelta(days=32)).replace(day=1), time())
    begins = reach.month_start(now)
    return Forecast(
        month=first,
        uses=tuple(uses),
        mass_left=tuple(reaching.mass_left(work, policy.channel, policy.mass_per_month, begins)) if policy.mass else (),
        planned=tuple(mass_forming.planned(work, ends, path)) if policy.mass else (),
        agreed={purpose: quotas.granted(work, template) for purpose, template in policy.notices.items()},
        days=[each for each in quotas.by_day(work, policy.channel, first, today) if each[1] != MASS_CALLS],
    )


def _use(
    route: str,
    policy: ReachPolicy,
    today: Mapping[str, int],
    month: Mapping[str, int],
    stops: Mapping[str, datetime],
) -> Use:
    calls = policy.per_day.get(MASS_CALLS) if route == "mass" else None
    left = None if calls is None else max(0, calls - today.get(MASS_CALLS, 0))
    used = today.get(route, 0), month.get(route, 0)
    return Use(route, *used, policy.per_day.get(route), stops.get(route), left)


def sentences(forecast: Forecast) -> list[str]:
    """The forecast, a line for each thing."""
    lines = [_line(use) for use in forecast.uses]
    for purpose, (people, notices) in forecast.agreed.items():
        what = "活动通知" if purpose == "event" else "通知"
        lines.append(f"{what}的订阅同意：{people}人，共{notices}条没有用")
    return lines + _of_mass(forecast)


def _line(use: Use) -> str:
    words = f"{ROUTE_NAMES[use.route]}：今天已用{use.today}条，本月{use.month}条"
    if use.closed_until is not None:
        return f"{words}，平台暂停到{plan_words.say_moment(use.closed_until)}"
    words = words if use.left_today is None else f"{words}，今天还可发{use.left_today}条"
    return words if use.calls is None else f"{words}，还可调用{use.calls}次"


def _of_mass(forecast: Forecast) -> list[str]:
    left = [
        f"还可收{count}次的{people}人" if count else f"不能再收的{people}人"
        for count, people in enumerate(forecast.mass_left)
        if people
    ]
    lines = [f"本月群发：{'，'.join(reversed(left))}"] if left else []
    for each in forecast.planned:
        lines.append(f"计划群发：{plan_words.say_moment(each.at)}“{each.title}”，预计{each.people}人")
    if forecast.planned and forecast.short:
        lines.append(f"如果{len(forecast.planned)}次都发给所有人，有{forecast.short}人会收不全")
    return lines
