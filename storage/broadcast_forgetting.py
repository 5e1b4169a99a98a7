"""Forgetting who got which notice: rows of what is long over, and of one person who asks. Totals stay on the notice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import audit
from storage.base import table
from storage.broadcasts import ENDED, Broadcast
from storage.notice_items import NoticeItem
from storage.recipients import OPEN, Recipient
from storage.work import Work

_row, _item, _broadcast = table(Recipient), table(NoticeItem), table(Broadcast)


def uncounted(work: Work, now: datetime, limit: int) -> list[int]:
    """Notices that ended and are out of date, and have no totals yet: next to nothing about them will change."""
    late = sa.func.coalesce(_broadcast.c.valid_until, _broadcast.c.ended_at) < now
    over = (_broadcast.c.state.in_(ENDED), _broadcast.c.started_at.is_not(None), _broadcast.c.totals.is_(None), late)
    query = sa.select(_broadcast.c.id).where(*over).order_by(_broadcast.c.ended_at, _broadcast.c.id).limit(limit)
    return [int(each) for each in work.look(query).scalars()]


def give_up_paused(work: Work, moment: datetime, now: datetime) -> None:
    """Notices that are paused and were out of date before a moment are cancelled, as of when they were."""
    old = (_broadcast.c.state == "paused", _broadcast.c.valid_until < moment)
    ended = {"state": "cancelled", "paused_from": "", "again": sa.null(), "ended_at": _broadcast.c.valid_until}
    given = sa.update(_broadcast).where(*old).values(**ended)
    for broadcast_id in work.execute(given.returning(_broadcast.c.id)).scalars().all():
        audit.write(work, "job:clean_up", "broadcast_cancel", f"broadcast:{broadcast_id}", now, "from paused")


def over_before(work: Work, moment: datetime, limit: int) -> list[tuple[int, Any]]:
    """Notices that ended, and were out of date, before a moment and still have rows, with their totals."""
    rows = sa.or_(
        sa.exists().where(_row.c.broadcast_id == _broadcast.c.id),
        sa.exists().where(_item.c.broadcast_id == _broadcast.c.id),
    )
    late = sa.func.coalesce(_broadcast.c.valid_until, _broadcast.c.ended_at) < moment
    over = (_broadcast.c.state.in_(ENDED), _broadcast.c.ended_at < moment, late, rows)
    query = sa.select(_broadcast.c.id, _broadcast.c.totals).where(*over)
    found = work.look(query.order_by(_broadcast.c.ended_at, _broadcast.c.id).limit(limit)).all()
    return [(int(row.id), row.totals) for row in found]


def keep_totals(work: Work, broadcast_id: int, totals: dict[str, Any]) -> bool:
    """Write down how it went; false when it is going out again."""
    mine = sa.update(_broadcast).where(_broadcast.c.id == broadcast_id, _broadcast.c.state.in_(ENDED))
    return bool(work.execute(mine.values(totals=totals)).rowcount)


def drop_some(work: Work, broadcast_id: int, limit: int) -> int:
    """Drop at most so many of its rows, items of the inbox first; 0 when none is left."""
    for rows in (_item, _row):
        chosen = sa.select(rows.c.id).where(rows.c.broadcast_id == broadcast_id).limit(limit)
        gone = int(work.execute(sa.delete(rows).where(rows.c.id.in_(chosen))).rowcount)
        if gone:
            return gone
    return 0


def forget_person(work: Work, person_id: int) -> int:
    """Drop what is kept of one person's notices but what is under way to them; how many rows of theirs."""
    work.execute(sa.delete(_item).where(_item.c.person_id == person_id))
    mine = (_row.c.person_id == person_id, _row.c.state.not_in(OPEN))
    return int(work.execute(sa.delete(_row).where(*mine)).rowcount)


class Got(NamedTuple):
    """One notice of one person, by the newest attempt."""

    title: str
    not_before: datetime | None
    created_at: datetime
    state: str
    reason: str
    route: str
    settled_at: datetime | None
    acked_at: datetime | None
    nudged_at: datetime | None


def of_person(work: Work, person_id: int) -> Sequence[Got]:
    """Every notice a person was meant to get, the newest first."""
    notice = (_broadcast.c.title, _broadcast.c.not_before, _broadcast.c.created_at)
    own = (_row.c[name] for name in Got._fields[3:])
    joined = _row.join(_broadcast, _broadcast.c.id == _row.c.broadcast_id)
    query = sa.select(*notice, *own).select_from(joined).where(_row.c.person_id == person_id, _row.c.latest)
    return [Got._make(row) for row in work.look(query.order_by(_broadcast.c.created_at.desc(), _row.c.id))]


def count_of_person(work: Work, person_id: int) -> int:
    """How many notices a person was meant to get."""
    query = sa.select(sa.func.count()).where(_row.c.person_id == person_id, _row.c.latest)
    return int(work.look(query).scalar_one())
