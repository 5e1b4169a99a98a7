"""Dates of a union that duties count from: the end of a term of office, of a collective contract …

Unique: (organisation, field).
"""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, mixed, table
from storage.work import Work

FIELDS = {
    "term_ends": "工会委员会届满日期",
    "contract_signed": "集体合同签字日期",
    "contract_ends": "集体合同期满日期",
    "wage_signed": "工资协议签订日期",
    "wage_effective": "工资协议生效日期",
}


class OrgDate(Row, table=True):
    """One date of one union."""

    __tablename__ = "org_date"
    __table_args__ = (sa.UniqueConstraint("org_id", "field"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    org_id: int = Field(foreign_key="organisation.id", sa_type=BigId)
    field: str = Field(max_length=24, index=True)
    day: date
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


def put(work: Work, org_id: int, field: str, day: date, by: str, now: datetime) -> None:
    """Set a date; what was there is replaced."""
    found = work.session.exec(select(OrgDate).where(OrgDate.org_id == org_id, OrgDate.field == field)).first()
    each = found or OrgDate(id=work.new_id(), org_id=org_id, field=field, day=day, by=by, at=now)
    each.day, each.by, each.at = day, by, now
    work.session.add(each)


def of_field(work: Work, field: str) -> dict[int, date]:
    """Organisation to its date of a field."""
    rows = table(OrgDate).c
    return {row[0]: row[1] for row in work.execute(sa.select(rows.org_id, rows.day).where(rows.field == field))}


def sums(work: Work, fields: Collection[str]) -> list[tuple[str, str, int, int]]:
    """Which unions have which dates of these fields, summed up by day: another date of any union, other sums."""
    rows = table(OrgDate).c
    query = sa.select(rows.field, rows.day, sa.func.count(), sa.func.sum(mixed(rows.org_id, rows.org_id)))
    query = query.where(rows.field.in_(fields)).group_by(rows.field, rows.day)
    return sorted((row[0], row[1].isoformat(), int(row[2]), int(row[3])) for row in work.execute(query))


def of_org(work: Work, org_id: int) -> dict[str, date]:
    """The dates of one organisation by field."""
    return {each.field: each.day for each in work.session.exec(select(OrgDate).where(OrgDate.org_id == org_id))}


def of_orgs(work: Work, org_ids: Collection[int]) -> dict[int, dict[str, OrgDate]]:
    """Organisation to its dates by field; those without any are left out."""
    found: dict[int, dict[str, OrgDate]] = {}
    for each in work.session.exec(select(OrgDate).where(col(OrgDate.org_id).in_(org_ids))):
        found.setdefault(each.org_id, {})[each.field] = each
    return found


def drop(work: Work, org_id: int, field: str) -> None:
    """The date is not known any more."""
    rows = table(OrgDate)
    work.session.flush()
    work.execute(sa.delete(rows).where(rows.c.org_id == org_id, rows.c.field == field))
