"""Who has several offices of one union is given a line once for it, whatever is issued when and by whom."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from bot.clock import SHANGHAI, local
from bot.services import cadres, duty_issue, duty_year, forecast
from bot.services.duty_issue import BATCH
from bot.services.duty_policy import DutyPolicy
from bot.services.house import House
from storage import orgs
from storage.base import table
from storage.database import Database
from storage.duties import Duty
from storage.duty_issuing import Holder
from storage.orgs import Appointment
from storage.people import Known
from storage.work import Work
from tests.rules.union import SINCE, Town, line
from tests.storage.kit import rows

FIRST = datetime(2026, 11, 1, 0, 30, tzinfo=SHANGHAI)
LATER = FIRST + timedelta(days=12)
HOUR = timedelta(hours=1)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Lines for everybody, for the treasurer, and for an office that nobody has."""
    chair = {**line("chair", 22), "role": "经费审查委员"}
    return Town(database, house).build(line("all", 20), {**line("role", 21), "role": "经办人"}, chair)


def appoint(town: Town, known: Known, *offices: str, code: str = "shop") -> list[int]:
    for office in offices:
        town.appoint(known, code, office)
    found = rows(town.database, Appointment, "id", "office", "person_id")
    return [each for office in offices for each, name, who in found if (name, who) == (office, known.person_id)]


@pytest.fixture
def cadre(town: Town) -> Known:
    known = town.cadre("u1", "shop", FIRST, office="主席")
    town.appoint(known, "shop", "经办人")
    return known


def given(town: Town) -> list[tuple[str, str]]:
    """Line and office of every duty."""
    offices = dict(rows(town.database, Appointment, "id", "office"))
    return sorted((each, offices[held]) for each, held in rows(town.database, Duty, "template_id", "appointment_id"))


ONCE = [("all", "主席"), ("chair", "主席"), ("role", "经办人")]


@pytest.mark.parametrize("limit", [1, BATCH])
def test_a_line_for_everybody_is_given_once_in_one_batch_or_in_two(town: Town, cadre: Known, limit: int) -> None:
    after: int | None = 0
    while after is not None:
        batch = partial(duty_issue.issue_batch, period="2026-11", now=FIRST, house=town.house, since=FIRST)
        after = town.database.writer.run(partial(batch, after=after, limit=limit)).last
    assert given(town) == ONCE
    assert town.issue(FIRST + HOUR)["issued"] == 0


def test_the_second_batch_alone_leaves_the_line_to_the_first(town: Town, cadre: Known) -> None:
    """As when the process that had the first batch fell."""
    first, _ = appoint(town, cadre, "主席", "经办人")
    town.database.writer.run(
        lambda work: duty_issue.issue_batch(work, "2026-11", FIRST, town.house, FIRST, after=first)
    )
    assert given(town) == [("role", "经办人")]
    assert town.issue(FIRST + HOUR)["issued"] == 2
    assert given(town) == ONCE


def test_two_unions_and_two_people_have_it_each(town: Town, cadre: Known) -> None:
    town.build(line("all", 20, ("基层", "街道")))
    town.appoint(cadre, "street", "主席")
    town.cadre("u2", "shop", FIRST, office="副主席")
    town.issue(FIRST)
    assert [each for each in given(town) if each[0] == "all"] == [("all", "主席"), ("all", "主席"), ("all", "副主席")]


def test_a_further_office_in_mid_month_brings_only_what_is_its_own(town: Town) -> None:
    known = town.cadre("u1", "shop", FIRST, office="主席")
    town.issue(FIRST)
    assert [each for each, _ in given(town)] == ["all", "chair", "role"]  # nobody else is there for the role
    town.appoint(known, "shop", "经办人")
    assert town.issue(LATER)["issued"] == 0  # the role's line came with the other office already


def test_who_takes_an_older_office_again_has_the_line_already(town: Town, cadre: Known) -> None:
    first, _ = appoint(town, cadre, "主席", "经办人")
    _set(town, first, since=SINCE, until=date(2026, 10, 31))
    town.issue(FIRST)
    assert given(town) == [("all", "经办人"), ("chair", "经办人"), ("role", "经办人")]
    _set(town, first, since=date(2026, 11, 5), until=None)
    assert town.issue(LATER)["issued"] == 0


def test_an_office_that_began_too_late_for_a_line_does_not_keep_it(town: Town, cadre: Known) -> None:
    first, _ = appoint(town, cadre, "主席", "经办人")
    _set(town, first, since=date(2026, 11, 21), until=None)
    town.issue(datetime(2026, 11, 21, 9, tzinfo=SHANGHAI))
    assert given(town) == [("all", "经办人"), ("chair", "主席"), ("role", "经办人")]


def _set(town: Town, appointment: int, since: date, until: date | None) -> None:
    held = table(Appointment)
    changed = held.update().where(held.c.id == appointment).values(since=since, until=until)
    town.database.writer.run(lambda work: work.execute(changed))


def test_the_first_office_ends_and_the_other_gets_what_is_still_to_do(town: Town, cadre: Known) -> None:
    town.issue(FIRST)
    town.complete(cadre, _number(town, "chair"), FIRST + HOUR)
    (first,) = appoint(town, cadre, "主席")
    town.database.writer.run(lambda work: cadres.step_down(work, cadre.person_id, first, LATER, town.house))
    assert town.issue(LATER + HOUR)["issued"] == 1
    assert given(town) == sorted([*ONCE, ("all", "经办人")])  # what was done is not asked for again


def _number(town: Town, template_id: str) -> int:
    found: dict[str, int] = dict(rows(town.database, Duty, "template_id", "number"))
    return found[template_id]


def test_the_previews_say_the_same(town: Town, cadre: Known) -> None:
    def look(work: Work) -> tuple[list[str], list[str]]:
        months = duty_year.year_of_person(work, cadre.person_id, 2026, DutyPolicy())
        planned = forecast.month(work, "2026-12", town.house, FIRST)
        listed = [each for message in planned for each, period, step in message.parts if step is None]
        return [each.template.id for each in months[11].duties], listed

    year, month = town.database.look(look)
    assert sorted(month) == ["all", "chair", "role"]
    assert [each for each in year if each == "all"] == ["all"]
    december = datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI)
    town.issue(december)
    assert sorted(each for each, _ in given(town)) == sorted(month)


def test_binding_to_a_further_office_at_once(town: Town, cadre: Known) -> None:
    """The binding does not wait for the job to give the first office its lines."""
    today = local(FIRST).date()

    def job(work: Work) -> int:
        held, org = next(pair for pair in orgs.offices_of(work, cadre.person_id, today) if pair[0].office == "经办人")
        holder = Holder(held.id, org.id, cadre.person_id, held.office, held.since, org.level)
        return duty_issue.issue_to(work, holder, "2026-11", FIRST, town.house)

    assert town.database.writer.run(job) == 1
    assert given(town) == [("role", "经办人")]
