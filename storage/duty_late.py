"""Duties that are open long after their deadline, for the superior unions."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.base import table
from storage.duties import UNDONE, UNTOLD, Duty
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment, Organisation, in_office
from storage.outbox import Outbox
from storage.work import Work

_duty, _line, _org, _out = table(Duty), table(DutyTemplate), table(Organisation), table(Outbox)
OLDEST = 5000  # at once; the next run takes the others


class Late(NamedTuple):
    """One late duty and where it is. `path`: the way of its union from the top; `escalated`: levels told already."""

    id: int
    escalated: int
    deadline: date
    title: str
    unit: str
    path: str


def late(work: Work, level: int, until: date, told_by: datetime, limit: int = OLDEST) -> list[Late]:
    """Open duties with a deadline up to a day that `level` levels above have heard of, in the tree's order.

    Only those that were given out, and told to whose they are (if they were), before the moment `told_by`.
    """
    told = sa.select(_out.c.created_at).where(_out.c.id == _duty.c.told_id).scalar_subquery()
    given = (_duty.c.created_at < told_by, sa.func.coalesce(told, _duty.c.created_at) < told_by)
    return _read(work, UNDONE, _duty.c.deadline <= until, _duty.c.escalated == level, *given, limit=limit)


def still(work: Work, ids: Collection[int], level: int) -> list[Late]:
    """Those of them that are still open and not told further, in the tree's order."""
    heard = (UNTOLD, 0) if level == 0 else (level,)
    mine = (_duty.c.id.in_(ids), UNDONE, _duty.c.escalated.in_(heard))
    return _read(work, *mine, limit=len(ids))


def _read(work: Work, *mine: sa.ColumnElement[bool] | sa.TextClause, limit: int) -> list[Late]:
    columns = (_duty.c.id, _duty.c.escalated, _duty.c.deadline, _line.c.title, _org.c.name, _org.c.path)
    source = _duty.join(_line, _line.c.id == _duty.c.template_id).join(_org, _org.c.id == _duty.c.org_id)
    query = sa.select(*columns).select_from(source).where(*mine).order_by(_org.c.path, _duty.c.deadline, _duty.c.id)
    return [Late(*row) for row in work.execute(query.limit(limit))]


def manned(work: Work, org_ids: Collection[int], day: date) -> set[int]:
    """Which of these unions have somebody in office on a day."""
    query = sa.select(table(Appointment).c.org_id).where(table(Appointment).c.org_id.in_(org_ids), *in_office(day))
    return set(work.execute(query.distinct()).scalars())


def mark(work: Work, ids: Collection[int], level: int, now: datetime | None) -> None:
    """`level` levels above have heard of them, or UNTOLD."""
    work.execute(sa.update(_duty).where(_duty.c.id.in_(ids)).values(escalated=level, escalated_at=now))
