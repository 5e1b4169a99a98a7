"""Statements that forget what cadres gave with their duties. Rows stay, empty: that something was, and when.

Leave is dropped as a whole: nothing hangs on it once it is over.
"""

from datetime import date, datetime

import sqlalchemy as sa

from storage.absences import Absence
from storage.base import table
from storage.duty_own import HELD
from storage.duty_requests import DutyRequest
from storage.evidence import Evidence
from storage.forgetting import ours
from storage.orgs import Appointment, Binding
from storage.people import Person
from storage.work import Work

_EVIDENCE, _REQUESTS, _LEAVE, _CODES = table(Evidence), table(DutyRequest), table(Absence), table(Binding)
_THERE = _EVIDENCE.c.state.in_(HELD)
_GONE = {"state": "erased", "body": None, "size": 0}


def evidence_before(work: Work, moment: datetime, limit: int) -> int:
    """Empty kept pieces that came before a moment; how many. By `due_at`, which stands before the body in the row."""
    rows = _EVIDENCE.c
    old = sa.select(rows.id).where(rows.state == "kept", rows.due_at < moment).order_by(rows.id).limit(limit)
    return int(work.execute(sa.update(_EVIDENCE).where(rows.id.in_(old)).values(_GONE)).rowcount)


def reasons_before(work: Work, moment: datetime, waiting: datetime, limit: int) -> int:
    """Drop the reasons of requests decided before a moment, and of those that wait since `waiting`; how many."""
    rows = _REQUESTS.c
    over = sa.or_(rows.decided_at < moment, rows.created_at < waiting)
    old = sa.select(rows.id).where(rows.reason.is_not(None), over).order_by(rows.id).limit(limit)
    return int(work.execute(sa.update(_REQUESTS).where(rows.id.in_(old)).values(reason=None)).rowcount)


def leave_before(work: Work, day: date, limit: int) -> int:
    """Drop leave whose last day was before a day; how many."""
    rows = _LEAVE.c
    old = sa.select(rows.id).where(rows.until_on < day).order_by(rows.id).limit(limit)
    return int(work.execute(sa.delete(_LEAVE).where(rows.id.in_(old))).rowcount)


def codes_before(work: Work, moment: datetime, limit: int) -> int:
    """Drop the names of codes that ran out before a moment; how many. A code that was used or revoked has none."""
    rows = _CODES.c
    old = sa.select(rows.id).where(rows.name.is_not(None), rows.expires_at < moment).order_by(rows.id).limit(limit)
    return int(work.execute(sa.update(_CODES).where(rows.id.in_(old)).values(name=None)).rowcount)


def left_before(work: Work, day: date, limit: int) -> list[int]:
    """People with a name whose last office ended before a day, who are neither members nor applying."""
    person, mine = table(Person), table(Appointment)
    theirs = mine.c.person_id == person.c.id
    later = sa.exists().where(theirs, sa.or_(mine.c.until.is_(None), mine.c.until >= day))
    query = sa.select(person.c.id).where(person.c.name != "", sa.exists().where(theirs), ~later, ~ours(day))
    return [int(each) for each in work.look(query.order_by(person.c.id).limit(limit)).scalars()]


def of_person(work: Work, person_id: int, today: date) -> int:
    """All of it that a person gave, at once, but leave that is not over; how many pieces of evidence."""
    mine = _EVIDENCE.c.person_id == person_id
    work.session.flush()
    work.execute(sa.update(_REQUESTS).where(_REQUESTS.c.person_id == person_id).values(reason=None))
    over = sa.or_(_LEAVE.c.until_on < today, _LEAVE.c.state == "ended")
    work.execute(sa.delete(_LEAVE).where(_LEAVE.c.person_id == person_id, over))
    return int(work.execute(sa.update(_EVIDENCE).where(mine, _THERE).values(_GONE)).rowcount)
