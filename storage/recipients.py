"""Whom a broadcast goes to: one row per person and attempt; it is the message, its states are the delivery log.

States: `left_out` (final when written; `reason` says why) · `queued` (due at `due_at`) · `sending` (claimed by `owner`,
leased until `due_at`) · `accepted` (the platform took it, a receipt follows) · `massed` (part of a mass job that is
under way) · `kept` (no route now: shown at the next contact, `storage/notice_items.py`) and then final: `sent` ·
`unknown` (sent, no answer heard) · `failed` · `unreachable` · `expired` · `cancelled`. OPEN are those the sender still
has to do with; `kept` may still become `sent` when the person comes by, and `expired` when it is no longer worth it.

Unique: (broadcast, person, attempt). `latest` is true for the newest attempt of a person; sending again writes new rows
and never changes what earlier ones say but that. `tried`: routes that refused, joined by commas; none is tried twice.

Crash analysis: claimed and settled in batches, each one transaction. A sender that dies leaves `sending` rows: when the
lease is over they are queued again where the platform drops repeats of the same key (`r<id in hex>`), else `unknown`,
never sent twice. At most as many as were in flight.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default

OPEN = ("queued", "sending", "massed")
REACHED = ("sent", "accepted")
NOT_REACHED = ("failed", "unreachable", "expired")
_OPEN_SQL = sa.text("state IN ('queued','sending','massed')")
_HEARD_SQL = sa.text("message_id <> ''")
_MASS_SQL = sa.text("route = 'mass'")
_TO_MASS_SQL = sa.text("route = 'mass' AND state = 'queued'")


class Recipient(Row, table=True):
    """One person of one attempt of a broadcast.

    `reason` is our word (`bot/services/reasons.py`), `code` the platform's. `route`: planned when it was written, then
    the one it went by. `settled_at`: when the state became final. `acked_at`: 收到; `nudged_at`: asked for it again.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        sa.UniqueConstraint("broadcast_id", "person_id", "attempt"),
        sa.Index(
            "ix_recipient_open", "broadcast_id", "due_at", "id", sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL
        ),
        sa.Index("ix_recipient_message", "message_id", sqlite_where=_HEARD_SQL, postgresql_where=_HEARD_SQL),
        sa.Index(
            "ix_recipient_to_mass", "broadcast_id", "id", sqlite_where=_TO_MASS_SQL, postgresql_where=_TO_MASS_SQL
        ),
        sa.Index("ix_recipient_mass", "address_id", "settled_at", sqlite_where=_MASS_SQL, postgresql_where=_MASS_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigId)
    attempt: int = Field(default=1, sa_column_kwargs=default(1))
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    address_id: int | None = Field(default=None, foreign_key="address.id", sa_type=BigId)
    latest: bool = Field(default=True, sa_column_kwargs={"default": None, "server_default": sa.true()})
    state: str = Field(max_length=12)
    reason: str = Field(default="", max_length=24, sa_column_kwargs=default(""))
    code: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    route: str = Field(default="", max_length=12, sa_column_kwargs=default(""))
    tried: str = Field(default="", max_length=48, sa_column_kwargs=default(""))
    message_id: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    mass_job_id: int | None = Field(default=None, index=True, sa_type=BigId)
    tries: int = Field(default=0, sa_column_kwargs=default(0))
    owner: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    nudged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
