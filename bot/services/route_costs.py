"""What the routes of a plan cost, and how long they take: pure arithmetic with rates, quotas and closed routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import calendar
from bot.calendar import Hours
from bot.clock import local
from bot.services.plans import Cost
from bot.services.reach_policy import MASS_CALLS, MASS_MOST, ReachPolicy

DAYS_MOST = 31  # nothing is worth sending longer than that


@dataclass(frozen=True, slots=True)
class Spent:
    """Messages by route on the day it starts and in the month so far; routes that are closed, and until when."""

    today: Mapping[str, int]
    month: Mapping[str, int]
    stops: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Frame:
    """When a notice starts and until when it is worth sending; `hours` are those in which anything is sent, unless it
    may go out at `any_hour`."""

    starts: datetime
    until: datetime
    hours: Hours
    any_hour: bool = False


def of(people: Mapping[str, int], policy: ReachPolicy, spent: Spent, frame: Frame) -> tuple[Cost, ...]:
    """The costs of the routes in their order. All but mass sends share the rate of the policy."""
    first_day = {route: min(count, _room(route, policy, spent, frame, count)) for route, count in people.items()}
    together = sum(count for route, count in first_day.items() if route != "mass")
    made = []
    for route, count in people.items():
        quota = policy.per_day.get(route)
        today = first_day[route]
        seconds = -(-today // MASS_MOST) if route == "mass" else together / policy.per_second
        ends = _after(seconds if today else 0, frame)
        late = round(today * _share_late(seconds, frame))
        if count > today:
            ends, later = _later(count - today, quota, policy.per_second, spent.stops.get(route), frame)
            late += later
        used, calls = spent.today.get(route, 0), _calls(route, policy, spent)
        left = None if quota is None else _room(route, policy, spent, frame, quota)
        made.append(Cost(route, count, used, spent.month.get(route, 0), quota, left, today, ends, late, calls))
    return tuple(made)


def _room(route: str, policy: ReachPolicy, spent: Spent, frame: Frame, most: int) -> int:
    """How many messages a route takes on the first day, at most `most`."""
    if route in spent.stops:
        return 0
    quota = policy.per_day.get(route)
    room = most if quota is None else max(0, quota - spent.today.get(route, 0))
    calls = _calls(route, policy, spent)
    return room if calls is None else min(room, calls * MASS_MOST)


def _calls(route: str, policy: ReachPolicy, spent: Spent) -> int | None:
    """Calls of a mass send that are still there on the first day; None: no limit."""
    quota = policy.per_day.get(MASS_CALLS) if route == "mass" else None
    return None if quota is None else max(0, quota - spent.today.get(MASS_CALLS, 0))


def _after(seconds: float, frame: Frame) -> datetime:
    """When so many seconds of sending are over: at the end of the hours it stops, and goes on in the morning."""
    begins, left = frame.starts, timedelta(seconds=seconds)
    while not frame.any_hour and left > (room := max(timedelta(), _evening(begins, frame.hours) - begins)):
        begins, left = _next_morning(begins, frame.hours), left - room
    return begins + left


def _share_late(seconds: float, frame: Frame) -> float:
    """Which part of so many seconds of sending comes when it is not worth it any more."""
    if _after(seconds, frame) <= frame.until:
        return 0.0
    begins, there = frame.starts, timedelta()
    while begins < frame.until:
        ends = frame.until if frame.any_hour else min(frame.until, _evening(begins, frame.hours))
        there += max(timedelta(), ends - begins)
        begins = frame.until if frame.any_hour else _next_morning(begins, frame.hours)
    return 1 - there.total_seconds() / seconds


def _evening(moment: datetime, hours: Hours) -> datetime:
    return calendar.at(local(moment).date(), hours.end)


def _later(
    rest: int, quota: int | None, per_second: float, stop: datetime | None, frame: Frame
) -> tuple[datetime, int]:
    """When the last of `rest` messages goes out after the first day, and how many of them come too late."""
    begins = calendar.daytime(stop, frame.hours) if stop else _next_morning(frame.starts, frame.hours)
    late = 0
    for _ in range(DAYS_MOST):
        some = rest if quota is None else min(rest, quota)
        late += some if begins >= frame.until else 0
        rest -= some
        if not rest:
            return begins + timedelta(seconds=some / per_second), late
        begins = _next_morning(begins, frame.hours)
    return begins, late + rest


def _next_morning(moment: datetime, hours: Hours) -> datetime:
    """The beginning of the hours on the day after; quotas are new from midnight on."""
    return calendar.at(local(moment).date() + timedelta(days=1), hours.start)
