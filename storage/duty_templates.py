"""The yearly calendar: what has to be done in which months, by whom, until when; and this year's own dates.

States of a template: `draft` (not given to anybody; can be previewed) → `live` ⇄ `retired`. A change of a live one is
drafted as a row of its own, whose id is that of the live one and `~`; publishing it moves its content there and deletes
it. Months and `deadline` are described in `bot/due_dates.py`. Unique: a date is one per template and period; null skips
the duty in that period.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table
from storage.work import Work


class DutyTemplate(Row, table=True):
    """One line of the yearly calendar. `months`: numbers 1..12. `deadline`: a rule, like {"day": 31}.

    `role`: the office whose duty it is; empty: everybody in office. `ladder`: days from the deadline at which silent
    cadres are reminded, like [-7, -3, -1, 0, 1]; null: the house's. `origin`: file (comes with the calendar) or staff,
    whose words a calendar file does not overwrite.
    """

    __tablename__ = "duty_template"
    id: str = Field(primary_key=True, max_length=64)
    months: Any = Field(sa_type=Json)
    title: str = Field(max_length=60)
    what: str
    deadline: Any = Field(sa_type=Json)
    evidence: str = Field(max_length=8)
    numbers: Any = Field(default=None, nullable=True, sa_type=Json)
    levels: Any = Field(sa_type=Json)
    basis: str = ""
    role: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    ladder: Any = Field(default=None, nullable=True, sa_type=Json)
    state: str = Field(default="live", max_length=8, sa_column_kwargs=default("live"))
    origin: str = Field(default="file", max_length=8, sa_column_kwargs=default("file"))
    version: int = Field(default=1, sa_column_kwargs=default(1))
    changed_by: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyDate(Row, table=True):
    """The deadline of a template in one period, where it is not what the rule gives. Unique: (template, period)."""

    __tablename__ = "duty_date"
    __table_args__ = (sa.UniqueConstraint("template_id", "period"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    template_id: str = Field(foreign_key="duty_template.id", max_length=64)
    period: str = Field(max_length=7, index=True)
    deadline: date | None = None
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


def put_template(work: Work, template_id: str, values: dict[str, Any]) -> None:
    """Create or replace one line of the calendar."""
    template = work.session.get(DutyTemplate, template_id) or DutyTemplate(id=template_id, **values)
    for key, value in values.items():
        setattr(template, key, value)
    work.session.add(template)


def of_month(work: Work, month: int) -> Sequence[DutyTemplate]:
    """The live lines of a month, by id."""
    query = select(DutyTemplate).where(DutyTemplate.state == "live").order_by(col(DutyTemplate.id))
    return [each for each in work.session.exec(query) if month in each.months]


def get(work: Work, template_id: str) -> DutyTemplate | None:
    """One line by its id."""
    return work.session.get(DutyTemplate, template_id)


def every(work: Work) -> Sequence[DutyTemplate]:
    """All lines, whatever their state, by id."""
    return work.session.exec(select(DutyTemplate).order_by(col(DutyTemplate.id))).all()


class Ladder(NamedTuple):
    """What reminding needs of a line."""

    id: str
    title: str
    ladder: Sequence[int] | None


def ladders(work: Work) -> list[Ladder]:
    """Titles and ladders of all lines, whatever their state."""
    rows = table(DutyTemplate).c
    return [Ladder(*row) for row in work.execute(sa.select(rows.id, rows.title, rows.ladder))]


def drop(work: Work, template: DutyTemplate) -> None:
    """Delete a draft that was never given to anybody."""
    work.session.delete(template)
    work.session.flush()


def dates_of(work: Work, period: str) -> dict[str, DutyDate]:
    """This period's own dates by template."""
    return {each.template_id: each for each in work.session.exec(select(DutyDate).where(DutyDate.period == period))}
