"""Passive replies: marked when taken, released when late, and what a crash leaves behind."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from storage import claims, outbox
from storage.database import Database
from storage.outbox import ANSWER_LEASE, REMINDER, Answered, Delivery, MarkAnswered, Outbox
from storage.people import Known
from storage.work import Repeated, Values, Work
from tests.conftest import Opener
from tests.storage.kit import count, meet, queue, rows

SECOND = timedelta(seconds=1)


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    return meet(database, "u1", now)


def answering(database: Database, known: Known, at: datetime) -> int:
    return queue(database, known, at, state="answering", due_at=at + ANSWER_LEASE)


def state(database: Database, row_id: int) -> str:
    return {key: value for key, value in rows(database, Outbox, "id", "state")}[row_id]


def lapse(database: Database, at: datetime, up_since: datetime) -> outbox.Lapsed:
    return database.writer.run(lambda work: outbox.settle_lapsed(work, at, up_since))


def test_a_reply_the_platform_took_is_sent_with_one_attempt(database: Database, known: Known, now: datetime) -> None:
    ids = [answering(database, known, now) for _ in range(3)]
    kind = MarkAnswered()
    database.writer.post(kind, Answered(ids[0], now + SECOND))
    database.writer.run_batch(kind, Answered(ids[1], now + SECOND))
    database.writer.run_batch(kind, Answered(ids[0], now + 2 * SECOND))
    found = {row[0]: row[1:] for row in rows(database, Outbox, "id", "state", "route", "attempts", "settled_at")}
    assert found[ids[0]] == ("sent", "reply", 1, now + SECOND)
    assert found[ids[1]] == ("sent", "reply", 1, now + SECOND)
    assert found[ids[2]] == ("answering", "", 0, None)


@pytest.mark.parametrize(
    ("up_before_reply", "expected"),
    [(3600, "sent"), (0, "sent"), (-4, "sent"), (-5, "unknown"), (-15, "unknown"), (-3600, "unknown")],
)
def test_a_lapsed_reply_was_heard_only_if_a_repeat_could_have_reached_us(
    database: Database, known: Known, now: datetime, up_before_reply: int, expected: str
) -> None:
    """The first repeat comes five seconds after the push; whoever was up by then would have seen it."""
    row_id = answering(database, known, now)
    up_since = now - up_before_reply * SECOND
    lapsed = lapse(database, now + ANSWER_LEASE + 3600 * SECOND, up_since)
    assert state(database, row_id) == expected
    assert lapsed == outbox.Lapsed(heard=int(expected == "sent"), unknown=int(expected == "unknown"))


def test_a_lease_that_still_runs_is_left_alone(database: Database, known: Known, now: datetime) -> None:
    row_id = answering(database, known, now)
    assert lapse(database, now + ANSWER_LEASE - SECOND, now) == outbox.Lapsed(0, 0)
    assert state(database, row_id) == "answering"
    assert lapse(database, now + ANSWER_LEASE, now) == outbox.Lapsed(1, 0)


def test_lapsing_touches_nothing_but_passive_replies(database: Database, known: Known, now: datetime) -> None:
    others = [queue(database, known, now, state=name) for name in ("queued", "sending", "sent", "failed")]
    assert lapse(database, now + timedelta(days=1), now) == outbox.Lapsed(0, 0)
    assert [state(database, row_id) for row_id in others] == ["queued", "sending", "sent", "failed"]


def test_an_answer_heard_after_all_is_sent_whatever_was_thought(
    database: Database, known: Known, now: datetime
) -> None:
    row_id = answering(database, known, now)
    lapse(database, now + timedelta(hours=1), now + timedelta(minutes=59))
    assert state(database, row_id) == "unknown"
    database.writer.run_batch(MarkAnswered(), Answered(row_id, now + timedelta(hours=1)))
    assert state(database, row_id) == "sent"


def test_a_reply_that_is_too_late_goes_to_the_sender_and_only_then(
    database: Database, known: Known, now: datetime
) -> None:
    late, taken = answering(database, known, now), answering(database, known, now)
    database.writer.run_batch(MarkAnswered(), Answered(taken, now))
    for row_id in (late, taken):
        database.writer.run(lambda work, row_id=row_id: outbox.release(work, row_id, now + 4 * SECOND))
    assert (state(database, late), state(database, taken)) == ("queued", "sent")
    assert database.look(lambda work: claims.any_due(work, now + 4 * SECOND))


def test_a_repeat_is_given_what_was_said_in_answer_and_nothing_else(
    database: Database, known: Known, now: datetime
) -> None:
    """Also when another process marked it answered after the repeat has looked."""
    kept = [answering(database, known, now), answering(database, known, now), answering(database, known, now)]
    database.writer.run_batch(MarkAnswered(), Answered(kept[1], now))
    lapse(database, now + timedelta(hours=1), now + timedelta(minutes=59))
    elsewhere = [queue(database, known, now, state=name) for name in ("queued", "sending", "sent", "unknown", "failed")]
    pushed = [queue(database, known, now, state=name, route="custom") for name in ("sent", "unknown")]
    given = {row: database.writer.run(lambda work, row=row: outbox.hand_out(work, row)) for row in kept}
    refused = [database.writer.run(lambda work, row=row: outbox.hand_out(work, row)) for row in (*elsewhere, *pushed)]
    assert given == dict.fromkeys(kept, True)
    assert not any(refused)


def test_a_message_key_is_there_once(database: Database, known: Known, now: datetime) -> None:
    assert not database.look(lambda work: outbox.has(work, "r:1:0"))
    queue(database, known, now, dedupe="r:1:0", lane=REMINDER)
    assert database.look(lambda work: outbox.has(work, "r:1:0"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        queue(database, known, now, dedupe="r:1:0", lane=REMINDER)
    assert count(database, Outbox) == 1


def test_states_are_counted_since_a_moment(database: Database, known: Known, now: datetime) -> None:
    queue(database, known, now - timedelta(days=1))
    queue(database, known, now)
    queue(database, known, now, state="sent")
    assert database.look(lambda work: outbox.counts(work, now)) == {"queued": 1, "sent": 1}


def test_the_delivery_log_keeps_codes_short(database: Database, known: Known, now: datetime) -> None:
    row_id = queue(database, known, now)
    database.writer.run(lambda work: outbox.log(work, row_id, 1, "custom", "rejected", "9" * 100, 12, now))
    assert rows(database, Delivery, "outbox_id", "attempt", "code", "millis") == [(row_id, 1, "9" * 64, 12)]


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_two_groups_that_hand_out_the_rows_of_each_other_do_not_wait(
    database: Database, another: Opener, known: Known, now: datetime
) -> None:
    """They did, and PostgreSQL ended one of them after a second: a storm of repeats got slower and slower."""
    rows_, together = [answering(database, known, now) for _ in range(2)], threading.Barrier(2, timeout=10)

    def job(mine: int, theirs: int) -> Callable[[Work], tuple[bool, bool]]:
        def run(work: Work) -> tuple[bool, bool]:
            taken = outbox.hand_out(work, mine)
            together.wait()
            after = outbox.hand_out(work, theirs)
            together.wait()
            return taken, after

        return run

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(database.writer.run, job(*rows_))
        other = pool.submit(another().writer.run, job(*reversed(rows_)))
        assert (one.result(20), other.result(20)) == ((True, True), (True, True))


def test_a_group_changes_its_rows_in_the_order_of_their_ids(
    database: Database, known: Known, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, seen = [answering(database, known, now) for _ in range(3)], list[int]()
    execute = Repeated.execute

    def watch(self: Repeated, conn: sa.Connection, given: Sequence[Values]) -> None:
        seen.extend(each["row_id"] for each in given if "row_id" in each)
        execute(self, conn, given)

    monkeypatch.setattr(Repeated, "execute", watch)

    def marks(work: Work) -> None:
        for each in reversed(ids):
            MarkAnswered().run(work, Answered(each, now), Answered(each, now))

    database.writer.run(marks)
    assert seen == sorted(ids)
