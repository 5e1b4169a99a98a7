"""Whether cadres heard of their duties: read back from the outbox rows that told them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.base import table
from storage.duties import Duty
from storage.outbox import Outbox
from storage.people import Address
from storage.reminders import DUTIES, Firing, Reminder
from storage.work import Work

_duty, _out, _firing = table(Duty), table(Outbox), table(Firing)
_reminder, _address = table(Reminder), table(Address)
HEARD, LOST = ("sent", "accepted"), ("unreachable", "failed", "cancelled")  # expired: `duty_recall.py`
WITHIN = timedelta(days=9)  # a message is worth sending for a week
UNTOLD = sa.text("duty.state = 'issued'")  # said literally, so that the partial index is used


def delivered(work: Work, now: datetime) -> int:
    """Issued duties whose first message the platform took are delivered; how many."""
    mine = _out.c.id == _duty.c.told_id
    when = sa.select(sa.func.coalesce(_out.c.settled_at, now)).where(mine).scalar_subquery()
    heard = sa.select(_out.c.id).where(mine, _out.c.state.in_(HEARD)).exists()
    query = sa.update(_duty).where(UNTOLD, _duty.c.told_id.is_not(None), heard)
    return int(work.execute(query.values(state="delivered", delivered_at=when)).rowcount)


def untold(work: Work) -> int:
    """Issued duties whose first message was lost have not been named yet; how many."""
    lost = sa.select(_out.c.id).where(_out.c.id == _duty.c.told_id, _out.c.state.in_(LOST)).exists()
    query = sa.update(_duty).where(UNTOLD, _duty.c.told_id.is_not(None), lost)
    return int(work.execute(query.values(told_id=None)).rowcount)


def unreachable(work: Work, now: datetime) -> int:
    """People whose last message about duties was lost cannot be reached; how many more."""
    lost = (
        sa.select(_firing.c.id)
        .join(_out, _out.c.id == _firing.c.outbox_id)
        .where(_firing.c.reminder_id == _reminder.c.id, _firing.c.due_at >= now - WITHIN - WITHIN)
        .where(_firing.c.at == _reminder.c.said_at, _out.c.state.in_(LOST))
    )
    recent = (_reminder.c.kind == DUTIES, _reminder.c.said_at >= now - WITHIN, _reminder.c.unreachable_at.is_(None))
    query = sa.update(_reminder).where(*recent, lost.exists(), ~_seen_since(_reminder.c.said_at))
    return int(work.execute(query.values(unreachable_at=now)).rowcount)


def reachable(work: Work) -> list[int]:
    """People who wrote since can be reached again; who they are."""
    mine = (_reminder.c.unreachable_at.is_not(None), _seen_since(_reminder.c.unreachable_at))
    found = list(work.execute(sa.select(_reminder.c.id, _reminder.c.person_id).where(*mine)))
    ids = [row[0] for row in found]
    work.execute(sa.update(_reminder).where(_reminder.c.id.in_(ids)).values(unreachable_at=None)) if ids else None
    return [int(row[1]) for row in found]


def _seen_since(moment: sa.ColumnElement[datetime | None]) -> sa.ColumnElement[bool]:
    mine = (_address.c.person_id == _reminder.c.person_id, _address.c.following, _address.c.refused == "")
    return sa.select(_address.c.id).where(*mine, _address.c.seen_at > moment).exists()
