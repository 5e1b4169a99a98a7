"""Events that people register for: the event, who is in, who waits, who came.

States of an event: `draft` → `open` → `closed` (no more registrations: by hand or at `closes_at`) → `over`; any of the
first three → `cancelled`. States of a registration: `registered` ⇄ `cancelled`, `waiting` → `registered` (promoted) |
`cancelled`. Whether somebody came is `attended_at`; a no-show is `registered` without it after the event is `over`.

Unique: number and scene of an event; (event, person); (event, name_hash) for names from a list that no person is known
for. `place` grows by one with each registration or waiting of an event, and is taken anew by who cancels and comes
back: the waiting with the lowest place is promoted.

Crash analysis: the event's row is held while anybody comes in or goes out, so capacity holds on PostgreSQL, too; the
promotion and the letter that tells it are in the transaction of the cancelling that made room (or of the change that
raised the capacity).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table
from storage.orgs import Organisation
from storage.staff import Staff
from storage.work import Work

ANSWERS, NAME, COMMENT = "registration.answers", "registration.name", "registration.comment"  # purposes of seals


class Event(Row, table=True):
    """One event. `number` is what people type (报名 12); `scene` is in the check-in QR code, `code` the check-in code.

    `capacity` None: no limit. `questions`: as `bot/services/event_questions.py` checks them. `segment`: who may
    register, None for everybody. `about` is what it is, in full; `place` where.
    """

    __tablename__ = "event"
    id: int = Field(primary_key=True, sa_type=BigId)
    number: int = Field(unique=True)
    title: str = Field(max_length=40)
    topic: str = Field(default="activity", max_length=16, sa_column_kwargs=default("activity"))
    org_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    place: str = Field(max_length=80)
    about: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    opens_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    capacity: int | None = None
    questions: Any = Field(default=None, nullable=True, sa_type=Json)
    segment: Any = Field(default=None, nullable=True, sa_type=Json)
    state: str = Field(max_length=12, index=True)
    reminds: bool = Field(default=True, sa_column_kwargs={"default": None, "server_default": sa.true()})
    asks_opinion: bool = Field(default=True, sa_column_kwargs={"default": None, "server_default": sa.true()})
    scene: str = Field(max_length=32, unique=True)
    code: str = Field(max_length=8)
    note: str = Field(default="", max_length=200, sa_column_kwargs=default(""))
    last_place: int = Field(default=0, sa_column_kwargs=default(0))
    author: str = Field(max_length=64)
    version: int = Field(default=1, sa_column_kwargs=default(1))
    changed_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Registration(Row, table=True):
    """One person (or one name of a pasted list) at one event. `name`, `answers`, `comment` are sealed.

    `via`: chat, list (接龙) or staff. `attended_by`: qr, code or staff. `stars` 1 to 5.
    """

    __tablename__ = "registration"
    __table_args__ = (sa.UniqueConstraint("event_id", "person_id"), sa.UniqueConstraint("event_id", "name_hash"))
    id: int = Field(primary_key=True, sa_type=BigId)
    event_id: int = Field(foreign_key="event.id", sa_type=BigId)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True, sa_type=BigId)
    name_hash: str | None = Field(default=None, max_length=64)
    name: bytes | None = None
    state: str = Field(max_length=12)
    place: int
    via: str = Field(max_length=8)
    answers: bytes | None = None
    registered_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    attended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attended_by: str = Field(default="", max_length=8, sa_column_kwargs=default(""))
    stars: int | None = None
    comment: bytes | None = None


class RegistrationStep(Row, table=True):
    """What happened to one. `what`: registered, waiting, promoted, cancelled, attended, opinion, renamed."""

    __tablename__ = "registration_step"
    id: int = Field(primary_key=True, sa_type=BigId)
    registration_id: int = Field(foreign_key="registration.id", index=True, sa_type=BigId)
    what: str = Field(max_length=16)
    actor: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


PUBLIC = ("open", "closed")
ENDED = ("over", "cancelled")
_EVENTS, _ORGS, _STAFF = table(Event), table(Organisation), table(Staff)


def add(work: Work, event: Event) -> None:
    """Store a new event."""
    work.session.add(event)
    work.session.flush()


def get(work: Work, event_id: int, hold: bool = False) -> Event | None:
    """One by id, as it is now; `hold`: nobody else changes it or its registrations until the transaction ends."""
    return work.session.get(Event, event_id, populate_existing=True, with_for_update=hold)


def by_number(work: Work, number: int) -> Event | None:
    """The event that people call so."""
    return work.session.exec(select(Event).where(Event.number == number)).first()


def by_scene(work: Work, scene: str) -> Event | None:
    """The event of a check-in QR code."""
    return work.session.exec(select(Event).where(Event.scene == scene)).first()


def by_code(work: Work, code: str, now: datetime) -> Event | None:
    """The public event of this check-in code that is not over and begins first."""
    query = select(Event).where(Event.code == code, col(Event.state).in_(PUBLIC), col(Event.ends_at) >= now)
    return work.session.exec(query.order_by(col(Event.starts_at), col(Event.id)).limit(1)).first()


def code_taken(work: Work, code: str, now: datetime) -> bool:
    """Whether an event that is not over goes by this code."""
    query = select(Event.id).where(Event.code == code, col(Event.ends_at) > now, col(Event.state).not_in(ENDED))
    return work.session.exec(query.limit(1)).first() is not None


def last_number(work: Work) -> int:
    """The highest number given so far; 0 when there is none."""
    return int(work.execute(sa.select(sa.func.coalesce(sa.func.max(_EVENTS.c.number), 0))).scalar_one())


def coming(work: Work, now: datetime, path: str | None, limit: int) -> Sequence[Event]:
    """Public events that are not over, the next one first.

    `path`: of a place in the tree; only events of the unions above it, of the city's own, and of its own branch.
    """
    query = select(Event).where(col(Event.state).in_(PUBLIC), col(Event.ends_at) > now)
    if path is not None:
        above = sa.literal(path).startswith(_ORGS.c.path)
        near = sa.select(_ORGS.c.id).where(sa.or_(above, _ORGS.c.path.startswith(path)))
        query = query.where(sa.or_(_EVENTS.c.org_id.is_(None), _EVENTS.c.org_id.in_(near)))
    return work.session.exec(query.order_by(col(Event.starts_at), col(Event.number)).limit(limit)).all()


def organised(work: Work, person_id: int, now: datetime) -> Sequence[Event]:
    """Public events that are not over, written by an account whose owner is this person."""
    who = sa.select(sa.literal("staff:") + _STAFF.c.name).where(_STAFF.c.person_id == person_id, _STAFF.c.active)
    query = select(Event).where(col(Event.author).in_(who), col(Event.state).in_(PUBLIC), col(Event.ends_at) > now)
    return work.session.exec(query.order_by(col(Event.starts_at), col(Event.number))).all()


def by_author(work: Work, author: str) -> Sequence[Event]:
    """Public events that somebody has written."""
    query = select(Event).where(Event.author == author, col(Event.state).in_(PUBLIC))
    return work.session.exec(query.order_by(col(Event.starts_at), col(Event.number))).all()


def listed(work: Work, states: Collection[str], path: str | None, limit: int, offset: int = 0) -> Sequence[Event]:
    """Events in these states, of the branch below a path and of the city's own where there is none, newest first."""
    query = select(Event).where(*_listed(states, path)).order_by(col(Event.starts_at).desc(), col(Event.id))
    return work.session.exec(query.limit(limit).offset(offset)).all()


def count_listed(work: Work, states: Collection[str], path: str | None) -> int:
    """How many of those there are."""
    return int(work.execute(sa.select(sa.func.count()).select_from(_EVENTS).where(*_listed(states, path))).scalar_one())


def _listed(states: Collection[str], path: str | None) -> list[Any]:
    mine: list[Any] = [_EVENTS.c.state.in_(states)]
    if path is not None:
        mine.append(_EVENTS.c.org_id.in_(sa.select(_ORGS.c.id).where(_ORGS.c.path.startswith(path))))
    return mine


def due(work: Work, states: Collection[str], column: str, since: datetime, until: datetime) -> list[int]:
    """Ids of events in these states of which a time (`closes_at`, `starts_at`, `ends_at`) is in (since, until]."""
    when = _EVENTS.c[column]
    query = sa.select(_EVENTS.c.id).where(_EVENTS.c.state.in_(states), when > since, when <= until)
    return [int(each) for each in work.look(query.order_by(when, _EVENTS.c.id)).scalars()]


def shift(work: Work, states: Collection[str], to: str, column: str, now: datetime) -> int:
    """Move every event in these states whose time has come to another state; how many."""
    due_now = (_EVENTS.c.state.in_(states), _EVENTS.c[column] <= now)
    change = {"state": to, "changed_at": now, "version": _EVENTS.c.version + 1}
    return int(work.execute(sa.update(_EVENTS).where(*due_now).values(change)).rowcount)
