"""Reminders by the frozen clock: the list, the ladder, silence, lateness, quiet hours, two processes."""

import logging
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import SHANGHAI, FrozenClock
from bot.jobs import fire_reminders, issue_duties
from bot.jobs.job import Moment
from bot.services.house import House
from storage.base import table
from storage.database import Database
from storage.outbox import REMINDER, Outbox
from storage.people import Known
from storage.reminders import Firing, Reminder
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import count, rows, together

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
        (cadre.person_id, REMINDER, "queued", day(11, 2), day(11, 9), "reminder")
    ]


def test_who_is_silent_is_reminded_three_days_before_and_on_the_day(town: Town, cadre: Known) -> None:
    moments = [day(11, 1, 0) + n * 3 * HOUR for n in range(8 * 30)]
    spoke = [moment for moment in moments if tick(town, moment).get("said")]
    assert spoke == [day(11, 2), day(11, 17), day(11, 20)]
    assert ["还有3天" in text for text in said(town)[1:]] == [True, False]
    assert "就是今天" in said(town)[2]
    assert results(town) == {"said": 3}
    assert {next_ for (next_,) in rows(town.database, Reminder, "next_fire_at")} == {None}


def test_who_has_acknowledged_is_reminded_on_the_day_only(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    town.acknowledge(cadre, day(11, 2, 10))
    assert tick(town, day(11, 17)) == {"moot": 1}
    assert tick(town, day(11, 20)) == {"said": 1}
    assert "就是今天" in said(town)[-1]


@pytest.mark.parametrize("done_on", [day(11, 1, 12), day(11, 3), day(11, 18)])
def test_what_is_done_is_never_reminded_of_again(town: Town, cadre: Known, done_on: datetime) -> None:
    for moment in (day(11, 1, 0) + n * 3 * HOUR for n in range(8 * 30)):
        if moment == done_on:
            town.complete(cadre, 1, moment)
        counts = tick(town, moment)
        assert moment < done_on or "said" not in counts


def test_a_short_downtime_is_caught_up_with_words_as_of_now(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    assert tick(town, day(11, 18, 8, 59)) == {"put_off": 1}  # a day late but not more, still in quiet hours
    assert tick(town, day(11, 18, 9)) == {"said": 1}
    assert "还有2天" in said(town)[-1]
    assert tick(town, day(11, 20)) == {"said": 1}


def test_a_long_downtime_is_missed_visibly_and_the_ladder_goes_on(town: Town, cadre: Known) -> None:
    assert tick(town, day(11, 18, 9, 1)) == {"missed": 2}
    assert said(town) == []
    assert tick(town, day(11, 20)) == {"said": 1}
    assert results(town) == {"missed": 2, "said": 1}


def test_what_is_no_longer_worth_saying_is_missed_not_said(town: Town, cadre: Known) -> None:
    """The server was down all day of the deadline; next morning it is too late, however short the downtime."""
    tick(town, day(11, 2))
    tick(town, day(11, 17))
    assert tick(town, day(11, 20, 19)) == {"put_off": 1}
    assert tick(town, day(11, 23)) == {"missed": 1}
    assert results(town) == {"said": 2, "missed": 1}


def test_in_quiet_hours_it_waits_and_what_is_done_meanwhile_is_not_said(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    assert tick(town, day(11, 17, 20)) == {"put_off": 1}
    assert rows(town.database, Outbox, "state") == [("queued",)]
    town.complete(cadre, 1, day(11, 17, 21))
    assert tick(town, day(11, 18)) == {}
    assert results(town) == {"said": 1}


def test_after_a_weekend_nobody_hears_the_same_twice_in_one_morning(database: Database, house: House) -> None:
    """The ladder's two rungs are Friday and Monday; the server comes back on Monday with a wide catch-up window."""
    town = Town(database, House(hours=house.hours, catch_up_hours=168)).build(line("a", 30))
    town.cadre("u1", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    tick(town, day(11, 2))
    assert tick(town, day(11, 30, 9, 30)) == {"said": 1}
    assert len(said(town)) == 2


@pytest.mark.parametrize("acknowledged", [False, True])
def test_before_a_long_holiday_both_rungs_are_one_morning_and_one_message(
    database: Database, house: House, acknowledged: bool
) -> None:
    """February 20 lies in the Spring Festival: three days before and the day itself are both February 14."""
    town = Town(database, house).build(line("a", 20))
    known = town.cadre("u1", "shop", day(2, 1, 0))
    town.issue(day(2, 1, 0))
    tick(town, day(2, 2))
    if acknowledged:
        town.acknowledge(known, day(2, 2, 10))
    counts = [tick(town, day(2, 14) + n * timedelta(minutes=1)) for n in range(5)]
    assert counts == [{"said": 1}, {}, {}, {}, {}]
    assert "还有6天" in said(town)[-1]


def test_who_cannot_be_reached_is_a_result_of_its_own(town: Town, cadre: Known) -> None:
    town.unfollow(cadre)
    assert tick(town, day(11, 2)) == {"unreachable": 1}
    assert said(town) == []


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
        total.update(tick(town, day(11, 17)))

    assert together(*(lambda each=each: run(each) for each in towns)) == []
    total.pop("gone", None)
    assert total == {"said": 30}
    assert count(towns[0].database, Outbox) == 30
    assert results(towns[0]) == {"said": 30}


def test_a_reminder_that_fails_does_not_hold_up_the_others(
    town: Town, cadre: Known, caplog: pytest.LogCaptureFixture
) -> None:
    broken = table(Reminder)
    town.cadre("u2", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    first = rows(town.database, Reminder, "id", "kind")
    victim = next(row_id for row_id, kind in first if kind == "duty_monthly")
    damage = sa.update(broken).where(broken.c.id == victim).values(kind="of a later version", next_fire_at=day(11, 1))
    town.database.writer.run(lambda work: work.execute(damage))
    with caplog.at_level(logging.ERROR, "bot.jobs"):
        assert tick(town, day(11, 2)) == {"said": 1, "failed": 1}
    assert [record.message for record in caplog.records] == ["reminder failed"]
    assert tick(town, day(11, 2, 9, 1)) == {"failed": 1}


def test_a_month_turns_by_itself(town: Town, clock: FrozenClock) -> None:
    town.cadre("u1", "shop", day(11, 1, 0))
    for moment in (day(11, 30, 23, 59), day(12, 1, 0, 30), day(12, 1, 1, 30)):
        issue_duties.run(town.database, town.house, Moment(moment, moment))
    assert tick(town, day(12, 1)) == {"said": 1, "moot": 1}  # nobody needs November's list in December
    assert said(town) == ["示例商店工会 2026年12月任务（共1项，未完成1项）："]
