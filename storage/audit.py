"""The audit trail: who did what to which thing, and when. Rows are only added."""

from datetime import datetime

from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime
from storage.work import Work


class Audit(Row, table=True):
    """One deed. `actor` is `person:<id>`, `staff:<name>`, `job:<name>` or `cli`; `note` holds no personal data."""

    __tablename__ = "audit"
    id: int = Field(primary_key=True, sa_type=BigId)
    actor: str = Field(max_length=48)
    action: str = Field(max_length=32, index=True)
    subject: str = Field(max_length=80, index=True)
    note: str = Field(default="", max_length=200)
    at: datetime = Field(index=True, sa_type=UtcDateTime)


def write(work: Work, actor: str, action: str, subject: str, now: datetime, note: str = "") -> None:
    """Add one line; written when the group commits."""
    work.append(
        Audit,
        {"id": work.new_id(), "actor": actor, "action": action, "subject": subject, "note": note[:200], "at": now},
    )
