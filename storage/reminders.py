"""Reminders: rows that know when they are due, and the firings that prove each happened once.

A reminder is due when `next_fire_at` has come; null means it will not fire any more. One firing is one transaction:
insert `Firing` (UNIQUE reminder and due time), write the outbox row, move `next_fire_at`. A crash leaves either all of
it or nothing. A tick that finds a due time too old writes a firing with result `missed`, visible to staff.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table, tally
from storage.scope import of_people
from storage.work import Work


class Reminder(Row, table=True):
    """One thing to be reminded of. Unique: (kind, subject, person). `rung` counts the steps of its ladder.

    Of a cadre's duties: `listed` is the last month whose list was dealt with, `said_at` when something was last said,
    `week_on` (its Monday) and `week_said` how often this week, `unreachable_at` since when nobody could be told.
    """

    __tablename__ = "reminder"
    __table_args__ = (sa.UniqueConstraint("kind", "subject", "person_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    kind: str = Field(max_length=32)
    subject: str = Field(max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    rung: int = 0
    next_fire_at: datetime | None = Field(default=None, index=True, sa_type=UtcDateTime)
    listed: str = Field(default="", max_length=7, sa_column_kwargs=default(""))
    said_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    week_on: date | None = None
    week_said: int = Field(default=0, sa_column_kwargs=default(0))
    unreachable_at: datetime | None = Field(default=None, index=True, sa_type=UtcDateTime)


class Firing(Row, table=True):
    """One due time of a reminder and its end: `said`, `moot` (nothing left to say), `missed`, `unreachable`, `merged`
    (said together with a later one). `parts`: the steps it was about, as [duty id, step] pairs; `outbox_id` its words.
    """

    __tablename__ = "firing"
    __table_args__ = (sa.UniqueConstraint("reminder_id", "due_at"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    reminder_id: int = Field(foreign_key="reminder.id", sa_type=BigId)
    due_at: datetime = Field(sa_type=UtcDateTime)
    result: str = Field(max_length=12, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    parts: Any = Field(default=None, nullable=True, sa_type=Json)
    outbox_id: int | None = Field(default=None, sa_type=BigId)


def plant(work: Work, kind: str, subject: str, person_id: int, due_at: datetime, rung: int = 0) -> None:
    """Make a reminder in the transaction of what causes it; planting twice keeps the first."""
    query = select(Reminder.id).where(
        Reminder.kind == kind, Reminder.subject == subject, Reminder.person_id == person_id
    )
    if work.session.exec(query).first() is None:
        work.session.add(
            Reminder(id=work.new_id(), kind=kind, subject=subject, person_id=person_id, rung=rung, next_fire_at=due_at)
        )


def due(work: Work, now: datetime, limit: int) -> Sequence[int]:
    """Ids of due reminders, the longest overdue first."""
    query = (
        select(Reminder.id)
        .where(col(Reminder.next_fire_at) <= now)
        .order_by(col(Reminder.next_fire_at), col(Reminder.id))
        .limit(limit)
    )
    return work.session.exec(query).all()


def take(work: Work, reminder_id: int, now: datetime) -> Reminder | None:
    """Lock one reminder that is still due; None when another process was faster."""
    query = select(Reminder).where(Reminder.id == reminder_id, col(Reminder.next_fire_at) <= now)
    if work.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return work.session.exec(query).first()


def fired(work: Work, reminder: Reminder, result: str, now: datetime) -> None:
    """Write the firing of the reminder's present due time; UNIQUE refuses a second one."""
    if reminder.next_fire_at is None:
        raise ValueError("reminder is not armed")
    work.session.add(
        Firing(id=work.new_id(), reminder_id=reminder.id, due_at=reminder.next_fire_at, result=result, at=now)
    )
    work.session.flush()


def of_subject(work: Work, kind: str, subject: str) -> Sequence[Reminder]:
    """All reminders about one subject."""
    return work.session.exec(select(Reminder).where(Reminder.kind == kind, Reminder.subject == subject)).all()


def disarm(work: Work, kind: str, subject: str) -> None:
    """Nothing left to remind of."""
    reminders = table(Reminder)
    work.execute(
        sa.update(reminders).where(reminders.c.kind == kind, reminders.c.subject == subject).values(next_fire_at=None)
    )


def firing_counts(work: Work, since: datetime, path: str | None = None) -> dict[str, int]:
    """Firings (of reminders of people below a path) by result since a moment."""
    firings, planted = table(Firing), table(Reminder)
    mine = of_people(planted.c.person_id, path)
    query = sa.select(firings.c.result, sa.func.count()).where(firings.c.at >= since)
    if mine:
        query = query.where(firings.c.reminder_id.in_(sa.select(planted.c.id).where(*mine)))
    return tally(work.look(query.group_by(firings.c.result)).all())
