"""Those in office, as lists: with their unions, names, leave and whether they can be reached; a page at a time.

`vacant` duties wait for the next who binds to an office: open, their appointment is over, and nobody took them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage import absences
from storage.absences import Absence
from storage.base import table, tally
from storage.duties import OPEN, Duty
from storage.duties import vacant as gone
from storage.duty_requests import DutyRequest
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment, Binding, Organisation, in_office
from storage.people import Person
from storage.reminders import Reminder
from storage.work import Work

VIEWS = ("bound", "leave", "unreachable", "left", "waiting", "vacant")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cadres: of a branch of the tree, of an office; `view`: which side of them."""

    path: str = ""
    office: str = ""
    view: str = "bound"


Rows = Sequence[sa.Row[Any]]


def listed(work: Work, wanted: Wanted, now: datetime, today: date, limit: int, offset: int) -> Rows:
    """A page of what is wanted: rows of `org_id`, `unit`, `office`, `name` and what the view adds, in the tree's order.

    `key` is the appointment, the binding (waiting) or the union (vacant).
    """
    query, last = _query(wanted, now, today)
    return work.look(query.order_by(Organisation.path, last).limit(limit).offset(offset)).all()


def count(work: Work, wanted: Wanted, now: datetime, today: date) -> int:
    """How many there are."""
    query, _ = _query(wanted, now, today)
    return int(work.look(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


def _query(wanted: Wanted, now: datetime, today: date) -> tuple[sa.Select[Any], Any]:
    if wanted.view == "vacant":
        return _vacant(wanted, today), col(Organisation.id)
    if wanted.view == "waiting":
        return _waiting(wanted, now), col(Binding.id)
    return _held(wanted, today), col(Appointment.id)


def _below(wanted: Wanted) -> sa.ColumnElement[bool]:
    return col(Organisation.path).startswith(wanted.path or "/", autoescape=True)


def _held(wanted: Wanted, today: date) -> sa.Select[Any]:
    ours = sa.and_(col(Reminder.person_id) == Person.id, col(Reminder.kind) == "duties", col(Reminder.subject) == "")
    leave = sa.and_(col(Absence.person_id) == Person.id, *absences.on(today))
    query: Any = (
        sa.select(
            col(Appointment.id).label("key"),
            col(Appointment.office),
            col(Appointment.since),
            col(Appointment.until),
            col(Organisation.id).label("org_id"),
            col(Organisation.name).label("unit"),
            col(Person.id).label("person_id"),
            col(Person.name),
            col(Reminder.unreachable_at),
            col(Absence.until_on),
        )
        .join(Organisation, col(Organisation.id) == Appointment.org_id)
        .join(Person, col(Person.id) == Appointment.person_id)
        .outerjoin(Reminder, ours)
        .outerjoin(Absence, leave)
        .where(_below(wanted), *_side(wanted.view, today))
    )
    return _of_office(query, col(Appointment.office), wanted)


def _side(view: str, today: date) -> tuple[Any, ...]:
    if view == "left":
        return (col(Appointment.until) < today,)
    more = {"leave": col(Absence.id).is_not(None), "unreachable": col(Reminder.unreachable_at).is_not(None)}
    return (*in_office(today), *([more[view]] if view in more else []))


def _waiting(wanted: Wanted, now: datetime) -> sa.Select[Any]:
    unspent = (col(Binding.used_by).is_(None), col(Binding.revoked_at).is_(None), col(Binding.expires_at) > now)
    query: Any = (
        sa.select(
            col(Binding.id).label("key"),
            col(Binding.office),
            col(Organisation.id).label("org_id"),
            col(Organisation.code),
            col(Organisation.name).label("unit"),
            col(Binding.name),
            col(Binding.expires_at),
            col(Binding.made_at),
        )
        .join(Organisation, col(Organisation.id) == Binding.org_id)
        .where(_below(wanted), *unspent)
    )
    return _of_office(query, col(Binding.office), wanted)


def _of_office(query: Any, office: Any, wanted: Wanted) -> sa.Select[Any]:
    narrowed: sa.Select[Any] = query.where(office == wanted.office) if wanted.office else query
    return narrowed


def _vacant(wanted: Wanted, today: date) -> sa.Select[Any]:
    held = sa.exists().where(col(Appointment.org_id) == Organisation.id, *in_office(today))
    if wanted.office:
        held = held.where(col(Appointment.office) == wanted.office)
    columns: tuple[Any, ...] = (col(Organisation.id).label("key"), col(Organisation.id).label("org_id"))
    words: tuple[Any, ...] = (sa.literal(wanted.office).label("office"), sa.literal("").label("name"))
    return sa.select(*columns, col(Organisation.name).label("unit"), *words).where(_below(wanted), ~held)


def in_unions(work: Work, org_ids: Collection[int], day: date) -> Sequence[tuple[Appointment, Organisation, Person]]:
    """Who holds which office in these unions on a day, in the tree's order."""
    query = (
        select(Appointment, Organisation, Person)
        .where(Appointment.org_id == Organisation.id, Appointment.person_id == Person.id, *in_office(day))
        .where(col(Appointment.org_id).in_(org_ids))
        .order_by(Organisation.path, col(Appointment.id))
    )
    return work.session.exec(query).all()


def offices_ever(work: Work, person_id: int) -> Sequence[tuple[Appointment, Organisation]]:
    """Every office a person holds or held, those still held first."""
    query = (
        select(Appointment, Organisation)
        .where(Appointment.org_id == Organisation.id, Appointment.person_id == person_id)
        .order_by(col(Appointment.until).is_not(None), Organisation.path, col(Appointment.id))
    )
    return work.session.exec(query).all()


def open_of(work: Work, person_id: int) -> Sequence[tuple[Duty, DutyTemplate, Appointment]]:
    """A person's open duties of all periods with the appointments they were issued to, by deadline."""
    query = (
        select(Duty, DutyTemplate, Appointment)
        .where(Duty.template_id == DutyTemplate.id, Duty.appointment_id == Appointment.id)
        .where(Duty.person_id == person_id, col(Duty.state).in_(OPEN))
        .order_by(col(Duty.deadline), col(Duty.id))
    )
    return work.session.exec(query).all()


def vacant(work: Work, org_id: int, office: str, day: date) -> Sequence[tuple[Duty, DutyTemplate]]:
    """Open duties of an office that nobody has since its holder left, by deadline."""
    query = (
        select(Duty, DutyTemplate)
        .where(Duty.template_id == DutyTemplate.id, Duty.appointment_id == Appointment.id)
        .where(Appointment.org_id == org_id, Appointment.office == office, gone(day), col(Duty.state).in_(OPEN))
        .order_by(col(Duty.deadline), col(Duty.id))
    )
    return work.session.exec(query).all()


def counts_of(work: Work, person_id: int) -> dict[str, int]:
    """A person's duties of all periods by state."""
    rows = table(Duty)
    query = sa.select(rows.c.state, sa.func.count()).where(rows.c.person_id == person_id).group_by(rows.c.state)
    return tally(work.look(query).all())


def drop_requests(work: Work, duty_ids: Collection[int], person_id: int, by: str, now: datetime) -> int:
    """Withdraw what is asked for about these duties, and whatever is to be handed to a person who leaves; how many."""
    rows = table(DutyRequest)
    theirs = sa.or_(rows.c.duty_id.in_(duty_ids), rows.c.to_person_id == person_id)
    over = {"state": "withdrawn", "decided_by": by, "decided_at": now}
    work.session.flush()
    return int(work.execute(sa.update(rows).where(theirs, rows.c.state == "pending").values(**over)).rowcount)
