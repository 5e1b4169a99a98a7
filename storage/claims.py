"""Claiming and settling outbox rows: the sender's half of `storage/outbox.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.base import table
from storage.outbox import SEND_LEASE, Outbox, log
from storage.people import Address
from storage.work import Work

_out = table(Outbox)
_address = table(Address)
# Said literally, because a bound state does not tell the planner that the partial index of open rows will do.
OPEN_ROWS = sa.text("outbox.state IN ('answering','queued','sending')")


class Claimed(NamedTuple):
    """A row to send now, with the address it goes to. `was` is the state it was claimed from."""

    id: int
    person_id: int
    address_id: int
    lane: int
    route: str
    text: str
    choices: Any
    template: str
    fields: Any
    hand_over: bool
    valid_until: datetime | None
    attempts: int
    created_at: datetime
    was: str
    channel: str
    user: str
    following: bool
    refused: str
    window_until: datetime | None
    window_left: int


_COLUMNS = (
    *(_out.c[name] for name in Claimed._fields[:13]),
    _out.c.state,
    *(_address.c[name] for name in Claimed._fields[14:]),
)


def claim(
    work: Work, owner: str, now: datetime, limit: int, lanes: Sequence[int], channels: Sequence[str]
) -> list[Claimed]:
    """Take up to `limit` due rows, lower lanes first, oldest first; they are leased for `SEND_LEASE`."""
    query = (
        sa.select(*_COLUMNS)
        .select_from(_out.join(_address, _address.c.id == _out.c.address_id))
        .where(
            OPEN_ROWS,
            _out.c.state.in_(("queued", "sending")),
            _out.c.lane.in_(lanes),
            _out.c.due_at <= now,
            _address.c.channel.in_(channels),
        )
        .order_by(_out.c.lane, _out.c.due_at, _out.c.id)
        .limit(limit)
    )
    if work.dialect == "postgresql":
        query = query.with_for_update(of=_out, skip_locked=True)
    rows = [Claimed(*row) for row in work.execute(query)]
    if rows:
        work.execute(
            sa.update(_out)
            .where(_out.c.id.in_([row.id for row in rows]))
            .values(state="sending", owner=owner, due_at=now + SEND_LEASE, attempts=_out.c.attempts + 1)
        )
    return rows


_ROUTE = sa.update(_out).where(_out.c.id == sa.bindparam("row_id")).values(route=sa.bindparam("by"))


def plan_route(work: Work, row_id: int, route: str) -> None:
    """Write down by which route a claimed row leaves, before it leaves: a crash must not change the route."""
    work.defer(_ROUTE, {"row_id": row_id, "by": route})


class Settlement(NamedTuple):
    """How one claimed row goes on: a final state, or `queued` again at `due_at`."""

    id: int
    attempt: int
    state: str
    route: str
    result: str
    code: str
    message_id: str
    millis: int
    due_at: datetime
    at: datetime


_SETTLE = (
    sa.update(_out)
    .where(_out.c.id == sa.bindparam("row_id"), _out.c.owner == sa.bindparam("me"), _out.c.state == "sending")
    .values(
        state=sa.bindparam("new_state"),
        route=sa.bindparam("by"),
        code=sa.bindparam("why"),
        message_id=sa.bindparam("mid"),
        due_at=sa.bindparam("due"),
        settled_at=sa.bindparam("settled"),
    )
)


def settle(work: Work, owner: str, done: Sequence[Settlement]) -> None:
    """Write outcomes; a row that another process took over meanwhile is left to it."""
    for each in done:
        work.defer(
            _SETTLE,
            {
                "row_id": each.id,
                "me": owner,
                "new_state": each.state,
                "by": each.route,
                "why": each.code[:64],
                "mid": each.message_id[:64],
                "due": each.due_at,
                "settled": None if each.state == "queued" else each.at,
            },
        )
        log(work, each.id, each.attempt, each.route, each.result, each.code, each.millis, each.at)


def confirm(work: Work, message_id: str, ok: bool, code: str, now: datetime) -> int:
    """The platform told how an accepted message ended; returns how many rows that settled."""
    statement = (
        sa.update(_out)
        .where(_out.c.message_id == message_id, _out.c.state == "accepted")
        .values(state="sent" if ok else "failed", code=code[:64], settled_at=now)
    )
    return int(work.execute(statement).rowcount)


def any_due(work: Work, now: datetime) -> bool:
    """Whether anything may be claimed; cheap, so that an idle sender writes nothing."""
    query = (
        sa.select(_out.c.id).where(OPEN_ROWS, _out.c.state.in_(("queued", "sending")), _out.c.due_at <= now).limit(1)
    )
    return work.look(query).first() is not None


def expire(work: Work, now: datetime) -> int:
    """Messages that were not sent while they were worth it; returns how many."""
    late = sa.and_(OPEN_ROWS, _out.c.state == "queued", _out.c.valid_until < now)
    statement = sa.update(_out).where(late).values(state="expired", code="too late", settled_at=now)
    return int(work.execute(statement).rowcount)


def waiting(work: Work, lanes: Sequence[int]) -> int:
    """How many rows are open in these lanes, due or not."""
    return int(
        work.look(
            sa.select(sa.func.count())
            .select_from(_out)
            .where(_out.c.state.in_(("queued", "sending", "answering")), _out.c.lane.in_(lanes))
        ).scalar_one()
    )
