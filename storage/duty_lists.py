"""Reading the duties a person has to answer for: their own and those of colleagues they stand in for. Selects only."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table
from storage.duties import OPEN, Duty, taken
from storage.duty_templates import DutyTemplate
from storage.inbox import PURPOSE, Inbound
from storage.members import Member
from storage.orgs import Appointment
from storage.people import Person
from storage.seal import Unsealable
from storage.work import Work


def of_people(
    work: Work, person_ids: Collection[int], period: str, since: datetime, day: date
) -> Sequence[tuple[Duty, DutyTemplate]]:
    """Duties of a period in any state, and of earlier ones what is open or was done since a moment.

    By period, person and number. Not those of a vacancy.
    """
    late = sa.or_(col(Duty.state).in_(OPEN), col(Duty.done_at) >= since)
    query = (
        select(Duty, DutyTemplate)
        .where(Duty.template_id == DutyTemplate.id, col(Duty.person_id).in_(person_ids))
        .where(Duty.appointment_id == Appointment.id, taken(day))
        .where(sa.or_(col(Duty.period) == period, sa.and_(col(Duty.period) < period, late)))
        .order_by(col(Duty.period), col(Duty.person_id), col(Duty.number), col(Duty.id))
    )
    return work.session.exec(query).all()


def by_ids(work: Work, duty_ids: Collection[int]) -> dict[int, tuple[Duty, DutyTemplate]]:
    """Duties with their templates by id."""
    query = select(Duty, DutyTemplate).where(Duty.template_id == DutyTemplate.id, col(Duty.id).in_(duty_ids))
    return {duty.id: (duty, template) for duty, template in work.session.exec(query)}


def held(work: Work, duty_id: int) -> Duty:
    """One duty as it is now; nobody else changes it until the transaction ends. It must exist."""
    return work.session.get_one(Duty, duty_id, populate_existing=True, with_for_update=True)


def names(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """What people are called: as they told us, else as the roster of members has it; without the nameless."""
    people, members = table(Person), table(Member)
    query = (
        sa.select(people.c.id, people.c.name, sa.func.max(members.c.name).label("listed"))
        .select_from(people.outerjoin(members, members.c.person_id == people.c.id))
        .where(people.c.id.in_(person_ids))
        .group_by(people.c.id, people.c.name)
    )
    found = {int(row.id): str(row.name or row.listed or "") for row in work.execute(query)}
    return {person_id: name for person_id, name in found.items() if name}


def colleagues(work: Work, org_id: int, day: date) -> dict[int, str]:
    """Everybody in office in a union on a day, by name."""
    query = (
        select(Appointment.person_id)
        .where(Appointment.org_id == org_id, Appointment.since <= day)
        .where(sa.or_(col(Appointment.until).is_(None), col(Appointment.until) >= day))
    )
    return names(work, set(work.session.exec(query).all()))


class LastSaid(NamedTuple):
    """A person's last push: what it was taken for and its words (empty when they are not kept)."""

    topic: str
    words: str


def last_said(work: Work, person_id: int, since: datetime) -> LastSaid:
    """The last push of a person since a moment; empty when there was none."""
    pushes = table(Inbound)
    query = (
        sa.select(pushes.c.topic, pushes.c.text)
        .where(pushes.c.person_id == person_id, pushes.c.received_at >= since)
        .order_by(pushes.c.received_at.desc(), pushes.c.id.desc())
        .limit(1)
    )
    row = work.execute(query).first()
    if row is None:
        return LastSaid("", "")
    try:
        return LastSaid(str(row.topic), work.seal.open(row.text, PURPOSE) if row.text else "")
    except Unsealable:
        return LastSaid(str(row.topic), "")
