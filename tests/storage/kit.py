"""Small helpers of the storage tests: people, a writer held in the middle of a job, counts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from storage import audit, outbox, people
from storage.base import table
from storage.database import Database
from storage.people import Known
from storage.work import Work

PATIENCE_S = 20.0


def meet(database: Database, user: str, now: datetime, channel: str = "oa") -> Known:
    """A new person with one address."""
    return database.writer.run(lambda work: people.create(work, channel, user, "", now))


def queue(database: Database, known: Known, now: datetime, text: str = "您好", **more: Any) -> int:
    """A message for a person, due now unless told otherwise; its id."""
    values: dict[str, Any] = {"state": "queued", **more}
    return database.writer.run(
        lambda work: outbox.put(
            work, person_id=known.person_id, address_id=known.address_id, text=text, now=now, **values
        )
    )


def note(work: Work, subject: str, now: datetime) -> None:
    """A row without relations."""
    audit.write(work, "test", "note", subject, now)


def subjects(database: Database) -> list[str]:
    """The committed subjects of `note`, sorted."""
    audits = table(audit.Audit)
    return database.look(lambda work: sorted(work.look(sa.select(audits.c.subject)).scalars()))


def count(database: Database, model: type[SQLModel]) -> int:
    """Committed rows of a table."""
    query = sa.select(sa.func.count()).select_from(table(model))
    return int(database.look(lambda work: work.look(query).scalar_one()))


def rows(database: Database, model: type[SQLModel], *columns: str) -> list[tuple[Any, ...]]:
    """Committed values, in the order of the table's first column."""
    kept = table(model)
    query = sa.select(*(kept.c[name] for name in columns)).order_by(*kept.primary_key.columns)
    return [tuple(row) for row in database.look(lambda work: work.look(query).all())]


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Inside the block the writer (with one thread) is in the middle of a job; what is queued then is one group."""
    began, go_on = threading.Event(), threading.Event()

    def job(work: Work) -> None:
        began.set()
        assert go_on.wait(PATIENCE_S)

    thread = threading.Thread(target=database.writer.run, args=(job,))
    thread.start()
    assert began.wait(PATIENCE_S)
    try:
        yield
    finally:
        go_on.set()
        thread.join(PATIENCE_S)


def together(*jobs: Any) -> list[BaseException]:
    """Run callables in threads that start at the same moment; the errors they ended with."""
    start = threading.Barrier(len(jobs))
    errors: list[BaseException] = []

    def one(job: Any) -> None:
        start.wait(PATIENCE_S)
        try:
            job()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return errors
