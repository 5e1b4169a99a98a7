"""Jobs: one process at a time, their results written down, and what each of them does."""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.jobs import JOBS, clean_up, settle_outbox
from bot.jobs.job import Job, Moment, run_job
from bot.jobs.leases import LEASE, RENEWED, Leases
from bot.jobs.scheduler import Scheduler
from bot.services.house import House
from storage import conversations, inbox
from storage import jobs as runs
from storage.conversations import Conversation
from storage.database import Database
from storage.inbox import Inbound
from storage.jobs import JobRun
from storage.outbox import ANSWER_LEASE, Outbox
from tests.conftest import Opener
from tests.storage.kit import PATIENCE_S, meet, queue, rows, together

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def job(run: Any, shared: bool = True, name: str = "test") -> Job:
    return Job(name, timedelta(hours=1), run, shared)


def last_run(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, JobRun, "name", "counts", "error", "leased_until")


def test_names_are_unique_and_every_job_runs_on_an_empty_database(
    database: Database, house: House, now: datetime
) -> None:
    assert len({each.name for each in JOBS}) == len(JOBS)
    database.look(house.knowledge.refresh)
    for each in JOBS:
        counts = run_job(each, database, house, Moment(now, now))
        assert counts is not None
        assert set(counts.values()) == {0}
    assert {row[0] for row in last_run(database)} == {each.name for each in JOBS if each.shared}


def test_a_run_is_written_down_with_its_counts(database: Database, house: House, now: datetime) -> None:
    assert run_job(job(lambda *_: {"done": 3}), database, house, Moment(now, now)) == {"done": 3}
    assert last_run(database) == [("test", {"done": 3}, "", None)]
    ((started, finished, millis),) = rows(database, JobRun, "started_at", "finished_at", "millis")
    assert started == now
    assert finished == now + timedelta(milliseconds=millis)


def test_a_failing_run_is_written_down_logged_and_gives_its_lease_back(
    database: Database, house: House, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> dict[str, int]:
        raise RuntimeError("a secret text")

    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError):
        run_job(job(fail), database, house, Moment(now, now))
    assert last_run(database) == [("test", None, "RuntimeError", None)]
    assert caplog.records[0].message == "job failed"
    assert run_job(job(lambda *_: {"done": 1}), database, house, Moment(now, now)) == {"done": 1}
    assert last_run(database) == [("test", {"done": 1}, "", None)]


def test_of_two_processes_one_runs_a_shared_job(another: Opener, house: House, now: datetime) -> None:
    one, two = another(), another()
    inside, go_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> dict[str, int]:
        inside.set()
        assert go_on.wait(PATIENCE_S)
        return {"done": 1}

    thread = threading.Thread(target=run_job, args=(job(slow), one, house, Moment(now, now)))
    thread.start()
    assert inside.wait(PATIENCE_S)
    fast = job(lambda *_: {"done": 2})
    assert run_job(fast, two, house, Moment(now, now)) is None
    assert run_job(fast, two, house, Moment(now + LEASE - SECOND, now)) is None
    assert run_job(fast, two, house, Moment(now + LEASE, now)) == {"done": 2}
    go_on.set()
    thread.join(PATIENCE_S)


def test_a_lease_is_renewed_while_its_process_lives_and_soon_over_when_it_was_killed(
    another: Opener, house: House, now: datetime
) -> None:
    one, two = another(), another()
    mine, theirs = Leases(one, RENEWED), Leases(two, RENEWED)
    ran: list[object] = []

    def long(*_: Any) -> dict[str, int]:
        for seconds in range(10, 60, 10):
            mine.renew(now + seconds * SECOND)
        late = now + 50 * SECOND + RENEWED
        for at in (now + RENEWED, late - SECOND, late):
            ran.append(run_job(job(lambda *_: {"done": 2}), two, house, Moment(at, now), theirs))
        mine.renew(late)  # it was taken over: that is not renewed
        return {"done": 1}

    assert run_job(job(long), one, house, Moment(now, now), mine) == {"done": 1}
    assert ran == [None, None, {"done": 2}]
    assert last_run(one) == [("test", {"done": 1}, "", None)]


def test_renewing_touches_nobody_elses_lease(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    mine, theirs = Leases(one, RENEWED), Leases(two, RENEWED)
    assert mine.take("first", now)
    assert mine.take("second", now)
    later = now + RENEWED
    assert theirs.take("first", later)
    mine.renew(later + SECOND)
    mine.renew(later + 2 * SECOND)
    assert dict(rows(one, JobRun, "name", "leased_until")) == {
        "first": later + RENEWED,
        "second": later + 2 * SECOND + RENEWED,
    }
    mine.drop("second")
    mine.renew(later + 9 * SECOND)
    assert dict(rows(one, JobRun, "name", "leased_until"))["second"] == later + 2 * SECOND + RENEWED


def test_a_job_of_every_process_runs_in_every_process(another: Opener, house: House, now: datetime) -> None:
    ran: list[int] = []
    each = job(lambda *_: ran.append(1) or {"done": 1}, shared=False)
    both = [another(), another()]
    assert together(*(lambda db=db: run_job(each, db, house, Moment(now, now)) for db in both)) == []
    assert len(ran) == 2
    assert last_run(both[0]) == []


def test_settling_closes_lapsed_replies_and_what_came_too_late(database: Database, house: House, now: datetime) -> None:
    known = meet(database, "u1", now)
    queue(database, known, now, text="reply", state="answering", due_at=now + ANSWER_LEASE)
    queue(database, known, now, text="late", valid_until=now + SECOND)
    up_since = now - HOUR
    assert settle_outbox.run(database, house, Moment(now, up_since)) == dict.fromkeys(
        ("heard", "unknown", "expired", "broadcasts"), 0
    )
    after = Moment(now + ANSWER_LEASE, up_since)
    assert settle_outbox.run(database, house, after) == {"heard": 1, "unknown": 0, "expired": 1, "broadcasts": 0}
    assert dict(rows(database, Outbox, "text", "state")) == {"reply": "sent", "late": "expired"}


def test_cleaning_up_forgets_what_must_not_be_kept_and_nothing_else(
    database: Database, house: House, now: datetime
) -> None:
    known = meet(database, "u1", now)
    old = now - timedelta(days=house.chat_days) - SECOND

    def speak(text: str, at: datetime) -> None:
        values = {"channel": "oa", "dedupe": text, "person_id": known.person_id, "kind": "text", "topic": ""}
        database.writer.run(lambda work: inbox.record(work, text=text, id=work.new_id(), received_at=at, **values))
        queue(database, known, at, text=f"re: {text}", state="sent")

    speak("old", old)
    speak("new", now)
    queue(database, known, old, text="still open")
    database.writer.run(lambda work: conversations.put(work, known.person_id, "f", b"x", old, now))
    counts = clean_up.run(database, house, Moment(now, now))
    done = {
        "forms": 1,
        "texts": 1,
        "replies": 1,
        "summaries": 0,
        "evidence": 0,
        "misses": 0,
        "letters": 0,
        "sessions": 0,
    }
    done |= {"codes": 0, "recipients": 0}
    assert counts == done
    assert {key: text is None for key, text in rows(database, Inbound, "dedupe", "text")} == {"old": True, "new": False}
    assert sorted(text for (text,) in rows(database, Outbox, "text")) == ["", "re: new", "still open"]
    assert rows(database, Conversation, "form") == []
    assert set(clean_up.run(database, house, Moment(now, now)).values()) == {0}


def test_the_scheduler_runs_every_job_at_once_and_survives_one_that_fails(
    database: Database, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ran: dict[str, threading.Event] = {name: threading.Event() for name in ("good", "bad")}

    def good(*_: Any) -> dict[str, int]:
        ran["good"].set()
        return {"done": 1}

    def bad(*_: Any) -> dict[str, int]:
        ran["bad"].set()
        raise RuntimeError("no")

    with caplog.at_level(logging.CRITICAL):
        scheduler = Scheduler((job(bad, name="bad"), job(good, name="good")), database, house, SystemClock())
        scheduler.start()
        assert all(event.wait(PATIENCE_S) for event in ran.values())
        scheduler.stop()
    found = {run.name: (run.counts, run.error) for run in database.look(runs.all_runs)}
    assert found == {"good": ({"done": 1}, ""), "bad": (None, "RuntimeError")}
