"""Mass sends: one call of the platform for up to 10 000 recipients of a broadcast (platform.md 5.2).

States: `planned` → `sending` (claimed by `owner`, leased until `due_at`) → `accepted` (a finish event follows) → `done`
| `failed`; `unknown` when no answer was heard and the platform does not say either. Unique: (broadcast, attempt,
number); `client_id`, which goes to the platform as `clientmsgid`: a repeat of it is not sent twice, so a job whose
sender died is simply sent again. Its recipients are `massed` until it ends.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default

OPEN = ("planned", "sending", "accepted")


class MassJob(Row, table=True):
    """One call. `total`, `filtered`, `sent`, `errors` are people, as the platform's finish event counts them."""

    __tablename__ = "mass_job"
    __table_args__ = (sa.UniqueConstraint("broadcast_id", "attempt", "number"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigId)
    attempt: int = Field(default=1, sa_column_kwargs=default(1))
    number: int
    channel: str = Field(max_length=16)
    state: str = Field(max_length=12, index=True)
    client_id: str = Field(max_length=32, unique=True)
    message_id: str = Field(default="", max_length=64, index=True, sa_column_kwargs=default(""))
    code: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    tries: int = Field(default=0, sa_column_kwargs=default(0))
    owner: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    due_at: datetime = Field(sa_type=UtcDateTime)
    total: int = Field(default=0, sa_column_kwargs=default(0))
    filtered: int = Field(default=0, sa_column_kwargs=default(0))
    sent: int = Field(default=0, sa_column_kwargs=default(0))
    errors: int = Field(default=0, sa_column_kwargs=default(0))
    created_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
