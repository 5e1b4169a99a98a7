"""Forming mass jobs: recipients who wait for a mass send, in calls of 2 to 10 000 people.

Each job is one transaction: its row, and its recipients `massed`. Who cannot be part of one is given back: `queued`
without a route and with `mass` among `tried`, for the bulk sender to find another route or keep it.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import scope
from storage.base import table
from storage.broadcasts import Broadcast
from storage.mass_jobs import MassJob
from storage.people import Address
from storage.reach import Means, massed, reachable
from storage.recipients import Recipient
from storage.work import Work

MOST, LEAST = 10_000, 2  # people in one call
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # `massed` recipients are due at no time: an index passes them by
_job, _row, _address, _broadcast = table(MassJob), table(Recipient), table(Address), table(Broadcast)
# Said literally, because a bound value does not tell the planner that the partial index will do.
TO_MASS = sa.text("recipient.route = 'mass' AND recipient.state = 'queued'")
_OPEN_ROWS = sa.text("recipient.state IN ('queued','sending','massed')")
_TRIED = sa.case((_row.c.tried == "", "mass"), else_=_row.c.tried + ",mass")


class Formed(NamedTuple):
    """What one step formed: a job of so many `people` (0: none), and how many were given back to other routes."""

    people: int = 0
    others: int = 0


class Planned(NamedTuple):
    """A notice by mass send that has not gone out yet. `title` is empty where it is not for who asks to read."""

    title: str
    at: datetime
    people: int


def waiting(work: Work, now: datetime, most: int = MOST) -> list[int]:
    """Broadcasts that are being sent and have recipients to make a job of: a full one, or as many as there will be.

    While anybody may still fall back to a mass send, fewer are not sent: the platform allows 100 calls a day.
    """
    mine = _row.c.broadcast_id == _broadcast.c.id
    there = sa.select(_row.c.id).where(TO_MASS, mine).correlate(_broadcast)
    ways = sa.exists().where(
        _OPEN_ROWS, mine, _row.c.due_at > LONG_AGO, _row.c.state.in_(("queued", "sending")), _row.c.route != "mass"
    )
    ready = sa.or_(sa.exists(there.offset(most - 1)), sa.and_(sa.exists(there), ~ways))
    going = sa.select(_broadcast.c.id).where(_broadcast.c.state == "sending", _broadcast.c.valid_until > now, ready)
    return [int(each) for each in work.look(going.order_by(_broadcast.c.started_at)).scalars()]


def form(work: Work, broadcast_id: int, attempt: int, means: Means, now: datetime, most: int = MOST) -> Formed:
    """Make the next job of the recipients who wait for a mass send, oldest ids first; one transaction a job.

    Who has had all of the month, does not follow any more or would be alone is given back. A job of a route that is
    closed is due when it opens; nobody waits beyond `means.worth_until`.
    """
    work.alone("mass")  # two broadcasts at once would both give somebody the last mass send of the month
    mine = (TO_MASS, _row.c.broadcast_id == broadcast_id, _row.c.attempt == attempt)
    there = sa.select(_row.c.id).where(*mine).order_by(_row.c.id)
    count = int(work.execute(sa.select(sa.func.count()).select_from(there.limit(2 * most).subquery())).scalar_one())
    size = most if count >= 2 * most else -(-count // 2) if count > most else count  # never one left for the last
    last = work.execute(sa.select(sa.func.max(there.limit(size).subquery().c.id))).scalar()
    if last is None:
        return Formed()
    some = (*mine, _row.c.id <= last)
    until = means.stops.get("mass", now)
    closed = means.worth_until is not None and until >= means.worth_until
    others = _give_back(work, sa.true() if closed else ~_may_have(means), some, now)
    if size - others < LEAST:
        return Formed(0, others + _give_back(work, sa.true(), some, now))
    job_id = work.new_id()
    massed_ = {"state": "massed", "mass_job_id": job_id, "due_at": None}
    people = work.execute(sa.update(_row).where(*some).values(**massed_)).rowcount
    _add(work, job_id, broadcast_id, attempt, means.channel, until, now)
    return Formed(int(people), others)


def _may_have(means: Means) -> sa.ColumnElement[bool]:
    """That a recipient's address may be sent to, and has a mass send of the month left."""
    may = sa.and_(reachable(means.channel), massed(means.month) < means.mass_per_month)
    return sa.exists().where(_address.c.id == _row.c.address_id, may).correlate(_row)


def _give_back(work: Work, which: sa.ColumnElement[bool], mine: tuple[Any, ...], now: datetime) -> int:
    values = {"route": "", "tried": _TRIED, "mass_job_id": None, "state": "queued", "due_at": now}
    return int(work.execute(sa.update(_row).where(*mine, which).values(**values)).rowcount)


def _add(
    work: Work, job_id: int, broadcast_id: int, attempt: int, channel: str, due_at: datetime, now: datetime
) -> None:
    same = (_job.c.broadcast_id == broadcast_id, _job.c.attempt == attempt)
    number = work.execute(sa.select(sa.func.coalesce(sa.func.max(_job.c.number), 0)).where(*same)).scalar_one() + 1
    values = {"id": job_id, "broadcast_id": broadcast_id, "attempt": attempt, "number": number, "channel": channel}
    more = {"state": "planned", "client_id": f"m{job_id:x}", "due_at": due_at, "created_at": now}
    work.execute(sa.insert(_job).values(**values, **more))


def release(work: Work, job_id: int, now: datetime) -> int:
    """Give the recipients of a job that was not sent back to other routes; returns how many."""
    mine = (_row.c.mass_job_id == job_id, _row.c.state == "massed")
    return _give_back(work, sa.true(), mine, now)


def planned(work: Work, until: datetime, path: str | None = None) -> list[Planned]:
    """Notices by mass send that are handed in or scheduled until a moment, in the order of their times.

    Everybody's, because they take from the same people; only those of the branches below a path are named.
    """
    inside = scope.of_places(_broadcast.c.org_id, path)
    title = sa.case((sa.and_(*inside), _broadcast.c.title), else_="").label("title") if inside else _broadcast.c.title
    states = ("pending", "approved", "scheduled", "resolving")
    # What goes out as soon as allowed has no time before it is approved.
    when = sa.func.coalesce(_broadcast.c.not_before, _broadcast.c.submitted_at, _broadcast.c.created_at)
    at = sa.type_coerce(when, _broadcast.c.not_before.type).label("at")
    columns = (title, at, _broadcast.c.expected, _broadcast.c.routes)
    rows = work.look(sa.select(*columns).where(_broadcast.c.state.in_(states), at < until).order_by(at))
    return [Planned(row.title, row.at, row.expected) for row in rows if "mass" in (row.routes or ())]
