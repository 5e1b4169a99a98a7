"""Cadres' duties: the yearly templates and each cadre's duty of a period.

States of a duty: `issued` → `acknowledged` → `done` | `excused`; `overdue` is a property (open and past its deadline),
not a state. Unique: (template, period, appointment) – issuing twice is issuing once.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, table, tally
from storage.orgs import Appointment
from storage.scope import of_places
from storage.work import Work

OPEN = ("issued", "acknowledged")


class DutyTemplate(Row, table=True):
    """One line of the yearly calendar. `months`: numbers 1..12; `deadline_day` is clamped to the month's end."""

    __tablename__ = "duty_template"
    id: str = Field(primary_key=True, max_length=64)
    months: Any = Field(sa_type=Json)
    title: str = Field(max_length=60)
    what: str
    deadline_day: int
    evidence: str = Field(max_length=8)
    numbers: Any = Field(default=None, nullable=True, sa_type=Json)
    levels: Any = Field(sa_type=Json)
    basis: str = ""


class Duty(Row, table=True):
    """What one office holder has to do in one period (`2026-11`). `number` is its place in that person's list."""

    __tablename__ = "duty"
    __table_args__ = (sa.UniqueConstraint("template_id", "period", "appointment_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    template_id: str = Field(foreign_key="duty_template.id", max_length=64)
    period: str = Field(max_length=7, index=True)
    appointment_id: int = Field(foreign_key="appointment.id", index=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    number: int
    state: str = Field(max_length=12)
    deadline: date
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    report: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)


def put_template(work: Work, template_id: str, values: dict[str, Any]) -> None:
    """Create or replace one line of the calendar."""
    template = work.session.get(DutyTemplate, template_id) or DutyTemplate(id=template_id, **values)
    for key, value in values.items():
        setattr(template, key, value)
    work.session.add(template)


def templates(work: Work, month: int) -> Sequence[DutyTemplate]:
    """The lines of a month, by deadline."""
    query = select(DutyTemplate).order_by(col(DutyTemplate.deadline_day), col(DutyTemplate.id))
    return [each for each in work.session.exec(query) if month in each.months]


def of_person(work: Work, person_id: int, period: str) -> Sequence[tuple[Duty, DutyTemplate]]:
    """A person's duties of a period in the order of their numbers."""
    query = (
        select(Duty, DutyTemplate)
        .where(Duty.template_id == DutyTemplate.id, Duty.person_id == person_id, Duty.period == period)
        .order_by(col(Duty.number))
    )
    return work.session.exec(query).all()


def get(work: Work, duty_id: int) -> tuple[Duty, DutyTemplate] | None:
    """One duty with its template."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, Duty.id == duty_id)
    return work.session.exec(query).first()


def issued_for(work: Work, appointment: Appointment, period: str) -> set[str]:
    """Template ids already issued to an appointment in a period."""
    query = select(Duty.template_id).where(Duty.appointment_id == appointment.id, Duty.period == period)
    return set(work.session.exec(query).all())


def add(work: Work, duty: Duty) -> None:
    """Store a new duty; the unique constraint refuses a second one."""
    work.session.add(duty)


def counts(work: Work, period: str, path: str | None = None) -> dict[str, int]:
    """Duties of a period (of offices below a path) by state."""
    duties, offices = table(Duty), table(Appointment)
    mine = of_places(offices.c.org_id, path)
    query = sa.select(duties.c.state, sa.func.count()).where(duties.c.period == period)
    if mine:
        query = query.where(duties.c.appointment_id.in_(sa.select(offices.c.id).where(*mine)))
    return tally(work.look(query.group_by(duties.c.state)).all())
