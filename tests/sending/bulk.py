"""Broadcasts for the tests of the bulk sender: people with open windows, a notice, jobs and a sender around them."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.bulk_sender import BulkSender
from bot.clock import FrozenClock
from bot.jobs import resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Job, Moment
from bot.lanes import Lane
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from storage import people
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.people import Address, Known
from storage.recipients import Recipient
from tests.sending.scripted import CAN, Scripted

TEMPLATES = {"notice": "template-1", "event": "template-1"}
POLICY = ReachPolicy(templates=TEMPLATES)
CUSTOM_ONLY = ReachPolicy()
FOLLOWERS = {"all": [{"who": "followers"}]}
EVERYBODY: dict[str, Any] = {"all": []}
WINDOW = ("message", 5, 48 * 3600)


def crowd(database: Database, count: int, now: datetime, window: bool = True, prefix: str = "u") -> list[Known]:
    """So many people who follow, with or without an open window."""

    def job(work: Any) -> list[Known]:
        opened = WINDOW if window else None
        return [people.create(work, "oa", f"{prefix}{number:05}", "", now, opened) for number in range(count)]

    return database.writer.run(job)


def announce(database: Database, now: datetime, key: str = "b1", **more: Any) -> int:
    """A notice whose time has come; its id."""

    def job(work: Any) -> int:
        values = {
            "key": key,
            "title": "消夏活动",
            "text": "【消夏活动】\n周六上午九点，文化宫。",
            "segment": FOLLOWERS,
            **more,
        }
        values = {"state": "scheduled", "author": "test", "not_before": now, "created_at": now, **values}
        made = Broadcast(id=work.new_id(), **values)
        work.session.add(made)
        return int(made.id)

    return database.writer.run(job)


def tick(database: Database, job: Job, now: datetime, reach: ReachPolicy = POLICY) -> dict[str, int]:
    """One run of a job."""
    return job.run(database, House(reach=reach), Moment(now, now))


def resolve(database: Database, now: datetime, reach: ReachPolicy = POLICY) -> dict[str, int]:
    """Write the recipients of what is due."""
    return tick(database, resolve_broadcasts.JOB, now, reach)


def settle(database: Database, now: datetime) -> dict[str, int]:
    """End what is over."""
    return tick(database, settle_broadcasts.JOB, now)


def bulk(database: Database, channel: Scripted, clock: FrozenClock, **more: Any) -> BulkSender:
    """A bulk sender with this channel."""
    policy = more.pop("policy", POLICY)
    hours = more.pop("hours", None)
    values: dict[str, Any] = {"per_second": 100_000.0, "in_flight": 32, **more}
    return BulkSender(database, Lane(channel, **values), clock, policy, hours)


def scripted(script: Any = None) -> Scripted:
    """A channel with windows and a template route that drops repeats."""
    return Scripted(CAN, script)


def states(database: Database, broadcast_id: int) -> Counter[tuple[str, ...]]:
    """How many recipients are in which (state, reason, route)."""
    row = table(Recipient)
    query = sa.select(row.c.state, row.c.reason, row.c.route).where(row.c.broadcast_id == broadcast_id, row.c.latest)
    return Counter(tuple(each) for each in database.look(lambda work: work.look(query).all()))


def state_of(database: Database, broadcast_id: int) -> str:
    """Where a broadcast is."""
    row = table(Broadcast)
    query = sa.select(row.c.state).where(row.c.id == broadcast_id)
    return str(database.look(lambda work: work.look(query).scalar_one()))


def change(database: Database, broadcast_id: int, **values: Any) -> None:
    """As staff would, by hand."""
    row = table(Broadcast)
    statement = sa.update(row).where(row.c.id == broadcast_id).values(**values)
    database.writer.run(lambda work: work.execute(statement) and None)


def address(database: Database, known: Known, **values: Any) -> None:
    """Change a person's address."""
    row = table(Address)
    statement = sa.update(row).where(row.c.id == known.address_id).values(**values)
    database.writer.run(lambda work: work.execute(statement) and None)


def windows(database: Database) -> list[int]:
    """How many messages each window still allows, sorted."""
    row = table(Address)
    query = sa.select(row.c.window_left)
    return sorted(database.look(lambda work: work.look(query).scalars().all()))


def hours_later(clock: FrozenClock, hours: float) -> datetime:
    """Move the clock."""
    clock.move(timedelta(hours=hours))
    return clock.now()
