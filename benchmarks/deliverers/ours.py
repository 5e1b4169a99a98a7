"""The bot's sender and channel: `python -m benchmarks.deliverers.ours CONFIG MESSAGES`.

The parts are the bot's own, put together by hand because `serve` keeps to the rate of the platform (at most 1000 a
second), which would be all that could be measured.
"""

import asyncio
import contextlib
import json
import resource
import sys
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from bot.app import oa_settings, open_database
from bot.bulk_sender import BulkSender
from bot.channels.oa.channel import OaChannel
from bot.clock import SystemClock
from bot.config import Config, load
from bot.jobs import resolve_broadcasts
from bot.jobs.job import Moment
from bot.lanes import Lane
from bot.services.house import House
from bot.services.reach_policy import ReachPolicy
from bot.serving import run_async
from bot.token_store import DatabaseTokens
from storage import bulk_ends, migrate, people
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.recipients import Recipient
from storage.work import Work

WINDOW = ("message", 5, 48 * 3600)
CHUNK = 2000


class Waits(NamedTuple):
    """What became of the messages. Seconds."""

    sent: int
    p50: float
    p99: float


def add_followers(database: Database, count: int, now: datetime) -> None:
    """So many people who wrote lately, so that the customer message window is open."""
    for first in range(0, count, CHUNK):
        users = [f"oBench{number:022d}" for number in range(first, min(first + CHUNK, count))]
        database.writer.run(partial(_add, users, now))


def _add(users: list[str], now: datetime, work: Work) -> None:
    for user in users:
        people.create(work, "oa", user, "", now, WINDOW)


def announce(work: Work, now: datetime) -> int:
    """A notice to everybody who follows; its id."""
    words = {"title": "通知", "text": "困难职工帮扶申请本月25日截止，请尽快到所在工会办理。"}
    when = {"not_before": now, "created_at": now, "any_hour": True}
    rule = {"all": [{"who": "followers"}]}
    made = Broadcast(id=work.new_id(), key="bench", **words, segment=rule, state="scheduled", author="bench", **when)
    work.session.add(made)
    return made.id


def enqueue(database: Database, now: datetime) -> float:
    """Write the recipients of one notice to everybody; seconds it took."""
    database.writer.run(lambda work: announce(work, now))
    started = time.perf_counter()
    resolve_broadcasts.JOB.run(database, House(), Moment(now, now))
    return time.perf_counter() - started


def waits(work: Work) -> Waits:
    """How many were sent, and the seconds from enqueueing to settling of the middle one and of one in a hundred."""
    row, notice = table(Recipient), table(Broadcast)
    started = work.look(sa.select(notice.c.not_before)).scalar_one()
    sent = work.look(sa.select(sa.func.count()).where(row.c.state == "sent")).scalar_one()
    at = sa.select(row.c.settled_at).where(row.c.state == "sent").order_by(row.c.settled_at)
    marks = [work.look(at.offset(int(sent * share)).limit(1)).scalar() or started for share in (0.5, 0.99)]
    return Waits(sent, *((mark - started) / timedelta(seconds=1) for mark in marks))


async def until_empty(database: Database) -> None:
    """Look every 0.2 s whether anything is left to send; cheap beside sending."""
    never = asyncio.Event()
    while not await database.read(bulk_ends.through):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.2)


async def deliver(config: Config, database: Database) -> float:
    """Send all there is; CPU seconds of this process."""
    clock = SystemClock()
    channel = OaChannel(oa_settings(config.channels.oa), DatabaseTokens(database), clock.now)
    sender = BulkSender(database, Lane(channel, 1e6, config.channels.oa.in_flight), clock, ReachPolicy())
    before = time.process_time()
    sender.start()
    await until_empty(database)
    used = time.process_time() - before
    await sender.stop()
    await channel.close()
    return used


async def run(config: Config, messages: int) -> None:
    """Prepare, enqueue, deliver, report."""
    database = open_database(config)
    migrate.upgrade(database.engine)
    database.start()
    now = SystemClock().now()
    add_followers(database, messages, now)
    enqueued = enqueue(database, SystemClock().now())
    cpu = await deliver(config, database)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before the figures below sort all there is
    took = database.look(waits)
    found = {"sent": took.sent, "enqueue": enqueued, "p50": took.p50, "p99": took.p99}
    print(json.dumps({**found, "cpu": cpu, "rss": peak}), flush=True)
    database.close()


if __name__ == "__main__":
    run_async(run(load(Path(sys.argv[1])), int(sys.argv[2])))
