"""The numbers cadres report with their duties. A number is one per duty and key; a `duty_step` has old and new.

Numbers are kept in hundredths (12 人 is 1200; 0.5 万元 in a field of 元 is 500000), so that both databases
add them exactly.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime
from storage.duties import Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work


class DutyValue(Row, table=True):
    """One number of one duty. Unique: (duty, key). `at`: when it was first told, as cut-off days ask; unmoved."""

    __tablename__ = "duty_value"
    __table_args__ = (sa.UniqueConstraint("duty_id", "key"), sa.Index("ix_duty_value_key", "key"))
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", sa_type=BigId)
    key: str = Field(max_length=32)
    hundredths: int = Field(sa_type=sa.BigInteger)
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


def of_duties(work: Work, duty_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """What is reported of these duties: (duty, key) to hundredths."""
    query = select(DutyValue).where(col(DutyValue.duty_id).in_(duty_ids))
    return {(each.duty_id, each.key): each.hundredths for each in work.session.exec(query)}


def put(work: Work, duty_id: int, key: str, hundredths: int, by: str, now: datetime) -> int | None:
    """Keep a number; returns what was there before, None where nothing was. The duty must be held."""
    query = select(DutyValue).where(DutyValue.duty_id == duty_id, DutyValue.key == key)
    there = work.session.exec(query).first()
    before = there.hundredths if there else None
    kept = there or DutyValue(id=work.new_id(), duty_id=duty_id, key=key, hundredths=0, by=by, at=now)
    kept.hundredths, kept.by = hundredths, by
    work.session.add(kept)
    work.session.flush()
    return before


def elsewhere(work: Work, org_id: int, period: str) -> Sequence[tuple[DutyTemplate, str, int]]:
    """Every number a union has reported in a period: template, key and hundredths, the newest first."""
    query = (
        select(DutyTemplate, DutyValue.key, DutyValue.hundredths)
        .where(DutyValue.duty_id == Duty.id, Duty.template_id == DutyTemplate.id)
        .where(Duty.org_id == org_id, Duty.period == period)
        .order_by(col(DutyValue.at).desc(), col(DutyValue.id).desc())
    )
    return work.session.exec(query).all()
