"""Applications that nobody decided in time: due dates, and the superior union hears of it, once."""

from datetime import date, datetime, timedelta

import pytest

from bot.clock import SHANGHAI
from bot.jobs import escalate_applications
from bot.jobs.job import Moment
from bot.services import admission_queue
from storage import orgs
from storage.admissions import Sought
from tests.conftest import Opener
from tests.joining.applicants import WANG, Office
from tests.rules.upkeep import happened
from tests.storage.kit import meet, together

BEGUN = datetime(2026, 11, 9, 10, 0, tzinfo=SHANGHAI)  # a Monday: due on the 16th, told after the 23rd
TOLD = datetime(2026, 11, 24, 0, 30, tzinfo=SHANGHAI)


def tick(office: Office, at: datetime) -> dict[str, int]:
    return happened(escalate_applications.run(office.database, office.house, Moment(at, at)))


def chair(office: Office, code: str) -> int:
    """Somebody in office there; their id."""
    known = meet(office.database, f"chair-{code}", BEGUN)
    office.database.writer.run(
        lambda work: orgs.appoint(work, office.places[code], known.person_id, "主席", date(2026, 1, 1))
    )
    return known.person_id


def test_the_superior_hears_after_twice_the_working_days(office: Office) -> None:
    above, beside = chair(office, "east"), chair(office, "plant")
    one = office.apply("a", BEGUN)
    assert office.get(one).due_on == date(2026, 11, 16)
    assert tick(office, TOLD - timedelta(days=1)) == {}
    assert tick(office, TOLD) == {"escalated": 1}
    assert tick(office, TOLD + timedelta(days=1)) == {}
    assert office.get(one).escalated_at == TOLD and office.get(one).state == "submitted"
    assert any("上报东区总工会催办" in each for each in office.letters(one))
    (letter,) = office.letters_to(above)
    number = office.get(one).number
    assert f"东区机械厂工会的申请 {number}，2026年11月16日应当审核完" in letter and "李a" not in letter
    assert office.letters_to(beside) == []
    assert office.steps(one)[-1] == ("job:escalate_applications", "submitted", "submitted")
    assert office.audited()[-1] == (
        "job:escalate_applications",
        "application_escalate",
        f"application:{one}",
        f"organisation:{office.places['east'].id}",
    )


def test_it_comes_first_in_the_superiors_queue_and_stays_a_persons_to_decide(office: Office) -> None:
    office.apply("older", BEGUN - timedelta(days=1), due_on=date(2026, 11, 13), number="20261108-0001")
    one = office.apply("a", BEGUN, "east")
    tick(office, TOLD)
    city = office.database.look(lambda work: admission_queue.queue(work, WANG, Sought("escalated"), office.house, TOLD))
    assert [each.name for each in city.lines] == ["李older", "李a"] and all(each.overdue for each in city.lines)
    assert office.approve(WANG, one, TOLD) == "approved"


def test_what_is_returned_or_decided_is_not_overdue(office: Office) -> None:
    back, done = office.apply("a", BEGUN), office.apply("b", BEGUN)
    office.give_back(WANG, back, ["name"], "姓名请和身份证一致", BEGUN)
    office.approve(WANG, done, BEGUN)
    assert tick(office, TOLD) == {}


def test_a_later_round_begins_the_clock_again(office: Office) -> None:
    one = office.apply("a", BEGUN)
    tick(office, TOLD)
    office.give_back(WANG, one, ["name"], "姓名请和身份证一致", TOLD)
    office.resubmit(one, TOLD + timedelta(days=1))
    assert (office.get(one).escalated_at, office.get(one).due_on) == (None, date(2026, 12, 2))
    assert tick(office, TOLD + timedelta(days=2)) == {}
    assert tick(office, TOLD + timedelta(days=20)) == {"escalated": 1}


def test_old_ones_get_a_due_date_first(office: Office) -> None:
    one = office.apply("a", BEGUN, due_on=None)
    ancient = office.apply("b", BEGUN, due_on=date(2001, 1, 2))
    assert tick(office, BEGUN) == {"dated": 1, "escalated": 1}
    assert (office.get(one).due_on, office.get(ancient).escalated_at) == (date(2026, 11, 16), BEGUN)


@pytest.mark.parametrize("code", [None, "city"])
def test_above_the_top_there_is_only_the_mark(office: Office, code: str | None) -> None:
    one = office.apply("a", BEGUN, code)
    assert tick(office, TOLD) == {"escalated": 1}
    assert office.get(one).escalated_at == TOLD


def test_two_processes_tell_once(office: Office, another: Opener) -> None:
    above = chair(office, "east")
    one = office.apply("a", BEGUN)
    other = Office(another(), office.house, office.places)
    assert together(lambda: tick(office, TOLD), lambda: tick(other, TOLD)) == []
    assert len(office.letters_to(above)) == 1
    assert sum(step[0].startswith("job:") for step in office.steps(one)) == 1
