"""When a duty is due: a rule of the calendar and a period give a day. Pure functions.

| rule | due on |
|---|---|
| `{"day": 31}` | that day of the period; 31 is the last one where the month is shorter |
| `{"last_workday": true, "workdays_before_end": 2}` | the last working day; or so many working days before it |
| `{"workday": 3}` | the third working day; the last one where there are fewer |
| `{"nth": 2, "weekday": 3}` | the second Wednesday (Monday is 1); nth −1: the last one |
| `{"before": "春节", "workdays": 7}` (or `days`) | so long before a festival; 0: on its day |
| `{"after": "春节", "workdays": 5}` (or `days`) | so long after a festival; 0: on its day |
| `{"field": "term_ends", "months_before": 6}` | so long before a date of the union; also `days_before`, `days_after` |

Which festival: `before` means the first one on or after the first day of the period, `after` the last one on or before
its last day. It may lie in another month: a duty of January that is due before a 春节 in February stays one of January.
It is not due in the period when that festival is more than `FAR` away. Where the day would lie before the period
began, it is the period's first working day, so that nothing is issued overdue.

A union's date makes a duty due only in the period in which the day falls. Working days: `bot/calendar.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.calendar import add_workdays, clamped, first_workday, next_workday, previous_workday, subtract_workdays
from bot.festivals import first_from, last_until
from storage.org_dates import FIELDS

Rule = Mapping[str, Any]
_WEEKDAYS = "一二三四五六日"
FAR = timedelta(days=100)  # from November to a late 春节


def deadline_in(period: str, rule: Rule, org_day: date | None = None) -> date | None:
    """The last day for a duty of a period like `2026-11`; None: it is not due in this period.

    `org_day`: the union's own date that a rule with `field` counts from (see `field_of`). `rule` passed `check_rule`.
    """
    if "day" in rule:
        return clamped(period, int(rule["day"]))
    if "last_workday" in rule:
        return subtract_workdays(previous_workday(clamped(period, 31)), rule.get("workdays_before_end", 0))
    if "workday" in rule:
        return _nth_workday(period, rule["workday"])
    if "nth" in rule:
        return _nth_weekday(period, rule["nth"], rule["weekday"])
    if "field" in rule:
        return _from_org_day(period, rule, org_day)
    return _from_festival(period, rule)


def field_of(rule: Rule) -> str | None:
    """Which date of the union (storage/org_dates.py) a rule counts from; None: it is the same for all unions."""
    found = rule.get("field")
    return str(found) if found is not None else None


def too_early(period: str, deadline: date) -> bool:
    """Whether a duty is over before the first working day of its month, on which people are first told of it."""
    return deadline < first_workday(period)


def reminder_day(deadline: date, offset: int) -> date:
    """The working day of a step of the ladder: on or before the deadline earlier ones, after it later ones."""
    day = deadline + timedelta(days=offset)
    return previous_workday(day) if offset <= 0 else next_workday(day)


def reminder_days(deadline: date, ladder: Sequence[int]) -> list[date]:
    """The days on which somebody silent would be reminded, each once, in order."""
    return sorted({reminder_day(deadline, offset) for offset in ladder})


def _nth_workday(period: str, count: int) -> date:
    return min(add_workdays(first_workday(period), count - 1), previous_workday(clamped(period, 31)))


def _nth_weekday(period: str, nth: int, weekday: int) -> date:
    if nth < 0:
        last = clamped(period, 31)
        return last - timedelta(days=(last.isoweekday() - weekday) % 7)
    first = clamped(period, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))


def _from_festival(period: str, rule: Rule) -> date | None:
    first, last = clamped(period, 1), clamped(period, 31)
    if "before" in rule:
        festival = first_from(rule["before"], first)
        due = _before(festival, rule)
    else:
        festival = last_until(rule["after"], last)
        due = _after(festival, rule)
    if festival - last > FAR or first - festival > FAR:
        return None
    return due if due >= first else first_workday(period)


def _before(festival: date, rule: Rule) -> date:
    if "workdays" in rule:
        return subtract_workdays(festival, rule["workdays"])
    return festival - timedelta(days=rule["days"])


def _after(festival: date, rule: Rule) -> date:
    if "workdays" in rule:
        return add_workdays(festival, rule["workdays"])
    return festival + timedelta(days=rule["days"])


def _from_org_day(period: str, rule: Rule, org_day: date | None) -> date | None:
    if org_day is None:
        return None
    if "months_before" in rule:
        due = months_before(org_day, rule["months_before"])
    else:
        due = org_day + timedelta(days=rule.get("days_after", 0) - rule.get("days_before", 0))
    return due if f"{due:%Y-%m}" == period else None


def months_before(day: date, count: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return clamped(f"{year:04}-{month + 1:02}", day.day)


def say_rule(rule: Rule) -> str:
    """A rule in words, like 春节前7个工作日."""
    if "day" in rule:
        return f"当月{rule['day']}日" if rule["day"] < 31 else "当月最后一天"
    if "last_workday" in rule:
        early = rule.get("workdays_before_end", 0)
        return f"当月最后一个工作日前{early}个工作日" if early else "当月最后一个工作日"
    if "workday" in rule:
        return f"当月第{rule['workday']}个工作日"
    if "nth" in rule:
        which = "最后一个" if rule["nth"] < 0 else f"第{rule['nth']}个"
        return f"当月{which}星期{_WEEKDAYS[rule['weekday'] - 1]}"
    return _say_distance(rule)


def _say_distance(rule: Rule) -> str:
    name = FIELDS[rule["field"]] if "field" in rule else str(rule.get("before") or rule.get("after"))
    way = "前" if "before" in rule or "months_before" in rule or "days_before" in rule else "后"
    if "months_before" in rule:
        count, unit = rule["months_before"], "个月"
    elif "workdays" in rule:
        count, unit = rule["workdays"], "个工作日"
    else:
        count, unit = next(rule[key] for key in ("days", "days_before", "days_after") if key in rule), "天"
    return f"{name}{way}{count}{unit}" if count else f"{name}当天"
