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

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Json, Row, UtcDateTime, default

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
    """What happened to a registration. `what`: registered, waiting, promoted, cancelled, attended, opinion."""

    __tablename__ = "registration_step"
    id: int = Field(primary_key=True, sa_type=BigId)
    registration_id: int = Field(foreign_key="registration.id", index=True, sa_type=BigId)
    what: str = Field(max_length=16)
    actor: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
