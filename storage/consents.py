"""What a person agreed to, in which version, when, and when they took it back (PIPL art. 13-16, 29).

Unique: one standing consent per person and subject. `subject` is `notice` (the notice as a whole) or `id_number` (the
separate consent for sensitive data). Taking it back ends the row; agreeing again is a new one. A new version of the
notice does not change old rows: whoever asks `standing` compares the version.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, table
from storage.work import Work

_STANDING_SQL = sa.text("ended_at IS NULL")


class Consent(Row, table=True):
    """One agreement."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.Index(
            "uq_consent_standing",
            "person_id",
            "subject",
            unique=True,
            sqlite_where=_STANDING_SQL,
            postgresql_where=_STANDING_SQL,
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    subject: str = Field(max_length=16)
    version: str = Field(max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def standing(work: Work, person_id: int, subject: str) -> Consent | None:
    """The consent that holds now, in whatever version."""
    query = select(Consent).where(
        Consent.person_id == person_id, Consent.subject == subject, col(Consent.ended_at).is_(None)
    )
    return work.session.exec(query).first()


_CONSENTS = table(Consent)
_VERSION = (
    sa.select(_CONSENTS.c.version)
    .where(
        _CONSENTS.c.person_id == sa.bindparam("person"),
        _CONSENTS.c.subject == sa.bindparam("about"),
        _CONSENTS.c.ended_at.is_(None),
    )
    .limit(1)
)
_END = (
    sa.update(_CONSENTS)
    .where(
        _CONSENTS.c.person_id == sa.bindparam("person"),
        _CONSENTS.c.subject == sa.bindparam("about"),
        _CONSENTS.c.ended_at.is_(None),
    )
    .values(ended_at=sa.bindparam("end_at"))
)


def version_of(work: Work, person_id: int, subject: str) -> str | None:
    """The version of the consent that holds now, without a session: it is asked before every answer to a form."""
    found: str | None = work.execute(_VERSION, {"person": person_id, "about": subject}).scalar()
    return found


def give(work: Work, person_id: int, subject: str, version: str, now: datetime) -> None:
    """Agree; the same version again changes nothing, another one ends the earlier consent."""
    before = version_of(work, person_id, subject)
    if before == version:
        return
    if before is not None:
        work.execute(_END, {"person": person_id, "about": subject, "end_at": now})
    made = {"id": work.new_id(), "person_id": person_id, "subject": subject, "version": version, "at": now}
    work.execute(sa.insert(_CONSENTS), made)


def end(work: Work, person_id: int, now: datetime, *subjects: str) -> int:
    """Take consent back for these subjects (none named: all); returns how many ended."""
    query = select(Consent).where(Consent.person_id == person_id, col(Consent.ended_at).is_(None))
    if subjects:
        query = query.where(col(Consent.subject).in_(subjects))
    found = work.session.exec(query).all()
    for each in found:
        each.ended_at = now
        work.session.add(each)
    work.session.flush()
    return len(found)


def forget(work: Work, person_id: int) -> None:
    """Drop every agreement of a person, as if it had never been (somebody under 14)."""
    rows = table(Consent)
    work.execute(sa.delete(rows).where(rows.c.person_id == person_id))


def of_person(work: Work, person_id: int) -> Sequence[Consent]:
    """Everything a person ever agreed to, the first first."""
    query = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.at), col(Consent.id))
    return work.session.exec(query).all()
