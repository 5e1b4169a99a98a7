"""Duties of a vacancy: who left hears and sees nothing of them, the union above does, and the next holder gets them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_deeds, duty_escalation, duty_words
from bot.services.actors import Actor
from bot.services.duty_answers import NotCadre
from bot.services.duty_deeds import Page
from bot.services.house import House
from storage import duty_course, orgs
from storage.database import Database
from storage.duties import Duty
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Known
from storage.work import Work
from tests.rules.test_arming import leave_office
from tests.rules.union import Town, line
from tests.sending.test_reminders import day, tick
from tests.storage.kit import rows

STAFF = Actor("chen", "approver")
FIRST = day(11, 1, 0, 30)
LEFT = day(11, 12, 12)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20))


@pytest.fixture
def leaver(town: Town) -> Known:
    """Has heard the month's list, and left on the 12th with nobody to take the duty."""
    known = town.cadre("u1", "shop", FIRST)
    town.issue(FIRST)
    tick(town, day(11, 2))
    leave_office(town, known, None, LEFT)
    return known


def letters_of(town: Town, known: Known) -> int:
    return [who for (who,) in rows(town.database, Letter, "person_id")].count(known.person_id)


def test_who_left_is_never_reminded_again(town: Town, leaver: Known) -> None:
    for moment in (LEFT + n * timedelta(hours=6) for n in range(4 * 40)):
        tick(town, moment)
    assert len(rows(town.database, Outbox, "id")) == 1


def test_who_left_has_no_list_of_any_month_and_no_command(town: Town, leaver: Known) -> None:
    def look(now: datetime, ahead: int) -> str:
        return town.database.look(lambda work: duty_words.other_month(work, leaver.person_id, now, ahead))

    with pytest.raises(NotCadre):
        town.complete(leaver, 1, LEFT)
    assert town.database.look(lambda work: duty_answers.is_cadre(work, leaver.person_id, LEFT)) is False
    assert "任务a" not in look(day(12, 3), -1)
    assert "任务a" not in look(LEFT, 0)


def test_the_union_above_hears_of_it_and_who_left_does_not(town: Town, leaver: Known) -> None:
    above = town.cadre("u2", "street", FIRST)
    before = letters_of(town, leaver)
    late = datetime(2026, 11, 26, 10, tzinfo=SHANGHAI)

    def job(work: Work) -> int:
        due = duty_escalation.due(work, town.house, late)
        return sum(duty_escalation.tell(work, group, late).escalated for group in due)

    assert town.database.writer.run(job) == 1
    assert letters_of(town, above) == 1
    assert letters_of(town, leaver) == before == 1  # that the office is over


@pytest.mark.parametrize("deed", ["excuse", "move", "reassign"])
def test_what_staff_do_with_it_is_not_told_to_who_left(town: Town, leaver: Known, deed: str) -> None:
    other = town.cadre("u2", "shop", FIRST, office="副主席")
    ((duty_id,),) = rows(town.database, Duty, "id")

    def job(work: Work) -> None:
        found = duty_course.held(work, duty_id)
        assert found is not None
        page = Page(duty_id, duty_deeds.mark_of(found, []))
        given: dict[str, Any] = {"excuse": "单位已经撤销了", "move": day(11, 25).date(), "reassign": other.person_id}
        getattr(duty_deeds, deed)(work, STAFF, page, given[deed], LEFT, town.house)

    town.database.writer.run(job)
    assert letters_of(town, leaver) == 1
    assert letters_of(town, other) == (1 if deed == "reassign" else 0)


def test_who_takes_the_office_again_has_it_again(town: Town, leaver: Known) -> None:
    def job(work: Work) -> None:
        org = orgs.by_code(work, "shop")
        assert org is not None
        orgs.appoint(work, org, leaver.person_id, "主席", day(11, 14).date())

    town.database.writer.run(job)
    assert "1. 任务a 完成" in town.complete(leaver, 1, day(11, 14))
