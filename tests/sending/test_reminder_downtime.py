"""Clocks that jump and a bot that is down: every step once, the list said, what was too old listed for staff."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from bot.clock import SHANGHAI
from bot.jobs import issue_duties
from bot.jobs.job import Moment, run_job
from bot.services import duty_board, duty_changes
from bot.services.actors import Actor
from bot.services.house import House
from storage import duties
from storage.database import Database
from storage.duties import Duty
from storage.outbox import Outbox
from storage.people import Known
from storage.reminders import Firing
from storage.work import Work
from tests.rules.union import Town, line
from tests.sending.test_reminders import day, results, said, tick
from tests.storage.kit import count, rows

CHEN = Actor("chen", "admin")
HOUR = timedelta(hours=1)
LIST_NOVEMBER = "示例商店工会 2026年11月任务（共1项，未完成1项）："


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """One duty with its deadline on Friday, November 20, and Sunday, December 20."""
    return Town(database, house).build(line("a", 20))


@pytest.fixture
def cadre(town: Town) -> Known:
    known = town.cadre("u1", "shop", day(11, 1, 0, 30))
    issue(town, day(11, 1, 0, 30))
    return known


def issue(town: Town, now: datetime) -> dict[str, int]:
    """The job, as the scheduler runs it; only what happened."""
    done = run_job(issue_duties.JOB, town.database, town.house, Moment(now, now)) or {}
    return {key: value for key, value in done.items() if value}


def both(town: Town, now: datetime) -> dict[str, int]:
    """Everything that ticks, in the order of the table of jobs."""
    return issue(town, now) | tick(town, now)


def parts(town: Town, result: str) -> list[tuple[str, int | None, datetime]]:
    """Line, step and due moment of what ended so, by time."""
    lines = {duty_id: f"{template}/{period}" for duty_id, template, period in rows(town.database, Duty, *DUTY)}
    found = [
        (lines[duty_id], step, due)
        for end, due, each in rows(town.database, Firing, "result", "due_at", "parts")
        for duty_id, step in each
        if end == result
    ]
    return sorted(found, key=lambda each: (each[2], each[0], -99 if each[1] is None else each[1]))


DUTY = ("id", "template_id", "period")


def listed(town: Town, period: str, now: datetime) -> list[tuple[datetime, list[str]]]:
    """What staff read under 错过的提醒 of a month: when it was due, which duties it would have named."""
    shown = town.database.look(lambda work: duty_board.missed(work, CHEN, None, period, now, town.house))
    return [(each.due_at.astimezone(SHANGHAI), [row.title for row in each.about]) for each in shown.lines]


def texts_by_day(town: Town) -> list[tuple[datetime, str]]:
    return sorted(rows(town.database, Outbox, "due_at", "text"))


@pytest.mark.parametrize(
    "clock",
    [
        (day(11, 2, 8, 30), day(11, 2, 9, 30), day(11, 2, 8, 31), day(11, 2, 9), day(11, 2, 9, 31)),
        (day(11, 2, 8, 59), day(11, 2, 9), day(11, 2, 8, 1), day(11, 2, 9), day(11, 2, 10)),
        (day(11, 2, 8, 59), day(11, 2, 9, 59), day(11, 2, 10), day(11, 2, 9, 1)),
    ],
    ids=["ahead and back", "back", "ahead"],
)
def test_the_clock_jumps_an_hour_around_nine(town: Town, cadre: Known, clock: Sequence[datetime]) -> None:
    assert sum(both(town, now).get("said", 0) for now in clock) == 1
    assert said(town) == [LIST_NOVEMBER]
    assert results(town) == {"said": 1}
    assert tick(town, day(11, 13)) == {"said": 1}  # and the ladder is as it was


@pytest.mark.parametrize(
    ("clock", "when"),
    [
        ((day(11, 13, 17, 40), day(11, 13, 18, 40), day(11, 13, 17, 41)), day(11, 13, 17, 40)),
        ((day(11, 13, 18, 40), day(11, 13, 17, 41), day(11, 13, 17, 59)), day(11, 16)),
        ((day(11, 13, 18, 10), day(11, 13, 17, 10), day(11, 13, 18, 10)), day(11, 16)),
    ],
    ids=["said before", "ahead first", "back after the end"],
)
def test_the_clock_jumps_an_hour_around_the_end_of_office_hours(
    town: Town, cadre: Known, clock: Sequence[datetime], when: datetime
) -> None:
    """Found on Friday afternoon; what the clock put off waits for Monday, and is said then once."""
    tick(town, day(11, 2))
    for now in (*clock, day(11, 14, 10), day(11, 16, 8, 59), day(11, 16), day(11, 16, 9, 1)):
        tick(town, now)
    assert [due for due, _ in texts_by_day(town)][1:] == [when]
    assert results(town) == {"said": 2}
    tick(town, day(11, 17, 13))
    assert results(town)["said"] == 3  # at least twenty hours after the last one


def test_the_clock_goes_back_over_midnight_of_the_first(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    town.complete(cadre, 1, day(11, 3))
    tick(town, day(11, 13))
    clock = [day(11, 30, 23, 50), day(12, 1, 0, 30), day(11, 30, 23, 40), day(12, 1, 0, 10), day(12, 1, 1)]
    counts = [both(town, now) for now in clock]
    assert counts == [{}, {"people": 1, "issued": 1}, {}, {}, {}]
    assert both(town, day(12, 1)) == {"said": 1}
    assert both(town, day(12, 1, 8, 30)) == {}
    assert both(town, day(12, 1)) == {}
    assert count(town.database, Duty) == 2
    assert results(town) == {"said": 2}


def test_a_clock_that_was_ahead_when_duties_were_given_leaves_no_step_out(town: Town) -> None:
    """Given by a clock an hour ahead to nobody; then back, to somebody who is new on the morning of the deadline."""
    issue(town, day(11, 20, 9, 30))
    known = town.cadre("u1", "shop", day(11, 20, 8, 40))
    assert issue(town, day(11, 20, 8, 45)) == {"people": 1, "issued": 1}
    assert [(duty.reached, template.id) for duty, template in town.duties_of(known, "2026-11")] == [(-1, "a")]
    assert tick(town, day(11, 20)) == {"said": 1}
    assert [(step, due) for _, step, due in parts(town, "said")] == [(None, day(11, 20)), (0, day(11, 20))]


def test_three_days_down_over_the_end_of_a_month(database: Database, house: House) -> None:
    """Down from the evening of November 29 to the first hour of December 3."""
    town = Town(database, house).build(line("early", 8), line("late", 30))
    known = town.cadre("u1", "shop", day(11, 1, 0, 30))
    for moment in (day(11, 1, 0, 30), *(day(11, n) for n in range(1, 30)), day(11, 29, 20)):
        both(town, moment)
    before = len(said(town))
    assert parts(town, "missed") == []
    up = [day(12, 3, 0, 20), day(12, 3, 8, 59), day(12, 3), day(12, 3, 9, 1), day(12, 3, 17)]
    counts = [both(town, now) for now in up]
    assert counts == [{"people": 1, "issued": 2, "missed": 1}, {}, {"said": 1}, {}, {}]
    assert said(town)[before:] == ["示例商店工会 2026年12月任务（共4项，未完成4项）："]
    assert parts(town, "missed") == [
        ("late/2026-11", 0, day(11, 30)),
        ("early/2026-12", -7, day(12, 1)),
        ("late/2026-11", 1, day(12, 1)),
    ]
    assert listed(town, "2026-11", up[0]) == [(day(11, 30), ["任务late"])]
    assert [(due, set(about)) for due, about in listed(town, "2026-12", up[0])] == [
        (day(12, 1), {"任务late", "任务early"})
    ]
    every = [key[:2] for end in ("said", "merged", "missed", "moot") for key in parts(town, end)]
    assert len(every) == len(set(every))
    assert [template.id for _, template in town.duties_of(known, "2026-12")] == ["early", "late"]
    assert tick(town, day(12, 4)) == {"said": 1}  # the ladder goes on: the 5th is a Saturday


def test_down_for_longer_than_a_list_is_worth_the_list_is_missed_and_listed(town: Town, cadre: Known) -> None:
    """Given on the first, then down until the 10th; the list was due on the 2nd."""
    up = day(11, 10, 10)
    assert [both(town, up), both(town, up + HOUR)] == [{"missed": 1, "said": 1}, {}]
    assert (said(town), parts(town, "missed")) == (["给您新派了1项任务："], [("a/2026-11", None, day(11, 2))])
    assert listed(town, "2026-11", up) == [(day(11, 2), ["任务a"])]
    assert tick(town, day(11, 13)) == {"said": 1}
    assert results(town) == {"missed": 1, "said": 2}


def test_down_for_less_the_list_is_said_late_with_what_came_due_since(town: Town, cadre: Known) -> None:
    assert both(town, day(11, 9, 8)) == {"put_off": 1}
    assert both(town, day(11, 9)) == {"said": 1}
    assert (said(town), listed(town, "2026-11", day(11, 9))) == ([LIST_NOVEMBER], [])


def february(town: Town) -> Known:
    known = town.cadre("u1", "shop", day(2, 1, 0))
    both(town, day(2, 1, 0, 30))
    for n in range(2, 14):
        both(town, day(2, n))
    return known


def test_down_exactly_over_the_spring_festival(town: Town) -> None:
    """The holidays are February 15 to 23; the 14th, a Saturday, is worked. Due on the 20th."""
    february(town)
    assert both(town, day(2, 14)) == {"said": 1}
    tick(town, day(2, 14, 18))
    assert both(town, day(2, 24, 8)) == {}
    assert both(town, day(2, 24)) == {"said": 1}
    assert "已过4天" in said(town)[-1]
    assert "missed" not in results(town)
    assert [step for _, step, _ in parts(town, "said")] == [None, -7, -3, -1, 0, 1]


def test_down_from_before_the_spring_festival_on(town: Town) -> None:
    """Three steps lie on the working Saturday before it: they are too old on the 24th, and listed."""
    february(town)
    assert both(town, day(2, 24, 8)) == {"missed": 1}
    assert both(town, day(2, 24)) == {"said": 1}
    assert [(step, due) for _, step, due in parts(town, "missed")] == [(step, day(2, 14)) for step in (-3, -1, 0)]
    assert listed(town, "2026-02", day(2, 24)) == [(day(2, 14), ["任务a"])]


def test_a_make_up_saturday_is_a_working_day(database: Database, house: House) -> None:
    """February 28, 2026 is a Saturday that is worked; March 1 is a Sunday."""
    town = Town(database, house).build(line("a", 28))
    february(town)
    for n in range(24, 28):
        both(town, day(2, n))
    assert both(town, day(2, 28, 8, 59)) == {}
    assert both(town, day(2, 28)) == {"said": 1}
    assert "就是今天" in said(town)[-1]
    assert [both(town, day(3, 1)), both(town, day(3, 2))] == [{"people": 1, "issued": 1}, {"said": 1}]
    lines = texts_by_day(town)[-1][1].splitlines()
    assert lines[0] == "示例商店工会 2026年3月任务（共2项，未完成2项）："
    assert any("任务a" in each and "已过" in each for each in lines[1:])


def test_staff_see_what_a_substitute_missed_and_what_went_to_somebody_else(town: Town, cadre: Known) -> None:
    """The one who stands in is of another union and has no duties of this one."""
    other = town.cadre("u2", "street", day(11, 1))
    tick(town, day(11, 2))
    town.leave(cadre, other, date(2026, 11, 12), date(2026, 11, 14))
    assert tick(town, day(11, 13)) == {"put_off": 1, "said": 1}
    town.leave(cadre, other, date(2026, 11, 15), date(2026, 11, 30))
    tick(town, day(11, 16))
    assert tick(town, day(11, 18, 20))["missed"] == 1
    assert listed(town, "2026-11", day(11, 18, 20)) == [(day(11, 17), ["任务a"])]
    third = town.cadre("u3", "shop", day(11, 1))

    def hand_over(work: Work) -> None:
        ((duty, _),) = duties.of_person(work, cadre.person_id, "2026-11", date(2026, 11, 18))
        duty_changes.reassign(work, duty, third.person_id, "staff:wang", day(11, 18, 20), town.house)

    town.database.writer.run(hand_over)
    assert listed(town, "2026-11", day(11, 18, 20)) == [(day(11, 17), ["任务a"])]
