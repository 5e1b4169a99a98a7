"""Recipients of one broadcast as staff look for them: by state, reason, route, branch and whether they said 收到."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage import scope
from storage.base import table
from storage.broadcast_counts import Line
from storage.orgs import Organisation
from storage.people import Person
from storage.recipients import Recipient
from storage.work import Work

_row, _person, _org = table(Recipient), table(Person), table(Organisation)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty or None is everything. `path`: people of a union at or below it."""

    states: Collection[str] = ()
    reason: str = ""
    route: str = ""
    path: str | None = None
    acked: bool | None = None


def count(work: Work, broadcast_id: int, wanted: Wanted) -> int:
    """How many people that are, by their newest row."""
    return int(work.look(sa.select(sa.func.count()).where(*_meant(broadcast_id, wanted))).scalar_one())


def lines(work: Work, broadcast_id: int, wanted: Wanted, limit: int, offset: int = 0) -> list[Line]:
    """The newest rows of these people, in the order of persons."""
    joined = _row.join(_person, _person.c.id == _row.c.person_id).outerjoin(_org, _org.c.id == _person.c.org_id)
    unit = sa.func.coalesce(_org.c.name, "")
    own = (_row.c[name] for name in Line._fields[4:])
    chosen: tuple[Any, ...] = (_row.c.id, _person.c.id, _person.c.name, unit, *own)
    query = sa.select(*chosen).select_from(joined).where(*_meant(broadcast_id, wanted))
    return [Line._make(each) for each in work.look(query.order_by(_row.c.person_id).limit(limit).offset(offset))]


def _meant(broadcast_id: int, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [_row.c.broadcast_id == broadcast_id, _row.c.latest]
    if wanted.states:
        where.append(_row.c.state.in_(wanted.states))
    if wanted.reason:
        where.append(_row.c.reason == wanted.reason)
    if wanted.route:
        where.append(_row.c.route == wanted.route)
    if wanted.acked is not None:
        where.append(_row.c.acked_at.is_not(None) if wanted.acked else _row.c.acked_at.is_(None))
    return [*where, *scope.of_people(_row.c.person_id, wanted.path)]
