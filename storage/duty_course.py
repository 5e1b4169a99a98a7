"""What the console shows of one duty: who holds it, its requests, numbers and evidence, the reminders that named it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table, tally
from storage.duties import OPEN, Duty
from storage.duty_requests import DutyRequest
from storage.duty_templates import DutyTemplate
from storage.duty_values import DutyValue
from storage.evidence import Evidence
from storage.members import Member
from storage.orgs import Appointment, Organisation
from storage.outbox import Outbox
from storage.people import Person
from storage.reminders import Firing, Reminder
from storage.scope import of_places
from storage.work import Work

FIRINGS = 200  # of one duty; a ladder has a handful of steps


class Held(NamedTuple):
    """A duty with everything it hangs on."""

    duty: Duty
    template: DutyTemplate
    org: Organisation
    office: Appointment
    person: Person


def held(work: Work, duty_id: int, lock: bool = False) -> Held | None:
    """One duty; with `lock` nobody else changes it until the transaction ends."""
    query = select(Duty).where(Duty.id == duty_id)
    if lock and work.dialect == "postgresql":
        query = query.with_for_update()
    duty = work.session.exec(query).first()
    if duty is None:
        return None
    session = work.session
    template, org = session.get(DutyTemplate, duty.template_id), session.get(Organisation, duty.org_id or 0)
    office, person = session.get(Appointment, duty.appointment_id), session.get(Person, duty.person_id)
    if template is None or org is None or office is None or person is None:
        return None
    return Held(duty, template, org, office, person)


def requests_of(work: Work, duty_id: int) -> Sequence[DutyRequest]:
    """What was asked about a duty, in order."""
    query = select(DutyRequest).where(DutyRequest.duty_id == duty_id)
    return work.session.exec(query.order_by(col(DutyRequest.created_at), col(DutyRequest.id))).all()


def request(work: Work, duty_id: int, request_id: int) -> DutyRequest | None:
    """One request about a duty."""
    found = work.session.get(DutyRequest, request_id)
    return found if found is not None and found.duty_id == duty_id else None


def waiting_requests(work: Work, path: str | None, limit: int, offset: int = 0) -> Sequence[sa.Row[Any]]:
    """Requests that nobody has decided, about open duties of units below a path, oldest first."""
    ask, duty, org = table(DutyRequest).c, table(Duty).c, table(Organisation).c
    office, line = table(Appointment).c, table(DutyTemplate).c
    columns = [ask.id, ask.kind, ask.wanted_on, ask.created_at, duty.id.label("duty_id"), duty.deadline]
    source = (
        table(DutyRequest).join(table(Duty), duty.id == ask.duty_id).join(table(Organisation), org.id == duty.org_id)
    )
    source = source.join(table(Appointment), office.id == duty.appointment_id)
    source = source.join(table(DutyTemplate), line.id == duty.template_id)
    query = sa.select(*columns, org.name.label("unit"), office.office, line.title).select_from(source)
    query = query.where(ask.state == "pending", duty.state.in_(OPEN), *of_places(duty.org_id, path))
    return work.look(query.order_by(ask.created_at, ask.id).limit(limit).offset(offset)).all()


def count_waiting(work: Work, path: str | None) -> int:
    """How many `waiting_requests` there are."""
    ask, duty = table(DutyRequest).c, table(Duty).c
    source = table(DutyRequest).join(table(Duty), duty.id == ask.duty_id)
    query = sa.select(sa.func.count()).select_from(source)
    query = query.where(ask.state == "pending", duty.state.in_(OPEN), *of_places(duty.org_id, path))
    return int(work.look(query).scalar_one())


def values_of(work: Work, duty_id: int) -> dict[str, DutyValue]:
    """The numbers of a duty by key."""
    rows = work.session.exec(select(DutyValue).where(DutyValue.duty_id == duty_id)).all()
    return {each.key: each for each in rows}


def evidence_of(work: Work, duty_id: int) -> Sequence[sa.Row[Any]]:
    """What shows that it was done, in order; without the sealed content."""
    each = table(Evidence).c
    columns = (each.id, each.kind, each.state, each.name, each.mime, each.size, each.at, each.kept_at)
    return work.look(sa.select(*columns).where(each.duty_id == duty_id).order_by(each.at, each.id)).all()


def evidence(work: Work, evidence_id: int) -> Evidence | None:
    """One piece with its sealed content."""
    return work.session.get(Evidence, evidence_id)


def firings_of(work: Work, people: Collection[int], duty_id: int, since: datetime) -> Sequence[Firing]:
    """Reminders of these people that named a duty, in order."""
    mine = sa.select(table(Reminder).c.id).where(table(Reminder).c.person_id.in_(list(people)))
    query = select(Firing).where(col(Firing.reminder_id).in_(mine), col(Firing.due_at) >= since)
    rows = work.session.exec(query.order_by(col(Firing.due_at), col(Firing.id)).limit(FIRINGS)).all()
    return [each for each in rows if any(part[0] == duty_id for part in each.parts or ())]


def told(work: Work, outbox_id: int) -> tuple[datetime, str] | None:
    """When the message that first named a duty was queued, and how it ended."""
    each = table(Outbox).c
    row: Any = work.look(sa.select(each.created_at, each.state).where(each.id == outbox_id)).first()
    return (row[0], row[1]) if row else None


def holders(work: Work, org_id: int, day: date) -> Sequence[tuple[int, str, str]]:
    """Who holds an office in a unit on a day: person, office, name."""
    query = (
        select(Appointment.person_id, Appointment.office, Person.name)
        .where(Appointment.person_id == Person.id, Appointment.org_id == org_id, Appointment.since <= day)
        .where(sa.or_(col(Appointment.until).is_(None), col(Appointment.until) >= day))
        .order_by(col(Appointment.office), col(Appointment.id))
    )
    return work.session.exec(query).all()


class Mobile(NamedTuple):
    """A sealed mobile that somebody registered as a member, and where that membership is."""

    member_id: int
    path: str
    sealed: bytes


def mobiles(work: Work, people: Collection[int]) -> dict[int, Mobile]:
    """The mobiles of these people, by person; without who registered none."""
    each, org = table(Member).c, table(Organisation).c
    query = sa.select(each.person_id, each.id, org.path, each.mobile)
    query = query.join_from(table(Member), table(Organisation), org.id == each.org_id)
    query = query.where(each.person_id.in_(list(people)), each.mobile.is_not(None)).order_by(each.created_at, each.id)
    rows: Sequence[Any] = work.look(query).all()
    return {row[0]: Mobile(*row[1:]) for row in rows}


def cadres(work: Work, levels: Collection[str], role: str, day: date) -> dict[str, int]:
    """Cadres that a line of the calendar gives a duty to, by level, each once a union: those of its role, or where a
    union has nobody of it, all of them (`bot/services/duty_whose.py`)."""
    office, org = table(Appointment).c, table(Organisation).c
    query = sa.select(org.level, org.id, office.person_id).select_from(
        table(Appointment).join(table(Organisation), org.id == office.org_id)
    )
    query = query.where(org.level.in_(list(levels)), office.since <= day)
    query = query.where(sa.or_(office.until.is_(None), office.until >= day))
    if role:
        same = table(Appointment).alias("same")
        held = (same.c.org_id == office.org_id, same.c.office == role, same.c.since <= day)
        there = sa.select(same.c.id).where(*held, sa.or_(same.c.until.is_(None), same.c.until >= day)).exists()
        query = query.where(sa.or_(office.office == role, ~there))
    whose = query.distinct().subquery()
    return tally(work.look(sa.select(whose.c.level, sa.func.count()).group_by(whose.c.level)))


def offices(work: Work) -> Sequence[str]:
    """Every office there is."""
    each = table(Appointment).c
    return list(work.look(sa.select(each.office).distinct().order_by(each.office)).scalars())
