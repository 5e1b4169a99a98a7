"""One numbering: what a reminder or a list names by a number is what an answer with that number hits."""

import re
from collections.abc import Sequence
from datetime import date, datetime

import pytest

from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_changes
from bot.services.duty_answers import Entry, NoSuchDuty
from bot.services.house import House
from storage import duties
from storage.base import table
from storage.database import Database
from storage.duties import Duty
from storage.duty_rows import hold
from storage.outbox import Outbox
from storage.people import Known
from storage.work import Work
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.sending.test_reminders import day, tick
from tests.storage.kit import rows, together

NOVEMBER, DECEMBER = day(11, 1, 0, 30), day(12, 1, 0, 30)
NAMED = re.compile(r"^(?:提醒：)?(\d+)\. ([^｜，]+)[｜，]", re.MULTILINE)
INSTEAD = re.compile(r"^代(.+)（请假中", re.MULTILINE)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Two lines of the basic level, one of the street."""
    return Town(database, house).build(line("a", 20), line("c", 31), line("s", 31, ("街道",)))


def entries(town: Town, known: Known, now: datetime) -> Sequence[Entry]:
    return town.database.writer.run(lambda work: duty_answers.listing(work, known.person_id, now)).entries


def numbers(town: Town, known: Known, now: datetime) -> dict[int, int]:
    """What each number of a list means: the id of the duty."""
    found = entries(town, known, now)
    assert len({each.number for each in found}) == len(found)
    return {each.number: each.duty.id for each in found}


def named(text: str) -> dict[int, str]:
    """What each number of a message stands for, as an answer would call it."""
    found: dict[int, str] = {}
    for block in re.split(r"(?m)^(?=代.+（请假中)", text):
        whose = INSTEAD.search(block)
        for number, title in NAMED.findall(block):
            found[int(number)] = (f"代{whose[1]}：" if whose else "") + title
    return found


def last_told(town: Town, known: Known) -> str:
    found = sorted(
        (due, text)
        for due, text, who in rows(town.database, Outbox, "due_at", "text", "person_id")
        if who == known.person_id
    )
    return found[-1][1]


def answered(town: Town, known: Known, now: datetime) -> dict[int, str]:
    """The last message of a person, after every number of it was tried as an answer."""
    told = named(last_told(town, known))
    assert told
    there = {each.number: duty_answers.title(each, f"{now:%Y-%m}") for each in entries(town, known, now)}
    assert {number: there[number] for number in told} == told
    return told


def test_a_reminder_of_two_months_is_answered_by_the_numbers_it_says(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    tick(town, day(11, 2))
    assert answered(town, known, day(11, 2)) == {1: "任务a", 2: "任务c"}
    town.complete(known, 1, day(11, 3))
    town.issue(DECEMBER)
    tick(town, day(12, 1))
    assert answered(town, known, day(12, 1)) == {3: "任务a", 4: "任务c", 2: "11月的任务c"}
    assert "2. 11月的任务c 完成" in town.complete(known, 2, day(12, 1, 10)).replace("2. 任务c", "2. 11月的任务c")
    (old,) = [duty for duty, _ in town.duties_of(known, "2026-11") if duty.template_id == "c"]
    assert old.state == "done"
    tick(town, day(12, 11))
    assert answered(town, known, day(12, 11)) == {3: "任务a"}
    town.complete(known, 3, day(12, 11, 10))
    states = {duty.template_id: duty.state for duty, _ in town.duties_of(known, "2026-12")}
    assert states["a"] == "done" != states["c"]


def test_a_month_begins_with_one_when_nothing_is_left(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    for number in (1, 2):
        town.complete(known, number, day(11, 3))
    town.issue(DECEMBER)
    assert sorted(numbers(town, known, day(12, 1))) == [1, 2]


def test_a_substitute_answers_by_the_numbers_of_the_reminder_and_they_stay(town: Town) -> None:
    away, here = town.cadre("u1", "shop", NOVEMBER), town.cadre("u2", "street", NOVEMBER)
    town.call(away, "张三")
    town.issue(NOVEMBER)
    tick(town, day(11, 2))
    town.leave(away, here, date(2026, 11, 12), date(2026, 11, 18))
    tick(town, day(11, 13))
    assert answered(town, here, day(11, 13)) == {2: "代张三：任务a"}
    shown = numbers(town, here, day(11, 13))
    assert sorted(shown) == [1, 2, 3]
    town.appoint(here, "shop", "副主席")
    town.issue(day(11, 13, 10))  # new ones of their own do not push the colleague's away
    later = numbers(town, here, day(11, 13, 11))
    assert {number: later[number] for number in shown} == shown
    assert "2. 代张三：任务a 完成" in town.complete(here, 2, day(11, 13, 12))
    assert [duty.state for duty, _ in town.duties_of(away, "2026-11") if duty.template_id == "a"] == ["done"]
    assert sorted(numbers(town, here, day(11, 19))) == sorted(set(later) - {2, 3})
    town.leave(away, here, date(2026, 11, 24), date(2026, 11, 30))
    tick(town, day(11, 26))
    assert numbers(town, here, day(11, 24)) == later  # away again: the same numbers


def test_the_reminder_gives_the_number_where_the_list_was_not_looked_at(town: Town) -> None:
    """The substitute hears of it first, then looks at the list; the other way round comes to the same."""
    away, here = town.cadre("u1", "shop", NOVEMBER), town.cadre("u2", "street", NOVEMBER)
    town.issue(NOVEMBER)
    tick(town, day(11, 2))
    town.leave(away, here, date(2026, 11, 12), date(2026, 11, 18))
    before = numbers(town, here, day(11, 12))
    tick(town, day(11, 13))
    assert named(last_told(town, here)) == {2: "代同事：任务a"}
    assert numbers(town, here, day(11, 13)) == before


def test_a_number_that_was_given_away_is_not_given_to_another_duty_and_comes_back(town: Town) -> None:
    giver, taker = town.cadre("u1", "shop", NOVEMBER), town.cadre("u2", "shop", NOVEMBER, office="副主席")
    town.issue(NOVEMBER)
    given = numbers(town, giver, NOVEMBER)[2]

    def move(to: Known) -> None:
        def job(work: Work) -> None:
            found = duties.get(work, given)
            assert found is not None
            duty_changes.reassign(work, found[0], to.person_id, "staff:wang", day(11, 3), town.house)

        town.database.writer.run(job)

    move(taker)
    assert numbers(town, taker, day(11, 3))[3] == given
    town.appoint(giver, "street")
    town.issue(day(11, 3))
    assert sorted(numbers(town, giver, day(11, 3))) == [1, 3]
    with pytest.raises(NoSuchDuty):
        town.complete(giver, 2, day(11, 3))
    move(giver)
    assert numbers(town, giver, day(11, 4))[2] == given
    move(taker)
    assert numbers(town, taker, day(11, 4))[3] == given


def test_lists_with_one_number_twice_are_told_apart_for_good_and_alike_everywhere(town: Town) -> None:
    """From before there was one numbering: every month began with 1."""
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    town.issue(DECEMBER)
    row = table(Duty)
    old = row.update().where(row.c.period == "2026-12").values(number=row.c.number - 2)
    town.database.writer.run(lambda work: work.execute(old))
    tick(town, day(12, 1))
    told = answered(town, known, day(12, 1))
    assert told == {1: "任务a", 2: "任务c", 3: "11月的任务a", 4: "11月的任务c"}
    assert sorted(numbers(town, known, day(12, 2))) == [1, 2, 3, 4]


def test_a_turn_and_a_reminder_at_once_give_one_number(another: Opener, house: House) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 20), line("s", 31, ("街道",)))
    away, here = towns[0].cadre("u1", "shop", NOVEMBER), towns[0].cadre("u2", "street", NOVEMBER)
    towns[0].issue(NOVEMBER)
    towns[0].leave(away, here, date(2026, 11, 1), date(2026, 11, 30))
    now = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
    seen: list[dict[int, int]] = []

    def look() -> None:
        def job(work: Work) -> dict[int, int]:
            hold(work, [here.person_id])
            found = duty_answers.listing(work, here.person_id, now).entries
            return {each.number: each.duty.id for each in found}

        seen.append(towns[0].database.writer.run(job))

    assert together(look, lambda: tick(towns[1], now)) == []
    tick(towns[1], now)
    assert numbers(towns[1], here, now) == seen[0]
    assert set(named(last_told(towns[1], here))) == set(seen[0])
