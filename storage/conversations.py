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


def put(work: Work, person_id: int, form: str, progress: bytes, now: datetime, expires_at: datetime) -> None:
    """Store the progress, replacing what was there."""
    row = work.session.get(Conversation, person_id) or Conversation(
        person_id=person_id, form=form, progress=progress, updated_at=now, expires_at=expires_at
    )
    row.form, row.progress, row.updated_at, row.expires_at = form, progress, now, expires_at
    work.session.add(row)


def of_person(work: Work, person_id: int) -> Conversation | None:
    """The open form of a person, with the time of the last answer."""
    return work.session.get(Conversation, person_id)


def drop(work: Work, person_id: int) -> None:
    """Forget the open form."""
    conversations = table(Conversation)
    work.execute(sa.delete(conversations).where(conversations.c.person_id == person_id))


def drop_expired(work: Work, now: datetime) -> int:
    """Forget forms nobody came back to; returns how many."""
    conversations = table(Conversation)
    return int(work.execute(sa.delete(conversations).where(conversations.c.expires_at <= now)).rowcount)
