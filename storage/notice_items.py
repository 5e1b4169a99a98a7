"""Notices that no route could carry: they wait for the person's next contact (您有 2 条通知).

States: waiting (`shown_at` null) → shown, or out of date (`valid_until` passed, or the broadcast was cancelled: the row
is deleted). Unique: (broadcast, person). Shown in the transaction of the turn whose reply holds it, together with the
recipient's state; a crash before that commit leaves it waiting.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime

_WAITING_SQL = sa.text("shown_at IS NULL")


class NoticeItem(Row, table=True):
    """One notice for one person. `opened_at`: when they asked for its full text."""

    __tablename__ = "notice_item"
    __table_args__ = (
        sa.UniqueConstraint("broadcast_id", "person_id"),
        sa.Index("ix_notice_item_waiting", "person_id", sqlite_where=_WAITING_SQL, postgresql_where=_WAITING_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    recipient_id: int = Field(sa_type=BigId)
    valid_until: datetime = Field(index=True, sa_type=UtcDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
