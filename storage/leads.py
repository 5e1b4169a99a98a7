"""Employers without a union that somebody wanted to join at (建会线索): for those who organise.

States: `open` → `closed` with an outcome. Unique: one open lead per employer as it is compared (`key`); who asks again
is counted. No personal data: who asked is the application's to know.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime
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


def listed(work: Work, state: str, path: str | None = None, limit: int = 200) -> Sequence[Lead]:
    """Leads of a state, the most asked first; only of unions below `path` when given."""
    query = select(Lead).where(Lead.state == state)
    if path is not None:
        query = query.join(Organisation, col(Organisation.id) == col(Lead.org_id))
        query = query.where(col(Organisation.path).startswith(path, autoescape=True))
    return work.session.exec(query.order_by(col(Lead.asked).desc(), col(Lead.first_at)).limit(limit)).all()
