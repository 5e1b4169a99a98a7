"""Cadres' duties of a period, and every step a person took with one.

States: `issued` → `delivered` (the platform took the month's list) → `acknowledged` (收到) → `done` | `excused`. 完成
works from each of the first three, which are open. *Overdue* is a property: open and past its deadline. `done_at` after
the deadline is done late. `escalated` counts the levels of the tree above that heard of it; UNTOLD: nobody is in office
up to the top. A duty that goes to
somebody else keeps its row and its appointment; `person_id` moves and a step says from whom to whom (reassigned).
A duty is *vacant* while its appointment is over and `person_id` is still who held it: it waits for whom it is handed
to, or for the next in that office, and who left hears and sees nothing of it.

Unique: (template, period, appointment): issuing twice is issuing once. `reached` is the last step of the ladder that
was dealt with; it moves in the transaction that queues the words (`bot/reminders/`). It is a number of days, not a
place, so that it stays true when the ladder is changed. What a crash does: before a commit nothing happened, after it
nothing is left to do.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table, tally
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment
from storage.scope import of_places
from storage.work import Work

OPEN = ("issued", "delivered", "acknowledged")
UNTOLD = -1  # `escalated` of what is due to be told upwards while nobody above is in office
ELSEWHERE = 0  # told by a letter or by the answer that shows the list; nobody reads back how that ended
NONE_YET = -1000  # before every step of a ladder
_UNTOLD = "state = 'issued'"
_MOVED = "told_on IS NOT NULL"
_OPEN = "state IN ('issued','delivered','acknowledged')"
UNDONE = sa.text(f"duty.{_OPEN}")  # OPEN said literally, so that the partial indexes of open duties are used


class Duty(Row, table=True):
    """What one office holder has to do in one period (`2026-11`). `number` is its place in that person's list.

    `org_id`: the union it is about. `told_id`: the outbox row of the reminder that first named it, ELSEWHERE,
    or null while nothing has. `percent`: 进度 as last told. `set_on`: the deadline it was issued with, where it was
    moved since.
    """

    __tablename__ = "duty"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "period", "appointment_id"),
        sa.Index("ix_duty_org_id_period", "org_id", "period"),
        sa.Index("ix_duty_told_id", "told_id", sqlite_where=sa.text(_UNTOLD), postgresql_where=sa.text(_UNTOLD)),
        sa.Index("ix_duty_told_on", "person_id", sqlite_where=sa.text(_MOVED), postgresql_where=sa.text(_MOVED)),
        sa.Index("ix_duty_appointment_id_period", "appointment_id", "period"),
        sa.Index("ix_duty_person_id_period", "person_id", "period"),
        sa.Index("ix_duty_open", "person_id", sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN)),
        sa.Index("ix_duty_late", "escalated", "deadline", sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN)),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    template_id: str = Field(foreign_key="duty_template.id", max_length=64)
    period: str = Field(max_length=7, index=True)
    appointment_id: int = Field(foreign_key="appointment.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    number: int
    state: str = Field(max_length=12)
    deadline: date
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    report: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    org_id: int | None = Field(default=None, sa_type=BigId)
    reached: int = Field(default=NONE_YET, sa_column_kwargs=default(NONE_YET))
    told_id: int | None = Field(default=None, sa_type=BigId)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    percent: int | None = None
    set_on: date | None = None
    told_on: date | None = None
    escalated: int = Field(default=0, sa_column_kwargs=default(0))
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def vacant(today: date) -> sa.ColumnElement[bool]:
    """That nobody has a duty since its holder left (for selects joined with the appointment)."""
    office = table(Appointment).c
    return sa.and_(office.until < today, office.person_id == table(Duty).c.person_id)


def taken(today: date) -> sa.ColumnElement[bool]:
    """That somebody has a duty: it is not vacant (for selects joined with the appointment)."""
    office = table(Appointment).c
    return sa.or_(office.person_id != table(Duty).c.person_id, office.until.is_(None), office.until >= today)


class DutyStep(Row, table=True):
    """Something that happened to a duty: who (`person:7`, `staff:wang`, `job:…`), what, when. `note`: no personal data.

    `what`: acknowledged, progress, number, evidence, done, reopened, asked, withdrawn (what was asked), moved (its
    deadline), refused, reassigned, excused, escalated, untold. Being issued, told and reminded of is read from the duty
    and the firings.
    """

    __tablename__ = "duty_step"
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", index=True, sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=64)
    what: str = Field(max_length=16)
    note: str = Field(default="", max_length=200, sa_column_kwargs=default(""))


def step(work: Work, duty_id: int, actor: str, what: str, now: datetime, note: str = "") -> None:
    """Write down what happened to a duty; written when the group commits."""
    values = {"id": work.new_id(), "duty_id": duty_id, "at": now, "actor": actor, "what": what, "note": note[:200]}
    work.append(DutyStep, values)


def steps_of(work: Work, duty_id: int) -> Sequence[DutyStep]:
    """What happened to a duty, in order."""
    query = select(DutyStep).where(DutyStep.duty_id == duty_id)
    return work.session.exec(query.order_by(col(DutyStep.at), col(DutyStep.id))).all()


def of_person(work: Work, person_id: int, period: str, today: date) -> Sequence[tuple[Duty, DutyTemplate]]:
    """A person's duties of a period in the order of their numbers; not those of a vacancy."""
    query = (
        select(Duty, DutyTemplate)
        .where(Duty.template_id == DutyTemplate.id, Duty.person_id == person_id, Duty.period == period)
        .where(Duty.appointment_id == Appointment.id, taken(today))
        .order_by(col(Duty.number))
    )
    return work.session.exec(query).all()


def get(work: Work, duty_id: int) -> tuple[Duty, DutyTemplate] | None:
    """One duty with its template."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, Duty.id == duty_id)
    return work.session.exec(query).first()


def counts(work: Work, period: str, path: str | None = None) -> dict[str, int]:
    """Duties of a period (of offices below a path) by state."""
    duties, offices = table(Duty), table(Appointment)
    mine = of_places(offices.c.org_id, path)
    query = sa.select(duties.c.state, sa.func.count()).where(duties.c.period == period)
    if mine:
        query = query.where(duties.c.appointment_id.in_(sa.select(offices.c.id).where(*mine)))
    return tally(work.look(query.group_by(duties.c.state)).all())


def open_in(work: Work, org_id: int) -> Sequence[tuple[Duty, DutyTemplate]]:
    """Everything that is open about a union, by period and id."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, Duty.org_id == org_id)
    return work.session.exec(query.where(col(Duty.state).in_(OPEN)).order_by(Duty.period, col(Duty.id))).all()


def is_vacant(work: Work, duty: Duty, today: date) -> bool:
    """Whether nobody has it since its holder left."""
    query = select(Duty.id).where(Duty.appointment_id == Appointment.id, Duty.id == duty.id, vacant(today))
    return work.session.exec(query).first() is not None


def fresh(work: Work, duty_id: int) -> tuple[Duty, DutyTemplate] | None:
    """One duty with its template as they are committed now, whatever this transaction has read before."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, Duty.id == duty_id)
    return work.session.exec(query.execution_options(populate_existing=True)).first()
