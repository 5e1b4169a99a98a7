"""Cases: things a person of the union has to take up (转人工, a repeated miss, a sensitive word)."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default
from storage.orgs import Organisation
from storage.people import Person
from storage.work import Work

_OPEN_SQL = sa.text("state = 'open'")


class Case(Row, table=True):
    """One matter for a person. States: `open` (perhaps with an assignee) → `closed` with an outcome.

    Unique: at most one open case per person and topic. `assignee` is a staff name; `outcome` holds no personal data.
    `org_id` is the union whose matter it is, where that is not the person's own; `times` how often it came up.
    """

    __tablename__ = "case"
    __table_args__ = (
        sa.Index("uq_case_open", "person_id", "topic", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    org_id: int | None = Field(default=None, sa_type=BigId)
    topic: str = Field(max_length=32)
    state: str = Field(default="open", max_length=12)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    times: int = Field(default=1, sa_column_kwargs=default(1))
    urgent: bool = Field(default=False, sa_column_kwargs={"default": None, "server_default": sa.false()})
    assignee: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    outcome: str = Field(default="", max_length=200, sa_column_kwargs=default(""))


def open_case(work: Work, person_id: int, topic: str, now: datetime, urgent: bool = False) -> tuple[Case, bool]:
    """The open case of a person about a topic, and whether it is new."""
    query = select(Case).where(Case.person_id == person_id, Case.topic == topic, Case.state == "open")
    case = work.session.exec(query).first()
    if case is not None:
        return case, False
    case = Case(id=work.new_id(), person_id=person_id, topic=topic, state="open", opened_at=now, urgent=urgent)
    work.session.add(case)
    work.session.flush()
    return case, True


def again(work: Work, person_id: int, topic: str, now: datetime, org_id: int | None) -> Case:
    """The open case of a person about a topic, counted once more; a new one is a union's."""
    case, fresh = open_case(work, person_id, topic, now)
    if fresh:
        case.org_id = org_id
    else:
        case.times += 1
    work.session.add(case)
    return case


def last_closed(work: Work, person_id: int, topic: str) -> datetime | None:
    """When a case of a person about a topic was dealt with last."""
    query = select(sa.func.max(Case.closed_at)).where(Case.person_id == person_id, Case.topic == topic)
    return work.session.exec(query).one()


def had(work: Work, person_id: int, topic: str) -> bool:
    """Whether a person has, or had, a case about a topic."""
    query = select(Case.id).where(Case.person_id == person_id, Case.topic == topic)
    return work.session.exec(query.limit(1)).first() is not None


def get(work: Work, case_id: int) -> Case | None:
    """One case by id."""
    return work.session.get(Case, case_id)


def listed(work: Work, state: str, path: str | None = None, limit: int = 200) -> Sequence[Case]:
    """Cases of a state, urgent ones first, then the oldest; only those of unions below `path` when given."""
    query = select(Case).where(Case.state == state)
    if path is not None:
        query = query.join(Person, col(Person.id) == col(Case.person_id))
        place = sa.func.coalesce(col(Case.org_id), col(Person.org_id))
        query = query.join(Organisation, col(Organisation.id) == place)
        query = query.where(col(Organisation.path).startswith(path, autoescape=True))
    return work.session.exec(query.order_by(col(Case.urgent).desc(), col(Case.opened_at)).limit(limit)).all()


def waiting(work: Work) -> Sequence[Case]:
    """All open cases, urgent ones first, then the oldest."""
    return listed(work, "open", limit=10_000)
