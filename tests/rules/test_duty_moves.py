"""A changed date of the calendar: all open duties follow in batches, and whoever knew the old date is told once."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from bot.clock import SHANGHAI
from bot.jobs import fire_reminders, move_duties
from bot.jobs.job import Moment
from bot.services import duty_calendar, duty_changes, duty_issue, duty_moves
from bot.services.actors import Actor
from bot.services.house import House
from storage import duties, letters
from storage.base import table
from storage.database import Database
from storage.duties import NONE_YET, Duty, DutyStep
from storage.duty_moves import DutyMove
from storage.duty_requests import DutyRequest
from storage.letters import Letter
from storage.people import Known
from storage.reminders import Reminder
from storage.work import Work
from tests.conftest import Opener
from tests.rules.union import Town, line
from tests.storage.kit import count, rows, together

BOSS = Actor("sun", "approver")
MINUTE = timedelta(minutes=1)
LATER = date(2026, 12, 3)


def day(month: int, number: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=SHANGHAI)


NOON = day(11, 12, 12)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("b", 25))


@pytest.fixture
def cadre(town: Town) -> Known:
    """Somebody who was told the list of November."""
    known = town.cadre("u1", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    fire(town, day(11, 2))
    return known


def fire(town: Town, now: datetime) -> dict[str, int]:
    return fire_reminders.run(town.database, town.house, Moment(now, now))


def set_date(town: Town, template_id: str, deadline: date | None, now: datetime) -> None:
    town.database.writer.run(
        lambda work: duty_calendar.set_date(work, BOSS, template_id, "2026-11", deadline, now, town.house)
    )


def by_rule(town: Town, template_id: str, rule_day: date | None, now: datetime) -> None:
    town.database.writer.run(
        lambda work: duty_calendar.clear_date(work, BOSS, template_id, "2026-11", now, town.house, rule_day)
    )


def move(town: Town, now: datetime) -> dict[str, int]:
    found = move_duties.run(town.database, town.house, Moment(now, now))
    return {key: value for key, value in found.items() if value}


def told(town: Town) -> list[tuple[int, str]]:
    def read(work: Work) -> list[tuple[int, str]]:
        found = work.session.exec(select(Letter).order_by(table(Letter).c.created_at)).all()
        return [(each.person_id, letters.words(work, each)) for each in found]

    return town.database.look(read)


def test_a_changed_date_moves_arms_and_leaves_a_step(town: Town, cadre: Known) -> None:
    set_date(town, "a", LATER, NOON)
    columns = ("template_id", "deadline", "set_on", "told_on", "reached")
    assert sorted(rows(town.database, Duty, *columns)) == [
        ("a", LATER, date(2026, 11, 20), date(2026, 11, 20), NONE_YET),
        ("b", date(2026, 11, 25), None, None, NONE_YET),
    ]
    steps = rows(town.database, DutyStep, "what", "actor", "at", "note")
    assert steps == [("moved", "staff:sun", NOON, "2026年11月20日→2026年12月3日")]
    assert rows(town.database, Reminder, "next_fire_at") == [(day(11, 18),)]  # of b: seven days before the 25th
    set_date(town, "b", date(2026, 12, 11), NOON)
    assert rows(town.database, Reminder, "next_fire_at") == [(day(11, 26),)]  # of a


def test_who_knew_the_old_dates_is_told_of_all_of_them_in_one_letter(town: Town, cadre: Known) -> None:
    set_date(town, "a", LATER, NOON)
    set_date(town, "b", None, NOON + 5 * MINUTE)
    assert move(town, NOON + 14 * MINUTE) == {}  # perhaps more is changed
    assert move(town, NOON + 15 * MINUTE) == {"told": 1}
    assert told(town) == [
        (
            cadre.person_id,
            "任务的时间有变动（2项）\n"
            "· 任务b（原来是11月25日前）：这次不用做了\n"
            "· 任务a：现在是12月3日前完成（原来是11月20日前）\n"
            "其他都不变，已经报过的不用再报。回复“我的任务”可以看全部，辛苦了。",
        )
    ]
    assert move(town, NOON + 16 * MINUTE) == {}
    assert (count(town.database, DutyMove), count(town.database, Letter)) == (0, 1)


def test_nobody_is_told_at_night_and_not_who_never_knew(town: Town) -> None:
    known, other = (town.cadre(user, "shop", day(11, 1, 0)) for user in ("u1", "u2"))
    town.issue(day(11, 1, 0))
    town.acknowledge(known, day(11, 1, 8))
    set_date(town, "a", LATER, day(11, 1, 3))
    assert move(town, day(11, 1, 15)) == {}  # a Sunday
    assert move(town, day(11, 2, 8, 59)) == {}
    assert move(town, day(11, 2)) == {"told": 1}
    assert [whose for whose, _ in told(town)] == [known.person_id]
    fire(town, day(11, 2))  # the other one reads the new date in the list
    assert move(town, day(11, 2, 10)) == {}
    assert {deadline for (deadline,) in rows(town.database, Duty, "deadline")} == {LATER, date(2026, 11, 25)}
    assert other.person_id != known.person_id


def test_changed_back_or_done_meanwhile_there_is_nothing_to_tell(town: Town, cadre: Known) -> None:
    for template in ("a", "b"):
        set_date(town, template, LATER, NOON)
    by_rule(town, "a", date(2026, 11, 20), NOON + MINUTE)
    town.complete(cadre, 2, NOON + 2 * MINUTE)
    assert move(town, NOON + 20 * MINUTE) == {"told": 1}
    assert told(town) == []
    assert rows(town.database, Duty, "told_on") == [(None,)] * 2


def test_what_staff_told_of_one_duty_themselves_is_not_told_again(town: Town, cadre: Known) -> None:
    set_date(town, "a", LATER, NOON)

    def own(work: Work) -> None:
        duty, _ = duties.of_person(work, cadre.person_id, "2026-11", NOON.date())[0]
        duty_changes.move_deadline(work, duty, date(2026, 12, 8), "staff:wang", NOON + MINUTE, town.house)

    town.database.writer.run(own)
    assert move(town, NOON + 20 * MINUTE) == {}
    assert [deadline for (deadline,) in rows(town.database, Duty, "deadline")].count(date(2026, 12, 8)) == 1


def test_a_skipped_month_that_is_not_skipped_after_all_comes_back(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "shop", day(11, 1, 0))
    town.issue(day(11, 2, 10))
    town.acknowledge(cadre, day(11, 3))

    def excuse(work: Work) -> None:
        duty, _ = duties.of_person(work, other.person_id, "2026-11", NOON.date())[0]
        duty_changes.excuse(work, duty, "staff:wang", day(11, 3), town.house, "在外学习")

    town.database.writer.run(excuse)
    set_date(town, "a", None, NOON)
    assert move(town, NOON + 15 * MINUTE) == {"told": 1}
    by_rule(town, "a", date(2026, 11, 20), NOON + 30 * MINUTE)
    found = {(whose, template): state for whose, template, state in rows(town.database, Duty, *WHOSE)}
    assert found[cadre.person_id, "a"] == "acknowledged"
    assert found[other.person_id, "a"] == "excused"  # not because of the month
    assert move(town, NOON + 45 * MINUTE) == {"told": 1}
    assert [words.splitlines()[1] for _, words in told(town)] == [
        "· 任务a（原来是11月20日前）：这次不用做了",
        "· 任务a：还是要做，11月20日前完成",
    ]


WHOSE = ("person_id", "template_id", "state")


def test_a_later_date_answers_who_asked_for_one(town: Town, cadre: Known) -> None:
    def ask(work: Work) -> None:
        for duty, _ in duties.of_person(work, cadre.person_id, "2026-11", NOON.date()):
            values = {"duty_id": duty.id, "person_id": cadre.person_id, "kind": "extend", "created_at": NOON}
            wanted = LATER if duty.number == 1 else date(2027, 1, 4)
            work.session.add(DutyRequest(id=work.new_id(), wanted_on=wanted, **values))

    town.database.writer.run(ask)
    set_date(town, "a", LATER, NOON)
    set_date(town, "b", LATER, NOON)
    assert sorted(rows(town.database, DutyRequest, "state", "decided_at")) == [("pending", None), ("withdrawn", NOON)]


def test_a_crash_between_batches_leaves_the_rest_to_the_next(town: Town) -> None:
    people = [town.cadre(f"u{number}", "shop", day(11, 1, 0)) for number in range(9)]
    town.issue(day(11, 1, 0))
    fire(town, day(11, 2))
    town.complete(people[0], 1, day(11, 3))

    def plant(work: Work) -> int:
        return duty_moves.duty_moves.plant(work, "a", "2026-11", LATER, False, "staff:sun", NOON)

    move_id = town.database.writer.run(plant)
    follow = [
        town.database.writer.run(lambda work: duty_moves.follow(work, move_id, NOON, town.house, limit=3))
        for _ in range(2)
    ]
    assert follow == [3, 3]
    assert move(town, NOON + MINUTE) == {"moved": 2}
    assert move(town, NOON + 30 * MINUTE) == {"told": 8}
    moved = [deadline for template, deadline in rows(town.database, Duty, "template_id", "deadline") if template == "a"]
    assert sorted(moved) == [date(2026, 11, 20)] + [LATER] * 8
    assert [what for (what,) in rows(town.database, DutyStep, "what") if what == "moved"] == ["moved"] * 8
    assert len({whose for whose, _ in told(town)}) == len(told(town)) == 8


def test_what_was_issued_by_the_old_date_meanwhile_follows_too(town: Town, cadre: Known) -> None:
    """Another process had read the old date when staff changed it, and commits afterwards."""
    late = town.cadre("u2", "shop", day(11, 1, 0))
    set_date(town, "a", LATER, NOON)
    old = sa.text("UPDATE duty_date SET deadline = '2026-11-20'")
    town.database.writer.run(lambda work: work.execute(old))
    town.issue(NOON)
    town.database.writer.run(lambda work: work.execute(sa.text("UPDATE duty_date SET deadline = '2026-12-03'")))
    assert town.duties_of(late, "2026-11")[0][0].deadline == date(2026, 11, 20)
    assert move(town, NOON + MINUTE) == {"moved": 1}
    assert town.duties_of(late, "2026-11")[0][0].deadline == LATER


def test_moved_and_fired_in_two_processes_at_once(another: Opener, house: House) -> None:
    """Every cadre is reminded once that morning, by the old or by the new date; nothing is lost and nobody waits."""
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build(line("a", 20))
    for number in range(20):
        towns[0].cadre(f"u{number}", "shop", day(11, 1, 0))
    towns[0].issue(day(11, 1, 0))
    fire(towns[0], day(11, 2))
    assert (
        together(
            lambda: fire(towns[0], day(11, 13)),
            lambda: set_date(towns[1], "a", date(2026, 11, 19), day(11, 13)),
            lambda: move(towns[1], day(11, 13)),
        )
        == []
    )
    fire(towns[0], day(11, 13))
    assert set(rows(towns[0].database, Duty, "deadline", "reached")) <= {(date(2026, 11, 19), -7)}
    assert count(towns[0].database, DutyStep) == 20
    seven = sa.text("SELECT reminder_id FROM firing WHERE due_at >= '2026-11-13'")
    fired = towns[0].database.look(lambda work: list(work.look(seven).scalars()))
    assert len(fired) == len(set(fired)) <= 20
    assert fire(towns[0], day(11, 16))["said"] == 20  # three days before the new date


def test_a_line_retired_in_the_month_leaves_what_people_have(town: Town, cadre: Known) -> None:
    town.database.writer.run(lambda work: duty_calendar.retire(work, BOSS, "a", NOON))
    late = town.cadre("u2", "shop", day(11, 1, 0))
    town.issue(NOON)
    assert [template.id for _, template in town.duties_of(late, "2026-11")] == ["b"]
    assert fire(town, day(11, 13))["said"] == 2  # the list of the new one, and the reminder of a
    town.database.writer.run(lambda work: duty_calendar.revive(work, BOSS, "a", day(11, 13)))
    again = town.database.writer.run(lambda work: duty_issue.issue(work, "2026-11", day(11, 13), town.house))
    assert again == {"people": 1, "issued": 1}
