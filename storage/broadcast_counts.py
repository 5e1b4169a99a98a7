"""How a notice went, counted: one GROUP BY over the newest row of each recipient, and pages of these rows."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.base import table, tally
from storage.members import HERE, Member
from storage.orgs import Organisation
from storage.outbox import Outbox
from storage.people import Person
from storage.recipients import Recipient
from storage.work import Work

_row = table(Recipient)


class Tally(NamedTuple):
    """Recipients that are alike. `recent`: settled since a moment; `acked`: said 收到; `nudged`: asked for it again and
    silent since."""

    broadcast_id: int
    state: str
    route: str
    reason: str
    people: int
    acked: int
    nudged: int
    recent: int


def tallies(work: Work, broadcast_ids: Collection[int], since: datetime) -> list[Tally]:
    """The newest rows of these broadcasts by state, route and reason.

    SQLite sorts them: about 6 s a million (one broadcast; a third more for several together).
    """
    recent = sa.func.count(sa.case((_row.c.settled_at > since, 1)))
    keys = (_row.c.state, _row.c.route, _row.c.reason)
    nudged = sa.func.count(sa.case((_row.c.acked_at.is_(None), _row.c.nudged_at)))
    sums = (sa.func.count(), sa.func.count(_row.c.acked_at), nudged, recent)
    if len(broadcast_ids) == 1:
        (only,) = broadcast_ids
        query = sa.select(sa.literal(only, sa.BigInteger), *keys, *sums).where(
            _row.c.broadcast_id == only, _row.c.latest
        )
        return [Tally._make(each) for each in work.look(query.group_by(*keys))]
    query = sa.select(_row.c.broadcast_id, *keys, *sums).where(_row.c.broadcast_id.in_(broadcast_ids), _row.c.latest)
    return [Tally._make(each) for each in work.look(query.group_by(_row.c.broadcast_id, *keys))]


def old_states(work: Work, broadcast_id: int) -> dict[str, int]:
    """Messages by state of a notice from before there were recipients."""
    out = table(Outbox)
    mine = sa.select(out.c.state, sa.func.count()).where(out.c.broadcast_id == broadcast_id).group_by(out.c.state)
    return tally(work.look(mine).all())


class Line(NamedTuple):
    """One recipient with who it is. `unit` is empty for who belongs to none."""

    recipient_id: int
    person_id: int
    name: str
    unit: str
    state: str
    reason: str
    code: str
    route: str
    attempt: int
    settled_at: datetime | None
    acked_at: datetime | None
    nudged_at: datetime | None


def lines(work: Work, broadcast_id: int, states: Collection[str], silent: bool, limit: int, offset: int) -> list[Line]:
    """The newest rows in these states (none: all), in the order of persons; `silent`: only who has not said 收到."""
    person, org = table(Person), table(Organisation)
    joined = _row.join(person, person.c.id == _row.c.person_id).outerjoin(org, org.c.id == person.c.org_id)
    where: list[sa.ColumnElement[bool]] = [_row.c.broadcast_id == broadcast_id, _row.c.latest]
    if states:
        where.append(_row.c.state.in_(states))
    if silent:
        where.append(_row.c.acked_at.is_(None))
    own = (_row.c[name] for name in Line._fields[4:])
    chosen: tuple[Any, ...] = (_row.c.id, person.c.id, person.c.name, sa.func.coalesce(org.c.name, ""), *own)
    query = sa.select(*chosen).select_from(joined).where(*where).order_by(_row.c.person_id, _row.c.attempt)
    return [Line._make(each) for each in work.look(query.limit(limit).offset(offset))]


def registered_names(work: Work, person_ids: Collection[int]) -> dict[int, str]:
    """Names of members by person, for who never told theirs in the chat."""
    member = table(Member)
    query = sa.select(member.c.person_id, member.c.name)
    found = work.look(query.where(member.c.person_id.in_(person_ids), member.c.state.in_(HERE))).all()
    return {int(row.person_id): str(row.name) for row in found}
