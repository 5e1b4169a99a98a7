"""What a cadre asks for about a duty: a later deadline (延期), or that it goes to somebody else (转给).

States: `pending` → `granted` | `refused` | `withdrawn` (the duty ended, or was asked again). Unique: one pending per
duty and kind. The reason is sealed.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default

_PENDING = sa.text("state = 'pending'")
REASON = "duty_request.reason"


class DutyRequest(Row, table=True):
    """One request. `kind`: extend (`wanted_on`) or hand_over (`to_person_id`)."""

    __tablename__ = "duty_request"
    __table_args__ = (
        sa.Index(
            "uq_duty_request_open", "duty_id", "kind", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", index=True, sa_type=BigId)
    kind: str = Field(max_length=12)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    wanted_on: date | None = None
    to_person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigId)
    reason: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    state: str = Field(default="pending", max_length=12, sa_column_kwargs=default("pending"))
    decided_by: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
