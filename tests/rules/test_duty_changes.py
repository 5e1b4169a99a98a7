"""Changing what was given: a later day, somebody else, nothing to do; each leaves a trace and arms the reminders."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.calendar import at
from bot.clock import SHANGHAI
from bot.services import duty_changes
from bot.services.duty_changes import NotOpen
from bot.services.house import House
from storage import duties
from storage.audit import Audit
from storage.database import Database
from storage.duties import NONE_YET, Duty, DutyStep
from storage.people import Known
from storage.reminders import Reminder
from storage.work import Work
from tests.rules.test_duties import FIRST_DAY, NINE
from tests.rules.union import SINCE, Town, line
from tests.storage.kit import rows

NOON = datetime(2026, 11, 12, 12, tzinfo=SHANGHAI)
WHO = "staff:wang"


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("c", 31))


@pytest.fixture
def cadre(town: Town) -> Known:
    """Two duties, of which nothing was said yet but the list."""
    known = town.cadre("u1", "shop", FIRST_DAY)
    town.issue(FIRST_DAY)
    town.heard("2026-11")
    return known


def change(town: Town, known: Known, number: int, deed: Any, *more: Any, now: datetime = NOON) -> None:
    """Do something to a person's duty of that number."""

    def job(work: Work) -> None:
        duty = next(
            duty for duty, _ in duties.of_person(work, known.person_id, "2026-11", SINCE) if duty.number == number
        )
        deed(work, duty, *more, WHO, now, town.house)

    town.database.writer.run(job)


def armed(town: Town) -> dict[int, datetime | None]:
    return dict(rows(town.database, Reminder, "person_id", "next_fire_at"))


def test_a_moved_deadline_is_reminded_of_anew(town: Town, cadre: Known) -> None:
    change(town, cadre, 1, duty_changes.move_deadline, date(2026, 12, 8))
    (moved,) = [each for each in town.duties_of(cadre, "2026-11") if each[0].number == 1]
    assert (moved[0].deadline, moved[0].set_on, moved[0].reached) == (date(2026, 12, 8), date(2026, 11, 20), NONE_YET)
    assert rows(town.database, DutyStep, "what", "actor", "note") == [("moved", WHO, "2026年11月20日→2026年12月8日")]
    assert rows(town.database, Audit, "action") == [("duty_moved",)]
    change(town, cadre, 1, duty_changes.move_deadline, date(2026, 12, 9))
    assert town.duties_of(cadre, "2026-11")[0][0].set_on == date(2026, 11, 20)  # what it was issued with


def test_what_is_excused_arms_what_is_left(town: Town, cadre: Known) -> None:
    change(town, cadre, 1, duty_changes.excuse)
    assert [duty.state for duty, _ in town.duties_of(cadre, "2026-11")] == ["excused", "issued"]
    change(town, cadre, 2, duty_changes.excuse)
    assert armed(town) == {cadre.person_id: None}
    assert [what for (what,) in rows(town.database, DutyStep, "what")] == ["excused", "excused"]


def test_what_goes_to_somebody_else_is_theirs_to_hear_of(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "street", FIRST_DAY)
    town.acknowledge(cadre, FIRST_DAY)
    change(town, cadre, 1, duty_changes.reassign, other.person_id)
    ((mine, _),) = town.duties_of(other, "2026-11")
    assert (mine.state, mine.number, mine.acknowledged_at, mine.told_id) == ("issued", 1, None, duties.ELSEWHERE)
    assert mine.reached == NONE_YET
    assert armed(town)[other.person_id] == NOON  # who has no list of the month yet gets it
    note = f"person:{cadre.person_id}→person:{other.person_id}"
    assert ("reassigned", note) in rows(town.database, DutyStep, "what", "note")


def test_what_was_handed_over_stays_when_the_giver_leaves(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "street", FIRST_DAY)
    for number in (1, 2):
        change(town, cadre, number, duty_changes.reassign, other.person_id)
    assert [duty.number for duty, _ in town.duties_of(other, "2026-11")] == [1, 2]
    assert town.duties_of(cadre, "2026-11") == []
    assert armed(town)[cadre.person_id] is None


@pytest.mark.parametrize("deed", ["move", "excuse", "reassign"])
def test_what_is_done_is_not_changed_any_more(town: Town, cadre: Known, deed: str) -> None:
    town.complete(cadre, 1, FIRST_DAY)
    deeds: dict[str, tuple[Any, ...]] = {
        "move": (duty_changes.move_deadline, date(2026, 12, 8)),
        "excuse": (duty_changes.excuse,),
        "reassign": (duty_changes.reassign, cadre.person_id),
    }
    with pytest.raises(NotOpen):
        change(town, cadre, 1, *deeds[deed])
    assert rows(town.database, Duty, "state")[0] in (("done",), ("issued",))
    assert rows(town.database, DutyStep, "what") == [("done",)]


def test_a_reminder_that_is_due_already_is_left_to_be_dealt_with(town: Town, cadre: Known) -> None:
    """After a downtime somebody answers before the reminders were looked at: what was missed is still written down."""
    due = armed(town)[cadre.person_id]
    assert due is not None
    change(town, cadre, 2, duty_changes.excuse, now=due + timedelta(days=5))
    assert armed(town) == {cadre.person_id: due}


def test_arming_again_changes_nothing(town: Town, cadre: Known) -> None:
    before = armed(town)
    town.database.writer.run(lambda work: duty_changes.rearm(work, [cadre.person_id], FIRST_DAY, town.house))
    assert armed(town) == before == {cadre.person_id: at(date(2026, 11, 13), NINE)}
