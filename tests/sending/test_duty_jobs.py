"""What the jobs around reminders do: who heard, who cannot be reached, what the superior union is told."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from bot.clock import SHANGHAI
from bot.jobs import escalate_duties, fire_reminders, note_deliveries
from bot.jobs.job import Moment
from bot.services import duty_board
from bot.services.actors import Actor
from bot.services.house import House
from storage import letters
from storage.base import table
from storage.database import Database
from storage.duties import Duty, DutyStep
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Address, Known
from storage.reminders import Reminder
from storage.work import Work
from tests.rules.union import Town, line
from tests.storage.kit import rows

MINUTE = timedelta(minutes=1)


STAFF = Actor("chen", "approver")


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=SHANGHAI)


def settle(town: Town, state: str, now: datetime) -> None:
    """How the message that is on its way ends."""
    out = table(Outbox)
    ended = sa.update(out).where(out.c.state == "queued").values(state=state, settled_at=now)
    town.database.writer.run(lambda work: work.execute(ended))


def noted(town: Town, now: datetime) -> dict[str, int]:
    return {
        key: value for key, value in note_deliveries.run(town.database, town.house, Moment(now, now)).items() if value
    }


def fired(town: Town, now: datetime) -> dict[str, int]:
    return fire_reminders.run(town.database, town.house, Moment(now, now))


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build(line("a", 20), line("b", 25))


@pytest.fixture
def cadre(town: Town) -> Known:
    known = town.cadre("u1", "shop", day(11, 1, 0))
    town.issue(day(11, 1, 0))
    fired(town, day(11, 2))
    return known


def test_a_list_that_arrived_makes_its_duties_delivered(town: Town, cadre: Known) -> None:
    assert noted(town, day(11, 2)) == {}
    settle(town, "sent", day(11, 2) + MINUTE)
    assert noted(town, day(11, 2) + 2 * MINUTE) == {"delivered": 2}
    assert rows(town.database, Duty, "state", "delivered_at") == [("delivered", day(11, 2) + MINUTE)] * 2
    assert noted(town, day(11, 3)) == {}


@pytest.mark.parametrize("state", ["unreachable", "failed", "cancelled"])
def test_who_was_not_reached_is_known_until_they_are(town: Town, cadre: Known, state: str) -> None:
    settle(town, state, day(11, 2) + MINUTE)
    assert noted(town, day(11, 2) + 2 * MINUTE) == {"untold": 2, "unreachable": 1}
    assert rows(town.database, Duty, "state", "told_id") == [("issued", None)] * 2
    assert rows(town.database, Reminder, "unreachable_at") == [(day(11, 2) + 2 * MINUTE,)]
    assert noted(town, day(11, 2) + 3 * MINUTE) == {}
    seen = sa.update(table(Address)).values(seen_at=day(11, 3))
    town.database.writer.run(lambda work: work.execute(seen))
    assert noted(town, day(11, 3)) == {"reachable": 1}
    assert rows(town.database, Reminder, "unreachable_at") == [(None,)]
    fired(town, day(11, 13))
    settle(town, "sent", day(11, 13))
    assert noted(town, day(11, 13, 10)) == {"delivered": 2}  # what was never told is announced


def test_a_message_whose_end_nobody_knows_is_not_a_reason_to_phone(town: Town, cadre: Known) -> None:
    settle(town, "unknown", day(11, 2) + MINUTE)
    assert noted(town, day(11, 2) + 2 * MINUTE) == {}


def escalated(town: Town, now: datetime) -> int:
    return escalate_duties.run(town.database, town.house, Moment(now, now))["escalated"]


def told(town: Town) -> list[tuple[int, str]]:
    def read(work: Work) -> list[tuple[int, str]]:
        found = work.session.exec(select(Letter).order_by(table(Letter).c.created_at)).all()
        return [(each.person_id, letters.words(work, each)) for each in found]

    return town.database.look(read)


def test_the_superior_union_is_told_once_in_one_letter_and_later_the_one_above(town: Town, cadre: Known) -> None:
    street, city = town.cadre("u2", "street", day(11, 1)), town.cadre("u3", "city", day(11, 1))
    assert escalated(town, day(11, 24)) == 0  # the 20th is a Friday: two working days
    assert escalated(town, day(11, 25, 8)) == 0  # not in office hours
    assert escalated(town, day(11, 25)) == 1
    assert escalated(town, day(11, 25, 10)) == 0
    ((whose, words),) = told(town)
    assert whose == street.person_id
    assert words.splitlines()[1:3] == [
        "截至11月25日，1个工会有1项任务过期限几个工作日还没有完成：",
        "· 示例商店工会：1项（任务a，最早11月20日到期）",
    ]
    assert escalated(town, day(11, 30)) == 2  # b for the street, a for the city
    assert [whose for whose, _ in told(town)[1:]] in (
        [street.person_id, city.person_id],
        [city.person_id, street.person_id],
    )
    assert rows(town.database, DutyStep, "what", "actor") == [("escalated", "job:escalate_duties")] * 3
    assert sorted(rows(town.database, Duty, "escalated")) == [(1,), (2,)]


def test_what_is_done_is_not_told(town: Town, cadre: Known) -> None:
    town.cadre("u2", "street", day(11, 1))
    town.complete(cadre, 1, day(11, 24))
    assert escalated(town, day(11, 25)) == 0
    assert told(town) == []


def test_the_days_count_from_when_the_cadre_was_told(town: Town, cadre: Known) -> None:
    """A line due on the 20th, given out on the 25th and announced on the 26th: escalated on December 1."""
    town.cadre("u2", "street", day(11, 1))
    for number in (1, 2):
        town.complete(cadre, number, day(11, 3))
    town.build(line("a", 20), line("b", 25), line("late", 20))
    town.issue(day(11, 25, 20))
    assert escalated(town, day(11, 26)) == 0
    assert fired(town, day(11, 26))["said"] == 1
    assert [escalated(town, day(11, number)) for number in (27, 30)] == [0, 0]
    assert escalated(town, day(12, 1)) == 1


def test_the_days_count_from_when_it_was_given_out(town: Town, cadre: Known) -> None:
    """Who cannot be told is no reason to wait for ever."""
    town.cadre("u2", "street", day(11, 1))
    for number in (1, 2):
        town.complete(cadre, number, day(11, 3))
    town.unfollow(cadre)
    town.build(line("a", 20), line("b", 25), line("late", 20))
    town.issue(day(11, 25, 20))
    assert [escalated(town, day(11, number)) for number in (26, 27)] == [0, 0]
    assert escalated(town, day(11, 30)) == 1


def counted(town: Town, now: datetime) -> dict[str, int]:
    return escalate_duties.run(town.database, town.house, Moment(now, now))


def test_a_union_with_nobody_in_office_is_passed_over(town: Town, cadre: Known) -> None:
    city = town.cadre("u3", "city", day(11, 1))
    assert escalated(town, day(11, 25)) == 1
    ((whose, words),) = told(town)
    assert whose == city.person_id
    assert words.splitlines()[2:4] == [
        "示例街道总工会没有在任干部，它下面的直接报给您：",
        "· 示例商店工会：1项（任务a，最早11月20日到期）",
    ]
    assert escalated(town, day(11, 30)) == 1  # b; of a nobody further up is there to hear
    assert len(told(town)) == 2
    assert [what for (what,) in rows(town.database, DutyStep, "what")] == ["escalated"] * 2


def test_with_nobody_up_to_the_top_staff_see_that_nobody_was_told(town: Town, cadre: Known) -> None:
    assert counted(town, day(11, 25)) == {"escalated": 0, "untold": 1, "failed": 0}
    assert counted(town, day(11, 25, 10)) == {"escalated": 0, "untold": 0, "failed": 0}
    assert sorted(rows(town.database, Duty, "escalated", "escalated_at")) == [(-1, None), (0, None)]
    assert rows(town.database, DutyStep, "what") == [("untold",)]
    board = town.database.look(lambda work: duty_board.board(work, STAFF, None, "2026-11", day(11, 25)))
    assert (board.untold, board.whole.escalated) == (1, 0)
    city = town.cadre("u3", "city", day(11, 1))
    assert escalated(town, day(11, 26)) == 1  # as soon as somebody is there
    assert [whose for whose, _ in told(town)] == [city.person_id]
    assert sorted(rows(town.database, Duty, "escalated")) == [(0,), (1,)]


def test_one_letter_a_person_and_day_with_all_there_is_to_tell(town: Town, cadre: Known) -> None:
    """Somebody in office in the street and in the city; and a duty of the street itself."""
    town.build(line("a", 20), line("b", 25), line("s", 25, ("街道",)))
    street = town.cadre("u2", "street", day(11, 1), office="经办人")
    both = town.cadre("u3", "street", day(11, 1))
    town.appoint(both, "city")
    town.issue(day(11, 1))
    assert escalated(town, day(11, 25)) == 1  # a, for the street
    assert escalated(town, day(11, 30)) == 4  # b for the street, s of both for the city, a for the city
    today = [(whose, words) for whose, words in told(town) if "截至11月30日" in words]
    assert sorted(whose for whose, _ in today) == sorted([street.person_id, both.person_id])
    words = dict(today)[both.person_id].splitlines()
    assert not any("没有在任干部" in each for each in words)
    assert words[1] == "截至11月30日，2个工会有4项任务过期限几个工作日还没有完成："
    assert words[-3:-1] == [
        "以前已经报过下一级工会、现在还没有完成的：",
        "· 示例商店工会：1项（任务a，最早11月20日到期）",
    ]
    assert escalated(town, day(11, 30, 11)) == 0


def test_what_turns_up_later_on_a_day_waits_for_the_next(town: Town, cadre: Known) -> None:
    town.cadre("u2", "street", day(11, 1))
    assert escalated(town, day(11, 25)) == 1
    row = table(Duty)
    earlier = sa.update(row).where(row.c.template_id == "b").values(deadline=day(11, 20).date())
    town.database.writer.run(lambda work: work.execute(earlier))
    assert escalated(town, day(11, 25, 11)) == 0
    assert escalated(town, day(11, 26)) == 1
    assert len(told(town)) == 2


def test_who_stands_in_for_the_superior_is_told_too(town: Town, cadre: Known) -> None:
    street, deputy = town.cadre("u2", "street", day(11, 1)), town.cadre("u3", "city", day(11, 1))
    town.call(street, "张三")
    town.leave(street, deputy, day(11, 20).date(), day(11, 30).date())
    assert escalated(town, day(11, 25)) == 1
    words = dict(told(town))
    assert set(words) == {street.person_id, deputy.person_id}
    assert "张三请假中，这份通报请您代看。" in words[deputy.person_id]
    assert "请假" not in words[street.person_id]
