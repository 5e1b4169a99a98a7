"""Employers without a union that somebody wanted to join at (建会线索): for those who organise.

States: `open` → `closed` with an outcome. Unique: one open lead per employer as it is compared (`key`); who asks again
is counted. No personal data: who asked is the application's to know.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, table
from storage.orgs import Organisation
from storage.work import Work

_OPEN_SQL = sa.text("state = 'open'")


class Lead(Row, table=True):
    """One employer. `org_id` is the union that should look into it (a street, a district, an industry), if known."""

    __tablename__ = "lead"
    __table_args__ = (sa.Index("uq_lead_open", "key", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),)
    id: int = Field(primary_key=True, sa_type=BigId)
    key: str = Field(max_length=80)
    employer: str = Field(max_length=80)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    asked: int = 1
    state: str = Field(default="open", max_length=12)
    outcome: str = Field(default="", max_length=200)
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def note(work: Work, key: str, employer: str, org_id: int | None, now: datetime) -> Lead:
    """Somebody of this employer wants to join; the same employer again is counted."""
    lead = work.session.exec(select(Lead).where(Lead.key == key[:80], Lead.state == "open")).first()
    if lead is None:
        lead = Lead(id=work.new_id(), key=key[:80], employer=employer[:80], org_id=org_id, first_at=now, last_at=now)
    else:
        lead.asked, lead.last_at, lead.org_id = lead.asked + 1, now, lead.org_id or org_id
    work.session.add(lead)
    work.session.flush()
    return lead


def get(work: Work, lead_id: int) -> Lead | None:
    """One lead by id."""
    return work.session.get(Lead, lead_id)


def for_change(work: Work, lead_id: int) -> Lead | None:
    """One lead, held until the transaction ends, as it is now."""
    query = select(Lead).where(Lead.id == lead_id).execution_options(populate_existing=True)
    return work.session.exec(query.with_for_update() if work.dialect == "postgresql" else query).first()


def listed(
    work: Work, state: str, path: str | None = None, limit: int = 200
) -> Sequence[tuple[Lead, Organisation | None]]:
    """Leads of a state with their unions: open ones the most asked first, closed ones the last closed first.

    With `path` only of unions below it; without also those that no union looks into yet.
    """
    query = select(Lead, Organisation).join(Organisation, col(Organisation.id) == col(Lead.org_id), isouter=True)
    query = query.where(Lead.state == state)
    if path is not None:
        query = query.where(col(Organisation.path).startswith(path, autoescape=True))
    first = col(Lead.asked).desc() if state == "open" else col(Lead.closed_at).desc()
    return work.session.exec(query.order_by(first, col(Lead.first_at)).limit(limit)).all()


def totals(work: Work, path: str | None = None) -> tuple[int, int]:
    """How many leads are open, and how many people asked for them; of unions below a path when given."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table(Lead).c.asked), 0))
    query = query.where(table(Lead).c.state == "open")
    if path is not None:
        places = table(Organisation)
        query = query.join_from(table(Lead), places, places.c.id == table(Lead).c.org_id)
        query = query.where(places.c.path.startswith(path, autoescape=True))
    count, people = map(int, work.look(query).one())
    return count, people
