"""The unit of work: groups, isolation of jobs from each other, order by key, what is told when."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage import people
from storage.database import Database
from storage.people import Address
from storage.work import Work
from tests import postgres
from tests.conftest import Opener
from tests.storage.kit import PATIENCE_S, count, held, meet, note, rows, subjects, together

Job = Callable[[Work], Any]


@pytest.fixture
def single(another: Opener) -> Database:
    """A database with one writer thread, so that a group can be put together by hand."""
    return another(threads=1)


async def grouped(database: Database, *jobs: Job) -> list[Any]:
    """Results or errors of jobs that were waiting together."""
    with held(database):
        futures = [database.writer.write(job) for job in jobs]
    return await asyncio.gather(*futures, return_exceptions=True)


async def test_jobs_that_wait_together_are_one_transaction(single: Database, now: datetime) -> None:
    commits: list[str] = []
    sa.event.listen(single.engine, "commit", lambda conn: commits.append("commit"))
    jobs = [lambda work, number=number: note(work, f"n{number:02}", now) for number in range(50)]
    assert await grouped(single, *jobs) == [None] * 50
    assert commits == ["commit", "commit"]  # the job that held the writer, and the group
    assert len(subjects(single)) == 50


async def test_a_job_that_raises_undoes_only_itself(single: Database, now: datetime) -> None:
    def bad(work: Work) -> None:
        note(work, "bad, remembered", now)
        work.session.add(people.Person(id=work.new_id(), created_at=now))
        note(work, "bad, written", now)
        work.execute(sa.text("SELECT 1"))
        raise ValueError("no")

    def written(work: Work) -> None:
        note(work, "written", now)
        work.execute(sa.text("SELECT 1"))

    results = await grouped(single, lambda work: note(work, "before", now), bad, written)
    assert [type(result) for result in results] == [type(None), ValueError, type(None)]
    assert subjects(single) == ["before", "written"]
    assert count(single, people.Person) == 0


async def test_a_conflict_repeats_the_others_alone_and_they_succeed(single: Database, now: datetime) -> None:
    meet(single, "taken", now)
    ran: list[str] = []

    def good(name: str) -> Job:
        def job(work: Work) -> str:
            ran.append(name)
            note(work, name, now)
            return name

        return job

    def bad(work: Work) -> None:
        people.create(work, "oa", "taken", "", now)

    results = await grouped(single, good("a"), bad, good("b"))
    assert (results[0], type(results[1]), results[2]) == ("a", IntegrityError, "b")
    assert ran == ["a", "b", "a", "b"]
    assert subjects(single) == ["a", "b"]


async def test_jobs_that_race_for_one_key_all_succeed_when_repeated(single: Database, now: datetime) -> None:
    def find_or_create(work: Work) -> int:
        found = people.find(work, "oa", "u1") if alone else None
        return found.person_id if found else people.create(work, "oa", "u1", "", now).person_id

    alone: list[bool] = []
    sa.event.listen(single.engine, "rollback", lambda conn: alone.append(True))
    results = await grouped(single, find_or_create, find_or_create, find_or_create)
    assert len(set(results)) == 1
    assert count(single, Address) == 1


async def test_an_error_in_the_middle_of_a_statement_keeps_its_group(single: Database, now: datetime) -> None:
    def bad(work: Work) -> None:
        work.execute(sa.text("SELECT * FROM nowhere"))

    results = await grouped(single, lambda work: note(work, "a", now), bad, lambda work: note(work, "b", now))
    assert isinstance(results[1], sa.exc.DBAPIError)
    assert subjects(single) == ["a", "b"]


async def test_jobs_of_one_key_run_in_order_and_never_together(database: Database, now: datetime) -> None:
    running: dict[str, int] = {"a": 0, "b": 0, "c": 0}
    seen: dict[str, list[int]] = {name: [] for name in running}

    def job(name: str, number: int) -> Job:
        def run(work: Work) -> None:
            running[name] += 1
            assert running[name] == 1
            work.execute(sa.text("SELECT 1"))
            seen[name].append(number)
            running[name] -= 1

        return run

    futures = [
        database.writer.write(job(name, number), key=("oa", name)) for number in range(60) for name in ("a", "b", "c")
    ]
    await asyncio.gather(*futures)
    assert seen == {name: list(range(60)) for name in running}


def test_a_posted_job_rides_with_the_next_group(database: Database, now: datetime) -> None:
    kind = _Notes(now)
    database.writer.post(kind, "posted")
    database.writer.run(lambda work: note(work, "waited for", now))
    assert subjects(database) == ["posted", "waited for"]


def test_a_posted_job_does_not_wait_for_company_for_ever(database: Database, now: datetime) -> None:
    kind = _Notes(now)
    database.writer.post(kind, "posted")
    assert kind.done.wait(PATIENCE_S)
    database.writer.stop()
    assert subjects(database) == ["posted"]


def test_a_posted_job_that_fails_is_logged(database: Database, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "storage.uow"):
        database.writer.post(_Notes(now, fails=True), "posted")
        database.writer.stop()
    assert [record.message for record in caplog.records] == ["posted job failed"]
    assert subjects(database) == []


async def test_closing_finishes_what_is_queued_and_takes_nothing_more(single: Database, now: datetime) -> None:
    with held(single):
        futures = [single.writer.write(lambda work, n=n: note(work, f"n{n}", now)) for n in range(5)]
        single.writer.post(_Notes(now), "posted")
        closing = threading.Thread(target=single.writer.stop)
        closing.start()
    await asyncio.gather(*futures)
    closing.join(PATIENCE_S)
    assert len(subjects(single)) == 6
    with pytest.raises(RuntimeError, match="closed"):
        single.writer.run(lambda work: None)


def test_a_database_that_never_started_can_be_closed(another: Opener, now: datetime) -> None:
    opened = another()
    never_started = Database(opened.engine.url.render_as_string(hide_password=False), opened.seal)
    never_started.close()
    assert subjects(opened) == []


async def test_success_is_told_only_after_the_commit(single: Database, now: datetime) -> None:
    told: list[bool] = []
    futures: list[asyncio.Future[None]] = []
    sa.event.listen(single.engine, "commit", lambda conn: told.extend(future.done() for future in futures))
    with held(single):
        futures.append(single.writer.write(lambda work: note(work, "a", now)))
    await futures[0]
    assert told
    assert not any(told)
    assert subjects(single) == ["a"]


def test_reads_do_not_wait_for_an_open_write_and_see_nothing_of_it(single: Database, now: datetime) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def slow(work: Work) -> None:
        note(work, "slow", now)
        work.execute(sa.text("SELECT 1"))
        wrote.set()
        assert go_on.wait(PATIENCE_S)

    thread = threading.Thread(target=single.writer.run, args=(slow,))
    thread.start()
    assert wrote.wait(PATIENCE_S)
    assert subjects(single) == []
    go_on.set()
    thread.join(PATIENCE_S)
    assert subjects(single) == ["slow"]


def test_a_read_is_one_snapshot(database: Database, now: datetime) -> None:
    audits = sa.text("SELECT count(*) FROM audit")

    def twice(work: Work) -> tuple[int, int]:
        first = work.look(audits).scalar_one()
        database.writer.run(lambda other: note(other, "meanwhile", now))
        return first, work.look(audits).scalar_one()

    assert database.look(twice) == (0, 0)
    assert subjects(database) == ["meanwhile"]


def test_what_a_read_writes_is_not_kept(database: Database, now: datetime) -> None:
    def write(work: Work) -> None:
        work.session.add(people.Person(id=work.new_id(), created_at=now))
        work.session.flush()

    if database.is_sqlite:
        database.look(write)
    else:
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            database.look(write)
    assert count(database, people.Person) == 0


async def test_reading_off_the_loop_gives_the_same(database: Database, now: datetime) -> None:
    await database.writer.write(lambda work: note(work, "a", now))
    found = await database.read(lambda work: work.look(sa.text("SELECT subject FROM audit")).scalar_one())
    assert found == "a"


def test_a_group_works_again_after_the_connection_was_lost(
    single: Database, now: datetime, request: pytest.FixtureRequest, url: str
) -> None:
    if single.is_sqlite:
        single.engine.dispose()
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        single.writer.run(lambda work: None)
        assert server.hang_up(url) > 0
    single.writer.run(lambda work: note(work, "after", now))
    assert subjects(single) == ["after"]


def test_jobs_that_lock_crosswise_in_two_processes_both_succeed(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    first, second = meet(one, "u1", now), meet(one, "u2", now)
    both_hold_one = threading.Barrier(1 if one.is_sqlite else 2)  # SQLite lets only one begin at all

    def cross(database: Database, order: tuple[people.Known, people.Known], name: str) -> None:
        tries: list[int] = []

        def job(work: Work) -> None:
            tries.append(1)
            people.refuse(work, order[0].address_id, name)
            if len(tries) == 1:
                both_hold_one.wait(PATIENCE_S)
            people.refuse(work, order[1].address_id, name)

        database.writer.run(job)

    errors = together(lambda: cross(one, (first, second), "one"), lambda: cross(two, (second, first), "two"))
    assert errors == []
    assert len(set(rows(one, Address, "refused"))) == 1


class _Notes:
    """A batch kind that writes one audit row."""

    def __init__(self, now: datetime, fails: bool = False) -> None:
        self.now, self.fails, self.done = now, fails, threading.Event()

    def prepare(self, work: Work, items: list[str]) -> list[str]:
        return items

    def run(self, work: Work, item: str, loaded: str) -> None:
        if self.fails:
            raise ValueError("no")
        note(work, item, self.now)
        self.done.set()
