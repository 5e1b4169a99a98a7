"""The preview of a month says what the month then fires, on both databases."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.jobs import fire_reminders, issue_duties
from bot.jobs.job import Moment
from bot.services import forecast
from bot.services.house import House
from storage.database import Database
from storage.duties import Duty
from storage.outbox import Outbox
from storage.reminders import Firing, Reminder
from tests.rules.union import Town, line
from tests.storage.kit import rows

Row = tuple[datetime, int, frozenset[tuple[str, str, int | None]]]
START = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Cadres of two levels, one of them with two offices; lines with dates near each other and around holidays."""
    both = ("基层", "街道")
    lines = [line("a", 5), line("b", 10, both), line("c", 11, both), line("d", 18), line("e", 31, both)]
    made = Town(database, house).build(*lines, line("w", 28, deadline={"last_workday": True}, rule="monthly"))
    for user, place in (("u1", "shop"), ("u2", "shop"), ("u3", "street")):
        made.cadre(user, place, START)
    made.appoint(made.cadre("u4", "shop", START), "street", "经办人")
    return made


def ticks(first: datetime, until: datetime) -> Iterator[datetime]:
    while first < until:
        yield first
        first += timedelta(minutes=20)


def lived(town: Town, first: datetime, until: datetime) -> set[Row]:
    """What the jobs say in this time. They tick when there may be something for them: duties are issued at first and
    every six hours, reminders fired whenever one is due.
    """
    due: datetime | None = first
    for now in ticks(first, until):
        issues = now == first or (now.hour % 6, now.minute) == (0, 0)
        if issues:
            issue_duties.run(town.database, town.house, Moment(now, now))
            due = next_due(town)
        if due is not None and due <= now:
            fire_reminders.run(town.database, town.house, Moment(now, now))
            due = next_due(town)
    duties = {row[0]: row[1:] for row in rows(town.database, Duty, "id", "template_id", "period")}
    said: dict[int, set[Any]] = {}
    for outbox_id, parts in rows(town.database, Firing, "outbox_id", "parts"):
        said.setdefault(outbox_id, set()).update((*duties[duty_id], step) for duty_id, step in parts)
    found = rows(town.database, Outbox, "id", "created_at", "person_id")
    return {(at, person, frozenset(said[row_id])) for row_id, at, person in found if first <= at}


def next_due(town: Town) -> datetime | None:
    """When the next reminder is to be fired."""
    return min((at for (at,) in rows(town.database, Reminder, "next_fire_at") if at is not None), default=None)


def previewed(town: Town, period: str, now: datetime) -> set[Row]:
    found = town.database.look(lambda work: forecast.month(work, period, town.house, now))
    return {(each.at, each.person_id, frozenset(each.parts)) for each in found}


def midnight(month: int, year: int = 2026) -> datetime:
    return datetime(year, month, 1, tzinfo=SHANGHAI)


def test_the_next_month_fires_as_it_was_previewed(town: Town) -> None:
    lived(town, START, START + timedelta(hours=8))
    preview = previewed(town, "2026-12", START + timedelta(hours=8))
    assert len(preview) > 30
    lived(town, START + timedelta(hours=8), midnight(12))
    assert preview == lived(town, midnight(12), midnight(1, 2027))


def test_this_month_is_previewed_from_now_on(town: Town) -> None:
    now = datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
    preview = previewed(town, "2026-11", now)
    assert preview == {row for row in lived(town, now, midnight(12)) if row[0] < midnight(12)}
    assert preview


def test_a_month_ahead_counts_those_between(town: Town) -> None:
    preview = previewed(town, "2027-01", START)
    lived(town, START, midnight(1, 2027))
    assert preview == lived(town, midnight(1, 2027), midnight(2, 2027))


def test_nothing_is_written(town: Town) -> None:
    before = rows(town.database, Duty, "id")
    assert previewed(town, "2026-12", START)
    assert rows(town.database, Duty, "id") == before == []


def test_the_rows_name_unit_office_and_what(town: Town) -> None:
    found = town.database.look(lambda work: forecast.month(work, "2026-12", town.house, START))
    first = next(each for each in found if each.unit == "示例商店工会")
    assert (first.at.date(), first.office) == (date(2026, 12, 1), "主席")
    assert "本月任务" in first.what
