"""The handle of one job: what it remembers, what it sees, what undo forgets."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from storage import people
from storage.audit import Audit
from storage.base import table
from storage.database import Database
from storage.people import Address, Person
from storage.work import Work
from tests.storage.kit import count, meet, note, rows, subjects

AUDITS = sa.select(table(Audit).c.subject)


def test_remembered_rows_are_seen_through_session_and_execute(database: Database, now: datetime) -> None:
    def job(work: Work) -> tuple[list[str], list[str]]:
        note(work, "a", now)
        seen = list(work.session.exec(select(Audit.subject)))
        note(work, "b", now)
        return seen, list(work.execute(AUDITS).scalars())

    first, second = database.writer.run(job)
    assert first == ["a"]
    assert sorted(second) == ["a", "b"]


def test_deferred_updates_are_seen_through_session_and_execute(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)
    later = now + timedelta(hours=1)

    def job(work: Work) -> datetime | None:
        people.seen(work, known, later, ("message", 5, 3600))
        found = people.address(work, known.address_id)
        return found.seen_at if found else None

    assert database.writer.run(job) == later
    assert rows(database, Address, "seen_at", "window", "window_left") == [(later, "message", 5)]


def test_what_was_only_remembered_is_not_seen_by_look(database: Database, now: datetime) -> None:
    def job(work: Work) -> list[str]:
        note(work, "a", now)
        return list(work.look(AUDITS).scalars())

    assert database.writer.run(job) == []
    assert subjects(database) == ["a"]


def test_remembered_rows_go_in_by_foreign_key_whatever_their_order(database: Database, now: datetime) -> None:
    def job(work: Work) -> None:
        person_id = work.new_id()
        place = {"id": work.new_id(), "person_id": person_id, "channel": "oa", "user": "u", "account": ""}
        work.append(Address, {**place, "seen_at": now, "created_at": now})
        work.append(Person, {"id": person_id, "created_at": now})

    database.writer.run(job)
    assert count(database, Address) == 1


def test_rows_of_different_shape_share_a_group(database: Database, now: datetime) -> None:
    def job(work: Work) -> None:
        work.append(Person, {"id": work.new_id(), "created_at": now})
        work.append(Person, {"id": work.new_id(), "created_at": now, "name": "张三"})

    database.writer.run(job)
    assert sorted(rows(database, Person, "name")) == [("",), ("张三",)]


def test_after_undo_nothing_stays_and_the_handle_works_on(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)

    def job(work: Work) -> list[str]:
        note(work, "remembered", now)
        people.refuse(work, known.address_id, "gone")
        work.session.add(Person(id=work.new_id(), created_at=now))
        work.session.flush()
        note(work, "remembered again", now)
        people.seen(work, known, now + timedelta(days=1), None)
        work.undo()
        note(work, "second life", now)
        return list(work.execute(AUDITS).scalars())

    assert database.writer.run(job) == ["second life"]
    assert subjects(database) == ["second life"]
    assert count(database, Person) == 1
    assert rows(database, Address, "refused", "seen_at") == [("", now)]


def test_undo_twice_and_undo_of_nothing(database: Database, now: datetime) -> None:
    def job(work: Work) -> None:
        work.undo()
        note(work, "a", now)
        work.undo()
        work.undo()

    database.writer.run(job)
    assert subjects(database) == []


def test_rows_are_plain_values_after_their_unit_of_work(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)
    person = database.writer.run(lambda work: people.get(work, known.person_id))
    assert person is not None
    assert (person.name, person.created_at) == ("", now)


def test_changes_of_a_loaded_row_are_written_without_being_told(database: Database, now: datetime) -> None:
    known = meet(database, "u1", now)

    def job(work: Work) -> None:
        person = people.get(work, known.person_id)
        assert person is not None
        person.name = "李四"

    database.writer.run(job)
    assert rows(database, Person, "name") == [("李四",)]


def test_a_session_sees_what_execute_changed_after_it_loaded_the_row(database: Database, now: datetime) -> None:
    """The window is spent by a statement while the address may be loaded: the statement must win."""
    known = meet(database, "u1", now)

    def job(work: Work) -> None:
        address = people.address(work, known.address_id)
        assert address is not None
        people.refuse(work, known.address_id, "blocked")
        note(work, "a", now)

    database.writer.run(job)
    assert rows(database, Address, "refused") == [("blocked",)]
