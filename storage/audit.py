"""The audit trail: who did what to which thing, and when. Rows are only added."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime
from storage.work import Work


class Audit(Row, table=True):
    """One deed. `actor` is `person:<id>`, `staff:<name>`, `job:<name>` or `cli`; personal data in `note` is masked."""

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


def newest(
    work: Work,
    limit: int,
    before: tuple[datetime, int] | None = None,
    action: str = "",
    actor: str = "",
    actors: Collection[str] | None = None,
) -> Sequence[Audit]:
    """Lines, the newest first, older than the line of this time and id; only of an action or actor(s) when given.

    The time orders them: ids say nothing about it.
    """
    query = select(Audit).order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(limit)
    if before is not None:
        at, line = before
        query = query.where(sa.or_(col(Audit.at) < at, sa.and_(col(Audit.at) == at, col(Audit.id) < line)))
    if action:
        query = query.where(Audit.action == action)
    if actor:
        query = query.where(Audit.actor == actor)
    if actors is not None:
        query = query.where(col(Audit.actor).in_(actors))
    return work.session.exec(query).all()


def did(work: Work, actor: str, action: str, subject: str, note: str) -> bool:
    """Whether somebody did this to one thing, with this note."""
    query = select(Audit.id).where(Audit.subject == subject, Audit.actor == actor, Audit.action == action)
    return work.session.exec(query.where(Audit.note == note).limit(1)).first() is not None


def of_subject(work: Work, subject: str, limit: int = 50) -> Sequence[Audit]:
    """What was done to one thing, the newest first."""
    return work.session.exec(
        select(Audit).where(Audit.subject == subject).order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(limit)
    ).all()


def actors(work: Work, subjects: Collection[str], action: str) -> dict[str, str]:
    """Who did this to each of these things; of several the last one."""
    query = select(Audit.subject, Audit.actor).where(col(Audit.subject).in_(subjects), Audit.action == action)
    return dict(work.session.exec(query.order_by(col(Audit.at), col(Audit.id))).all())


def done_to(work: Work, subject: str, action: str) -> Sequence[Audit]:
    """Every time this was done to one thing, the oldest first."""
    query = select(Audit).where(Audit.subject == subject, Audit.action == action)
    return work.session.exec(query.order_by(col(Audit.at), col(Audit.id))).all()
