"""What staff's deeds do to the recipients of a notice: stopped, sent again, asked for 收到 once more."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.mass_jobs import MassJob
from storage.notice_items import NoticeItem
from storage.recipients import Recipient
from storage.work import Work

_row = table(Recipient)
# Said literally, so that the partial index of open rows will do.
_OPEN_ROWS = sa.text("recipient.state IN ('queued','sending','massed')")


def cancel_some(work: Work, broadcast_id: int, now: datetime, limit: int) -> int:
    """So many rows of a cancelled broadcast that wait become `cancelled`, and at most one mass call that was not made
    yet (10 000 people) beyond that; 0 when none is left.

    Those that wait for the next contact are among them. What a sender holds is settled by it.
    """
    done = {"state": "cancelled", "reason": "cancelled", "settled_at": now, "due_at": None}
    queued = sa.select(_row.c.id).where(_OPEN_ROWS, _row.c.broadcast_id == broadcast_id, _row.c.state == "queued")
    count = _stop(work, queued.limit(limit), done)
    if count < limit:
        count += _stop_mass(work, broadcast_id, done, now)
    return count + _drop_items(work, broadcast_id, done, limit - count) if count < limit else count


def _stop(work: Work, chosen: sa.Select[Any], values: dict[str, Any]) -> int:
    if work.dialect == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    return int(work.execute(sa.update(_row).where(_row.c.id.in_(chosen)).values(**values)).rowcount)


def _stop_mass(work: Work, broadcast_id: int, values: dict[str, Any], now: datetime) -> int:
    """One mass call that was not made, with its people; at least 1 when there was one."""
    job = table(MassJob)
    first = sa.select(job.c.id).where(job.c.broadcast_id == broadcast_id, job.c.state == "planned").limit(1)
    planned = sa.update(job).where(job.c.id == first.scalar_subquery(), job.c.state == "planned")
    stopped = planned.values(state="failed", code="cancelled", settled_at=now).returning(job.c.id)
    job_id = work.execute(stopped).scalar()
    if job_id is None:
        return 0
    theirs = sa.update(_row).where(_row.c.mass_job_id == job_id, _row.c.state == "massed")
    return max(1, int(work.execute(theirs.values(**values)).rowcount))


def _drop_items(work: Work, broadcast_id: int, values: dict[str, Any], limit: int) -> int:
    """Notices that would be shown at the next contact."""
    item = table(NoticeItem)
    waiting = (item.c.broadcast_id == broadcast_id, item.c.shown_at.is_(None))
    chosen = sa.select(item.c.id, item.c.recipient_id).where(*waiting).limit(limit)
    if work.dialect == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    found = work.execute(chosen).all()
    for first in range(0, len(found), 500):
        part = found[first : first + 500]
        work.execute(sa.delete(item).where(item.c.id.in_([each[0] for each in part])))
        kept = sa.update(_row).where(_row.c.id.in_([each[1] for each in part]), _row.c.state == "kept")
        work.execute(kept.values(**values))
    return len(found)
