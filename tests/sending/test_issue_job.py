"""The job that gives out duties does nothing while nothing has changed that they come from, whoever ran it last."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.calendar import holidays_known
from bot.clock import SHANGHAI
from bot.jobs import issue_duties
from bot.jobs.job import Moment, run_job
from bot.services import duty_calendar
from bot.services.house import House
from storage import org_dates, orgs
from storage.base import table
from storage.database import Database
from storage.duties import Duty
from storage.duty_templates import DutyDate, DutyTemplate
from storage.people import Known
from storage.work import Work
from tests.conftest import Opener
from tests.rules.union import SINCE, Town, line
from tests.storage.kit import count, meet

NOON = datetime(2026, 11, 1, 12, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
COUNTED = {**line("term", 1), "deadline": {"field": "term_ends", "days_before": 5}}
del COUNTED["deadline_day"]


def run(town: Town, database: Database, now: datetime) -> int:
    """Duties that a run of the job gave out."""
    counts = run_job(issue_duties.JOB, database, town.house, Moment(now, now))
    assert counts is not None
    return counts["issued"]


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("b", 25), COUNTED)


@pytest.fixture
def cadre(town: Town, database: Database) -> Known:
    """Somebody whose duties were given out, and one of them lost: another run would notice."""
    known = town.cadre("u1", "shop", NOON)
    assert run(town, database, NOON) == 2
    duty = table(Duty)
    database.writer.run(lambda work: work.execute(duty.delete().where(duty.c.template_id == "b")))
    return known


def _date_of(work: Work) -> None:
    values: dict[str, Any] = {"template_id": "a", "period": "2026-11", "deadline": date(2026, 11, 18)}
    work.append(DutyDate, {"id": work.new_id(), **values, "by": "staff:wang", "at": NOON})


def _date_of_union(work: Work) -> None:
    shop = orgs.by_code(work, "shop")
    assert shop is not None
    org_dates.put(work, shop.id, "term_ends", date(2027, 3, 1), "staff:wang", NOON)


def _new_rule(work: Work) -> None:
    duty_calendar.load_calendar(work, [line("a", 21), line("b", 25)], NOON)


def _retired(work: Work) -> None:
    rows = table(DutyTemplate)
    work.execute(rows.update().where(rows.c.id == "a").values(state="retired"))


CHANGES: list[Callable[[Work], None]] = [_date_of, _date_of_union, _new_rule, _retired]


def test_while_nothing_changes_nothing_is_looked_through(town: Town, cadre: Known, another: Opener) -> None:
    assert [run(town, town.database, NOON + hours * HOUR) for hours in (1, 2, 11)] == [0, 0, 0]
    assert run(town, another(), NOON + 12 * HOUR) == 0  # nor after a restart, nor by a second instance
    assert count(town.database, Duty) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_calendar_or_of_dates_is_noticed(
    town: Town, cadre: Known, database: Database, change: Callable[[Work], None]
) -> None:
    database.writer.run(change)
    assert run(town, database, NOON + HOUR) == 1
    assert run(town, database, NOON + 2 * HOUR) == 0


def test_who_takes_office_is_noticed_and_the_next_month(town: Town, cadre: Known, database: Database) -> None:
    town.cadre("u2", "shop", NOON, office="经办人")
    assert run(town, database, NOON + HOUR) == 3
    assert run(town, database, datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI)) == 4


def test_an_office_that_begins_later_is_noticed_on_its_day(town: Town, cadre: Known, database: Database) -> None:
    other = meet(database, "u2", NOON)
    begins = date(2026, 11, 4)

    def appoint(work: Work) -> None:
        shop = orgs.by_code(work, "shop")
        assert shop is not None
        orgs.appoint(work, shop, other.person_id, "经办人", begins)

    database.writer.run(appoint)
    assert begins > SINCE
    assert run(town, database, NOON + HOUR) == 0
    assert run(town, database, datetime(2026, 11, 4, 0, 30, tzinfo=SHANGHAI)) == 3


def test_a_unit_that_moves_to_another_level_is_noticed(town: Town, cadre: Known, database: Database) -> None:
    rows = table(orgs.Organisation)
    moved = rows.update().where(rows.c.code == "shop").values(level="街道")
    database.writer.run(lambda work: work.execute(moved))
    assert run(town, database, NOON + HOUR) == 0  # no line of the calendar is for that level
    back = rows.update().where(rows.c.code == "shop").values(level="基层")
    database.writer.run(lambda work: work.execute(back))
    assert run(town, database, NOON + 2 * HOUR) == 1


def test_a_year_without_published_holidays_is_warned_of_once_a_month_and_a_month_ahead(
    town: Town, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first = next(year for year in range(2026, 2090) if not holidays_known(year))
    told: list[tuple[int, list[int]]] = []
    for month, days in ((11, (1, 20)), (12, (1, 2))):
        for day in days:
            caplog.clear()
            town.cadre(f"u{month}{day}", "shop", NOON)  # so that there is something to give out
            run(town, database, datetime(first - 1, month, day, 12, tzinfo=SHANGHAI))
            told.append((month, [vars(each)["year"] for each in caplog.records if "chinesecalendar" in each.message]))
    assert told == [(11, []), (11, []), (12, [first]), (12, [])]
    caplog.clear()
    run(town, database, datetime(first, 1, 1, 0, 30, tzinfo=SHANGHAI))
    assert [vars(each)["year"] for each in caplog.records if "chinesecalendar" in each.message] == [first]
