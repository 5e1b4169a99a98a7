"""What each report brings an indicator, kept so that a year of a whole city is one join and not a join for each number.

A row is there for a duty exactly when all numbers that the indicator needs are there; it says what they add up to and
when the last of them was first told. It is written in the transaction that writes the numbers or the definition.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, select

from storage.base import BigId, Row, UtcDateTime, table
from storage.duties import Duty
from storage.duty_values import DutyValue
from storage.indicators import Indicator
from storage.work import Work

CHANGING = "indicators"  # definitions and numbers do not change at the same time


class IndicatorReport(Row, table=True):
    """One duty whose numbers an indicator counts; in hundredths."""

    __tablename__ = "indicator_report"
    __table_args__ = ({"sqlite_with_rowid": False},)
    indicator_id: str = Field(primary_key=True, foreign_key="indicator.id", max_length=64)
    duty_id: int = Field(primary_key=True, foreign_key="duty.id", sa_type=BigId)
    numerator: int = Field(sa_type=sa.BigInteger)
    denominator: int = Field(sa_type=sa.BigInteger)
    told_at: datetime = Field(sa_type=UtcDateTime)


_duty, _value, _report = table(Duty), table(DutyValue), table(IndicatorReport)


def told(work: Work, duty_id: int) -> None:
    """Numbers of a duty were written: what they bring is worked out again. The duty must be held."""
    work.together(CHANGING)
    template_id = work.session.exec(select(Duty.template_id).where(Duty.id == duty_id)).first()
    for each in work.session.exec(select(Indicator)).all():
        if template_id in each.numerator["templates"]:
            _again(work, each, duty_id)


def defined(work: Work, indicator: Indicator) -> None:
    """A definition was written: all its rows are worked out again."""
    work.alone(CHANGING)
    _again(work, indicator)


def _again(work: Work, indicator: Indicator, duty_id: int | None = None) -> None:
    gone = _report.delete().where(_report.c.indicator_id == indicator.id)
    work.execute(gone if duty_id is None else gone.where(_report.c.duty_id == duty_id))
    work.execute(_report.insert().from_select([each.name for each in _report.c], worked_out(indicator, duty_id)))


def worked_out(indicator: Indicator, duty_id: int | None = None) -> sa.Select[Any]:
    """The rows of an indicator (of one duty) from the numbers themselves."""
    above = indicator.numerator["keys"]
    below = indicator.denominator["keys"] if indicator.denominator else {}
    keys = sorted({*above, *below})
    query = sa.select(
        sa.literal(indicator.id, sa.String(64)),
        _value.c.duty_id,
        sa.func.sum(_signed(above)),
        sa.func.sum(_signed(below)),
        sa.func.max(_value.c.at),
    )
    query = query.select_from(_duty.join(_value, _value.c.duty_id == _duty.c.id))
    query = query.where(_duty.c.template_id.in_(indicator.numerator["templates"]), _value.c.key.in_(keys))
    if duty_id is not None:
        query = query.where(_duty.c.id == duty_id)
    return query.group_by(_value.c.duty_id).having(sa.func.count() == len(keys))


def _signed(keys: dict[str, int]) -> sa.ColumnElement[int]:
    if not keys:
        return sa.literal(0, sa.BigInteger)
    number = _value.c.hundredths
    cases = [(_value.c.key == key, number if sign > 0 else -number) for key, sign in keys.items()]
    return sa.cast(sa.case(*cases, else_=0), sa.BigInteger)
