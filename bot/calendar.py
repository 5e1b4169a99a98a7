"""Working days and quiet hours in China, as pure functions of a moment.

Statutory holidays and make-up workdays come from the `chinesecalendar` package, which is renewed every year when the
State Council publishes the next one. Of a year it does not know yet the days of the law are free
(全国年节及纪念日放假办法, in force since 2025-01-01), and weekends; make-up workdays at weekends are not known.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar

from bot.clock import SHANGHAI, local
from bot.festivals import statutory


@dataclass(frozen=True, slots=True)
class Hours:
    """When the bot may speak unasked, Shanghai time. `start` is included, `end` is not."""

    start: time = time(9, 0)
    end: time = time(18, 0)


@lru_cache(maxsize=4096)  # eleven years: the look-up takes 50 µs, and reminders ask for every day
def is_workday(day: date) -> bool:
    """Whether people work on this day: weekdays without statutory holidays, and make-up workdays at weekends."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year that has not been published yet
        return day.weekday() < 5 and day not in days_off(day.year)


@lru_cache(maxsize=64)
def days_off(year: int) -> frozenset[date]:
    """The working days that the law makes free in a year: its festivals, and a day instead of each at a weekend.

    The law (article 6) does not say which day; it is always one right after the festival, so the next one is taken.
    """
    free: set[date] = set()
    for day in sorted(statutory(year), key=lambda each: each.weekday() >= 5):
        while day.weekday() >= 5 or day in free:
            day += timedelta(days=1)
        free.add(day)
    return frozenset(free)


def next_workday(day: date) -> date:
    """The day itself when it is a working day, else the first one after it."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def previous_workday(day: date) -> date:
    """The day itself when it is a working day, else the last one before it."""
    while not is_workday(day):
        day -= timedelta(days=1)
    return day


def add_workdays(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    for _ in range(count):
        day = next_workday(day + timedelta(days=1))
    return day


def subtract_workdays(day: date, count: int) -> date:
    """The `count`-th working day before `day`."""
    for _ in range(count):
        day = previous_workday(day - timedelta(days=1))
    return day


def holidays_known(year: int) -> bool:
    """Whether the State Council has published a year's holidays; of another year only what the law says is known."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def unpublished(days: Iterable[date]) -> list[int]:
    """The years of these days whose holidays are not known yet, in order."""
    return [year for year in sorted({day.year for day in days}) if not holidays_known(year)]


def at(day: date, clock_time: time) -> datetime:
    """A Shanghai wall-clock time as an aware moment."""
    return datetime.combine(day, clock_time, SHANGHAI)


def not_quiet(moment: datetime, hours: Hours) -> datetime:
    """The moment itself, or the next one at which the bot may speak unasked: a working day inside the hours."""
    here = local(moment)
    if is_workday(here.date()) and hours.start <= here.time() < hours.end:
        return moment
    day = here.date() if here.time() < hours.start else here.date() + timedelta(days=1)
    return at(next_workday(day), hours.start)


def daytime(moment: datetime, hours: Hours) -> datetime:
    """The moment itself, or the next one inside the hours on whatever day: for notices that a person sends."""
    here = local(moment)
    if hours.start <= here.time() < hours.end:
        return moment
    day = here.date() if here.time() < hours.start else here.date() + timedelta(days=1)
    return at(day, hours.start)


def working_time(since: datetime, until: datetime, hours: Hours) -> timedelta:
    """How much of the time between two moments lies inside the hours of working days; at most a year is looked at."""
    since = max(since, until - timedelta(days=366))
    day, last, total = local(since).date(), local(until).date(), timedelta()
    while day <= last:
        if is_workday(day):
            opens, closes = max(since, at(day, hours.start)), min(until, at(day, hours.end))
            total += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return total


def period_of(moment: datetime) -> str:
    """The month a moment belongs to in Shanghai, like `2026-11`."""
    return local(moment).strftime("%Y-%m")


def clamped(period: str, day: int) -> date:
    """A day of a month; 31 means the last day where the month is shorter."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def first_workday(period: str) -> date:
    """The first working day of a month."""
    return next_workday(clamped(period, 1))


def say_date(day: date) -> str:
    """A date as people write it: 2026年11月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def say_day(day: date) -> str:
    """A date of this year as people write it: 11月30日."""
    return f"{day.month}月{day.day}日"
