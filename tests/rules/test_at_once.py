"""Two processes on one database at the same moment: nothing is counted twice, lost, published or told twice."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.services import drafts, letters, misses
from bot.services.actors import Actor
from bot.services.drafts import Conflict
from bot.services.house import House
from storage.audit import Audit
from storage.base import table
from storage.letters import Letter
from storage.misses import Miss
from storage.outbox import Outbox
from storage.people import Person
from tests.conftest import Opener
from tests.rules.test_letters import owe
from tests.rules.upkeep import ANN, BEA, BUS, Desk, written
from tests.storage.kit import count, rows, together

EVE = Actor("eve", "approver")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desks(another: Opener, house: House, now: datetime) -> list[Desk]:
    """Two processes."""
    first = Desk(another(), house).build(now)
    return [first, Desk(another(), house, first.places)]


def everybody_groups(desks: list[Desk], now: datetime) -> Counter[str]:
    """Every process groups every waiting miss, without the lease that usually keeps them apart."""
    total: Counter[str] = Counter()

    def run(desk: Desk) -> None:
        for miss_id in desk.database.look(lambda work: misses.waiting(work, now)):
            guessed = desk.database.look(lambda work, miss_id=miss_id: misses.guess(work, miss_id))
            total[
                desk.database.writer.run(
                    lambda work, miss_id=miss_id, guessed=guessed: misses.group(work, miss_id, now, guessed)
                )
            ] += 1

    assert together(*(lambda desk=desk: run(desk) for desk in desks)) == []
    return total


def test_grouping_loses_and_doubles_nothing(desks: list[Desk], now: datetime) -> None:
    for number in range(12):
        desks[0].asked(desks[0].worker(f"u{number}", now), BUS[number % 3], now + number * MINUTE)
    total = everybody_groups(desks, now + 30 * MINUTE)
    assert (total["opened"], total["joined"]) == (1, 11)
    gap = desks[0].the_gap()
    assert (gap.asked, len(desks[1].people_of(gap)), gap.last_at) == (12, 12, now + 11 * MINUTE)


def test_two_reviews_of_one_entry_are_one(desks: list[Desk], now: datetime) -> None:
    desks[0].load(now, bus_a=written(review_by="2026-11-24"))
    for number in range(6):
        desks[0].asked(desks[0].worker(f"u{number}", now), "班车", now, "expired", entry_id="bus-a")
    jobs = [lambda desk=desk: desk.review(now) for desk in desks]
    assert together(*jobs, lambda: everybody_groups(desks, now)) == []
    gap = desks[0].the_gap()
    assert (gap.kind, gap.asked) == ("review", 6)


def test_one_revision_is_published_once(desks: list[Desk], now: datetime) -> None:
    known = desks[0].worker("u1", now)
    desks[0].asked(known, BUS[0], now)
    desks[0].group(now)
    pending = desks[0].handed_in(ANN, "bus-a", written(), now, gap_id=desks[0].the_gap().id)
    tried = desks[0].database.look(lambda work: drafts.trial(work, pending.id))

    def publish(desk: Desk, actor: Any) -> None:
        desk.database.writer.run(lambda work: drafts.publish(work, actor, pending.id, tried, now))

    errors = together(lambda: publish(desks[0], BEA), lambda: publish(desks[1], EVE))
    assert [type(each) for each in errors] == [Conflict]
    assert desks[0].entry("bus-a").version == 1
    assert [action for (action,) in rows(desks[0].database, Audit, "action")].count("entry_publish") == 1
    assert desks[0].states_of(known) == ["waiting"]


def test_two_revisions_tried_on_one_base_are_not_both_published(desks: list[Desk], now: datetime) -> None:
    made = [desks[0].handed_in(ANN, f"bus-{name}", written(f"班车{name}几点发车？"), now) for name in "ab"]
    tried = [desks[0].database.look(lambda work, each=each: drafts.trial(work, each.id)) for each in made]

    def publish(place: int) -> None:
        desks[place].database.writer.run(lambda work: drafts.publish(work, BEA, made[place].id, tried[place], now))

    errors = together(lambda: publish(0), lambda: publish(1))
    assert [type(each) for each in errors] == [Conflict]


def test_two_people_do_not_write_over_each_other(desks: list[Desk], now: datetime) -> None:
    errors = together(
        lambda: desks[0].draft(ANN, "bus-a", written(), now), lambda: desks[1].draft(BEA, "bus-a", written(), now)
    )
    assert [type(each) for each in errors] == [Conflict]


def test_writing_and_publishing_do_not_cross(desks: list[Desk], now: datetime) -> None:
    pending = desks[0].handed_in(ANN, "bus-a", written(), now)
    tried = desks[0].database.look(lambda work: drafts.trial(work, pending.id))
    better = written(answer="写得更好：六点三刻从东门发车。")

    def publish() -> None:
        desks[1].database.writer.run(lambda work: drafts.publish(work, BEA, pending.id, tried, now))

    errors = together(lambda: desks[0].draft(ANN, "bus-a", better, now + MINUTE), publish)
    history = desks[0].database.look(lambda work: drafts.revisions.history(work, "bus-a"))
    states = [each.state for each in history]
    if errors:
        assert [type(each) for each in errors] == [Conflict] and states == ["draft"]
    else:
        assert states == ["draft", "published"]
        assert history[1].content["answer"].startswith("早班车")


def test_who_asks_while_an_answer_is_published_is_told(desks: list[Desk], now: datetime) -> None:
    for number in range(4):
        desks[0].asked(desks[0].worker(f"u{number}", now), BUS[0], now)
    desks[0].group(now)
    gap = desks[0].the_gap()
    desks[0].load(now, bus_a=written())
    for number in range(4, 8):
        desks[0].asked(desks[0].worker(f"u{number}", now), BUS[1], now)
    assert (
        together(lambda: desks[0].answer(ANN, gap, "bus-a", now), lambda: everybody_groups(desks[1:], now + MINUTE))
        == []
    )
    told = {person for (person,) in rows(desks[0].database, Letter, "person_id")}
    waiting = {person for each in desks[0].gaps() for person in desks[0].people_of(each)}
    everybody = {person for (person,) in rows(desks[0].database, Person, "id")}
    assert (told, waiting) == (everybody, set())
    (closed,) = desks[0].gaps("answered")
    assert closed.asked == 8
    assert all(gap_id is not None for (gap_id,) in rows(desks[0].database, Miss, "gap_id"))


def test_one_letter_is_sent_once(desks: list[Desk], now: datetime) -> None:
    for number in range(8):
        owe(desks[0], desks[0].worker(f"u{number}", now), now, key=str(number))
    assert together(*(lambda desk=desk: desk.deliver(now) for desk in desks)) == []
    assert count(desks[0].database, Outbox) == 8
    assert {state for (state,) in rows(desks[0].database, Letter, "state")} == {"sending"}


def test_one_letter_is_planted_once(desks: list[Desk], now: datetime) -> None:
    known = desks[0].worker("u1", now)

    def plant(desk: Desk) -> None:
        for number in range(10):
            owed = {f"k:{number}": (known.person_id, "您好")}
            desk.database.writer.run(lambda work, owed=owed: letters.plant_all(work, owed, now))

    assert together(*(lambda desk=desk: plant(desk) for desk in desks)) == []
    assert count(desks[0].database, Letter) == 10


def test_one_kept_letter_is_told_once(desks: list[Desk], now: datetime) -> None:
    known = desks[0].worker("u1", now)
    desks[0].follow(known, False)
    owe(desks[0], known, now)
    desks[0].deliver(now)
    told: list[str] = []

    def visit(desk: Desk) -> None:
        def job(work: Any) -> list[str]:
            # the dispatcher holds the person while it works for them
            work.execute(sa.select(table(Person)).where(table(Person).c.id == known.person_id).with_for_update())
            return letters.tell(work, known.person_id, now)

        told.extend(desk.database.writer.run(job))

    assert together(*(lambda desk=desk: visit(desk) for desk in desks)) == []
    assert len(told) == 2
