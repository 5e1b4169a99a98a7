"""Photos, files and words that show a duty was done; sealed.

States: `waiting` (the platform has it; fetched at `due_at`) → `kept` | `lost` (the platform does not give it any more)
| `refused` (too large, or not what it says it is). Words are `kept` at once. A crash while fetching: the claim's lease
ends and it is fetched again; `body` and `kept` are written together. Unique: (duty, media id).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default

BODY = "evidence.body"


class Evidence(Row, table=True):
    """One piece. `kind`: photo, file or text. `media_id` is the platform's, good for three days."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.UniqueConstraint("duty_id", "media_id"),
        sa.Index(
            "ix_evidence_waiting",
            "due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    kind: str = Field(max_length=8)
    channel: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    media_id: str = Field(max_length=160)
    state: str = Field(max_length=8)
    attempts: int = Field(default=0, sa_column_kwargs=default(0))
    due_at: datetime = Field(sa_type=UtcDateTime)
    name: str = Field(default="", max_length=100, sa_column_kwargs=default(""))
    mime: str = Field(default="", max_length=80, sa_column_kwargs=default(""))
    size: int = Field(default=0, sa_column_kwargs=default(0))
    body: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
