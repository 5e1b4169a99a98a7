"""Giving many office holders the duties of a period: what is read and written for a batch of them."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.base import mixed, table
from storage.duties import Duty
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


def give(work: Work, values: dict[str, Any]) -> int:
    """A new duty's id; written when the group commits. Unique: (template, period, appointment)."""
    fresh = {"state": "issued", "acknowledged_at": None, "done_at": None, "report": "", "percent": None}
    duty_id = work.new_id()
    work.append(Duty, {"id": duty_id, **fresh, **values})
    return duty_id
