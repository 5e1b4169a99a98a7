"""Reminders to say 收到 that wait in the outbox (`bn:<recipient id>`): held back, taken back.

`storage/broadcast_again.py` writes them. While their notice is paused they are due at `HELD`; when it goes on the job
`settle_broadcasts` makes them due again. What a sender has claimed goes out.

Crash analysis: each step is one transaction, chosen by what is true then; what one leaves over the next tick finds.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage import scope
from storage.base import table
from storage.broadcasts import ENDED, Broadcast
from storage.outbox import BULK, Outbox
from storage.recipients import Recipient
from storage.work import Work

HELD = datetime(2200, 1, 1, tzinfo=UTC)
_out, _row, _broadcast = table(Outbox), table(Recipient), table(Broadcast)
# Said literally, so that the partial index of open rows will do.
_OPEN_ROWS = sa.text("outbox.state IN ('answering','queued','sending')")
_WAITS = (_OPEN_ROWS, _out.c.lane == BULK, _out.c.state == "queued", _out.c.dedupe.startswith("bn:"))
# CASE: PostgreSQL may cast before it has looked whether the row is a reminder.
_RECIPIENT = sa.cast(
    sa.case((_out.c.dedupe.startswith("bn:"), sa.func.substr(_out.c.dedupe, 4)), else_="0"), sa.BigInteger
)


def cancel_some(work: Work, broadcast_id: int, now: datetime, limit: int) -> int:
    """At most so many waiting reminders of a cancelled notice are `cancelled`; 0 when none is left."""
    return _change(work, (_of(_broadcast.c.id == broadcast_id),), limit, **_stopped(now))


def take_back(work: Work, person_id: int, topics: Collection[str], now: datetime) -> int:
    """Reminders to a person of notices of topics they do not want any more."""
    theirs = (_out.c.person_id == person_id, _of(_broadcast.c.topic.in_(topics), _broadcast.c.kind == "notice"))
    return _change(work, theirs, None, **_stopped(now))


def asking(work: Work, path: str | None, limit: int) -> Sequence[Broadcast]:
    """Notices that have ended and whose reminders wait, of the branches below a path (None: everybody's)."""
    ids = sa.select(_row.c.broadcast_id).where(_row.c.id.in_(sa.select(_RECIPIENT).where(*_WAITS)))
    query = select(Broadcast).where(col(Broadcast.id).in_(ids), *_ended(path))
    return work.session.exec(query.order_by(col(Broadcast.id).desc()).limit(limit)).all()


def stop_below(work: Work, path: str | None, now: datetime) -> int:
    """All waiting reminders of ended notices of these branches are `cancelled`, in one statement."""
    return _change(work, (_of(*_ended(path)),), None, **_stopped(now))


def hold(work: Work, limit: int) -> int:
    """At most so many reminders of paused notices are held back, first those that are due first."""
    return _change(work, (_out.c.due_at < HELD, _of(_broadcast.c.state == "paused")), limit, due_at=HELD)


def let_go(work: Work, due_at: datetime, limit: int) -> int:
    """At most so many reminders of notices that go on after a pause are due at a moment."""
    return _change(work, (_out.c.due_at == HELD, _of(_broadcast.c.state != "paused")), limit, due_at=due_at)


def any_stuck(work: Work) -> bool:
    """Whether a reminder waits of a paused or cancelled notice, or is held back; cheap where none waits at all."""
    stuck = sa.or_(_out.c.due_at == HELD, _of(_broadcast.c.state.in_(("paused", "cancelled"))))
    return work.look(sa.select(_out.c.id).where(*_WAITS, stuck).limit(1)).first() is not None


def of_cancelled(work: Work) -> list[int]:
    """Cancelled notices whose reminders wait."""
    ids = sa.select(_row.c.broadcast_id).where(_row.c.id.in_(sa.select(_RECIPIENT).where(*_WAITS)))
    query = sa.select(_broadcast.c.id).where(_broadcast.c.state == "cancelled", _broadcast.c.id.in_(ids))
    return list(work.look(query).scalars())


def _of(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    joined = (_row.c.id == _RECIPIENT, _broadcast.c.id == _row.c.broadcast_id)
    return sa.exists().where(*joined, *conditions).correlate(_out)


def _ended(path: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    return (_broadcast.c.state.in_(ENDED), *scope.of_places(_broadcast.c.org_id, path))


def _stopped(now: datetime) -> dict[str, Any]:
    return {"state": "cancelled", "code": "stopped", "settled_at": now}


def _change(work: Work, which: Sequence[sa.ColumnElement[bool]], limit: int | None, **values: Any) -> int:
    chosen = sa.select(_out.c.id).where(*_WAITS, *which).order_by(_out.c.due_at, _out.c.id).limit(limit)
    if work.dialect == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    return int(work.execute(sa.update(_out).where(_out.c.id.in_(chosen)).values(**values)).rowcount)
