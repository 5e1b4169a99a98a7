"""Claiming and settling: due rows only, lower lanes first, no row twice, and only the owner's word counts."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import claims
from storage.claims import Claimed, Settlement
from storage.database import Database
from storage.outbox import BULK, REMINDER, REPLY, SEND_LEASE, Delivery, Outbox
from storage.people import Known
from storage.work import Work
from tests.conftest import Opener
from tests.storage.kit import PATIENCE_S, meet, queue, rows, together

LANES = (REPLY, REMINDER, BULK)
SECOND = timedelta(seconds=1)


@pytest.fixture
def known(database: Database, now: datetime) -> Known:
    return meet(database, "u1", now)


def claim(
    database: Database,
    now: datetime,
    owner: str = "a",
    limit: int = 100,
    lanes: tuple[int, ...] = LANES,
    channels: tuple[str, ...] = ("oa",),
) -> list[Claimed]:
    return database.writer.run(lambda work: claims.claim(work, owner, now, limit, lanes, channels))


def done(row: Claimed, now: datetime, state: str = "sent", **more: Any) -> Settlement:
    values: dict[str, Any] = {"route": "custom", "result": "ok", "code": "", "message_id": "", "millis": 7, **more}
    return Settlement(id=row.id, attempt=row.attempts + 1, state=state, due_at=now, at=now, **values)


def settle(database: Database, owner: str, *settlements: Settlement) -> None:
    database.writer.run(lambda work: claims.settle(work, owner, settlements))


def state(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    return rows(database, Outbox, "state", *columns)


def test_lower_lanes_come_first_then_the_longest_due(database: Database, known: Known, now: datetime) -> None:
    late = queue(database, known, now - SECOND, lane=BULK)
    reminder = queue(database, known, now, lane=REMINDER)
    younger = queue(database, known, now, lane=REPLY)
    older = queue(database, known, now - SECOND, lane=REPLY)
    assert [row.id for row in claim(database, now)] == [older, younger, reminder, late]


def test_only_what_is_due_open_and_on_these_lanes_and_channels(database: Database, known: Known, now: datetime) -> None:
    elsewhere = meet(database, "u2", now, channel="wecom")
    mine = queue(database, known, now)
    queue(database, known, now, due_at=now + SECOND)
    queue(database, known, now, lane=BULK)
    queue(database, elsewhere, now)
    for name in ("answering", "sent", "accepted", "unknown", "failed", "unreachable", "expired", "cancelled"):
        queue(database, known, now, state=name)
    assert [row.id for row in claim(database, now, lanes=(REPLY, REMINDER))] == [mine]
    assert claim(database, now, limit=0) == []


def test_a_claimed_row_carries_what_sending_needs(database: Database, known: Known, now: datetime) -> None:
    queue(database, known, now, text="请查收", choices=[["a", "同意"]], valid_until=now + SECOND, hand_over=True)
    (row,) = claim(database, now, owner="me")
    assert (row.text, row.choices, row.valid_until, row.hand_over) == ("请查收", [["a", "同意"]], now + SECOND, True)
    assert (row.channel, row.user, row.following, row.refused) == ("oa", "u1", True, "")
    assert (row.was, row.attempts) == ("queued", 0)
    assert state(database, "owner", "attempts", "due_at") == [("sending", "me", 1, now + SEND_LEASE)]


def test_two_owners_that_overlap_never_get_the_same_row(another: Opener, now: datetime) -> None:
    one, two = another(), another()
    known = meet(one, "u1", now)
    for _ in range(40):
        queue(one, known, now)
    overlap = threading.Barrier(1 if one.is_sqlite else 2)
    got: dict[str, list[int]] = {}

    def take(database: Database, owner: str) -> None:
        def job(work: Work) -> list[int]:
            mine = [row.id for row in claims.claim(work, owner, now, 15, LANES, ("oa",))]
            overlap.wait(PATIENCE_S)
            return mine

        got[owner] = database.writer.run(job)

    assert together(lambda: take(one, "a"), lambda: take(two, "b")) == []
    assert (len(got["a"]), len(got["b"])) == (15, 15)
    assert not set(got["a"]) & set(got["b"])
    owners = [owner for _, owner in state(one, "owner")]
    assert sorted(set(owners)) == ["", "a", "b"]


def test_a_row_whose_sender_died_is_claimed_again_after_the_lease(
    database: Database, known: Known, now: datetime
) -> None:
    queue(database, known, now)
    assert len(claim(database, now, "dead")) == 1
    assert claim(database, now + SEND_LEASE - SECOND, "b") == []
    (row,) = claim(database, now + SEND_LEASE, "b")
    assert (row.was, row.attempts) == ("sending", 1)
    assert state(database, "owner", "attempts") == [("sending", "b", 2)]


def test_settling_writes_the_outcome_and_one_line_of_the_log(database: Database, known: Known, now: datetime) -> None:
    queue(database, known, now)
    (row,) = claim(database, now, "me")
    settle(database, "me", done(row, now + SECOND, "accepted", message_id="m1", code="0"))
    expected = [("accepted", "custom", "0", "m1", now + SECOND)]
    assert state(database, "route", "code", "message_id", "settled_at") == expected
    logged = rows(database, Delivery, "outbox_id", "attempt", "route", "result", "millis")
    assert logged == [(row.id, 1, "custom", "ok", 7)]


def test_many_outcomes_of_every_kind_are_written_together(database: Database, known: Known, now: datetime) -> None:
    for _ in range(4):
        queue(database, known, now)
    claimed = claim(database, now, "me")
    ends = ("sent", "failed", "unreachable", "queued")
    settle(database, "me", *(done(row, now + SECOND, end) for row, end in zip(claimed, ends, strict=True)))
    found = dict(rows(database, Outbox, "id", "state"))
    assert [found[row.id] for row in claimed] == list(ends)
    unsettled = [row for row in rows(database, Outbox, "state", "settled_at") if row[1] is None]
    assert unsettled == [("queued", None)]
    assert [row.id for row in claim(database, now + SECOND, "me")] == [claimed[3].id]


def test_the_word_of_a_wrong_owner_changes_nothing(database: Database, known: Known, now: datetime) -> None:
    queue(database, known, now)
    (slow,) = claim(database, now, "slow")
    settle(database, "stranger", done(slow, now, "failed"))
    assert state(database, "owner") == [("sending", "slow")]
    (quick,) = claim(database, now + SEND_LEASE, "quick")
    settle(database, "slow", done(slow, now + SEND_LEASE, "failed"))
    assert state(database, "owner") == [("sending", "quick")]
    settle(database, "quick", done(quick, now + SEND_LEASE))
    settle(database, "quick", done(quick, now + SEND_LEASE, "failed"))
    assert state(database) == [("sent",)]


@pytest.mark.parametrize(("ok", "end"), [(True, "sent"), (False, "failed")])
def test_a_receipt_ends_an_accepted_message_once(
    database: Database, known: Known, now: datetime, ok: bool, end: str
) -> None:
    queue(database, known, now)
    (row,) = claim(database, now, "me")
    settle(database, "me", done(row, now, "accepted", message_id="m1"))
    confirm = [
        database.writer.run(lambda work, each=each: claims.confirm(work, each, ok, "user block", now))
        for each in ("m2", "m1", "m1")
    ]
    assert confirm == [0, 1, 0]
    assert state(database, "code") == [(end, "user block")]


def test_what_was_not_sent_in_time_expires(database: Database, known: Known, now: datetime) -> None:
    queue(database, known, now, valid_until=now)
    queue(database, known, now, valid_until=now + SECOND)
    queue(database, known, now)
    queue(database, known, now, state="sent", valid_until=now)
    assert database.writer.run(lambda work: claims.expire(work, now + SECOND)) == 1
    assert sorted(state(database)) == [("expired",), ("queued",), ("queued",), ("sent",)]


def test_an_idle_sender_can_tell_that_nothing_is_due(database: Database, known: Known, now: datetime) -> None:
    assert not database.look(lambda work: claims.any_due(work, now))
    queue(database, known, now, due_at=now + SECOND)
    assert not database.look(lambda work: claims.any_due(work, now))
    assert database.look(lambda work: claims.any_due(work, now + SECOND))
    assert database.look(lambda work: claims.waiting(work, (REPLY,))) == 1
    assert database.look(lambda work: claims.waiting(work, (BULK,))) == 0
