"""What a cadre asks for about a duty: a later deadline (延期), or that it goes to somebody else (转给).

States: `pending` → `granted` | `refused` | `withdrawn` (the duty ended, it was asked again, or whoever has the duty
takes it back: then `decided_by` is `person:7`). Unique: one pending per duty and kind. The reason is sealed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.work import Work

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


def withdraw(work: Work, duty_id: int, now: datetime, kind: str = "", by: str = "") -> int:
    """What was asked for and is not decided falls away (only of one kind, where given); returns how many.

    `by`: `person:7` where somebody takes it back.
    """
    rows = table(DutyRequest)
    of_kind = [rows.c.kind == kind] if kind else []
    mine = sa.and_(rows.c.duty_id == duty_id, rows.c.state == "pending", *of_kind)
    return int(
        work.execute(sa.update(rows).where(mine).values(state="withdrawn", decided_at=now, decided_by=by)).rowcount
    )


def ask_later(work: Work, duty_id: int, person_id: int, day: date, reason: str, now: datetime) -> None:
    """Ask for a later deadline; what was asked before for the same duty falls away. The duty must be held."""
    withdraw(work, duty_id, now, "extend")
    work.session.add(
        DutyRequest(
            id=work.new_id(),
            duty_id=duty_id,
            kind="extend",
            person_id=person_id,
            wanted_on=day,
            reason=work.seal.seal(reason, REASON),
            created_at=now,
        )
    )
    work.session.flush()


def pending_of(work: Work, duty_ids: Collection[int]) -> Sequence[DutyRequest]:
    """What is waiting for a decision, oldest first."""
    query = select(DutyRequest).where(col(DutyRequest.duty_id).in_(duty_ids), DutyRequest.state == "pending")
    return work.session.exec(query.order_by(col(DutyRequest.created_at), col(DutyRequest.id))).all()
