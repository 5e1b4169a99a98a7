"""Applications for membership. ID number and mobile are sealed, with keyed hashes to find duplicates.

States: `submitted` → `approved` | `returned` | `rejected` | `withdrawn`. Collecting happens in the conversation; a row
exists from the applicant's 确认 on. Unique: at most one open application (`submitted`, `returned`) per person and per
ID number hash.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime
from storage.work import Work

OPEN = ("submitted", "returned")
_OPEN_SQL = sa.text("state IN ('submitted','returned')")


class Application(Row, table=True):
    """One application as submitted. `consent` is the version of the notice agreed to, `consent_at` when."""

    __tablename__ = "application"
    __table_args__ = (
        sa.Index("uq_application_person", "person_id", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        sa.Index("uq_application_id", "id_hash", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(max_length=20, unique=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    state: str = Field(max_length=12, index=True)
    name: str = Field(max_length=40)
    id_number: bytes
    id_hash: str = Field(max_length=64)
    mobile: bytes
    mobile_hash: str = Field(max_length=64, index=True)
    employer: str = Field(max_length=80)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", sa_type=BigId)
    work_status: str = Field(max_length=16)
    migrant: bool
    consent: str = Field(max_length=16)
    consent_at: datetime = Field(sa_type=UtcDateTime)
    note: str = ""
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add(work: Work, application: Application) -> None:
    """Store a new application; the unique indexes refuse a second open one."""
    work.session.add(application)
    work.session.flush()


def open_of(work: Work, person_id: int) -> Application | None:
    """The open application of a person."""
    query = select(Application).where(Application.person_id == person_id, col(Application.state).in_(OPEN))
    return work.session.exec(query).first()


def latest_of(work: Work, person_id: int) -> Application | None:
    """The last application of a person, whatever its state."""
    query = select(Application).where(Application.person_id == person_id).order_by(col(Application.submitted_at).desc())
    return work.session.exec(query).first()


def by_id_hash(work: Work, id_hash: str) -> Sequence[Application]:
    """Open or approved applications with this ID number."""
    query = select(Application).where(Application.id_hash == id_hash, col(Application.state).in_((*OPEN, "approved")))
    return work.session.exec(query).all()


def count_day(work: Work, prefix: str) -> int:
    """How many application numbers begin with a prefix (a day)."""
    query = select(sa.func.count()).select_from(Application).where(col(Application.number).startswith(prefix))
    return int(work.session.exec(query).one())
