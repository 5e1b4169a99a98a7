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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind a recipient, or `back` before it; None is the first page."""

    recipient_id: int | None = None
    back: bool = False


FIRST = Place()


def count(work: Work, broadcast_id: int, wanted: Wanted, most: int) -> int:
    """How many people that are, by their newest row; counting stops at `most`."""
    some = sa.select(_row.c.id).where(*_meant(broadcast_id, wanted)).limit(most).subquery()
    return int(work.look(sa.select(sa.func.count()).select_from(some)).scalar_one())


def lines(work: Work, broadcast_id: int, wanted: Wanted, limit: int, place: Place = FIRST) -> list[Line]:
    """The newest rows of these people, in the order of persons.

    However far a page is, only its own rows are read, and those between that are not wanted.
    """
    joined = _row.join(_person, _person.c.id == _row.c.person_id).outerjoin(_org, _org.c.id == _person.c.org_id)
    unit = sa.func.coalesce(_org.c.name, "")
    own = (_row.c[name] for name in Line._fields[4:])
    chosen: tuple[Any, ...] = (_row.c.id, _person.c.id, _person.c.name, unit, *own)
    query = sa.select(*chosen).select_from(joined).where(*_meant(broadcast_id, wanted), *_from(broadcast_id, place))
    order = _row.c.person_id.desc() if place.back else _row.c.person_id
    found = [Line._make(each) for each in work.look(query.order_by(order).limit(limit))]
    return found[::-1] if place.back else found


def _from(broadcast_id: int, place: Place) -> list[sa.ColumnElement[bool]]:
    """Nobody, where that recipient is none of this broadcast."""
    if place.recipient_id is None:
        return []
    at = _row.alias()
    mark = sa.select(at.c.person_id).where(at.c.id == place.recipient_id, at.c.broadcast_id == broadcast_id)
    there = mark.scalar_subquery()
    return [_row.c.person_id < there if place.back else _row.c.person_id > there]


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
