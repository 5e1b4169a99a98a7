"""Two reviewers, or a reviewer and the applicant, at the same moment: one of them is told, nothing is half done."""

from datetime import datetime, timedelta

import pytest

from bot.services.admissions import Conflict
from tests.conftest import Opener
from tests.joining.applicants import WANG, ZHAO, Office, withdraw
from tests.storage.kit import together

LATER = timedelta(minutes=1)


@pytest.fixture
def offices(office: Office, another: Opener) -> list[Office]:
    """Two processes."""
    return [office, Office(another(), office.house, office.places)]


def test_two_reviewers_take_one_up(offices: list[Office], now: datetime) -> None:
    one = offices[0].apply("a", now)
    mark = offices[0].mark(one)
    errors = together(lambda: offices[0].claim(WANG, one, now, mark), lambda: offices[1].claim(ZHAO, one, now, mark))
    assert [type(each) for each in errors] == [Conflict]
    assert offices[0].get(one).reviewer in ("wang", "zhao")
    assert len(offices[0].steps(one)) == 2


@pytest.mark.parametrize("round_", range(3))
def test_two_decide_one(offices: list[Office], now: datetime, round_: int) -> None:
    one = offices[0].apply("a", now)
    mark = offices[0].mark(one)
    errors = together(
        lambda: offices[0].approve(WANG, one, now, mark),
        lambda: offices[1].reject(ZHAO, one, "not_willing", "", now, seen=mark),
    )
    assert [type(each) for each in errors] == [Conflict]
    state = offices[0].get(one).state
    assert state in ("approved", "rejected")
    assert (len(offices[0].members()), len(offices[0].letters(one))) == (int(state == "approved"), 1)


def test_two_first_looks_are_not_two_people_unless_they_are(offices: list[Office], now: datetime) -> None:
    one = offices[0].apply("a", now, flags=["young"])
    errors = together(*(lambda office=office: office.approve(WANG, one, now) for office in offices))
    assert [type(each) for each in errors] == [Conflict]
    assert (offices[0].get(one).state, offices[0].members()) == ("submitted", [])


def test_the_applicant_withdraws_while_it_is_approved(offices: list[Office], now: datetime) -> None:
    one = offices[0].apply("a", now)
    writer = offices[1].database.writer
    errors = together(
        lambda: offices[0].approve(WANG, one, now), lambda: writer.run(lambda work: withdraw(work, one, now))
    )
    ends = [step[2] for step in offices[0].steps(one) if step[2] in ("approved", "withdrawn")]
    assert (len(ends), len(errors)) == (1, 1)
    assert len(offices[0].members()) == int(ends == ["approved"])


def test_twelve_at_once_get_twelve_numbers(offices: list[Office], now: datetime) -> None:
    wanted = [offices[0].apply(f"u{number}", now) for number in range(12)]
    errors = together(
        *(lambda place=place, one=one: offices[place % 2].approve(WANG, one, now) for place, one in enumerate(wanted))
    )
    assert errors == []
    assert sorted(each.number for each in offices[0].members()) == [f"plant-2026-{n:06d}" for n in range(1, 13)]


def test_a_page_that_is_out_of_date_decides_nothing(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    mark = office.mark(one)
    office.give_back(WANG, one, ["employer"], "单位请写全称，谢谢", now + LATER)
    office.resubmit(one, now + 2 * LATER, employer="别的单位")
    with pytest.raises(Conflict) as refused:
        office.approve(WANG, one, now + 3 * LATER, mark)
    assert "有了变化" in refused.value.words


def test_a_colleague_is_relieved_only_by_who_saw_that(office: Office, now: datetime) -> None:
    one = office.apply("a", now)
    office.claim(ZHAO, one, now)
    for deed in (lambda: office.claim(WANG, one, now), lambda: office.approve(WANG, one, now)):
        with pytest.raises(Conflict) as refused:
            deed()
        assert "赵审核正在审核" in refused.value.words
    office.claim(WANG, one, now + LATER, office.mark(one))
    assert office.approve(WANG, one, now + LATER) == "approved"
    with pytest.raises(Conflict) as refused:
        office.approve(ZHAO, one, now + LATER)
    assert "已经由王审核批准" in refused.value.words
