"""Reminders to say 收到 that wait in the outbox (`bn:<recipient id>`): held back, taken back.

`storage/broadcast_again.py` writes them. While their notice is paused they are due at `HELD`; when it goes on the job
`settle_broadcasts` makes them due again. What a sender has claimed goes out now or, where they are taken back, not any
more: it is not tried again. One that waited and is taken back gives back its key and the mark on the recipient
(`nudged_at`): nobody was asked, so they may be asked another time.

Of notices that have ended they are stopped by state: `again` is `{"kind": "unask"}`, which also ends the writing of
new ones. The first rows are cancelled in that transaction, the others by the job, which then makes it NULL.

Crash analysis: each step is one transaction of a bounded number of rows, chosen by what is true then; what one leaves
over the next tick finds. `unask` is NULL again only in a transaction that found fewer rows than it might have taken.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from storage import scope
from storage.base import table
from storage.broadcasts import ENDED, Broadcast
from storage.bulk_claims import listed
from storage.outbox import BULK, Outbox
from storage.recipients import Recipient
from storage.work import Work

HELD = datetime(2200, 1, 1, tzinfo=UTC)
UNASK = "unask"
_out, _row, _broadcast = table(Outbox), table(Recipient), table(Broadcast)
_KIND = _broadcast.c.again["kind"].as_string()
# Said literally, so that the partial index of open rows will do.
_OPEN_ROWS = sa.text("outbox.state IN ('answering','queued','sending')")
_OURS: tuple[Any, ...] = (_OPEN_ROWS, _out.c.lane == BULK, _out.c.dedupe.startswith("bn:"))
_WAITS, _CLAIMED = (*_OURS, _out.c.state == "queued"), (*_OURS, _out.c.state == "sending")
# CASE: PostgreSQL may cast before it has looked whether the row is a reminder.
_RECIPIENT = sa.cast(
    sa.case((_out.c.dedupe.startswith("bn:"), sa.func.substr(_out.c.dedupe, 4)), else_="0"), sa.BigInteger
)


def cancel_some(work: Work, broadcast_id: int, now: datetime, limit: int) -> int:
    """At most so many waiting reminders of a notice are `cancelled`; 0 when none is left."""
    return _cancel(work, (_of(_broadcast.c.id == broadcast_id),), now, limit)


def take_back(work: Work, person_id: int, topics: Collection[str], now: datetime) -> int:
    """Reminders to a person of notices of topics they do not want any more."""
    theirs = (_out.c.person_id == person_id, _of(_broadcast.c.topic.in_(topics), _broadcast.c.kind == "notice"))
    return _cancel(work, theirs, now, None)


def asking(work: Work, path: str | None, limit: int) -> Sequence[Broadcast]:
    """Notices that have ended and whose reminders wait, are being sent or written, of the branches below a path (None:
    everybody's)."""
    query = select(Broadcast).where(*_asking(path))
    return work.session.exec(query.order_by(col(Broadcast.id).desc()).limit(limit)).all()


def stop_below(work: Work, path: str | None, now: datetime, limit: int) -> list[int]:
    """No more reminders of ended notices of these branches; the ids of the notices. At most so many rows at once."""
    stop = sa.update(_broadcast).where(*_asking(path)).values(again={"kind": UNASK}).returning(_broadcast.c.id)
    ids = sorted(work.execute(stop).scalars())
    for broadcast_id in ids:
        if limit <= 0:
            break  # the job goes on
        limit -= stop_some(work, broadcast_id, now, limit)
    return ids


def stopped_ones(work: Work) -> list[int]:
    """Notices whose reminders are being taken back."""
    return list(work.look(sa.select(_broadcast.c.id).where(_KIND == UNASK)).scalars())


def stop_some(work: Work, broadcast_id: int, now: datetime, limit: int) -> int:
    """At most so many waiting reminders of a notice whose reminders are being taken back; with none left it is free."""
    count = cancel_some(work, broadcast_id, now, limit)
    if count < limit:
        mine = (_broadcast.c.id == broadcast_id, _KIND == UNASK)
        work.execute(sa.update(_broadcast).where(*mine).values(again=sa.null()))
    return count


def hold(work: Work, limit: int) -> int:
    """At most so many reminders of paused notices are held back, first those that are due first."""
    return _change(work, _TO_HOLD, limit, due_at=HELD)


def any_to_hold(work: Work) -> bool:
    """Whether `hold` would find one; reads all that wait where it would not, so it is asked beside the writer."""
    return _any(work, _TO_HOLD)


def let_go(work: Work, due_at: datetime, limit: int) -> int:
    """At most so many reminders of notices that go on after a pause are due at a moment."""
    return _change(work, _TO_LET_GO, limit, due_at=due_at)


def any_to_let_go(work: Work) -> bool:
    """Whether `let_go` would find one; asked beside the writer, too."""
    return _any(work, _TO_LET_GO)


def any_stuck(work: Work) -> bool:
    """Whether a reminder waits of a paused or cancelled notice, or is held back; cheap where none waits at all."""
    return _any(work, (sa.or_(_out.c.due_at == HELD, _of(_broadcast.c.state.in_(("paused", "cancelled")))),))


def of_cancelled(work: Work) -> list[int]:
    """Cancelled notices whose reminders wait."""
    ids = sa.select(_row.c.broadcast_id).where(_row.c.id.in_(sa.select(_RECIPIENT).where(*_WAITS)))
    query = sa.select(_broadcast.c.id).where(_broadcast.c.state == "cancelled", _broadcast.c.id.in_(ids))
    return list(work.look(query).scalars())


def _of(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    joined = (_row.c.id == _RECIPIENT, _broadcast.c.id == _row.c.broadcast_id)
    return sa.exists().where(*joined, *conditions).correlate(_out)


_TO_HOLD = (_out.c.due_at < HELD, _of(_broadcast.c.state == "paused"))
_TO_LET_GO = (_out.c.due_at == HELD, _of(_broadcast.c.state != "paused"))


def _any(work: Work, which: Sequence[sa.ColumnElement[bool]]) -> bool:
    return work.look(sa.select(_out.c.id).where(*_WAITS, *which).limit(1)).first() is not None


def _asking(path: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    waiting = sa.select(_row.c.broadcast_id).where(_row.c.id.in_(sa.select(_RECIPIENT).where(*_OURS)))
    some = sa.or_(_broadcast.c.id.in_(waiting), _KIND == "nudge")
    return (some, _broadcast.c.state.in_(ENDED), *scope.of_places(_broadcast.c.org_id, path))


def _cancel(work: Work, which: Sequence[sa.ColumnElement[bool]], now: datetime, limit: int | None) -> int:
    last = sa.update(_out).where(_out.c.id.in_(_chosen(work, (*_CLAIMED, _out.c.valid_until > now, *which), limit)))
    work.execute(last.values(valid_until=now))
    found = work.execute(_chosen(work, (*_WAITS, *which), limit, _RECIPIENT.label("recipient_id"))).all()
    if found:
        messages, recipients = [row.id for row in found], [row.recipient_id for row in found]
        values = {"state": "cancelled", "code": "stopped", "dedupe": None, "settled_at": now}
        work.execute(sa.update(_out).where(_among(work, _out.c.id, messages)).values(**values))
        work.execute(sa.update(_row).where(_among(work, _row.c.id, recipients)).values(nudged_at=None))
    return len(found)


def _among(work: Work, column: sa.ColumnElement[int], ids: Sequence[int]) -> sa.ColumnElement[bool]:
    given = listed(work, ids)
    if work.dialect == "postgresql":
        return column == sa.func.any(sa.literal(given, ARRAY(sa.BigInteger)))
    return column.in_(sa.select(sa.func.json_each(given).table_valued("value").c.value))


def _change(work: Work, which: Sequence[sa.ColumnElement[bool]], limit: int, **values: Any) -> int:
    chosen = _chosen(work, (*_WAITS, *which), limit)
    return int(work.execute(sa.update(_out).where(_out.c.id.in_(chosen)).values(**values)).rowcount)


def _chosen(work: Work, which: Sequence[sa.ColumnElement[bool]], limit: int | None, *more: Any) -> sa.Select[Any]:
    """Such reminders, first those that are due first; those that somebody else is just changing are passed by."""
    chosen = sa.select(_out.c.id, *more).where(*which).order_by(_out.c.due_at, _out.c.id).limit(limit)
    return chosen.with_for_update(skip_locked=True) if work.dialect == "postgresql" else chosen
