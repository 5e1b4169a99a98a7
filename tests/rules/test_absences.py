"""Leave: who stands in when, no overlaps, only colleagues, cut short, and what a leaver leaves of it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.services import absences, duty_answers
from bot.services.absences import NoLeave
from bot.services.actors import Actor, NotAllowed
from bot.services.house import House
from storage import absences as stored
from storage import duty_own, orgs
from storage.absences import Absence
from storage.database import Database
from storage.letters import Letter
from storage.people import Known
from tests.conftest import Opener
from tests.rules.union import Town
from tests.storage.kit import count, meet, rows, together

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 10)


@pytest.fixture
def town(database: Database, house: House) -> Town:
    return Town(database, house).build()


def take(town: Town, who: Known, now: datetime, to: Known | None = None, first: date = FIRST, last: date = LAST) -> int:
    by, substitute = f"person:{who.person_id}", to.person_id if to else None
    return town.database.writer.run(
        lambda work: absences.take(work, who.person_id, first, last, substitute, by, now, town.house).id
    )


def ask(town: Town, what: Any, *given: Any) -> Any:
    return town.database.look(lambda work: what(work, *given))


def away_on(town: Town, day: date, people: list[int] | None = None) -> dict[int, int | None]:
    found = town.database.look(lambda work: stored.on_leave(work, day, people))
    return {each.person_id: each.substitute_id for each in found}


def test_a_substitute_who_is_absent_too_does_not_stand_in_for_anybody(town: Town, now: datetime) -> None:
    away, there = town.cadre("u1", "shop", now), town.cadre("u2", "street", now)
    town.leave(away, there, FIRST, LAST)
    town.leave(there, None, LAST, LAST)
    assert away_on(town, FIRST) == {away.person_id: there.person_id}
    assert away_on(town, LAST) == {away.person_id: None, there.person_id: None}
    assert [ask(town, stored.stood_in_for, there.person_id, day) for day in (FIRST, LAST)] == [[away.person_id], []]


def test_the_substitute_stands_in_from_the_first_to_the_last_day(town: Town, now: datetime) -> None:
    away, there, far = (town.cadre(*who, now) for who in (("u1", "shop"), ("u2", "street"), ("u3", "city")))
    take(town, away, now, there)
    days = [FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)]
    expected = [None, there.person_id, there.person_id, None]
    assert [away_on(town, day).get(away.person_id) for day in days] == expected
    assert [ask(town, stored.stood_in_for, there.person_id, day) for day in days] == [
        [],
        [away.person_id],
        [away.person_id],
        [],
    ]
    assert away_on(town, FIRST) == {away.person_id: there.person_id}
    assert away_on(town, FIRST, [there.person_id]) == {away.person_id: there.person_id}  # might stand in
    assert away_on(town, FIRST, [far.person_id]) == {}
    assert rows(town.database, Letter, "person_id") == [(there.person_id,)]


def test_who_never_had_to_do_with_duties_is_no_cadre_and_who_had_is_looked_at(town: Town, now: datetime) -> None:
    worker, gone, substitute = (meet(town.database, name, now) for name in ("w", "g", "s"))
    shop = ask(town, orgs.by_code, "shop")
    town.database.writer.run(
        lambda work: setattr(orgs.appoint(work, shop, gone.person_id, "主席", FIRST), "until", LAST)
    )
    assert [ask(town, duty_own.touched, each.person_id) for each in (worker, gone, substitute)] == [False, True, False]
    away = town.cadre("a", "shop", now)
    town.leave(away, substitute, FIRST, LAST)
    assert ask(town, duty_own.touched, substitute.person_id)
    at = datetime(2026, 12, 5, tzinfo=SHANGHAI)
    people = (worker, gone, substitute, away)
    assert [ask(town, duty_answers.is_cadre, each.person_id, at) for each in people] == [False, True, True, True]
    later = at + timedelta(days=10)
    assert [ask(town, duty_answers.is_cadre, each.person_id, later) for each in people] == [False, False, False, True]


def test_leave_without_anybody_is_told_apart_from_being_there(town: Town, now: datetime) -> None:
    away = town.cadre("u1", "shop", now)
    take(town, away, now)
    assert away_on(town, FIRST) == {away.person_id: None}
    town.database.writer.run(lambda work: absences.back(work, away.person_id, now, town.house))
    assert away_on(town, FIRST) == {}
    with pytest.raises(NoLeave):
        town.database.writer.run(lambda work: absences.back(work, away.person_id, now, town.house))


def test_what_cannot_be(town: Town, now: datetime) -> None:
    away, there = town.cadre("u1", "shop", now), town.cadre("u2", "shop", now, office="副主席")
    far, stranger = town.cadre("u3", "city", now), meet(town.database, "u4", now)
    take(town, away, now, there)
    tried: tuple[tuple[Known, Known | None, date, date], ...] = (
        (away, None, LAST, LAST),  # overlaps
        (there, None, FIRST, FIRST),  # stands in
        (away, None, date(2027, 1, 2), date(2027, 1, 1)),
        (away, None, date(2026, 11, 24), date(2026, 11, 26)),  # past
        (away, None, date(2027, 1, 1), date(2028, 2, 1)),  # too long
        (away, None, date(2028, 1, 1), date(2028, 1, 2)),  # too far
        *((away, who, date(2027, 1, 1), date(2027, 1, 2)) for who in (away, far, stranger)),
        (town.cadre("u5", "shop", now, office="财务"), away, LAST, LAST),  # away themselves
    )
    for who, to, first, last in tried:
        with pytest.raises(NoLeave):
            take(town, who, now, to, first, last)
    assert count(town.database, Absence) == 1


def test_of_two_leaves_at_once_one_is_noted(another: Opener, house: House, now: datetime) -> None:
    towns = [Town(another(), house), Town(another(), house)]
    towns[0].build()
    away = towns[0].cadre("u1", "shop", now)
    errors = together(*(lambda n=n: take(towns[n], away, now) for n in range(2)))
    assert [type(error) for error in errors] == [NoLeave]
    assert count(towns[0].database, Absence) == 1


def test_staff_of_another_branch_note_nothing(town: Town, now: datetime) -> None:
    away = town.cadre("u1", "street", now)
    shop = ask(town, orgs.by_code, "shop")
    actors = (Actor("li", "approver", shop.id, shop.path), Actor("wang", "staff"))

    def enter(actor: Actor) -> None:
        given = (away.person_id, FIRST, LAST, None, now, town.house)
        town.database.writer.run(lambda work: absences.enter(work, actor, *given))

    for actor in actors:
        with pytest.raises(NotAllowed):
            enter(actor)
    assert count(town.database, Absence) == 0


def test_who_leaves_the_last_office_neither_is_away_nor_stands_in(town: Town, now: datetime) -> None:
    away, leaver = town.cadre("u1", "shop", now), town.cadre("u2", "shop", now, office="副主席")
    take(town, away, now, leaver)
    later = (date(2027, 1, 1), date(2027, 1, 2))
    take(town, leaver, now, None, *later)
    alone = town.database.writer.run(lambda work: stored.of_leaver(work, leaver.person_id, now.date()))
    assert alone == [away.person_id]
    assert away_on(town, FIRST) == {away.person_id: None}
    assert away_on(town, later[0]) == {}
