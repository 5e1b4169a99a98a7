"""Messages that were queued and are not true any more, or could not leave in office hours: taken back, said once."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import SHANGHAI
from bot.jobs import note_deliveries
from bot.jobs.job import Moment
from bot.services import absences, duty_changes
from bot.services.house import House
from storage import claims, duties, duty_dates
from storage.base import table
from storage.database import Database
from storage.duties import Duty
from storage.outbox import Outbox
from storage.people import Known
from storage.reminders import Firing, Reminder
from storage.work import Work
from tests.rules.union import Town, line
from tests.sending.test_reminder_downtime import both, listed, parts
from tests.sending.test_reminders import day, results, said, tick
from tests.storage.kit import rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """Two duties with their deadline on Friday, November 20."""
    return Town(database, house).build(line("a", 20), line("b", 20))


@pytest.fixture
def cadre(town: Town) -> Known:
    known = town.cadre("u1", "shop", day(11, 1, 0, 30))
    town.issue(day(11, 1, 0, 30))
    return known


def settle(town: Town, state: str = "sent") -> None:
    """How whatever is queued goes on."""
    row = table(Outbox)
    town.database.writer.run(lambda work: work.execute(row.update().where(row.c.state == "queued").values(state=state)))


def evening(town: Town, number: int) -> dict[str, int]:
    """The sender was down all day: its messages expire, and the job notices."""
    town.database.writer.run(lambda work: claims.expire(work, day(11, number, 18, 1)))
    now = day(11, number, 18, 5)
    done = note_deliveries.run(town.database, town.house, Moment(now, now))
    return {key: value for key, value in done.items() if value}


def states(town: Town) -> list[str]:
    return [state for _, state in sorted(rows(town.database, Outbox, "created_at", "state"))]


def newest(town: Town) -> str:
    return str(max(rows(town.database, Outbox, "created_at", "text"))[1])


def test_a_list_that_could_not_leave_is_said_the_next_morning_and_once(town: Town, cadre: Known) -> None:
    assert tick(town, day(11, 2)) == {"said": 1}
    assert evening(town, 2) == {"expired": 1}
    assert rows(town.database, Duty, "state", "told_id") == [("issued", None)] * 2
    assert rows(town.database, Reminder, "unreachable_at", "said_at", "week_said") == [(None, None, 0)]
    assert evening(town, 2) == {}
    assert tick(town, day(11, 2, 18, 6)) == {"put_off": 1}
    assert tick(town, day(11, 3)) == {"said": 1}
    assert tick(town, day(11, 3, 9, 1)) == {}
    assert states(town) == ["expired", "queued"]
    assert said(town) == ["示例商店工会 2026年11月任务（共2项，未完成2项）："] * 2
    assert results(town) == {"said": 1}
    assert rows(town.database, Reminder, "said_at", "week_said") == [(day(11, 3), 1)]


def test_a_step_that_could_not_leave_twice_is_missed_and_shown_to_staff(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    settle(town)
    assert tick(town, day(11, 13)) == {"said": 1}
    assert evening(town, 13) == {"expired": 1, "delivered": 2}  # by the list
    assert tick(town, day(11, 13, 18, 6)) == {"put_off": 1}
    assert tick(town, day(11, 16)) == {"said": 1}
    assert "还有4天" in newest(town)
    assert evening(town, 16) == {"expired": 1}
    assert tick(town, day(11, 16, 18, 6)) == {"missed": 1}
    assert parts(town, "missed") == [("a/2026-11", -7, day(11, 13)), ("b/2026-11", -7, day(11, 13))]
    assert listed(town, "2026-11", day(11, 16, 19)) == [(day(11, 13), ["任务a", "任务b"])]
    assert tick(town, day(11, 17)) == {"said": 1}  # the ladder goes on


def test_the_list_is_tried_for_as_long_as_it_is_worth_it(town: Town, cadre: Known) -> None:
    """The sender is down for two weeks; then what nobody was ever told is announced."""
    for number in range(2, 14):
        tick(town, day(11, number))
        evening(town, number)
        tick(town, day(11, number, 18, 6))
    assert {key: count for key, count in results(town).items() if key == "missed"} == {"missed": 1}
    assert [part[:2] for part in parts(town, "missed")] == [("a/2026-11", None), ("b/2026-11", None)]
    tick(town, day(11, 16))
    assert newest(town).startswith("给您新派了2项任务：\n1. 任务a｜11月20日前｜待确认")


def test_what_is_done_before_it_left_is_not_said_and_the_rest_is(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    settle(town)
    tick(town, day(11, 13))
    town.complete(cadre, 1, day(11, 13, 9, 1))
    assert states(town) == ["sent", "cancelled"]
    assert tick(town, day(11, 13, 9, 1)) == {"said": 1}
    assert newest(town).startswith("提醒：2. 任务b")
    assert "任务a" not in newest(town)
    assert results(town) == {"said": 2, "moot": 1}
    assert tick(town, day(11, 13, 9, 2)) == {}
    town.complete(cadre, 2, day(11, 13, 9, 3))
    assert states(town) == ["sent", "cancelled", "cancelled"]
    assert tick(town, day(11, 13, 9, 4)) == {}
    assert rows(town.database, Reminder, "next_fire_at", "said_at") == [(None, day(11, 2))]


def test_a_list_that_has_not_left_is_made_again(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    town.complete(cadre, 1, day(11, 2, 9, 1))
    assert tick(town, day(11, 2, 9, 2)) == {"said": 1}
    assert states(town) == ["cancelled", "queued"]
    assert newest(town).splitlines()[:2] == [
        "示例商店工会 2026年11月任务（共2项，未完成1项）：",
        "1. 任务a｜11月20日前｜已完成",
    ]


def test_what_a_sender_has_claimed_is_beyond_reach(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    settle(town, "sending")
    town.complete(cadre, 1, day(11, 2, 9, 1))
    assert states(town) == ["sending"]
    assert tick(town, day(11, 2, 9, 2)) == {}
    assert results(town) == {"said": 1}


def test_a_moved_deadline_is_said_with_the_new_day(town: Town, cadre: Known) -> None:
    tick(town, day(11, 2))
    settle(town)
    tick(town, day(11, 13))
    duty = town.duties_of(cadre, "2026-11")[0][0]
    now = day(11, 13, 9, 1)
    town.database.writer.run(
        lambda work: duty_changes.move_deadline(work, duty, date(2026, 12, 8), "staff:wang", now, town.house)
    )
    assert tick(town, now) == {"said": 1}
    assert newest(town).startswith("提醒：2. 任务b")
    assert tick(town, day(12, 1)) == {"said": 1}  # on its way with the new ladder and what is left of the other


def test_what_is_handed_on_is_not_said_to_who_had_it(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "street", day(11, 1))
    tick(town, day(11, 2))
    settle(town)
    tick(town, day(11, 13))

    def hand_on(work: Work) -> None:
        for duty, _ in duties.of_person(work, cadre.person_id, "2026-11", date(2026, 11, 13)):
            duty_changes.reassign(work, duty, other.person_id, "staff:wang", day(11, 13, 9, 1), town.house)

    town.database.writer.run(hand_on)
    assert states(town) == ["sent", "cancelled"]
    tick(town, day(11, 13, 9, 2))
    found = sorted(rows(town.database, Outbox, "created_at", "person_id"))
    assert [person for _, person in found] == [cadre.person_id, cadre.person_id, other.person_id]


def test_on_leave_the_substitute_hears_what_had_not_left_and_back_again(town: Town, cadre: Known) -> None:
    other = town.cadre("u2", "street", day(11, 1))
    town.call(cadre, "张三")
    tick(town, day(11, 2))
    settle(town)
    tick(town, day(11, 13))
    first, last = date(2026, 11, 13), date(2026, 11, 16)
    taken = (cadre.person_id, first, last, other.person_id, "staff:wang", day(11, 13, 9, 1), town.house)
    town.database.writer.run(lambda work: absences.take(work, *taken))
    assert states(town) == ["sent", "cancelled"]
    assert tick(town, day(11, 13, 9, 2)) == {"said": 1}
    assert newest(town).startswith("代张三") and states(town)[-1] == "queued"
    town.database.writer.run(lambda work: absences.back(work, cadre.person_id, day(11, 13, 9, 3), town.house))
    assert states(town) == ["sent", "cancelled", "cancelled"]
    assert tick(town, day(11, 13, 9, 4)) == {"said": 1}
    found = max(rows(town.database, Outbox, "created_at", "person_id"))
    assert found == (day(11, 13, 9, 4), cadre.person_id)
    steps = [tuple(part) for (mine,) in rows(town.database, Firing, "parts") for part in mine if part[1] is not None]
    assert len(steps) == len(set(steps)) == 2


def late_line(town: Town, deadline: int, now: datetime) -> None:
    """An approver publishes one more line in the middle of the month."""
    town.build(line("a", 20), line("b", 20), line("late", deadline))
    assert both(town, now)["issued"] == 1


@pytest.mark.parametrize("deadline", [20, 27])
def test_what_is_given_out_after_the_list_is_announced(town: Town, cadre: Known, deadline: int) -> None:
    """Also when its day is over, or its ladder has no step left."""
    both(town, day(11, 2))
    settle(town)
    for number in (1, 2):
        town.complete(cadre, number, day(11, 3))
    late_line(town, deadline, day(11, 24, 20))
    assert said(town) == ["示例商店工会 2026年11月任务（共2项，未完成2项）："]
    assert tick(town, day(11, 25)) == {"said": 1}
    late = "，已过期限" if deadline == 20 else ""
    assert newest(town).splitlines()[:2] == ["给您新派了1项任务：", f"3. 任务late｜11月{deadline}日前｜待确认{late}"]
    assert tick(town, day(11, 25, 9, 1)) == {}
    settle(town)
    now = day(11, 25, 9, 5)
    assert note_deliveries.run(town.database, town.house, Moment(now, now))["delivered"] == 1


def test_announced_beside_what_comes_due(town: Town, cadre: Known) -> None:
    both(town, day(11, 2))
    settle(town)
    late_line(town, 30, day(11, 12, 20))
    assert tick(town, day(11, 13)) == {"said": 1}
    assert newest(town).splitlines()[:2] == ["给您新派了1项任务：", "3. 任务late｜11月30日前｜待确认"]
    assert "提醒：您有2项任务还没有记为完成" in newest(town).splitlines()
    assert tick(town, day(11, 14, 9)) == {}


def test_who_comes_later_is_not_given_what_was_due_before(town: Town, cadre: Known) -> None:
    newcomer = town.cadre("u9", "shop", day(11, 21))
    since = sa.text("UPDATE appointment SET since = '2026-11-21' WHERE person_id = :who")
    town.database.writer.run(lambda work: work.execute(since, {"who": newcomer.person_id}))
    assert "issued" not in both(town, day(11, 21, 10))
    assert town.duties_of(newcomer, "2026-11") == []
    assert both(town, datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI))["issued"] == 4


def test_a_month_of_downtime_is_shown_to_staff(database: Database, house: House) -> None:
    """Down from November 5 to January 5: what was due in December is listed, what is ahead is given out."""
    town = Town(database, house).build(line("a", 20), line("end", 31, rule="monthly", deadline={"workday": 30}))
    known = town.cadre("u1", "shop", day(11, 1, 0, 30))
    both(town, day(11, 1, 0, 30))
    both(town, day(11, 2))
    settle(town)
    town.database.writer.run(
        lambda work: duty_dates.put(work, "end", "2026-12", date(2027, 1, 10), "staff:wang", day(11, 1))
    )
    up = datetime(2027, 1, 5, 8, 30, tzinfo=SHANGHAI)
    counts = both(town, up)
    assert (counts["issued"], counts["skipped"]) == (3, 1)
    given = [(template.id, duty.state) for duty, template in town.duties_of(known, "2026-12")]
    assert sorted(given) == [("a", "excused"), ("end", "issued")]
    assert (day(12, 1), ["任务a"]) in listed(town, "2026-12", up)
    assert tick(town, up + 30 * MINUTE) == {"said": 1}
    assert "12月的任务end" in newest(town) and "12月的任务a" not in newest(town)
    assert both(town, up + 60 * MINUTE) == {}
