"""Whatever changes who is reminded of what and when arms the reminders at once, of everybody it concerns."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.calendar import at
from bot.services import absences, cadres, duty_changes, duty_requests, org_dates
from bot.services import duty_answers as answers
from bot.services.actors import Actor
from bot.services.house import House
from storage import orgs
from storage.base import table
from storage.database import Database
from storage.duties import NONE_YET, Duty, DutyStep
from storage.duty_templates import DutyDate, DutyTemplate
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Known
from storage.reminders import Reminder
from storage.work import Work
from tests.rules.test_duties import FIRST_DAY, NINE
from tests.rules.union import Town, line
from tests.sending.test_reminders import day, tick
from tests.storage.kit import count, rows

NOON = day(11, 12, 12)
CHEN = Actor("chen", "approver")
WHY = "调到别的单位工作了"


@pytest.fixture
def town(database: Database, house: House) -> Town:
    """A line of the basic level due on the 20th, one of the street due on the 30th."""
    return Town(database, house).build(line("a", 20), line("s", 31, ("街道",)))


@pytest.fixture
def pair(town: Town) -> tuple[Known, Known]:
    """One of the shop, one of the street; both have heard the month's list."""
    both = town.cadre("u1", "shop", FIRST_DAY), town.cadre("u2", "street", FIRST_DAY)
    town.call(both[1], "李四")
    town.issue(FIRST_DAY)
    town.heard("2026-11")
    assert armed(town) == {both[0].person_id: nine(11, 13), both[1].person_id: nine(11, 23)}
    return both


def nine(month: int, number: int) -> datetime:
    return at(date(2026, month, number), NINE)


def armed(town: Town) -> dict[int, datetime | None]:
    return dict(rows(town.database, Reminder, "person_id", "next_fire_at"))


def run(town: Town, job: Any) -> Any:
    return town.database.writer.run(job)


def take(town: Town, who: Known, to: Known | None, now: datetime = NOON) -> None:
    substitute, last = to.person_id if to else None, date(2026, 11, 18)
    run(town, lambda work: absences.take(work, who.person_id, now.date(), last, substitute, "x", now, town.house))


def leave_office(town: Town, who: Known, to: int | None, now: datetime = NOON) -> None:
    def job(work: Work) -> None:
        held = orgs.offices_of(work, who.person_id, now.date())[0][0]
        seen = cadres.mark_of(held, cadres.to_move(work, held, now.date()))
        cadres.hand_over(work, CHEN, held.id, to, now, town.house, reason=WHY, seen=seen)

    run(town, job)


def test_leave_and_its_end_arm_who_is_away_and_who_stands_in(town: Town, pair: tuple[Known, Known]) -> None:
    away, here = pair
    take(town, away, here)
    assert armed(town) == {away.person_id: nine(11, 19), here.person_id: nine(11, 13)}
    run(town, lambda work: absences.back(work, away.person_id, NOON, town.house))
    assert armed(town) == {away.person_id: nine(11, 13), here.person_id: nine(11, 23)}
    take(town, away, None)
    assert armed(town) == {away.person_id: nine(11, 19), here.person_id: nine(11, 23)}


def test_staff_enter_and_cancel_leave_alike(town: Town, pair: tuple[Known, Known]) -> None:
    away, here = pair
    days = (NOON.date(), date(2026, 11, 18))
    made = run(
        town,
        lambda work: absences.enter(work, CHEN, away.person_id, *days, here.person_id, NOON, town.house).id,
    )
    assert armed(town)[here.person_id] == nine(11, 13)
    run(town, lambda work: absences.cancel(work, CHEN, made, NOON, town.house))
    assert armed(town) == {away.person_id: nine(11, 13), here.person_id: nine(11, 23)}


def test_both_armed_together_forget_nobody_when_the_leave_is_over(town: Town, pair: tuple[Known, Known]) -> None:
    """The reminder of who is away and the substitute's come due at one moment."""
    away, here = pair
    take(town, away, here)
    run(town, lambda work: duty_changes.rearm(work, [each.person_id for each in pair], NOON, town.house))
    assert armed(town) == {away.person_id: nine(11, 19), here.person_id: nine(11, 13)}
    row = table(Reminder)
    run(town, lambda work: work.execute(row.update().values(next_fire_at=nine(11, 13))))
    assert tick(town, nine(11, 13)) == {"said": 1, "put_off": 1}
    assert armed(town)[away.person_id] == nine(11, 19)
    assert tick(town, nine(11, 17)) == {"said": 1}
    assert tick(town, nine(11, 19)) == {"said": 1, "put_off": 1}
    assert max(rows(town.database, Outbox, "due_at", "person_id"))[1] == away.person_id


def test_who_loses_the_substitute_is_armed_and_the_leaver_is_not_reminded(
    town: Town, pair: tuple[Known, Known]
) -> None:
    away, here = pair
    take(town, away, here)
    leave_office(town, here, None)
    assert armed(town) == {away.person_id: nine(11, 19), here.person_id: None}
    moments = [day(11, 13) + n * timedelta(hours=6) for n in range(4 * 20)]
    for moment in moments:
        tick(town, moment)
    assert {who for (who,) in rows(town.database, Outbox, "person_id")} == {away.person_id}


def test_handing_everything_over_arms_both(town: Town, pair: tuple[Known, Known]) -> None:
    leaver, taker = pair
    leave_office(town, leaver, taker.person_id)
    assert armed(town) == {leaver.person_id: None, taker.person_id: nine(11, 13)}
    leave_office(town, taker, None)  # what was the leaver's goes back: a vacancy, nobody is told
    assert armed(town) == {leaver.person_id: None, taker.person_id: None}
    assert {each.person_id for each in run(town, lambda work: work.execute(table(Duty).select()).all())} == {
        leaver.person_id,
        taker.person_id,
    }


def test_handing_on_by_chat_arms_both(town: Town, pair: tuple[Known, Known]) -> None:
    giver, _ = pair
    taker = town.cadre("u3", "shop", FIRST_DAY, office="副主席")
    town.call(taker, "王五")

    def job(work: Work) -> None:
        entry = answers.listing(work, giver.person_id, NOON).pick(None)
        duty_requests.hand_over(work, giver.person_id, entry, "王五", NOON, town.house)

    run(town, job)
    assert armed(town)[giver.person_id] is None
    assert armed(town)[taker.person_id] == NOON  # has not heard the list of the month


RULE = {"field": "term_ends", "days_before": 5}


@pytest.fixture
def dated(town: Town) -> Known:
    """The line of the shop counts from the end of a term, which is known: the 25th, so it is due on the 20th."""
    row = table(DutyTemplate)
    run(town, lambda work: work.execute(row.update().where(row.c.id == "a").values(deadline=RULE)))
    known = town.cadre("u1", "shop", FIRST_DAY)
    bring(town, date(2026, 11, 25), FIRST_DAY)
    town.issue(FIRST_DAY)
    town.heard("2026-11")
    assert armed(town) == {known.person_id: nine(11, 13)}
    return known


def bring(town: Town, term_ends: date, now: datetime = NOON) -> None:
    row = (2, "shop", {"term_ends": term_ends})
    assert run(town, lambda work: org_dates.bring_in(work, CHEN, [row], now, town.house)) == (1, [])


def test_a_date_of_the_union_moves_what_counts_from_it(town: Town, dated: Known) -> None:
    bring(town, date(2026, 12, 3))
    assert rows(town.database, Duty, "deadline", "set_on", "reached") == [(date(2026, 11, 28), None, NONE_YET)]
    assert armed(town) == {dated.person_id: nine(11, 20)}  # the 21st is a Saturday
    assert rows(town.database, DutyStep, "what", "actor", "note") == [
        ("moved", "staff:chen", "2026年11月20日→2026年11月28日")
    ]
    assert rows(town.database, Letter, "person_id") == [(dated.person_id,)]

    def typed(work: Work) -> None:
        shop = orgs.by_code(work, "shop")
        assert shop is not None
        org, known = org_dates.one(work, CHEN, shop.id)
        new = {"term_ends": "2026-12-01"}
        org_dates.change(work, CHEN, org.id, new, NOON, town.house, org_dates.mark_of(known))

    run(town, typed)
    assert rows(town.database, Duty, "deadline") == [(date(2026, 11, 26),)]


def test_a_day_that_staff_have_set_does_not_follow(town: Town, dated: Known) -> None:
    def move(work: Work) -> None:
        duty = answers.listing(work, dated.person_id, NOON).pick(None).duty
        duty_changes.move_deadline(work, duty, date(2026, 11, 24), "staff:chen", NOON, town.house)

    run(town, move)
    bring(town, date(2026, 12, 3))
    assert rows(town.database, Duty, "deadline") == [(date(2026, 11, 24),)]


def test_this_years_date_and_another_month_do_not_follow(town: Town, dated: Known) -> None:
    bring(town, date(2027, 3, 1))  # due in February then: for staff to excuse
    assert rows(town.database, Duty, "deadline", "state") == [(date(2026, 11, 20), "issued")]
    values = {"template_id": "a", "period": "2026-11", "deadline": date(2026, 11, 20), "by": "staff:chen", "at": NOON}
    run(town, lambda work: work.append(DutyDate, {"id": work.new_id(), **values}))
    bring(town, date(2026, 12, 3))
    assert rows(town.database, Duty, "deadline") == [(date(2026, 11, 20),)]
    assert count(town.database, Letter) == 0
