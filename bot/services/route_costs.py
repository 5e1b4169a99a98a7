"""What the routes of a plan cost, and how long they take: pure arithmetic with rates, quotas and closed routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

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


_NOTHING = Spent({}, {}, {})  # of a later day


@dataclass(slots=True)
class _Course:
    """How far a route has come: people still `left`, those of the first day, when the last one so far goes out, and how
    many so far come too late."""

    left: int
    ends: datetime
    today: int = 0
    late: int = 0


class _Turn(NamedTuple):
    """What a route sends on one day: from when on, to how many people at most, and how long that takes."""

    since: datetime
    people: int
    seconds: float


def of(people: Mapping[str, int], policy: ReachPolicy, spent: Spent, frame: Frame) -> tuple[Cost, ...]:
    """The costs of the routes in their order: day by day, within the quotas and the hours of each day.

    All but mass sends share the rate of the policy; calls of mass sends are made one a second.
    """
    courses = {route: _Course(count, frame.starts) for route, count in people.items()}
    begins = frame.starts
    for _ in range(DAYS_MOST):
        for route, turn in _turns(courses, begins, policy, spent, frame).items():
            sent = _advance(courses[route], turn, _day_ends(begins, frame), frame.until)
            if begins == frame.starts and route not in spent.stops:
                courses[route].today = sent
        if not any(course.left for course in courses.values()):
            break
        begins = _next_day(begins, frame)
    return tuple(_cost(route, people[route], course, begins, policy, spent) for route, course in courses.items())


def _cost(route: str, count: int, course: _Course, last: datetime, policy: ReachPolicy, spent: Spent) -> Cost:
    """`last`: the day on which looking ahead ends; who is left then is too late."""
    used, month = spent.today.get(route, 0), spent.month.get(route, 0)
    quota, calls = policy.per_day.get(route), _calls(route, policy, spent)
    left = None if quota is None else _room(route, policy, spent, quota)
    ends, late = last if course.left else course.ends, course.late + course.left
    return Cost(route, count, used, month, quota, left, course.today, ends, late, calls)


def _turns(
    courses: Mapping[str, _Course], begins: datetime, policy: ReachPolicy, spent: Spent, frame: Frame
) -> dict[str, _Turn]:
    """What the routes send on the day that begins so. One that the platform closed begins when it opens, alone."""
    found: dict[str, tuple[datetime, int]] = {}
    for route, course in courses.items():
        since = max(begins, _opens(route, spent, frame))
        used = spent if begins == frame.starts and since == begins else _NOTHING
        count = _room(route, policy, used, course.left)
        if count and since < _day_ends(begins, frame):
            found[route] = since, count
    together = sum(count for route, (since, count) in found.items() if route != "mass" and since == begins)
    turns = {}
    for route, (since, count) in found.items():
        shared = together if since == begins else count
        turns[route] = _Turn(since, count, -(-count // MASS_MOST) if route == "mass" else shared / policy.per_second)
    return turns


def _advance(course: _Course, turn: _Turn, ends: datetime, until: datetime) -> int:
    """Send until the day ends; how many. Those after `until` are late."""
    there = min(turn.seconds, (ends - turn.since).total_seconds())
    sent = round(turn.people * there / turn.seconds)
    course.ends = turn.since + timedelta(seconds=there)
    over = (course.ends - max(turn.since, until)).total_seconds()
    course.left -= sent
    course.late += round(sent * max(0.0, over) / there)
    return sent


def _room(route: str, policy: ReachPolicy, spent: Spent, most: int) -> int:
    """How many messages a route takes on a day of which so much is spent, at most `most`."""
    if route in spent.stops:
        return 0
    quota = policy.per_day.get(route)
    room = most if quota is None else min(most, max(0, quota - spent.today.get(route, 0)))
    calls = _calls(route, policy, spent)
    return room if calls is None else min(room, calls * MASS_MOST)


def _calls(route: str, policy: ReachPolicy, spent: Spent) -> int | None:
    """Calls of a mass send that are still there on such a day; None: no limit."""
    quota = policy.per_day.get(MASS_CALLS) if route == "mass" else None
    return None if quota is None else max(0, quota - spent.today.get(MASS_CALLS, 0))


def _opens(route: str, spent: Spent, frame: Frame) -> datetime:
    """From when on a route is open."""
    stop = spent.stops.get(route, frame.starts)
    return stop if frame.any_hour else calendar.daytime(stop, frame.hours)


def _day_ends(begins: datetime, frame: Frame) -> datetime:
    """When nothing more is sent on the day that begins so: in the evening, or at midnight, when quotas are new."""
    day = local(begins).date()
    return calendar.at(day + timedelta(days=1), time()) if frame.any_hour else calendar.at(day, frame.hours.end)


def _next_day(begins: datetime, frame: Frame) -> datetime:
    """When sending goes on the day after."""
    day = local(begins).date() + timedelta(days=1)
    return calendar.at(day, time() if frame.any_hour else frame.hours.start)
