"""What cadres answer: lists over months, offices and colleagues on leave; done, undone, extended, handed over."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_numbers, duty_requests, duty_words
from bot.services.duty_answers import Listing, NoSuchDuty, NotCadre, NothingToReopen, WhichDuty
from bot.services.duty_requests import NoSuchColleague, NotThatDay
from bot.services.house import House
from storage import duties
from storage.absences import Absence
from storage.base import table
from storage.database import Database
from storage.duties import Duty, DutyStep
from storage.duty_requests import DutyRequest
from storage.duty_values import DutyValue
from storage.letters import Letter
from storage.people import Known, Person
from storage.reminders import Reminder
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import meet, rows, together

NOVEMBER = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
DECEMBER = datetime(2026, 12, 3, 10, tzinfo=SHANGHAI)
NUMBERS = [{"key": "joined", "label": "入会", "unit": "人"}, {"key": "left", "label": "退会", "unit": "人"}]


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Three lines of the basic level, one of them with numbers, and one of the street."""
    wanting = {**line("b", 20), "numbers": NUMBERS, "evidence": "number"}
    return Town(database, house).build(line("a", 20), wanting, line("c", 31), line("s", 31, ("街道",)))


def named(town: Town, user: str, name: str, code: str, now: datetime) -> Known:
    known = town.cadre(user, code, now)
    people = table(Person)
    town.database.writer.run(
        lambda work: work.execute(people.update().where(people.c.id == known.person_id).values(name=name))
    )
    return known


def listing(town: Town, known: Known, now: datetime) -> Listing:
    return town.database.writer.run(lambda work: duty_answers.listing(work, known.person_id, now))


def shown(lists: Listing) -> list[tuple[int, str, str, str]]:
    return [(each.number, each.duty.period, each.template.id, each.stands_for) for each in lists.entries]


def finish(town: Town, known: Known, number: int, now: datetime) -> str:
    def job(work: Any) -> str:
        entry = duty_answers.listing(work, known.person_id, now).pick(number)
        return duty_answers.finish(work, known.person_id, entry, now, town.house)

    return town.database.writer.run(job)


def on_leave(town: Town, known: Known, substitute: Known, first: date, last: date) -> None:
    def job(work: Any) -> None:
        who: dict[str, Any] = {"person_id": known.person_id, "substitute_id": substitute.person_id}
        work.session.add(Absence(id=work.new_id(), from_on=first, until_on=last, by="test", at=NOVEMBER, **who))

    town.database.writer.run(job)


def test_what_is_open_from_before_comes_first_and_keeps_its_number(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    finish(town, known, 3, NOVEMBER)
    town.issue(DECEMBER)
    expected = [(1, "2026-11", "a", ""), (2, "2026-11", "b", "")]
    expected += [(3, "2026-12", "a", ""), (4, "2026-12", "b", ""), (5, "2026-12", "c", "")]
    assert shown(listing(town, known, DECEMBER)) == expected
    words = finish(town, known, 1, DECEMBER)
    assert "已过期13天，已记为逾期完成" in words
    assert shown(listing(town, known, DECEMBER)) == expected  # the number of the other one did not move
    later = shown(listing(town, known, datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)))
    assert later == [expected[1], *expected[2:]]


def test_numbers_are_unique_over_offices_in_several_unions(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.appoint(known, "street")
    town.issue(NOVEMBER)
    lists = listing(town, known, NOVEMBER)
    assert sorted(each.number for each in lists.entries) == [1, 2, 3, 4]
    assert set(lists.units) == {"示例街道总工会", "示例商店工会"}
    said = town.database.writer.run(lambda work: duty_words.list_words(work, lists, NOVEMBER))
    assert "任务a（示例商店工会）" in said
    assert "任务s（示例街道总工会）" in said


def test_a_substitute_answers_for_the_colleague_while_the_leave_lasts(town: Town) -> None:
    away = named(town, "u1", "张三", "shop", NOVEMBER)
    here = town.cadre("u2", "street", NOVEMBER)
    town.issue(NOVEMBER)
    on_leave(town, away, here, date(2026, 11, 3), date(2026, 11, 5))
    at_leave = NOVEMBER + timedelta(days=1)
    assert [each.number for each in listing(town, here, NOVEMBER).entries] == [1]
    assert [row[0] for row in shown(listing(town, here, at_leave)) if row[3] == "张三"] == [2, 3, 4]
    assert "代张三：任务a" in finish(town, here, 2, at_leave)
    assert [each.open for each in listing(town, away, at_leave).entries] == [False, True, True]
    assert [row[0] for row in shown(listing(town, here, at_leave)) if row[3] == "张三"] == [2, 3, 4]
    assert ("done", f"person:{here.person_id}") in rows(town.database, DutyStep, "what", "actor")
    assert len(listing(town, here, NOVEMBER + timedelta(days=4)).entries) == 1


def test_a_cadre_and_the_substitute_finish_the_same_duty_at_once(another: Opener, house: House) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 20))
    away, here = named(towns[0], "u1", "张三", "shop", NOVEMBER), towns[0].cadre("u2", "city", NOVEMBER)
    towns[0].issue(NOVEMBER)
    on_leave(towns[0], away, here, date(2026, 11, 1), date(2026, 11, 30))
    said: list[str] = []
    jobs = [
        lambda town=town, who=who: said.append(finish(town, who, 1, NOVEMBER))
        for town, who in zip(towns, (away, here), strict=True)
    ]
    assert together(*jobs) == []
    assert sorted("之前已经完成" in words for words in said) == [False, True]
    assert [what for (what,) in rows(towns[0].database, DutyStep, "what")] == ["done"]


def test_a_receipt_covers_the_whole_list_once(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    town.issue(DECEMBER)
    for expected in (6, 0):
        count = town.database.writer.run(lambda work: duty_answers.acknowledge(work, known.person_id, DECEMBER))
        assert count == expected
    assert {state for (state,) in rows(town.database, Duty, "state")} == {"acknowledged"}
    assert len(rows(town.database, DutyStep, "id")) == 6


def test_several_open_ask_which_and_others_have_no_list(town: Town) -> None:
    known, stranger = town.cadre("u1", "shop", NOVEMBER), meet(town.database, "u9", NOVEMBER)
    with pytest.raises(NoSuchDuty):
        listing(town, known, NOVEMBER).pick(None)
    town.issue(NOVEMBER)
    with pytest.raises(WhichDuty) as which:
        listing(town, known, NOVEMBER).pick(None)
    assert which.value.numbers == (1, 2, 3)
    with pytest.raises(NoSuchDuty, match="NoSuchDuty"):
        listing(town, known, NOVEMBER).pick(9)
    with pytest.raises(NotCadre):
        listing(town, stranger, NOVEMBER)


def test_done_stops_reminding_and_undone_starts_it_again(town: Town) -> None:
    """The one reminder of a cadre is armed for the first that is open: 1 and 2 are due on the 20th, 3 on the 30th."""
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    town.heard("2026-11")
    finish(town, known, 2, NOVEMBER)
    finish(town, known, 3, NOVEMBER)
    week_before = datetime(2026, 11, 13, 9, tzinfo=SHANGHAI)

    def armed() -> datetime | None:
        ((subject, moment),) = rows(town.database, Reminder, "subject", "next_fire_at")
        assert subject == "" and isinstance(moment, datetime | None)
        return moment

    assert armed() == week_before
    finish(town, known, 1, NOVEMBER + timedelta(hours=1))
    assert armed() is None
    again = town.database.writer.run(lambda work: duty_answers.reopen(work, known.person_id, 1, NOVEMBER, town.house))
    assert (again.number, again.duty.state, again.duty.done_at) == (1, "acknowledged", None)
    assert armed() == datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)  # received as it is: from the day on
    assert [what for (what,) in rows(town.database, DutyStep, "what")] == ["done", "done", "done", "reopened"]
    with pytest.raises(NothingToReopen):
        town.database.writer.run(lambda work: duty_answers.reopen(work, known.person_id, 1, NOVEMBER, town.house))


def extend(town: Town, known: Known, number: int, day: date, now: datetime) -> str:
    def job(work: Any) -> str:
        entry = duty_answers.listing(work, known.person_id, now).pick(number)
        return duty_requests.extend(work, known.person_id, entry, day, "等数据", now)

    return town.database.writer.run(job)


def test_a_later_day_is_asked_for_and_the_present_one_holds(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    for day in (date(2026, 11, 20), date(2026, 12, 21)):
        with pytest.raises(NotThatDay):
            extend(town, known, 1, day, NOVEMBER)
    assert "还是按11月20日截止" in extend(town, known, 1, date(2026, 11, 25), NOVEMBER)
    extend(town, known, 1, date(2026, 12, 20), NOVEMBER)
    kept = rows(town.database, DutyRequest, "state", "wanted_on", "reason")
    assert [(state, day) for state, day, _ in kept] == [
        ("withdrawn", date(2026, 11, 25)),
        ("pending", date(2026, 12, 20)),
    ]
    assert "等数据".encode() not in kept[1][2]
    assert listing(town, known, NOVEMBER).pick(1).duty.deadline == date(2026, 11, 20)
    finish(town, known, 1, NOVEMBER)
    assert {state for (state,) in rows(town.database, DutyRequest, "state")} == {"withdrawn"}
    with pytest.raises(NoSuchDuty):
        extend(town, known, 1, date(2026, 11, 25), NOVEMBER)


def hand_over(town: Town, known: Known, number: int, name: str) -> str:
    def job(work: Any) -> str:
        entry = duty_answers.listing(work, known.person_id, NOVEMBER).pick(number)
        return duty_requests.hand_over(work, known.person_id, entry, name, NOVEMBER, town.house)

    return town.database.writer.run(job)


def test_a_colleague_of_the_same_union_takes_over_at_once_and_is_told(town: Town) -> None:
    giver = named(town, "u1", "张三", "shop", NOVEMBER)
    taker = named(town, "u2", "李四", "shop", NOVEMBER)
    named(town, "u3", "王五", "street", NOVEMBER)
    town.issue(NOVEMBER)
    for name in ("王五", "张三", "赵六"):
        with pytest.raises(NoSuchColleague) as refused:
            hand_over(town, giver, 1, name)
        assert name not in refused.value.words
    assert "已转给李四" in hand_over(town, giver, 1, "李四")
    assert [row[2] for row in shown(listing(town, giver, NOVEMBER))] == ["b", "c"]
    taken = listing(town, taker, NOVEMBER).pick(4)
    assert (taken.template.id, taken.duty.state) == ("a", "issued")
    assert rows(town.database, Letter, "person_id") == [(taker.person_id,)]
    assert [what for (what,) in rows(town.database, DutyStep, "what")] == ["reassigned"]
    named(town, "u4", "李四", "shop", NOVEMBER)
    with pytest.raises(NoSuchColleague) as twice:
        hand_over(town, giver, 2, "李四")
    assert "不止一位" in twice.value.words


def store(town: Town, known: Known, values: dict[str, int], now: datetime = NOVEMBER) -> list[str]:
    def job(work: Any) -> list[str]:
        lists = duty_answers.listing(work, known.person_id, now)
        duty = next(each for each in lists.entries if each.template.id == "b").duty
        mine = {(duty.id, key): value for key, value in values.items()}
        return duty_numbers.store(work, known.person_id, mine, now, town.house, lists)

    return town.database.writer.run(job)


def test_a_duty_with_all_of_its_numbers_is_done_and_corrections_leave_both(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    assert any("还差退会" in words for words in store(town, known, {"joined": 1200}))
    assert listing(town, known, NOVEMBER).pick(2).open
    assert any("完成" in words for words in store(town, known, {"left": 0}))
    assert listing(town, known, NOVEMBER).pick(2).duty.state == "done"
    assert any("（原来入会12人）" in words for words in store(town, known, {"joined": 1300}))
    assert rows(town.database, DutyValue, "key", "hundredths") == [("joined", 1300), ("left", 0)]
    notes = [note for what, note in rows(town.database, DutyStep, "what", "note") if what == "number"]
    assert notes == ["入会：未报 → 12", "退会：未报 → 0", "入会：12 → 13"]
    store(town, known, {"joined": 1500}, NOVEMBER + timedelta(days=9))
    moments = rows(town.database, DutyValue, "key", "hundredths", "at")
    assert moments == [("joined", 1500, NOVEMBER), ("left", 0, NOVEMBER)]  # when it was first told
    last = rows(town.database, DutyStep, "what", "note", "at")[-1]
    assert last == ("number", "入会：13 → 15", NOVEMBER + timedelta(days=9))


def test_what_the_union_has_reported_elsewhere_is_known(town: Town, database: Database) -> None:
    first, second = town.cadre("u1", "shop", NOVEMBER), town.cadre("u2", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    store(town, first, {"joined": 1200})

    def known_of(who: Known) -> dict[str, int]:
        def job(work: Any) -> dict[str, int]:
            lists = duty_answers.listing(work, who.person_id, NOVEMBER)
            missing = duty_numbers.open_ones(work, lists).missing
            found = duty_numbers.known_elsewhere(work, missing)
            return {each.key: value for each, value in found.items()}

        return database.writer.run(job)

    assert known_of(second) == {"joined": 1200}
    assert known_of(first) == {}


def test_progress_counts_as_received(town: Town) -> None:
    known = town.cadre("u1", "shop", NOVEMBER)
    town.issue(NOVEMBER)
    town.database.writer.run(lambda work: duty_answers.progress(work, known.person_id, 1, 50, NOVEMBER))
    assert rows(town.database, Duty, "number", "state", "percent")[0] == (1, "acknowledged", 50)
    with pytest.raises(duty_answers.BadPercent):
        town.database.writer.run(lambda work: duty_answers.progress(work, known.person_id, 1, 101, NOVEMBER))
    steps = town.database.look(
        lambda work: [each.note for each in duties.steps_of(work, listing(town, known, NOVEMBER).pick(1).duty.id)]
    )
    assert steps == ["50%"]
