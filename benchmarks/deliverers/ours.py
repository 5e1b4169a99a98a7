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

import sqlalchemy as sa

from benchmarks.report import percentile
from bot.app import oa_settings, open_database
from bot.channels.oa.channel import OaChannel
from bot.clock import SystemClock
from bot.config import Config, load
from bot.sender import Lane, Sender
from bot.services import broadcasts
from bot.serving import run_async
from bot.token_store import DatabaseTokens
from storage import claims, migrate, outbox, people
from storage.base import table
from storage.database import Database
from storage.work import Work

WINDOW = ("message", 5, 48 * 3600)
CHUNK = 2000


def add_followers(database: Database, count: int, now: datetime) -> None:
    """So many people who wrote lately, so that the customer message window is open."""
    for first in range(0, count, CHUNK):
        users = [f"oBench{number:022d}" for number in range(first, min(first + CHUNK, count))]
        database.writer.run(partial(_add, users, now))


def _add(users: list[str], now: datetime, work: Work) -> None:
    for user in users:
        people.create(work, "oa", user, "", now, WINDOW)


def enqueue(database: Database, now: datetime) -> float:
    """Queue one notice for everybody; seconds it took."""
    notice = broadcasts.Notice("bench", "通知", "困难职工帮扶申请本月25日截止，请尽快到所在工会办理。", "followers")
    started = time.perf_counter()
    database.writer.run(lambda work: broadcasts.send(work, notice, "bench", now))
    return time.perf_counter() - started


def waits(work: Work) -> list[float]:
    """Seconds from enqueueing to settling of what was sent, in order."""
    out = table(outbox.Outbox)
    rows = work.look(sa.select(out.c.created_at, out.c.settled_at).where(out.c.state == "sent")).all()
    return sorted((row.settled_at - row.created_at) / timedelta(seconds=1) for row in rows)


async def until_empty(database: Database) -> None:
    """Look every 0.2 s whether anything is left to send; cheap beside sending."""
    never = asyncio.Event()
    while await database.read(lambda work: claims.waiting(work, (outbox.BULK,))):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.2)


async def deliver(config: Config, database: Database) -> float:
    """Send all there is; CPU seconds of this process."""
    clock = SystemClock()
    channel = OaChannel(oa_settings(config.channels.oa), DatabaseTokens(database), clock.now)
    sender = Sender(database, {"oa": Lane(channel, 1e6, config.channels.oa.in_flight)}, clock)
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
    took = database.look(waits)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"sent": len(took), "enqueue": enqueued, "p50": percentile(took, 0.5), "p99": percentile(took, 0.99)}
    print(json.dumps({**found, "cpu": cpu, "rss": peak}), flush=True)
    database.close()


if __name__ == "__main__":
    run_async(run(load(Path(sys.argv[1])), int(sys.argv[2])))
