"""What the unions of a branch reported for an indicator, added up along the tree in one statement.

A report is all numbers of one duty that the indicator needs; one with a number missing counts as not told. Where two
cadres of a union reported the same period, the newer report counts. Numerators and denominators are added apart.
Reports of a whole year of 14 000 unions are 168 000 rows to look at: the fewer columns and sorts, the better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from storage.base import UtcDateTime, table
from storage.duties import Duty
from storage.duty_values import DutyValue
from storage.orgs import Organisation
from storage.work import Work

_duty, _value, _org = table(Duty), table(DutyValue), table(Organisation)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which numbers, of whom, of when. Periods are months like `2026-11`, ends included.

    Only what was told before `as_of` is looked at. Without `since` and `until` a report counts for its own period. With
    them, those of the periods `first` to `last` count that were told before `until`, and those from `earliest` on that
    were told at `since` or later. `last_only`: of each union only its newest report.
    """

    templates: Sequence[str]
    levels: Sequence[str]
    numerator: Mapping[str, int]
    denominator: Mapping[str, int]
    first: str
    last: str
    as_of: datetime
    earliest: str = ""
    since: datetime | None = None
    until: datetime | None = None
    last_only: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A union and everything below it. In hundredths; `due` reports were asked of `units` unions in the periods, `told`
    of them are there, `whole` unions have told all of theirs; `counted` reports are in the sums.
    """

    org_id: int
    numerator: int
    denominator: int
    counted: int
    due: int
    told: int
    units: int
    whole: int


def sums(work: Work, asked: Asked, path: str, below: bool = False) -> dict[int, Sum]:
    """The sums of the union at a path and of those right below it (`below`: of all below it), by union.

    A union of whose branch nothing was asked in the periods is not there.
    """
    own = _own(work, asked, path)
    found = _everywhere(own, path) if below else _right_below(work, own, path)
    return {int(row[0]): Sum(*(int(value or 0) for value in row)) for row in work.look(found)}


def children(work: Work, org_id: int) -> Sequence[Organisation]:
    """The organisations right below one, in the tree's order."""
    query = select(Organisation).where(Organisation.parent_id == org_id)
    return work.session.exec(query.order_by(Organisation.path)).all()


def _totals(each: Any) -> list[sa.ColumnElement[Any]]:
    added = [sa.func.sum(each[name]) for name in ("numerator", "denominator", "counted", "due", "told")]
    return [*added, sa.func.count(), sa.func.sum(sa.case((each.told >= each.due, 1), else_=0))]


def _right_below(work: Work, own: sa.CTE, path: str) -> sa.CompoundSelect[Any]:
    """By the part of each union's path that comes next: nothing has to be climbed."""
    rest = sa.func.substr(_org.c.path, len(path) + 1)
    if work.dialect == "postgresql":
        child: sa.ColumnElement[Any] = sa.func.split_part(rest, "/", 1)
    else:
        child = sa.func.substr(rest, 1, sa.func.instr(rest, "/") - 1)
    source = own.join(_org, _org.c.id == own.c.org_id)
    children = sa.select(sa.cast(child, sa.BigInteger), *_totals(own.c)).select_from(source)
    children = children.where(_org.c.path != path).group_by(child)
    top = sa.select(_org.c.id).where(_org.c.path == path).scalar_subquery()
    return sa.union_all(children, sa.select(top, *_totals(own.c)))


def _everywhere(own: sa.CTE, path: str) -> sa.Select[Any]:
    """Every union's own sums are carried up to each union above it, as far as the path."""
    start = sa.select(own, _org.c.id.label("at_id"), _org.c.parent_id.label("up"))
    climb = start.join(_org, _org.c.id == own.c.org_id).cte("climb", recursive=True)
    above = _org.alias("above")
    further = sa.select(*(climb.c[column.name] for column in own.c), above.c.id, above.c.parent_id)
    further = further.join(above, above.c.id == climb.c.up)
    climb = climb.union_all(further.where(above.c.path.startswith(path, autoescape=True)))
    return sa.select(climb.c.at_id, *_totals(climb.c)).group_by(climb.c.at_id)


def _own(work: Work, asked: Asked, path: str) -> sa.CTE:
    """A row a union: the sums of its own reports, and how many were asked for and told."""
    each = _reports(work, asked, path).c
    counted = _counted(asked, each)
    counts = sa.and_(counted, each.newest == 1) if asked.last_only else counted
    here, told = each.period >= asked.first, each.told.is_not(None)
    due = sa.func.sum(sa.case((sa.and_(here, sa.or_(each.excused == 0, told)), 1), else_=0))
    made = {
        "numerator": sa.func.sum(sa.case((counts, each.numerator), else_=0)),
        "denominator": sa.func.sum(sa.case((counts, each.denominator), else_=0)),
        "counted": sa.func.sum(sa.case((counts, 1), else_=0)),
        "due": due,
        "told": sa.func.sum(sa.case((sa.and_(here, told), 1), else_=0)),
    }
    query = sa.select(each.org_id, *(value.label(name) for name, value in made.items()))
    query = query.where(each.place == 1).group_by(each.org_id)
    return query.having(sa.or_(due > 0, made["counted"] > 0)).cte("own")


def _counted(asked: Asked, each: Any) -> sa.ColumnElement[bool]:
    """Whether a report counts for the periods; null, which is no, for one that is not told."""
    in_time: sa.ColumnElement[bool] = each.told < (asked.until or asked.as_of)
    if asked.since is None:
        return in_time
    return sa.and_(in_time, sa.or_(each.period >= asked.first, each.told >= asked.since))


def _reports(work: Work, asked: Asked, path: str) -> sa.Subquery:
    """A row a duty. `place` 1: the one that counts among those of one union, template and period; `newest` 1: among all
    of a union that count.
    """
    keys = sorted({*asked.numerator, *asked.denominator})
    values = {key: _value.alias(f"v{place}") for place, key in enumerate(keys)}
    source: sa.FromClause = _duty.join(_org, _org.c.id == _duty.c.org_id)
    for key, value in values.items():
        source = source.outerjoin(value, sa.and_(value.c.duty_id == _duty.c.id, value.c.key == key))
    told, excused = _told(work, asked, values), sa.case((_duty.c.state == "excused", 1), else_=0)
    columns = {
        "org_id": _duty.c.org_id,
        "period": _duty.c.period,
        "excused": excused,
        "told": told,
        "numerator": _added(asked.numerator, values),
        "denominator": _added(asked.denominator, values),
        "place": sa.func.row_number().over(
            partition_by=(_duty.c.org_id, _duty.c.template_id, _duty.c.period),
            order_by=(sa.nulls_last(told.desc()), excused, _duty.c.id.desc()),
        ),
    }
    query = sa.select(*(value.label(name) for name, value in columns.items())).select_from(source)
    query = query.where(_duty.c.template_id.in_(asked.templates), _org.c.level.in_(asked.levels))
    query = query.where(_duty.c.period.between(asked.earliest or asked.first, asked.last))
    found = query.where(_org.c.path.startswith(path, autoescape=True)).subquery("report")
    return _with_newest(asked, found) if asked.last_only else found


def _with_newest(asked: Asked, found: sa.Subquery) -> sa.Subquery:
    each, counts = found.c, sa.case((_counted(asked, found.c), 1), else_=0)
    order = (counts.desc(), each.period.desc(), sa.nulls_last(each.told.desc()))
    newest = sa.func.row_number().over(partition_by=each.org_id, order_by=order).label("newest")
    return sa.select(found, newest).where(each.place == 1).subquery("chosen")


def _told(work: Work, asked: Asked, values: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    """When the last of a report's numbers was told; null where one is missing or was told too late to be looked at."""
    moments = [value.c.at for value in values.values()]
    newest: sa.ColumnElement[Any] = moments[0]
    if len(moments) > 1:
        both = sa.func.greatest if work.dialect == "postgresql" else sa.func.max
        newest = both(*moments, type_=UtcDateTime())
    present = [value.c.hundredths.is_not(None) for value in values.values()]
    return sa.case((sa.and_(newest < asked.as_of, *present), newest))


def _added(keys: Mapping[str, int], values: Mapping[str, Any]) -> sa.ColumnElement[Any]:
    total: sa.ColumnElement[Any] = sa.literal(0, sa.BigInteger)
    for key, sign in keys.items():
        total = total + values[key].c.hundredths if sign > 0 else total - values[key].c.hundredths
    return total
