"""When a repeating notice goes out: every week on some days, or every month on a day, as pure functions.

JSON: `{"every": "week", "days": [0 … 6], "time": "09:30", "until": "2027-06-30"}` (0 is Monday), or `{"every": "month",
"day": 1 … 31 | "last_workday", "time": …, "until": …}`. A day that a month does not have is its last day. `until` is
the last day, included, at most a year ahead: somebody must look at it again. Times are of Shanghai.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.calendar import at, clamped, previous_workday, say_date
from bot.clock import local
from bot.errors import Refusal

DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
LAST_WORKDAY = "last_workday"
LONGEST = timedelta(days=366)


class BadRepeat(Refusal):
    """The repetition cannot be taken; the words say why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked repetition. `days` are weekdays; without any it is monthly, on `day` (0: the last working day)."""

    days: tuple[int, ...]
    day: int
    time: time
    until: date

    def days_from(self, first: date) -> Iterator[date]:
        """Its days from one on, in order, none after `until`."""
        day = first
        while day <= self.until:
            if self._meant(day):
                yield day
            day += timedelta(days=1)

    def _meant(self, day: date) -> bool:
        if self.days:
            return day.weekday() in self.days
        last = clamped(f"{day:%Y-%m}", 31)
        return day == (clamped(f"{day:%Y-%m}", self.day) if self.day else previous_workday(last))


def parse(raw: object) -> Pattern:
    """The pattern of a JSON value. Raises BadRepeat."""
    if not isinstance(raw, Mapping):
        raise BadRepeat("重复的方式没有写对，请重新选择。")
    try:
        when, until = time.fromisoformat(str(raw["time"])), date.fromisoformat(str(raw["until"]))
    except (KeyError, ValueError):
        raise BadRepeat("请写重复的钟点（如 09:30）和截止日期（如 2027-06-30）。") from None
    when = when.replace(second=0, microsecond=0, tzinfo=None)
    if raw.get("every") == "week":
        return Pattern(_weekdays(raw.get("days")), 0, when, until)
    if raw.get("every") == "month":
        return Pattern((), _day(raw.get("day")), when, until)
    raise BadRepeat("只能选每周或每月重复。")


def _weekdays(raw: object) -> tuple[int, ...]:
    days = set(raw) if isinstance(raw, list | tuple) else {raw}
    found = sorted(each for each in days if type(each) is int and 0 <= each <= 6)
    if not found or len(found) != len(days):
        raise BadRepeat("每周重复时，请选周一到周日中的一天或几天。")
    return tuple(found)


def _day(raw: object) -> int:
    if raw == LAST_WORKDAY:
        return 0
    if type(raw) is not int or not 1 <= raw <= 31:
        raise BadRepeat("每月重复时，请选1到31号，或最后一个工作日。")
    return raw


def as_json(pattern: Pattern) -> dict[str, Any]:
    """The JSON of a pattern, as `parse` takes it."""
    each: dict[str, Any] = {"every": "week", "days": list(pattern.days)}
    if not pattern.days:
        each = {"every": "month", "day": pattern.day or LAST_WORKDAY}
    return {**each, "time": f"{pattern.time:%H:%M}", "until": pattern.until.isoformat()}


def describe(pattern: Pattern) -> str:
    """In words: 每周二、周四 09:30，到2027年6月30日."""
    if pattern.days:
        days = "每" + "、".join(DAYS[each] for each in pattern.days)
    else:
        days = f"每月{pattern.day}日" if pattern.day else "每月最后一个工作日"
        days += "（没有这一天的月份是最后一天）" if pattern.day > 28 else ""
    return f"{days} {pattern.time:%H:%M}，到{say_date(pattern.until)}"


def next_after(pattern: Pattern, moment: datetime) -> datetime | None:
    """The first occurrence after a moment, never at it; None when there is none before the end."""
    found = (at(day, pattern.time) for day in pattern.days_from(local(moment).date()))
    return next((each for each in found if each > moment), None)


def first_from(pattern: Pattern, now: datetime, begin: datetime | None) -> datetime | None:
    """The first occurrence after now that is not before a begin (at it counts); None when there is none."""
    return next_after(pattern, now if begin is None else max(now, begin - timedelta(seconds=1)))


def latest_until(pattern: Pattern, first: datetime, now: datetime) -> tuple[datetime, int]:
    """The last occurrence from a known one on that has come, and how many before it were missed."""
    latest, missed = first, 0
    while (following := next_after(pattern, latest)) is not None and following <= now:
        latest, missed = following, missed + 1
    return latest, missed
