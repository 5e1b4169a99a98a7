"""Reminders: planted once, taken once, and a firing for every due time."""

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


def plant(database: Database, known: Known, at: datetime, subject: str = "7") -> None:
    database.writer.run(lambda work: reminders.plant(work, "duty_due", subject, known.person_id, at))


def due(database: Database, at: datetime, limit: int = 10) -> list[int]:
    return list(database.look(lambda work: reminders.due(work, at, limit)))


def test_planting_twice_keeps_the_first(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    plant(database, known, now + HOUR)
    assert rows(database, Reminder, "next_fire_at", "rung") == [(now, 0)]


def test_two_processes_plant_one(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    known = meet(one, "u1", now)
    assert together(lambda: plant(one, known, now), lambda: plant(two, known, now)) == []
    assert count(one, Reminder) == 1


def test_the_longest_overdue_come_first_and_only_the_due(database: Database, known: Known, now: datetime) -> None:
    for number, hours in enumerate((3, 1, 2, 9)):
        plant(database, known, now + hours * HOUR, str(number))
    by_subject = dict(rows(database, Reminder, "id", "subject"))
    assert [by_subject[each] for each in due(database, now + 3 * HOUR)] == ["1", "2", "0"]
    assert [by_subject[each] for each in due(database, now + 9 * HOUR, limit=2)] == ["1", "2"]
    assert due(database, now) == []


def test_a_due_time_fires_in_one_process_only(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    plant(one, meet(one, "u1", now), now)
    (reminder_id,) = due(one, now)
    overlap = threading.Barrier(1 if one.is_sqlite else 2)
    results: list[bool] = []

    def fire(database: Database) -> None:
        tries: list[int] = []

        def job(work: Work) -> bool:
            taken = reminders.take(work, reminder_id, now)
            if taken is not None:
                reminders.fired(work, taken, "said", now)
                taken.next_fire_at = None
            tries.append(1)
            if len(tries) == 1:
                overlap.wait(PATIENCE_S)
            return taken is not None

        results.append(database.writer.run(job))

    assert together(lambda: fire(one), lambda: fire(two)) == []
    assert sorted(results) == [False, True]
    assert rows(one, Firing, "reminder_id", "due_at", "result") == [(reminder_id, now, "said")]
    assert rows(one, Reminder, "next_fire_at") == [(None,)]


def test_the_same_due_time_cannot_fire_twice(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    (reminder_id,) = due(database, now)

    def fire(work: Work) -> None:
        taken = reminders.take(work, reminder_id, now)
        assert taken is not None
        reminders.fired(work, taken, "said", now)

    database.writer.run(fire)
    with pytest.raises(IntegrityError):
        database.writer.run(fire)
    assert count(database, Firing) == 1


def test_a_reminder_at_rest_cannot_fire(database: Database, known: Known, now: datetime) -> None:
    plant(database, known, now)
    database.writer.run(lambda work: reminders.disarm(work, "duty_due", "7"))
    assert due(database, now) == []
    (reminder,) = database.look(lambda work: reminders.of_subject(work, "duty_due", "7"))
    with pytest.raises(ValueError, match="not armed"):
        database.writer.run(lambda work: reminders.fired(work, reminder, "said", now))


def test_firings_are_counted_by_result(database: Database, known: Known, now: datetime) -> None:
    for number, result in enumerate(("said", "said", "missed")):
        plant(database, known, now, str(number))
        (reminder,) = database.look(lambda work, n=number: reminders.of_subject(work, "duty_due", str(n)))
        database.writer.run(lambda work, r=reminder, end=result: reminders.fired(work, r, end, now))
    assert database.look(lambda work: reminders.firing_counts(work, now)) == {"said": 2, "missed": 1}
    assert database.look(lambda work: reminders.firing_counts(work, now + HOUR)) == {}
