"""The numbers of one duty template over some months, a row a number; and what was changed after it was first told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table
from storage.duties import Duty, DutyStep
from storage.duty_templates import DutyTemplate
from storage.duty_values import DutyValue
from storage.orgs import Organisation
from storage.work import Work

_duty, _step, _value, _org = table(Duty), table(DutyStep), table(DutyValue), table(Organisation)


def _of(template_id: str, first: str, last: str, path: str) -> list[sa.ColumnElement[bool]]:
    mine = _org.c.path.startswith(path, autoescape=True)
    return [_duty.c.template_id == template_id, _duty.c.period.between(first, last), mine]


def reported(work: Work, template_id: str, first: str, last: str, path: str) -> Sequence[sa.Row[Any]]:
    """(union, period, duty, state, key, hundredths, told at) of every duty in the tree's order; without a number one
    row with nulls.
    """
    columns = (_duty.c.org_id, _duty.c.period, _duty.c.id, _duty.c.state)
    query = sa.select(*columns, _value.c.key, _value.c.hundredths, _value.c.at)
    source = _duty.join(_org, _org.c.id == _duty.c.org_id).outerjoin(_value, _value.c.duty_id == _duty.c.id)
    query = query.select_from(source).where(*_of(template_id, first, last, path))
    return work.look(query.order_by(_org.c.path, _duty.c.period, _duty.c.id, _value.c.at)).all()


def changed(
    work: Work, template_id: str, first: str, last: str, path: str, limit: int
) -> list[tuple[int, str, datetime, str]]:
    """(union, period, moment, words) of numbers told at a later moment than the first ones of their duty, the tree's
    order. Who told them is not said.
    """
    began = sa.func.min(_step.c.at).over(partition_by=_step.c.duty_id).label("began")
    wanted = (_duty.c.org_id, _duty.c.period, _step.c.at, _step.c.note, _org.c.path)
    source = _step.join(_duty, _duty.c.id == _step.c.duty_id).join(_org, _org.c.id == _duty.c.org_id)
    query = sa.select(*wanted, began).select_from(source).where(_step.c.what == "number")
    each = query.where(*_of(template_id, first, last, path)).subquery("told").c
    later = sa.select(each.org_id, each.period, each.at, each.note).where(each.at > each.began)
    found: Iterable[Any] = work.look(later.order_by(each.path, each.period, each.at).limit(limit))
    return [(int(org_id), str(period), at, str(note)) for org_id, period, at, note in found]


def with_numbers(work: Work) -> Sequence[DutyTemplate]:
    """The templates in use that ask for numbers, by id."""
    query = select(DutyTemplate).where(DutyTemplate.state == "live", col(DutyTemplate.evidence) == "number")
    return work.session.exec(query.order_by(col(DutyTemplate.id))).all()


def duties_of(work: Work, org_id: int, templates: Collection[str], first: str, last: str) -> Sequence[int]:
    """The duties of one union from these templates, by month."""
    query = sa.select(_duty.c.id).where(_duty.c.org_id == org_id, _duty.c.template_id.in_(templates))
    query = query.where(_duty.c.period.between(first, last))
    return [int(row[0]) for row in work.execute(query.order_by(_duty.c.period, _duty.c.template_id, _duty.c.id))]
