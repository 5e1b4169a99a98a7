"""Reminders by the frozen clock: the list, the ladder, silence, lateness, quiet hours, two processes."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import duty_texts as texts
from bot.clock import SHANGHAI, FrozenClock
from bot.contract import Capabilities
from bot.jobs import fire_reminders, issue_duties
from bot.jobs.job import Moment
from bot.services.house import House
from storage.database import Database
from storage.duties import Duty
from storage.outbox import REMINDER, Outbox
from storage.people import Known
from storage.reminders import Firing, Reminder
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import count, queue, rows, together

HOUR = timedelta(hours=1)


def day(month: int, number: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=SHANGHAI)


def tick(town: Town, moment: datetime) -> dict[str, int]:
    """What the job that fires reminders did at a moment; only what happened."""
    counts = fire_reminders.run(town.database, town.house, Moment(moment, moment))
    return {key: value for key, value in counts.items() if value}


def said(town: Town) -> list[str]:
    """The first lines of all reminders, by the time they are due."""
    found = sorted((due, text) for due, text, lane in rows(town.database, Outbox, "due_at", "text", "lane"))
    return [text.splitlines()[0] for _, text in found]


def results(town: Town) -> Counter[str]:
    return Counter(result for (result,) in rows(town.database, Firing, "result"))


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """One duty with its deadline on Friday, November 20."""
    return Town(database, house).build(line("a", 20))


@pytest.fixture
def cadre(town: Town) -> Known:
    """A cadre whose November duties were issued on the first of the month."""
    known = town.cadre("u1", "shop", day(11, 1, 0, 30))
    town.issue(day(11, 1, 0, 30))
    return known


def test_the_list_goes_out_on_the_first_working_day_at_nine_and_once(town: Town, cadre: Known) -> None:
    assert tick(town, day(11, 1, 9)) == {}  # a Sunday
    assert tick(town, day(11, 2, 8, 59)) == {}
    assert tick(town, day(11, 2, 9)) == {"said": 1}
    assert tick(town, day(11, 2, 9, 1)) == {}
    assert said(town) == ["示例商店工会 2026年11月任务（共1项，未完成1项）："]
    columns = ("person_id", "lane", "state", "due_at", "valid_until", "template")
    assert rows(town.database, Outbox, *columns) == [
        (cadre.person_id, REMINDER, "queued", day(11, 2), day(11, 2, 18), "reminder")
    ]


def test_who_hears_the_same_hears_it_of_their_own_unit(database: Database, house: House) -> None:
    town = Town(database, house).build(line("a", 20, ("基层", "街道")))
    people = {code: town.cadre(code, code, day(11, 1, 0)) for code in ("shop", "street")}
    both = town.cadre("both", "shop", day(11, 1, 0))
    town.appoint(both, "street")
    town.issue(day(11, 1, 0))
    assert tick(town, day(11, 2)) == {"said": 3}
    texts = dict(rows(database, Outbox, "person_id", "text"))
    heads = {code: texts[known.person_id].splitlines()[0] for code, known in people.items()}
    assert heads["shop"] == "示例商店工会 2026年11月任务（共1项，未完成1项）："
    assert heads["street"] == "示例街道总工会 2026年11月任务（共1项，未完成1项）："
    assert "共2项" in texts[both.person_id] and not any("\x00" in text for text in texts.values())
    parts = dict(rows(database, Firing, "reminder_id", "parts"))
    told = dict(rows(database, Reminder, "id", "person_id"))
    owners = dict(rows(database, Duty, "id", "person_id"))
    assert all(owners[duty_id] == told[reminder] for reminder, mine in parts.items() for duty_id, _ in mine)


def test_a_list_too_long_for_one_message_says_where_the_rest_is(database: Database, house: House) -> None:
    town = Town(database, house).build(*(line(f"t{number}", 20) for number in range(60)))
    town.cadre("u1", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    assert tick(town, day(11, 2)) == {"said": 1}
    ((text,),) = rows(database, Outbox, "text")
    *lines, last = text.splitlines()
    assert len(text.encode()) <= Capabilities().text_bytes and "共60项" in lines[0]
    assert len(lines) > 20 and all("11月20日前｜待确认" in each for each in lines[1:])  # whole lines, and most of them
    assert last == texts.LIST_MORE and "我的任务" in last


def test_who_is_silent_hears_every_step_of_the_ladder_and_then_no_more(town: Town, cadre: Known) -> None:
    moments = [day(11, 1, 0) + n * 3 * HOUR for n in range(8 * 30)]
    spoke = [moment for moment in moments if tick(town, moment).get("said")]
    assert spoke == [day(11, 2), day(11, 13), day(11, 17), day(11, 19), day(11, 20), day(11, 23)]
    words = ["还有7天", "还有3天", "还有1天", "就是今天", "已过3天"]
    assert all(word in text for word, text in zip(words, said(town)[1:], strict=True))
    assert results(town) == {"said": 6}
    assert {next_ for (next_,) in rows(town.database, Reminder, "next_fire_at")} == {None}


def test_who_has_acknowledged_is_reminded_from_the_day_on(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    town.acknowledge(cadre, day(11, 2, 10))
    assert tick(town, day(11, 13)) == {"moot": 1}
    assert tick(town, day(11, 17)) == {}
    assert tick(town, day(11, 20)) == {"said": 1}
    assert "就是今天" in said(town)[-1]
    assert results(town) == {"said": 2, "moot": 3}


def test_duties_due_together_are_one_message(database: Database, house: House) -> None:
    town = Town(database, house).build(line("a", 20), line("b", 20))
    town.cadre("u1", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    tick(town, day(11, 2))
    assert tick(town, day(11, 13)) == {"said": 1}
    assert [len(parts) for (parts,) in rows(database, Firing, "parts")] == [2, 2]
    texts = dict(rows(database, Outbox, "due_at", "text"))
    assert texts[day(11, 13)].splitlines() == [
        "提醒：您有2项任务还没有记为完成",
        "1. 任务a｜11月20日截止（还有7天）",
        "2. 任务b｜11月20日截止（还有7天）",
        "做完请回复“完成 1”，知道了请回复“收到”。",
    ]


@pytest.mark.parametrize("done_on", [day(11, 1, 12), day(11, 3), day(11, 18)])
def test_what_is_done_is_never_reminded_of_again(town: Town, cadre: Known, done_on: datetime) -> None:
    for moment in (day(11, 1, 0) + n * 3 * HOUR for n in range(8 * 30)):
        if moment == done_on:
            town.complete(cadre, 1, moment)
        counts = tick(town, moment)
        assert moment < done_on or "said" not in counts


def test_a_short_downtime_is_caught_up_with_words_as_of_now(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    tick(town, day(11, 13))
    assert tick(town, day(11, 18, 8, 59)) == {"put_off": 1}  # a day late but not more, still in quiet hours
    assert tick(town, day(11, 18, 9)) == {"said": 1}
    assert "还有2天" in said(town)[-1]
    assert tick(town, day(11, 20)) == {"said": 1}  # the step of the 19th is within twenty hours of it
    assert results(town) == {"said": 4, "merged": 1}


def test_a_long_downtime_is_missed_visibly_and_the_ladder_goes_on(town: Town, cadre: Known) -> None:
    assert tick(town, day(11, 18, 9, 1)) == {"missed": 1, "said": 1}
    assert said(town) == ["给您新派了1项任务："]  # nobody is left in the dark: never told of it, so it is announced
    assert results(town) == {"missed": 3, "said": 1}
    assert tick(town, day(11, 19, 9, 1)) == {"said": 1}
    assert results(town) == {"missed": 3, "said": 2}


def test_down_all_day_of_the_deadline_it_is_said_with_the_next_step(town: Town, cadre: Known) -> None:
    for moment in (day(11, 2), day(11, 13), day(11, 17), day(11, 19)):
        tick(town, moment)
    assert tick(town, day(11, 20, 19)) == {"put_off": 1}
    assert tick(town, day(11, 23)) == {"said": 1}
    assert "已过3天" in said(town)[-1]
    assert results(town) == {"said": 5, "merged": 1}


def test_in_quiet_hours_it_waits_and_what_is_done_meanwhile_is_not_said(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    assert tick(town, day(11, 13, 20)) == {"put_off": 1}
    assert rows(town.database, Outbox, "state") == [("queued",)]
    town.complete(cadre, 1, day(11, 13, 21))
    assert rows(town.database, Reminder, "next_fire_at") == [(None,)]  # disarmed at once
    assert tick(town, day(11, 16)) == tick(town, day(11, 17)) == {}
    assert results(town) == {"said": 1}


@pytest.mark.parametrize("acknowledged", [False, True])
def test_before_a_long_holiday_several_steps_are_one_morning_and_one_message(
    database: Database, house: House, acknowledged: bool
) -> None:
    """February 20 lies in the Spring Festival: three days before, one and the day itself are all February 14."""
    town = Town(database, house).build(line("a", 20))
    known = town.cadre("u1", "shop", day(2, 1, 0))
    town.issue(day(2, 1, 0))
    tick(town, day(2, 2))
    if acknowledged:
        town.acknowledge(known, day(2, 2, 10))
    tick(town, day(2, 13))
    counts = [tick(town, day(2, 14) + n * timedelta(minutes=1)) for n in range(5)]
    assert counts == [{"said": 1}, {}, {}, {}, {}]
    assert "还有6天" in said(town)[-1]


def test_on_leave_the_substitute_hears_it_with_the_name(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "street", day(11, 1))
    town.call(cadre, "张三")
    town.leave(cadre, other, date(2026, 11, 12), date(2026, 11, 18))
    tick(town, day(11, 2))
    assert tick(town, day(11, 13)) == {"put_off": 1, "said": 1}
    found = [(whose, text) for whose, text in rows(town.database, Outbox, "person_id", "text") if "代张三" in text]
    assert [whose for whose, _ in found] == [other.person_id]
    tick(town, day(11, 17))
    assert tick(town, day(11, 19)) == {"said": 1, "moot": 1}  # back: the own reminder again
    last = max(rows(town.database, Outbox, "due_at", "person_id"))
    assert last == (day(11, 19), cadre.person_id)
    parts = [tuple(part) for (parts,) in rows(town.database, Firing, "parts") for part in parts]
    steps = [part for part in parts if part[1] is not None]  # the substitute has not seen the list
    assert len(steps) == len(set(steps))


def test_on_leave_without_a_substitute_it_waits(town: Town, cadre: Known) -> None:
    town.leave(cadre, None, date(2026, 11, 10), date(2026, 11, 18))
    tick(town, day(11, 2))
    assert tick(town, day(11, 13)) == {"put_off": 1}
    assert tick(town, day(11, 17)) == {}
    assert tick(town, day(11, 19)) == {"said": 1}
    assert results(town) == {"said": 2, "merged": 2}


def test_who_cannot_be_reached_is_a_result_of_its_own(town: Town, cadre: Known) -> None:
    town.unfollow(cadre)
    assert tick(town, day(11, 2)) == {"unreachable": 1}
    assert said(town) == []
    assert rows(town.database, Reminder, "unreachable_at", "listed") == [(day(11, 2), "2026-11")]
    assert tick(town, day(11, 13)) == {"unreachable": 1}
    assert rows(town.database, Reminder, "unreachable_at") == [(day(11, 2),)]
    assert results(town) == {"unreachable": 2}


def test_an_office_given_up_silences_the_list(town: Town, cadre: Known) -> None:
    held = sa.text("UPDATE appointment SET until = '2026-11-01'")
    town.database.writer.run(lambda work: work.execute(held))
    assert tick(town, day(11, 2)) == {"moot": 1}


def test_two_processes_that_tick_at_once_say_everything_once(another: Opener, house: House) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 20), line("b", 20))
    for number in range(10):
        towns[0].cadre(f"u{number}", "shop", day(11, 1, 0))
    towns[0].issue(day(11, 1, 0))
    total: Counter[str] = Counter()

    def run(town: Town) -> None:
        total.update(tick(town, day(11, 2)))
        total.update(tick(town, day(11, 13)))

    assert together(*(lambda each=each: run(each) for each in towns)) == []
    total.pop("gone", None)
    assert total == {"said": 20}
    assert count(towns[0].database, Outbox) == 20
    assert results(towns[0]) == {"said": 20}
    parts = [tuple(part) for (parts,) in rows(towns[0].database, Firing, "parts") for part in parts]
    assert len(parts) == len(set(parts)) == 40


def test_a_reminder_that_fails_does_not_hold_up_the_others(
    town: Town, cadre: Known, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has written the key of a message that is still to come."""
    other = town.cadre("u2", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    whose = {person: each for each, person in rows(town.database, Reminder, "id", "person_id")}
    key = f"r:{whose[other.person_id]}:20261102T010000.000000Z:2026-11"
    queue(town.database, other, day(11, 1), text="", state="sent", dedupe=key)
    with caplog.at_level(logging.ERROR, "bot.jobs"):
        assert tick(town, day(11, 2)) == {"said": 1, "failed": 1}
    assert [record.message for record in caplog.records] == ["reminder failed"]
    assert tick(town, day(11, 2, 9, 1)) == {"failed": 1}


def test_a_month_turns_by_itself(town: Town, clock: FrozenClock) -> None:
    town.cadre("u1", "shop", day(11, 1, 0))
    for moment in (day(11, 30, 23, 59), day(12, 1, 0, 30), day(12, 1, 1, 30)):
        issue_duties.run(town.database, town.house, Moment(moment, moment))
    assert tick(town, day(12, 1)) == {"said": 1}
    assert said(town) == ["示例商店工会 2026年12月任务（共2项，未完成2项）："]  # November's is still open
