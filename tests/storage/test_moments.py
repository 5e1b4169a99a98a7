"""Moments in the database: aware in, aware UTC out, the same order as in time, and nothing naive."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError
from sqlmodel import select

from bot.clock import SHANGHAI
from storage.base import table
from storage.database import Database
from storage.people import Person
from tests.storage.kit import note, rows, subjects

MOMENTS = [
    datetime(2026, 11, 25, 2, 0, tzinfo=UTC),
    datetime(2026, 11, 25, 10, 0, 0, 1, tzinfo=SHANGHAI),
    datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 11, 24, 16, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
]


def put(database: Database, *moments: datetime) -> None:
    for moment in moments:
        database.writer.run(lambda work, at=moment: work.append(Person, {"id": work.new_id(), "created_at": at}))


def test_moments_come_back_aware_in_utc(database: Database) -> None:
    put(database, *MOMENTS)
    found = {row[0] for row in rows(database, Person, "created_at")}
    assert found == set(MOMENTS)
    assert {moment.tzinfo for moment in found} == {UTC}


def test_moments_sort_and_compare_by_time_whatever_their_zone(database: Database) -> None:
    put(database, *MOMENTS)
    created = table(Person).c.created_at
    query = sa.select(created).where(created > MOMENTS[2]).order_by(created)
    found = database.look(lambda work: list(work.look(query).scalars()))
    assert found == sorted(MOMENTS)[1:]


@pytest.mark.parametrize("way", ["append", "session", "where"])
def test_a_naive_moment_is_refused_and_hurts_nobody_else(database: Database, now: datetime, way: str) -> None:
    naive = now.replace(tzinfo=None)
    jobs = {
        "append": lambda work: work.append(Person, {"id": work.new_id(), "created_at": naive}),
        "session": lambda work: work.session.add(Person(id=work.new_id(), created_at=naive)),
        "where": lambda work: work.session.exec(select(Person).where(Person.created_at == naive)).all(),
    }
    with pytest.raises((StatementError, ValueError), match="naive"):
        database.writer.run(jobs[way])
    database.writer.run(lambda work: note(work, "after", now))
    assert subjects(database) == ["after"]
    assert rows(database, Person, "id") == []


def test_no_moment_is_no_moment(database: Database, now: datetime) -> None:
    put(database, now)
    assert rows(database, Person, "member_since", "consent_at") == [(None, None)]
