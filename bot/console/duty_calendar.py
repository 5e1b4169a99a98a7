"""任务日历: what is due on which day of a month, with holidays and make-up workdays, or in which month of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.calendar import clamped, is_workday, unpublished
from bot.clock import local
from bot.console.duties import frame, read, say_month
from bot.console.room import Room
from bot.console.route import Route
from bot.console.visit import Visit
from bot.due_dates import say_rule
from bot.services import duty_templates_desk as desk
from bot.services.duty_checks import LEVELS
from bot.services.duty_templates_desk import Days, Due
from storage.work import Work

YEARS = 2  # so many before and after this one


@dataclass(frozen=True, slots=True)
class Day:
    """One field of the grid; `mark`: 休 or 班 where the day is not what its weekday says. Outside the month: no day."""

    day: date | None
    due: Sequence[Due] = ()
    rest: bool = False
    mark: str = ""
    now: bool = False


def grid(period: str, due: Sequence[Due], today: date) -> list[list[Day]]:
    """The weeks of a month, Monday first."""
    first, last = clamped(period, 1), clamped(period, 31)
    start = first - timedelta(days=first.weekday())
    days = [start + timedelta(days=number) for number in range(((last - start).days // 7 + 1) * 7)]
    fields = [_field(day, due, today) if first <= day <= last else Day(None) for day in days]
    return [fields[place : place + 7] for place in range(0, len(fields), 7)]


def _field(day: date, due: Sequence[Due], today: date) -> Day:
    works, weekend = is_workday(day), day.weekday() >= 5
    mark = "班" if works and weekend else "休" if not works and not weekend else ""
    return Day(day, [each for each in due if each.day == day], not works, mark, day == today)


async def show(room: Room, visit: Visit, request: web.Request) -> web.StreamResponse:
    """A month as a grid, or with `year` twelve months as lists."""
    now = room.clock.now()
    asked, today, level = read(request.query, now), local(now).date(), request.query.get("level", "")
    level = level if level in LEVELS else ""
    years = range(today.year - YEARS, today.year + YEARS + 1)
    year = next((each for each in years if str(each) == request.query.get("year", "")), 0)

    def look(work: Work) -> Days:
        if year:
            return desk.year_days(work, visit.actor, year, level)
        return desk.month_days(work, visit.actor, asked.period, level)

    days = await room.database.read(look)
    shown = year or int(asked.period[:4])
    return room.render(
        visit,
        "duty_calendar.html",
        view="calendar",
        days=days,
        weeks=[] if year else grid(asked.period, days.due, today),
        months=[(each, say_month(each), [due for due in days.due if due.period == each]) for each in _months(year)],
        year=year,
        years=[each for each in (shown - 1, shown + 1) if each in years],
        this_year=shown,
        unpublished=unpublished([date(shown, 1, 1), *(each.day for each in days.due)]),
        level=level,
        levels=[("", "各级"), *((each, each) for each in LEVELS)],
        weekdays="一二三四五六日",
        say_rule=say_rule,
        **frame(asked, now),
    )


def _months(year: int) -> list[str]:
    return [f"{year}-{month:02}" for month in range(1, 13)] if year else []


ROUTES = (Route("GET", "/duties/calendar", "duties", show),)
