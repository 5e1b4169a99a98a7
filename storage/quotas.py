"""The quota ledger: what was used of the platform's allowances, routes it closed, and consents to single notices.

`quota_use` counts sends per channel, route and day of Shanghai, in the transaction that claims them. `route_stop` is a
route that the platform closed until a moment (45009, 45028). `notice_grant` counts how many subscription notices a
follower still accepts: +1 for each consent the platform tells us, −1 for each notice sent, 0 when it says that there is
none (43101).
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default, table, tally
from storage.work import Work


class QuotaUse(Row, table=True):
    """Messages sent by one route on one day (Asia/Shanghai); `mass_calls` are the calls of the route `mass`."""

    __tablename__ = "quota_use"
    channel: str = Field(primary_key=True, max_length=16)
    route: str = Field(primary_key=True, max_length=12)
    day: date = Field(primary_key=True)
    used: int = Field(default=0, sa_column_kwargs=default(0))


class RouteStop(Row, table=True):
    """A route that is closed until a moment. `code` is the platform's."""

    __tablename__ = "route_stop"
    channel: str = Field(primary_key=True, max_length=16)
    route: str = Field(primary_key=True, max_length=12)
    until: datetime = Field(sa_type=UtcDateTime)
    code: str = Field(default="", max_length=32, sa_column_kwargs=default(""))


class NoticeGrant(Row, table=True):
    """How many notices of a template one address still accepts. Unique: (address, template)."""

    __tablename__ = "notice_grant"
    __table_args__ = (sa.UniqueConstraint("address_id", "template"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    template: str = Field(max_length=64)
    left: int = Field(default=0, sa_column_kwargs=default(0))
    changed_at: datetime = Field(sa_type=UtcDateTime)


_use, _stop, _grant = table(QuotaUse), table(RouteStop), table(NoticeGrant)
_ADD_USE = sa.text(
    "INSERT INTO quota_use (channel, route, day, used) VALUES (:channel, :route, :day, :count) "
    "ON CONFLICT (channel, route, day) DO UPDATE SET used = quota_use.used + excluded.used"
).bindparams(sa.bindparam("day", type_=sa.Date))
_CLOSE = sa.text(
    "INSERT INTO route_stop (channel, route, until, code) VALUES (:channel, :route, :until, :code) "
    "ON CONFLICT (channel, route) DO UPDATE SET until = excluded.until, code = excluded.code "
    "WHERE route_stop.until < excluded.until"
).bindparams(sa.bindparam("until", type_=UtcDateTime()))
_GRANT = sa.text(
    'INSERT INTO notice_grant (id, address_id, template, "left", changed_at) '
    "VALUES (:id, :address_id, :template, :count, :at) ON CONFLICT (address_id, template) "
    'DO UPDATE SET "left" = notice_grant."left" + excluded."left", changed_at = excluded.changed_at'
).bindparams(sa.bindparam("at", type_=UtcDateTime()))


def use(work: Work, channel: str, route: str, day: date, count: int) -> None:
    """Count `count` sends of a route on a day of Shanghai; a negative number gives back."""
    if count:
        work.execute(_ADD_USE, {"channel": channel, "route": route, "day": day, "count": count})


def used(work: Work, channel: str, since: date, until: date) -> dict[str, int]:
    """Sends by route from one day to another, both included."""
    mine = (_use.c.channel == channel, _use.c.day >= since, _use.c.day <= until)
    return tally(work.look(sa.select(_use.c.route, sa.func.sum(_use.c.used)).where(*mine).group_by(_use.c.route)))


def by_day(work: Work, channel: str, since: date, until: date) -> list[tuple[date, str, int]]:
    """(day, route, sends) from one day to another, both included, in order of the days."""
    mine = (_use.c.channel == channel, _use.c.day >= since, _use.c.day <= until)
    query = sa.select(_use.c.day, _use.c.route, _use.c.used).where(*mine).order_by(_use.c.day, _use.c.route)
    return [(row.day, row.route, row.used) for row in work.look(query)]


def stop(work: Work, channel: str, route: str, until: datetime, code: str) -> None:
    """The platform closed a route until a moment; a later moment that is known already stays."""
    work.execute(_CLOSE, {"channel": channel, "route": route, "until": until, "code": code[:32]})


def stops(work: Work, channel: str, now: datetime) -> dict[str, datetime]:
    """Routes that are closed now, and until when."""
    query = sa.select(_stop.c.route, _stop.c.until).where(_stop.c.channel == channel, _stop.c.until > now)
    return {row.route: row.until for row in work.look(query)}


def grant(work: Work, address_id: int, template: str, now: datetime, count: int = 1) -> None:
    """A person agreed to `count` more notices of a template."""
    values = {"id": work.new_id(), "address_id": address_id, "template": template, "count": count, "at": now}
    work.execute(_GRANT, values)


_MINE = sa.and_(_grant.c.address_id == sa.bindparam("whose"), _grant.c.template == sa.bindparam("which"))
_SPEND = (
    sa.update(_grant)
    .where(_MINE, _grant.c.left > 0)
    .values(left=_grant.c.left - 1, changed_at=sa.bindparam("at", type_=UtcDateTime()))
)
_NONE = sa.update(_grant).where(_MINE).values(left=0, changed_at=sa.bindparam("at", type_=UtcDateTime()))


def spend_grant(work: Work, address_id: int, template: str, now: datetime) -> None:
    """One agreed notice is used. Written at the end of the group."""
    work.defer(_SPEND, {"whose": address_id, "which": template, "at": now})


def no_grant(work: Work, address_id: int, template: str, now: datetime) -> None:
    """The person switched this notice off, or the platform says that none is left. Written at the end of the group."""
    work.defer(_NONE, {"whose": address_id, "which": template, "at": now})


def grants(work: Work, address_id: int) -> dict[str, int]:
    """Template to how many notices of it this address still accepts, those used up included."""
    mine = sa.select(_grant.c.template, _grant.c.left).where(_grant.c.address_id == address_id)
    return tally(work.execute(mine))


def granted(work: Work, template: str) -> tuple[int, int]:
    """How many addresses agreed to notices of a template that are not used yet, and to how many of them."""
    mine = sa.and_(_grant.c.template == template, _grant.c.left > 0)
    total = sa.func.coalesce(sa.func.sum(_grant.c.left), 0).label("notices")
    row = work.look(sa.select(sa.func.count().label("people"), total).where(mine)).one()
    return int(row.people), int(row.notices)
