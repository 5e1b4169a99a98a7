"""Cases: things a person of the union has to take up (转人工, a repeated miss, a sensitive word)."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime
from storage.work import Work

_OPEN_SQL = sa.text("state = 'open'")


class Case(Row, table=True):
    """One matter for a person. Unique: at most one open case per person and topic."""

    __tablename__ = "case"
    __table_args__ = (
        sa.Index("uq_case_open", "person_id", "topic", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    topic: str = Field(max_length=32)
    state: str = Field(default="open", max_length=12)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def open_case(work: Work, person_id: int, topic: str, now: datetime) -> tuple[Case, bool]:
    """The open case of a person about a topic, and whether it is new."""
    query = select(Case).where(Case.person_id == person_id, Case.topic == topic, Case.state == "open")
    case = work.session.exec(query).first()
    if case is not None:
        return case, False
    case = Case(id=work.new_id(), person_id=person_id, topic=topic, state="open", opened_at=now)
    work.session.add(case)
    work.session.flush()
    return case, True


def waiting(work: Work) -> Sequence[Case]:
    """Open cases, the oldest first."""
    return work.session.exec(select(Case).where(Case.state == "open").order_by(col(Case.opened_at))).all()
