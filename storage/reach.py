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
from storage.people import Address
from storage.quotas import NoticeGrant
from storage.recipients import Recipient
from storage.work import Work

# A mass send counts for a person as soon as it is under way; what the platform did not carry does not count.
MASS_COUNTS = ("massed", "accepted", "sent", "unknown")
# Said literally: a bound route does not tell the planner that the partial index of mass sends will do.
_BY_MASS = sa.text("mass_send.route = 'mass'")
_address, _grant = table(Address), table(NoticeGrant)
_mass_send = table(Recipient).alias("mass_send")  # the statement around may be about recipients, too


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


@dataclass(frozen=True, slots=True)
class Counted:
    """What an address has left, as columns: consents to the notice, and mass sends of the month it had."""

    grants: sa.ColumnElement[int]
    massed: sa.ColumnElement[int]


def route_now(
    means: Means, now: datetime, address: sa.FromClause = _address, counted: Counted | None = None
) -> sa.ColumnElement[str]:
    """The first route that is open for a row of `address`; '' when there is none. `address` may be an alias.

    Without `counted` what is left is looked up for each row that it matters for.
    """
    late = [route for route in means.routes if route in means.stops]
    has = counted or Counted(grants_left(means.notice, address), massed(means.month, address))
    ways = [(_is_open(means, route, now, address, has), route) for route in means.routes if route not in means.stops]
    for route in late:
        until = means.stops[route]
        if means.worth_until is not None and until < means.worth_until:
            ways.append((_is_open(means, route, until, address, has), route))
    if not ways:
        return sa.literal("")
    return sa.case((~reachable(means.channel, address), ""), *ways, else_="")


def reachable(channel: str, address: sa.FromClause = _address) -> sa.ColumnElement[bool]:
    """Whether anything may be pushed to this address at all."""
    return sa.and_(address.c.channel == channel, address.c.following, address.c.refused == "")


def _is_open(means: Means, route: str, at: datetime, address: sa.FromClause, has: Counted) -> sa.ColumnElement[bool]:
    if route == "custom":
        until = address.c.window_until
        return sa.and_(until.is_not(None), until > at, address.c.window_left > 0)
    if route == "notice":
        return has.grants > 0
    if route == "mass":
        return has.massed < means.mass_per_month
    return sa.true()


def grants_left(template: str, address: sa.FromClause = _address) -> sa.ColumnElement[int]:
    """How many subscription notices of this template an address still accepts; 0 without a row."""
    found = sa.select(_grant.c.left).where(_grant.c.address_id == address.c.id, _grant.c.template == template)
    return sa.func.coalesce(found.correlate(address).scalar_subquery(), 0)


def massed(month: datetime, address: sa.FromClause = _address) -> sa.ColumnElement[int]:
    """How many mass sends an address has had since the month began, those under way included."""
    found = sa.select(sa.func.count()).where(*_of_month(month), _mass_send.c.address_id == address.c.id)
    return found.correlate(address).scalar_subquery()


def _of_month(month: datetime) -> tuple[Any, ...]:
    since = sa.or_(_mass_send.c.settled_at.is_(None), _mass_send.c.settled_at >= month)
    return _BY_MASS, _mass_send.c.state.in_(MASS_COUNTS), since


def _had(month: datetime) -> sa.Subquery:
    """(address_id, had) of everybody who had a mass send since the month began."""
    who = _mass_send.c.address_id
    return sa.select(who, sa.func.count().label("had")).where(*_of_month(month)).group_by(who).subquery()


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
    """The people of a segment by situation. `more`: routes that are set up but were not chosen. One statement.

    Tables are joined once instead of asked for every person: a segment may be a whole city.
    """
    place = _places(rule, means, now)
    grant = sa.select(_grant.c.address_id, _grant.c.left).where(_grant.c.template == means.notice).subquery()
    had = _had(means.month)
    joined = place.outerjoin(grant, grant.c.address_id == place.c.id).outerjoin(had, had.c.address_id == place.c.id)
    has = Counted(sa.func.coalesce(grant.c.left, 0), sa.func.coalesce(had.c.had, 0))
    rows = sa.select(
        _why(rule, topic, now, place).label("why"),
        route_now(means, now, place, has).label("route"),
        route_now(replace(means, routes=tuple(more)), now, place, has).label("instead"),
        (has.massed if "mass" in means.routes else sa.literal(0)).label("massed"),
    )
    found = rows.select_from(joined).where(place.c.place == 1).subquery()
    columns = (found.c.why, found.c.route, found.c.instead, found.c.massed)
    counted = work.look(sa.select(*columns, sa.func.count()).group_by(*columns))
    return [Group._make(row) for row in counted]


def _places(rule: Rule, means: Means, now: datetime) -> sa.Subquery:
    """The people of a rule with their addresses; the one to write to has the place 1."""
    people = audience.included(rule, now).subquery()
    mine = sa.and_(_address.c.person_id == people.c.person_id, _address.c.channel == means.channel)
    first = (
        _address.c.following.desc(),
        (_address.c.refused == "").desc(),
        _address.c.seen_at.desc(),
        _address.c.id,
    )
    names = ("id", "channel", "following", "refused", "window_until", "window_left")
    place = sa.func.row_number().over(partition_by=people.c.person_id, order_by=first).label("place")
    columns = (people.c.person_id, *(_address.c[name] for name in names), place)
    return sa.select(*columns).select_from(people.outerjoin(_address, mine)).subquery()


def _why(rule: Rule, topic: str, now: datetime, place: sa.Subquery) -> sa.ColumnElement[str]:
    """Why a person is left out, as `audience.why_left_out` says it."""
    person_id = place.c.person_id
    unasked = ((audience.is_excluded(rule, now, person_id), "excluded"),) if rule.none else ()
    return sa.case(
        *unasked,
        (audience.opted_out(topic, person_id), "opted_out"),
        (sa.func.coalesce(place.c.following, sa.false()) == sa.false(), "not_following"),
        (place.c.refused != "", "refused"),
        else_="",
    )


def mass_left(work: Work, channel: str, per_month: int, month: datetime) -> Sequence[int]:
    """People who can be reached on a channel by how many mass sends they may still get this month.

    Index 0 is none left, the last one all of them.
    """
    had = _had(month)
    many = sa.func.coalesce(had.c.had, 0).label("many")
    whose = _address.outerjoin(had, had.c.address_id == _address.c.id)
    rows = sa.select(many).select_from(whose).where(reachable(channel)).subquery()
    left = [0] * (per_month + 1)
    for had_, count in tally(work.look(sa.select(rows.c.many, sa.func.count()).group_by(rows.c.many))).items():
        left[max(0, per_month - int(had_))] += count
    return left
