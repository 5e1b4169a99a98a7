"""What the unions of a branch reported for an indicator, added up along the tree in one statement.

A report is all numbers of one duty that the indicator needs (`storage/indicator_reports.py`); one with a number missing
counts as not told. Where two cadres of a union reported the same period, the newer report counts. Numerators and
denominators are added apart. A whole year of 14 000 unions is 168 000 rows to look at, and sorting them takes longer
than reading them: only unions where two were asked the same are put in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from storage.base import table
from storage.duties import Duty
from storage.indicator_reports import IndicatorReport
from storage.orgs import Organisation
from storage.work import Work

_duty, _report, _org = table(Duty), table(IndicatorReport), table(Organisation)
SUMMED = ("numerator", "denominator", "counted", "due", "told")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which indicator, of whom, of when. Periods are months like `2026-11`, ends included.

    Only what was told before `as_of` is looked at. Without `since` and `until` a report counts for its own period. With
    them, those of the periods `first` to `last` count that were told before `until`, and those from `earliest` on that
    were told at `since` or later. `last_only`: of each union only its newest report.
    """

    indicator_id: str
    templates: Sequence[str]
    levels: Sequence[str]
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
    own = _own(asked, path)
    found = _everywhere(own, path) if below else _right_below(work, own, path)
    return {int(row[0]): Sum(*(int(value or 0) for value in row)) for row in work.look(found)}


def children(work: Work, org_id: int) -> Sequence[Organisation]:
    """The organisations right below one, in the tree's order."""
    query = select(Organisation).where(Organisation.parent_id == org_id)
    return work.session.exec(query.order_by(Organisation.path)).all()


def _totals(each: Any) -> list[sa.ColumnElement[Any]]:
    added = [sa.func.sum(each[name]) for name in SUMMED]
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


def _own(asked: Asked, path: str) -> sa.CTE:
    """A row a union: the sums of its own reports, and how many were asked for and told."""
    if asked.last_only:
        return _kept(_chosen(asked, _with_newest(asked, _reports(asked, path)))).cte("own")
    each = _reports(asked, path).subquery("report")
    places = sa.distinct(each.c.template_id + "/" + each.c.period if len(asked.templates) > 1 else each.c.period)
    quick = _by_union(asked, each.c, sa.func.count().label("duties"), sa.func.count(places).label("places"))
    simple = quick.cte("simple")
    once = sa.select(*(simple.c[name] for name in ("org_id", *SUMMED))).where(simple.c.duties == simple.c.places)
    several = sa.select(simple.c.org_id).where(simple.c.duties > simple.c.places)
    in_order = _reports(asked, path, _place()).where(_duty.c.org_id.in_(several))
    return sa.union_all(_kept(once), _kept(_chosen(asked, in_order.subquery("ordered")))).cte("own")


def _kept(found: sa.Select[Any]) -> sa.Select[Any]:
    """Only unions that were asked for something or told something."""
    each = found.subquery()
    return sa.select(each).where(sa.or_(each.c.due > 0, each.c.counted > 0))


def _chosen(asked: Asked, found: sa.Subquery) -> sa.Select[Any]:
    return _by_union(asked, found.c).where(found.c.place == 1)


def _by_union(asked: Asked, each: Any, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    counted = _counted(asked, each)
    counts = sa.and_(counted, each.newest == 1) if asked.last_only else counted
    here, told = each.period >= asked.first, each.told.is_not(None)
    made = {
        "numerator": sa.case((counts, each.numerator), else_=0),
        "denominator": sa.case((counts, each.denominator), else_=0),
        "counted": sa.case((counts, 1), else_=0),
        "due": sa.case((sa.and_(here, sa.or_(each.excused == 0, told)), 1), else_=0),
        "told": sa.case((sa.and_(here, told), 1), else_=0),
    }
    summed = (sa.func.sum(made[name]).label(name) for name in SUMMED)
    return sa.select(each.org_id, *summed, *more).group_by(each.org_id)


def _counted(asked: Asked, each: Any) -> sa.ColumnElement[bool]:
    """Whether a report counts for the periods; null, which is no, for one that is not told."""
    in_time: sa.ColumnElement[bool] = each.told < (asked.until or asked.as_of)
    if asked.since is None:
        return in_time
    return sa.and_(in_time, sa.or_(each.period >= asked.first, each.told >= asked.since))


_EXCUSED = sa.case((_duty.c.state == "excused", 1), else_=0)


def _reports(asked: Asked, path: str, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """A row a duty, told or not."""
    mine = sa.and_(
        _report.c.indicator_id == asked.indicator_id,
        _report.c.duty_id == _duty.c.id,
        _report.c.told_at < asked.as_of,
    )
    source = _duty.join(_org, _org.c.id == _duty.c.org_id).outerjoin(_report, mine)
    columns = (_duty.c.org_id, _duty.c.template_id, _duty.c.period, _EXCUSED.label("excused"))
    numbers = (_report.c.told_at.label("told"), _report.c.numerator, _report.c.denominator)
    query = sa.select(*columns, *numbers, *more).select_from(source)
    query = query.where(_duty.c.template_id.in_(asked.templates), _org.c.level.in_(asked.levels))
    query = query.where(_duty.c.period.between(asked.earliest or asked.first, asked.last))
    return query.where(_org.c.path.startswith(path, autoescape=True))


def _place() -> sa.ColumnElement[int]:
    """1: the duty that counts among those of one union, template and period."""
    rank = sa.func.row_number().over(
        partition_by=(_duty.c.org_id, _duty.c.template_id, _duty.c.period),
        order_by=(sa.nulls_last(_report.c.told_at.desc()), _EXCUSED, _duty.c.id.desc()),
    )
    return rank.label("place")


def _with_newest(asked: Asked, reports: sa.Select[Any]) -> sa.Subquery:
    """`newest` 1: the report that counts among all of a union."""
    found = reports.add_columns(_place()).subquery("report")
    each, counts = found.c, sa.case((_counted(asked, found.c), 1), else_=0)
    order = (counts.desc(), each.period.desc(), sa.nulls_last(each.told.desc()))
    newest = sa.func.row_number().over(partition_by=each.org_id, order_by=order).label("newest")
    return sa.select(found, newest).where(each.place == 1).subquery("chosen")
