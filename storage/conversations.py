"""The open form of a person: one row at most, sealed because answers may be personal."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, table
from storage.work import Work

PURPOSE = "conversation.progress"


class Conversation(Row, table=True):
    """Progress of the form a person is filling in. Unique: person. `expires_at` lets a job clean up."""

    __tablename__ = "conversation"
    person_id: int = Field(primary_key=True, foreign_key="person.id", sa_type=BigId)
    form: str = Field(max_length=32)
    progress: bytes
    updated_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(index=True, sa_type=UtcDateTime)


_CONVERSATIONS = table(Conversation)
_CHANGE = (
    sa.update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.person_id == sa.bindparam("person"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("form", "progress", "updated_at", "expires_at")})
)


def put(work: Work, person_id: int, form: str, progress: bytes, now: datetime, expires_at: datetime) -> None:
    """Store the progress, replacing what was there. Without a session: this is done at every answer."""
    row = {"form": form, "progress": progress, "updated_at": now, "expires_at": expires_at}
    changed = work.execute(_CHANGE, {"person": person_id, **{f"new_{name}": value for name, value in row.items()}})
    if not changed.rowcount:
        work.execute(sa.insert(_CONVERSATIONS), {"person_id": person_id, **row})


def of_person(work: Work, person_id: int) -> Conversation | None:
    """The open form of a person, with the time of the last answer."""
    return work.session.get(Conversation, person_id, populate_existing=True)


def drop(work: Work, person_id: int) -> None:
    """Forget the open form."""
    conversations = table(Conversation)
    work.execute(sa.delete(conversations).where(conversations.c.person_id == person_id))


def drop_expired(work: Work, now: datetime) -> int:
    """Forget forms nobody came back to; returns how many."""
    conversations = table(Conversation)
    return int(work.execute(sa.delete(conversations).where(conversations.c.expires_at <= now)).rowcount)
