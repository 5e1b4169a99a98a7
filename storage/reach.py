"""By which route a person can be reached, as SQL over their address: for those who write recipients and who plan.

A route is open when the platform would take a message by it now: `custom` inside a window with messages left, `notice`
with a consent left, `template` for every follower, `mass` below the number of mass sends of the calendar month. What
refuses everything (not following, refused, another channel) leaves no route at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import audience
from storage.audience import Rule
from storage.base import table, tally
from storage.people import Address, Person
from storage.quotas import NoticeGrant
from storage.recipients import Recipient
from storage.work import Work

# A mass send counts for a person as soon as it is under way; what the platform did not carry does not count.
MASS_COUNTS = ("massed", "accepted", "sent", "unknown")
# Said literally: a bound route does not tell the planner that the partial index of mass sends will do.
_BY_MASS = sa.text("mass_send.route = 'mass'")
_address, _grant, _recipient = table(Address), table(NoticeGrant), table(Recipient)


@dataclass(frozen=True, slots=True)
class Means:
    """What one channel has for one notice (`bot/services/reach.py` makes it from the policy).

    `routes`: the allowed ones that are set up, in the order they are tried. `notice`: the platform's id of the
    subscription notice. `month`: when this calendar month began. `stops`: routes the platform closed, and until when;
    such a route is taken last, and only when it opens again before `worth_until`.
    """

    month: datetime
    channel: str = "oa"
    routes: tuple[str, ...] = ("custom",)
    notice: str = ""
    mass_per_month: int = 4
    stops: Mapping[str, datetime] = field(default_factory=dict)
    worth_until: datetime | None = None


def route_now(means: Means, now: datetime, address: sa.FromClause = _address) -> sa.ColumnElement[str]:
    """The first route that is open for a row of `address`; '' when there is none. `address` may be an alias."""
    late = [route for route in means.routes if route in means.stops]
    ways = [(_is_open(means, route, now, address), route) for route in means.routes if route not in means.stops]
    for route in late:
        until = means.stops[route]
        if means.worth_until is not None and until < means.worth_until:
            ways.append((_is_open(means, route, until, address), route))
    if not ways:
        return sa.literal("")
    return sa.case((~reachable(means.channel, address), ""), *ways, else_="")


def reachable(channel: str, address: sa.FromClause = _address) -> sa.ColumnElement[bool]:
    """Whether anything may be pushed to this address at all."""
    return sa.and_(address.c.channel == channel, address.c.following, address.c.refused == "")


def _is_open(means: Means, route: str, at: datetime, address: sa.FromClause) -> sa.ColumnElement[bool]:
    if route == "custom":
        until = address.c.window_until
        return sa.and_(until.is_not(None), until > at, address.c.window_left > 0)
    if route == "notice":
        return grants_left(means.notice, address) > 0
    if route == "mass":
        return massed(means.month, address) < means.mass_per_month
    return sa.true()


def grants_left(template: str, address: sa.FromClause = _address) -> sa.ColumnElement[int]:
    """How many subscription notices of this template an address still accepts; 0 without a row."""
    found = sa.select(_grant.c.left).where(_grant.c.address_id == address.c.id, _grant.c.template == template)
    return sa.func.coalesce(found.correlate(address).scalar_subquery(), 0)


def massed(month: datetime, address: sa.FromClause = _address) -> sa.ColumnElement[int]:
    """How many mass sends an address has had since the month began, those under way included."""
    mine = _recipient.alias("mass_send")  # the statement around may be about recipients, too
    found = sa.select(sa.func.count()).where(
        _BY_MASS,
        mine.c.address_id == address.c.id,
        mine.c.state.in_(MASS_COUNTS),
        sa.or_(mine.c.settled_at.is_(None), mine.c.settled_at >= month),
    )
    return found.correlate(address).scalar_subquery()


class Group(NamedTuple):
    """People of a segment who are in the same situation.

    `why`: why they are left out, else empty; then `route` is the one that is open (or empty), `instead` the one that
    would be open without staff's choice of routes, and `massed` how many mass sends they had (only where it matters).
    """

    why: str
    route: str
    instead: str
    massed: int
    people: int


def survey(work: Work, rule: Rule, topic: str, means: Means, more: Sequence[str], now: datetime) -> list[Group]:
    """The people of a segment by situation. `more`: routes that are set up but were not chosen. One statement."""
    chosen = _chosen(rule, topic, means, now).subquery()
    joined = chosen.outerjoin(_address, _address.c.id == chosen.c.address_id)
    route, instead = route_now(means, now), route_now(replace(means, routes=tuple(more)), now)
    # In steps, so that nothing is worked out again for grouping, or for people it is not needed of.
    routed = sa.select(
        chosen.c.why,
        sa.case((chosen.c.why != "", ""), else_=route).label("route"),
        sa.case((chosen.c.why != "", ""), else_=instead).label("instead"),
        sa.case((chosen.c.why == "", _had(means)), else_=0).label("massed"),
    )
    rows = routed.select_from(joined).subquery()
    columns = (rows.c.why, rows.c.route, rows.c.instead, rows.c.massed)
    counted = work.look(sa.select(*columns, sa.func.count()).group_by(*columns))
    return [Group._make(row) for row in counted]


def _had(means: Means) -> sa.ColumnElement[int]:
    return massed(means.month) if "mass" in means.routes else sa.literal(0)


def _chosen(rule: Rule, topic: str, means: Means, now: datetime) -> sa.Select[Any]:
    who = table(Person)
    why = audience.why_left_out(rule, topic, now, who.c.id, means.channel).label("why")
    address_id = audience.address_of(who.c.id, means.channel).label("address_id")
    return audience.included(rule, now).add_columns(why, address_id)


def mass_left(
    work: Work, channel: str, per_month: int, month: datetime, chosen: sa.Select[Any] | None = None
) -> Sequence[int]:
    """People by how many mass sends they may still get this month: index 0 is none left, the last one all of them.

    Of everybody who can be reached on a channel, or only of `chosen` addresses (a select of `address_id`).
    """
    whose = _address if chosen is None else _picked(chosen)
    had = sa.select(massed(month).label("had")).select_from(whose).where(reachable(channel)).subquery()
    left = [0] * (per_month + 1)
    for many, count in tally(work.look(sa.select(had.c.had, sa.func.count()).group_by(had.c.had))).items():
        left[max(0, per_month - int(many))] += count
    return left


def _picked(chosen: sa.Select[Any]) -> sa.FromClause:
    picked = chosen.subquery()
    return _address.join(picked, picked.c.address_id == _address.c.id)
