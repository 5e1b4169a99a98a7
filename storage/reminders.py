"""Reminders: rows that know when they are due, and the firings that prove each happened once.

A reminder is due when `next_fire_at` has come; null means it will not fire any more. One firing is one transaction:
insert `Firing` (UNIQUE reminder and due time), write the outbox row, move `next_fire_at`. A crash leaves either all of
it or nothing. A tick that finds a due time too old writes a firing with result `missed`, visible to staff.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Json, Row, UtcDateTime, default, table, tally
from storage.people import Person
from storage.scope import of_people as below
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
    result: str = Field(max_length=12)
    at: datetime = Field(index=True, sa_type=UtcDateTime)
    parts: Any = Field(default=None, nullable=True, sa_type=Json)
    outbox_id: int | None = Field(default=None, sa_type=BigId)


DUTIES = "duties"
_reminder, _firing, _person = table(Reminder), table(Firing), table(Person)


class Armed(NamedTuple):
    """A person's reminder of duties."""

    id: int
    person_id: int
    next_fire_at: datetime | None
    listed: str
    said_at: datetime | None
    week_on: date | None
    week_said: int
    unreachable_at: datetime | None


_ARMED = tuple(_reminder.c[name] for name in Armed._fields)


def due(work: Work, now: datetime, limit: int) -> list[int]:
    """Ids of due reminders, the longest overdue first."""
    mine = (_reminder.c.kind == DUTIES, _reminder.c.next_fire_at <= now)
    query = sa.select(_reminder.c.id).where(*mine).order_by(_reminder.c.next_fire_at, _reminder.c.id).limit(limit)
    return [int(each) for each in work.look(query).scalars()]


def take(work: Work, ids: Collection[int], now: datetime) -> list[Armed]:
    """Hold those of these that are still due, with their people; what another process holds is left to it."""
    query = sa.select(*_ARMED).select_from(_reminder.join(_person, _person.c.id == _reminder.c.person_id))
    query = query.where(_reminder.c.id.in_(ids), _reminder.c.next_fire_at <= now).order_by(_reminder.c.person_id)
    if work.dialect == "postgresql":
        query = query.with_for_update(of=(_person, _reminder), skip_locked=True)
    return [Armed(*row) for row in work.execute(query).all()]


def of_people(work: Work, person_ids: Collection[int]) -> dict[int, Armed]:
    """People's reminders of duties."""
    mine = (_reminder.c.kind == DUTIES, _reminder.c.subject == "")  # said whole, so that the unique index is used
    query = sa.select(*_ARMED).where(*mine, _reminder.c.person_id.in_(person_ids))
    return {row.person_id: Armed(*row) for row in work.execute(query).all()}


def look_again(work: Work, now: datetime) -> None:
    """Everybody's next step is worked out anew: what they come from has changed for many at once.

    One that is due already stays as it is. A reminder that is looked at too early says nothing and is armed again.
    """
    later = sa.or_(_reminder.c.next_fire_at.is_(None), _reminder.c.next_fire_at > now)
    work.execute(sa.update(_reminder).where(_reminder.c.kind == DUTIES, later).values(next_fire_at=now))


_ARM = (
    sa.update(_reminder)
    .where(_reminder.c.id == sa.bindparam("row_id"))
    .values({name: sa.bindparam(f"new_{name}") for name in Armed._fields[2:]})
)
_MOVE = (
    sa.update(_reminder)
    .where(_reminder.c.id == sa.bindparam("row_id"))
    .values(next_fire_at=sa.bindparam("at"), listed=sa.bindparam("month"))
)


def plant(work: Work, person_id: int, due_at: datetime | None, listed: str = "") -> int:
    """A person's reminder of duties, where there is none yet; written when the group commits. Unique: one a person.

    Its id.
    """
    reminder_id = work.new_id()
    values = {"id": reminder_id, "kind": DUTIES, "subject": "", "person_id": person_id, "rung": 0}
    work.append(Reminder, {**values, "next_fire_at": due_at, "listed": listed})
    return reminder_id


def put(work: Work, armed: Armed) -> None:
    """Write a reminder as it is now; written when the group commits."""
    work.defer(_ARM, {"row_id": armed.id, **{f"new_{name}": getattr(armed, name) for name in Armed._fields[2:]}})


def move(work: Work, reminder_id: int, due_at: datetime | None, listed: str) -> None:
    """When it is due next; written when the group commits."""
    work.defer(_MOVE, {"row_id": reminder_id, "at": due_at, "month": listed})


def fired(
    work: Work,
    reminder_id: int,
    due_at: datetime,
    result: str,
    now: datetime,
    parts: Sequence[Sequence[Any]],
    outbox_id: int | None = None,
) -> None:
    """Write how a due moment ended; written when the group commits. UNIQUE refuses a second one."""
    values = {"id": work.new_id(), "reminder_id": reminder_id, "due_at": due_at, "result": result, "at": now}
    work.append(Firing, {**values, "parts": [list(each) for each in parts], "outbox_id": outbox_id})


def fired_since(work: Work, ids: Collection[int], moment: datetime) -> set[tuple[int, datetime]]:
    """Which due moments from this one on have a firing already, by reminder."""
    query = sa.select(_firing.c.reminder_id, _firing.c.due_at)
    query = query.where(_firing.c.reminder_id.in_(ids), _firing.c.due_at >= moment)
    return {(row[0], row[1]) for row in work.execute(query).all()}


def firing_counts(work: Work, since: datetime, path: str | None = None) -> dict[str, int]:
    """Firings (of reminders of people below a path) by result since a moment."""
    firings, planted = table(Firing), table(Reminder)
    mine = below(planted.c.person_id, path)
    query = sa.select(firings.c.result, sa.func.count()).where(firings.c.at >= since)
    if mine:
        query = query.where(firings.c.reminder_id.in_(sa.select(planted.c.id).where(*mine)))
    return tally(work.look(query.group_by(firings.c.result)).all())
