"""Giving many office holders the duties of a period: what is read and written for a batch of them."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.base import mixed, table
from storage.duties import UNDONE, Duty
from storage.orgs import Appointment, Organisation
from storage.work import Work

_duty, _office, _org = table(Duty), table(Appointment), table(Organisation)


class Holder(NamedTuple):
    """Somebody in office."""

    appointment_id: int
    org_id: int
    person_id: int
    office: str
    since: date
    level: str


_HOLDER = (_office.c.id, _office.c.org_id, _office.c.person_id, _office.c.office, _office.c.since, _org.c.level)


def _in_office(day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (_office.c.since <= day, sa.or_(_office.c.until.is_(None), _office.c.until >= day))


def holders(work: Work, day: date, after: int, limit: int) -> list[Holder]:
    """People in office on a day, by the id of their appointment."""
    query = sa.select(*_HOLDER).join(_org, _org.c.id == _office.c.org_id).where(*_in_office(day), _office.c.id > after)
    return [Holder(*row) for row in work.execute(query.order_by(_office.c.id).limit(limit))]


def in_office(work: Work, day: date) -> list[tuple[str, str, int, int, int]]:
    """Who holds which office where on a day, by level and office: anybody else, other sums."""
    who = [sa.func.sum(mixed(_office.c.id, each)) for each in (_office.c.person_id, _office.c.org_id)]
    query = sa.select(_org.c.level, _office.c.office, sa.func.count(), *who).join(_org, _org.c.id == _office.c.org_id)
    query = query.where(*_in_office(day)).group_by(_org.c.level, _office.c.office)
    return sorted((row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in work.execute(query))


def offices(work: Work, org_ids: Collection[int], day: date) -> set[tuple[int, str]]:
    """Which offices are filled in these unions on a day."""
    query = sa.select(_office.c.org_id, _office.c.office).where(*_in_office(day), _office.c.org_id.in_(org_ids))
    return {(row[0], row[1]) for row in work.execute(query.distinct())}


def issued(work: Work, appointments: Collection[int], period: str) -> set[tuple[int, str]]:
    """What these appointments have been given in a period, as (appointment, template).

    What the last holder of the same office had, whose time was over by then, counts too: it was done, or passed on.
    """
    own = sa.select(_duty.c.appointment_id, _duty.c.template_id)
    own = own.where(_duty.c.appointment_id.in_(appointments), _duty.c.period == period)
    last = _office.alias("last")
    same = sa.and_(last.c.org_id == _office.c.org_id, last.c.office == _office.c.office, last.c.until < _office.c.since)
    passed = sa.select(_office.c.id, _duty.c.template_id).join(last, same)
    passed = passed.join(_duty, _duty.c.appointment_id == last.c.id)
    passed = passed.where(_office.c.id.in_(appointments), _duty.c.period == period)
    return {(row[0], row[1]) for query in (own, passed) for row in work.execute(query)}


def of_the_same(work: Work, appointments: Collection[int], day: date) -> dict[int, list[Holder]]:
    """The other offices that the same people ever had in the same unions, by appointment: those held on a day.

    Who has or had no other office there is left out. By id.
    """
    other = _office.alias("other")
    same = sa.and_(other.c.person_id == _office.c.person_id, other.c.org_id == _office.c.org_id)
    still = sa.and_(other.c.since <= day, sa.or_(other.c.until.is_(None), other.c.until >= day))
    columns = (other.c.id, other.c.org_id, other.c.person_id, other.c.office, other.c.since, _org.c.level)
    query = sa.select(_office.c.id, still, *columns).join(other, sa.and_(same, other.c.id != _office.c.id))
    query = query.join(_org, _org.c.id == _office.c.org_id).where(_office.c.id.in_(appointments))
    found: dict[int, list[Holder]] = {}
    for mine, held, *each in work.execute(query.order_by(_office.c.id, other.c.id)):
        found.setdefault(mine, []).extend([Holder(*each)] if held else [])
    return found


def elsewhere(work: Work, appointments: Collection[int], period: str, day: date) -> set[tuple[int, str]]:
    """What the same people were given in a period about the same unions with other offices: (appointment, template).

    With an office that is over only what they did, or have now: not what was handed on, or waits for the next holder.
    """
    other = _office.alias("other")
    about = sa.and_(_duty.c.org_id == _office.c.org_id, _duty.c.appointment_id != _office.c.id)
    over = sa.and_(other.c.until < day, other.c.person_id == _duty.c.person_id)
    theirs = sa.and_(
        _duty.c.person_id == _office.c.person_id, sa.not_(sa.and_(UNDONE, sa.func.coalesce(over, sa.false())))
    )
    held = sa.and_(other.c.person_id == _office.c.person_id, sa.or_(other.c.until.is_(None), other.c.until >= day))
    query = (
        sa.select(_office.c.id, _duty.c.template_id)
        .join(_duty, about)
        .join(other, other.c.id == _duty.c.appointment_id)
    )
    query = query.where(_office.c.id.in_(appointments), _duty.c.period == period, sa.or_(theirs, held))
    return {(row[0], row[1]) for row in work.execute(query)}


def give(work: Work, values: dict[str, Any]) -> int:
    """A new duty's id; written when the group commits. Unique: (template, period, appointment)."""
    fresh = {"state": "issued", "acknowledged_at": None, "done_at": None, "report": "", "percent": None}
    duty_id = work.new_id()
    work.append(Duty, {"id": duty_id, **fresh, **values})
    return duty_id
