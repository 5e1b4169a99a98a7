"""What is kept of one person as a cadre: for that person to see, and to have a copy of. Selects only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.absences import Absence
from storage.base import Row, table
from storage.duties import Duty
from storage.duty_requests import DutyRequest
from storage.duty_templates import DutyTemplate
from storage.evidence import Evidence
from storage.orgs import Appointment
from storage.work import Work

HELD = ("kept", "waiting", "unplaced")  # evidence that is here, or may still come


def kept(work: Work, person_id: int) -> tuple[int, datetime | None]:
    """How many pieces of evidence a person gave are here, and since when the oldest one."""
    rows = table(Evidence).c
    mine = sa.and_(rows.person_id == person_id, rows.state.in_(HELD))
    count, oldest = work.execute(sa.select(sa.func.count(), sa.func.min(rows.due_at)).where(mine)).one()
    return int(count), oldest


def reasons(work: Work, person_id: int) -> int:
    """How many reasons of requests are kept of a person."""
    rows = table(DutyRequest)
    mine = sa.and_(rows.c.person_id == person_id, rows.c.reason.is_not(None))
    return int(work.execute(sa.select(sa.func.count()).select_from(rows).where(mine)).scalar_one())


def _has(row: type[Row], column: str) -> sa.ColumnElement[bool]:
    return sa.select(table(row)).where(table(row).c[column] == sa.bindparam("whose")).exists()


# Built once: asked of nearly everybody who says something with a number in it.
_TOUCHED = sa.select(
    sa.or_(_has(Appointment, "person_id"), _has(Duty, "person_id"), _has(Absence, "substitute_id")).label("touched")
)


def touched(work: Work, person_id: int) -> bool:
    """Whether a person ever held an office, was given a duty or stood in for somebody."""
    return bool(work.execute(_TOUCHED, {"whose": person_id}).scalar_one())


def served(work: Work, person_id: int) -> bool:
    """Whether a person holds or ever held an office."""
    return work.session.exec(select(Appointment.id).where(Appointment.person_id == person_id)).first() is not None


def leave_from(work: Work, person_id: int, day: date) -> Sequence[Absence]:
    """A person's open leave that is not over on a day, by first day."""
    mine = (Absence.person_id == person_id, Absence.state == "open", col(Absence.until_on) >= day)
    return work.session.exec(select(Absence).where(*mine).order_by(col(Absence.from_on))).all()


def duties_of(work: Work, person_id: int) -> Sequence[tuple[Duty, DutyTemplate]]:
    """Every duty that is a person's, by period and number."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, Duty.person_id == person_id)
    return work.session.exec(query.order_by(Duty.period, col(Duty.number))).all()


def requests_of(work: Work, person_id: int) -> Sequence[tuple[DutyRequest, DutyTemplate, int | None]]:
    """What a person asked for about duties, in order, each with what the duty is and of which union."""
    query = (
        select(DutyRequest, DutyTemplate, Duty.org_id)
        .where(DutyRequest.duty_id == Duty.id, Duty.template_id == DutyTemplate.id)
        .where(DutyRequest.person_id == person_id)
    )
    return work.session.exec(query.order_by(col(DutyRequest.created_at), col(DutyRequest.id))).all()


def evidence_of(work: Work, person_id: int) -> Sequence[sa.Row[Any]]:
    """What a person gave as evidence, in order: kind, state, when, sealed words (no photos or files), duty, union."""
    each, duty, line = table(Evidence).c, table(Duty).c, table(DutyTemplate).c
    words = sa.case((each.kind == "text", each.body), else_=None).label("words")
    query = sa.select(each.kind, each.state, each.at, words, line.title, duty.org_id).where(
        each.duty_id == duty.id, duty.template_id == line.id, each.person_id == person_id
    )
    rows: Sequence[sa.Row[Any]] = work.execute(query.order_by(each.at, each.id)).all()
    return rows
