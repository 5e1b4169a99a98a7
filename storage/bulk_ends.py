"""How broadcasts end: recipients out of date or cancelled, and what a broadcast with nothing left to send came to.

Everything large is done in pieces of at most `PIECE` rows, each one transaction, so that nobody waits for long.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.base import table, tally
from storage.broadcasts import ENDED, Broadcast
from storage.bulk_claims import OPEN_ROWS
from storage.mass_jobs import OPEN as OPEN_JOBS
from storage.mass_jobs import MassJob
from storage.notice_items import NoticeItem, until
from storage.recipients import Recipient
from storage.work import Work

PIECE = 5_000
LOOK_AGAIN = timedelta(hours=1)  # at items that are out of date, but for their broadcast
_row, _broadcast, _item, _job = table(Recipient), table(Broadcast), table(NoticeItem), table(MassJob)
_LOST = sa.and_(_row.c.state == "expired", _row.c.latest)


def late_ones(work: Work, now: datetime) -> list[int]:
    """Broadcasts under way that are not worth sending any more, but have queued recipients."""
    waits = sa.exists().where(OPEN_ROWS, _row.c.broadcast_id == _broadcast.c.id, _row.c.state == "queued")
    mine = (_broadcast.c.state == "sending", _broadcast.c.valid_until < now, waits)
    return list(work.look(sa.select(_broadcast.c.id).where(*mine)).scalars())


def cancelled_ones(work: Work, now: datetime) -> list[int]:
    """Cancelled broadcasts that somebody still waits for, or whose sender died."""
    waits = sa.or_(_row.c.state == "queued", sa.and_(_row.c.state == "sending", _row.c.due_at <= now))
    left = sa.exists().where(OPEN_ROWS, _row.c.broadcast_id == _broadcast.c.id, waits)
    items = sa.exists().where(_item.c.broadcast_id == _broadcast.c.id, _item.c.shown_at.is_(None))
    calls = sa.exists().where(_job.c.broadcast_id == _broadcast.c.id, _job.c.state == "planned")
    mine = (_broadcast.c.state == "cancelled", sa.or_(left, items, calls))
    return list(work.look(sa.select(_broadcast.c.id).where(*mine)).scalars())


def expire(work: Work, broadcast_id: int, now: datetime, limit: int = PIECE) -> int:
    """Queued recipients of a broadcast are `expired`; returns how many, at most `limit`."""
    return _end(work, broadcast_id, _row.c.state == "queued", limit, state="expired", reason="too_late", settled_at=now)


def bury(work: Work, broadcast_id: int, now: datetime, limit: int = PIECE) -> int:
    """Recipients of a cancelled broadcast whose sender died are `unknown`; returns how many, at most `limit`."""
    dead = sa.and_(_row.c.state == "sending", _row.c.due_at <= now)
    return _end(work, broadcast_id, dead, limit, state="unknown", reason="sender_died", settled_at=now)


def _end(work: Work, broadcast_id: int, which: sa.ColumnElement[bool], limit: int, **values: Any) -> int:
    some = sa.select(_row.c.id).where(OPEN_ROWS, _row.c.broadcast_id == broadcast_id, which).limit(limit)
    if work.dialect == "postgresql":
        some = some.with_for_update(skip_locked=True)
    return int(work.execute(sa.update(_row).where(_row.c.id.in_(some)).values(**values)).rowcount)


def shortened_ones(work: Work, now: datetime) -> list[int]:
    """Broadcasts that are out of date, and not paused, but for what of them waits for somebody's next contact."""
    query = sa.select(_broadcast.c.id).where(*_over(now), sa.exists().where(*_outlives()))
    return list(work.look(query).scalars())


def shorten_items(work: Work, broadcast_id: int, now: datetime, limit: int = PIECE) -> int:
    """What waits longer than its broadcast, which was given fewer hours, is out of date with it, for `forget_items`;
    returns how many items that were, at most `limit`."""
    mine = (_broadcast.c.id == broadcast_id, *_over(now), *_outlives())
    some = sa.select(_item.c.id).select_from(_item.join(_broadcast)).where(*mine).limit(limit)
    if work.dialect == "postgresql":
        some = some.with_for_update(of=_item, skip_locked=True)
    told = sa.select(_broadcast.c.valid_until).where(_broadcast.c.id == broadcast_id).scalar_subquery()
    return int(work.execute(sa.update(_item).where(_item.c.id.in_(some)).values(valid_until=told)).rowcount)


def _over(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return _broadcast.c.state.in_(("sending", *ENDED)), _broadcast.c.valid_until < now


def _outlives() -> tuple[sa.ColumnElement[bool], ...]:
    waits = (_item.c.broadcast_id == _broadcast.c.id, _item.c.shown_at.is_(None))
    return *waits, _item.c.valid_until > _broadcast.c.valid_until


def forget_items(work: Work, now: datetime, limit: int = PIECE) -> int:
    """Notice items that nobody saw in time are deleted, their recipients `expired`; returns how many were looked at.

    Those whose broadcast was given more hours meanwhile, or is paused and may be, stay: they are looked at again later.
    A broadcast that was `done` because they would be told at their next visit is `partly_failed`: they were not.
    """
    joined = _item.join(_broadcast, _broadcast.c.id == _item.c.broadcast_id)
    stays = sa.or_(_broadcast.c.state == "paused", until(_broadcast, _item) > now).label("stays")
    query = sa.select(_item.c.id, _item.c.recipient_id, stays).select_from(joined)
    rows = work.execute(query.where(_item.c.valid_until < now, _item.c.shown_at.is_(None)).limit(limit)).all()
    if staying := [row.id for row in rows if row.stays]:
        told = sa.select(_broadcast.c.valid_until).where(_broadcast.c.id == _item.c.broadcast_id)
        new = sa.func.coalesce(told.where(_broadcast.c.valid_until > now).scalar_subquery(), now + LOOK_AGAIN)
        work.execute(sa.update(_item).where(_item.c.id.in_(staying)).values(valid_until=new))
    over = [row for row in rows if not row.stays]
    if over:
        kept = (_row.c.id.in_([row.recipient_id for row in over]), _row.c.state == "kept")
        work.execute(sa.update(_row).where(*kept).values(state="expired", reason="too_late", settled_at=now))
        missed = sa.select(_row.c.broadcast_id).where(_row.c.id.in_([row.recipient_id for row in over]), _LOST)
        done = (_broadcast.c.id.in_(missed), _broadcast.c.state == "done")
        work.execute(sa.update(_broadcast).where(*done).values(state="partly_failed"))
        work.execute(sa.delete(_item).where(_item.c.id.in_([row.id for row in over]), _item.c.shown_at.is_(None)))
    return len(rows)


def through(work: Work) -> list[int]:
    """Broadcasts that are being sent and have nothing left to send, nor to write; not those of earlier versions (outbox
    rows)."""
    open_rows = sa.exists().where(OPEN_ROWS, _row.c.broadcast_id == _broadcast.c.id)
    jobs = sa.exists().where(_job.c.broadcast_id == _broadcast.c.id, _job.c.state.in_(OPEN_JOBS))
    begun = (_broadcast.c.started_at.is_not(None), _broadcast.c.again.is_(None))
    mine = (_broadcast.c.state == "sending", *begun, ~open_rows, ~jobs)
    return list(work.look(sa.select(_broadcast.c.id).where(*mine)).scalars())


def states(work: Work, broadcast_id: int) -> dict[str, int]:
    """The newest recipients of a broadcast by state."""
    mine = (_row.c.broadcast_id == broadcast_id, _row.c.latest)
    return tally(work.look(sa.select(_row.c.state, sa.func.count()).where(*mine).group_by(_row.c.state)))


def end(work: Work, broadcast_id: int, state: str, now: datetime) -> bool:
    """A broadcast that was being sent has ended; false when somebody else was faster."""
    assert state in ENDED
    open_rows = sa.exists().where(OPEN_ROWS, _row.c.broadcast_id == broadcast_id)
    mine = (_broadcast.c.id == broadcast_id, _broadcast.c.state == "sending", _broadcast.c.again.is_(None), ~open_rows)
    return bool(work.execute(sa.update(_broadcast).where(*mine).values(state=state, ended_at=now)).rowcount)
