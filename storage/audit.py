"""The audit trail: who did what to which thing, and when. Rows are only added."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, col, select

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


def newest(work: Work, limit: int, before: int | None = None, action: str = "", actor: str = "") -> Sequence[Audit]:
    """Lines, the newest first, older than the line `before`; only of an action or an actor when given."""
    query = select(Audit).order_by(col(Audit.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Audit.id) < before)
    if action:
        query = query.where(Audit.action == action)
    if actor:
        query = query.where(Audit.actor == actor)
    return work.session.exec(query).all()


def of_subject(work: Work, subject: str, limit: int = 50) -> Sequence[Audit]:
    """What was done to one thing, the newest first."""
    return work.session.exec(
        select(Audit).where(Audit.subject == subject).order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(limit)
    ).all()
