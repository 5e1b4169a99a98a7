"""Reminders of duties: one a person, held by one process, and a firing for every due time."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import reminders
from storage.database import Database
from storage.people import Known
from storage.reminders import Firing, Reminder
from storage.work import Work
from tests.conftest import Opener
from tests.storage.kit import PATIENCE_S, count, meet, rows, together

HOUR = timedelta(hours=1)


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    return meet(database, "u1", now)


def plant(database: Database, known: Known, at: datetime | None) -> None:
    database.writer.run(lambda work: reminders.plant(work, known.person_id, at))


def due(database: Database, at: datetime, limit: int = 10) -> list[int]:
    return database.look(lambda work: reminders.due(work, at, limit))


def test_a_person_has_one(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    with pytest.raises(IntegrityError):
        plant(database, known, now + HOUR)
    assert rows(database, Reminder, "kind", "subject", "next_fire_at") == [("duties", "", now)]


def test_the_longest_overdue_come_first_and_only_the_due(database: Database, now: datetime) -> None:
    people = [meet(database, f"u{number}", now) for number in range(5)]
    for known, hours in zip(people, (3, 1, 2, 9), strict=False):
        plant(database, known, now + hours * HOUR)
    plant(database, people[4], None)
    whose = dict(rows(database, Reminder, "id", "person_id"))
    found = [whose[each] for each in due(database, now + 3 * HOUR)]
    assert found == [people[number].person_id for number in (1, 2, 0)]
    assert len(due(database, now + 9 * HOUR, limit=2)) == 2
    assert due(database, now) == []


def test_a_due_time_fires_in_one_process_only(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    plant(one, meet(one, "u1", now), now)
    ids = due(one, now)
    overlap = threading.Barrier(1 if one.is_sqlite else 2)
    results: list[bool] = []

    def fire(database: Database) -> None:
        tries: list[int] = []

        def job(work: Work) -> bool:
            taken = reminders.take(work, ids, now)
            for each in taken:
                reminders.fired(work, each.id, now, "said", now, [])
                reminders.put(work, each._replace(next_fire_at=None))
            tries.append(1)
            if len(tries) == 1:
                overlap.wait(PATIENCE_S)
            return bool(taken)

        results.append(database.writer.run(job))

    assert together(lambda: fire(one), lambda: fire(two)) == []
    assert sorted(results) == [False, True]
    assert rows(one, Firing, "reminder_id", "due_at", "result") == [(ids[0], now, "said")]
    assert rows(one, Reminder, "next_fire_at") == [(None,)]


def test_the_same_due_time_cannot_fire_twice(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    (reminder_id,) = due(database, now)

    def fire(work: Work) -> None:
        reminders.fired(work, reminder_id, now, "said", now, [(7, -3), (8, None)], 5)

    database.writer.run(fire)
    with pytest.raises(IntegrityError):
        database.writer.run(fire)
    assert rows(database, Firing, "parts", "outbox_id") == [([[7, -3], [8, None]], 5)]
    taken = database.look(lambda work: reminders.fired_since(work, [reminder_id], now))
    assert taken == {(reminder_id, now)}


def test_a_reminder_at_rest_is_not_taken(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    ids = due(database, now)
    database.writer.run(lambda work: reminders.move(work, ids[0], None, "2026-11"))
    assert due(database, now) == []
    assert database.writer.run(lambda work: reminders.take(work, ids, now)) == []
    assert rows(database, Reminder, "listed", "next_fire_at") == [("2026-11", None)]


def test_firings_are_counted_by_result(database: Database, now: datetime) -> None:
    for number in range(3):
        plant(database, meet(database, f"u{number}", now), now)
    ids = due(database, now)
    for each, result in zip(ids, ("said", "said", "missed"), strict=True):
        database.writer.run(lambda work, e=each, end=result: reminders.fired(work, e, now, end, now, []))
    assert count(database, Firing) == 3
    assert database.look(lambda work: reminders.firing_counts(work, now)) == {"said": 2, "missed": 1}
    assert database.look(lambda work: reminders.firing_counts(work, now + HOUR)) == {}
