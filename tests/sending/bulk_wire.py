"""A broadcast over the real wire: followers of the sandbox whom the bot knows, and a bot that sends to them."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.jobs import resolve_broadcasts, settle_broadcasts
from bot.jobs.job import Job
from storage import people
from storage.base import table
from storage.recipients import OPEN, Recipient
from tests.sending.bulk import WINDOW, announce, state_of, states
from tests.wire.room import Room, eventually

SECOND = timedelta(seconds=1)
CUSTOM, TEMPLATE = "message/custom/send", "message/template/send"


async def followers(room: Room, count: int) -> list[str]:
    """So many followers with an open window, on both sides."""
    users: list[str] = (await room.act("load", users=count, window=True))["users"]
    now = room.clock.now()
    await room.written(lambda work: [people.create(work, "oa", user, "", now, WINDOW) for user in users] and None)
    return users


async def announced(room: Room, **more: Any) -> int:
    """A broadcast whose recipients are written; the sender has it from now on."""
    broadcast: int = await asyncio.to_thread(announce, room.bot.database, room.clock.now(), **more)
    await run(room, resolve_broadcasts.JOB)
    return broadcast


async def run(room: Room, job: Job) -> None:
    """One tick of a job."""
    await room.run(job)


def open_rows(room: Room, broadcast: int, due: bool = False) -> int:
    """Recipients that are not settled, or of them only those that are due."""
    row = table(Recipient)
    when = [row.c.due_at <= room.clock.now()] if due else []
    query = sa.select(sa.func.count()).where(row.c.broadcast_id == broadcast, row.c.state.in_(OPEN), *when)
    sending = sa.select(sa.func.count()).where(row.c.broadcast_id == broadcast, row.c.state == "sending")

    def count(work: Any) -> int:
        return int(work.look(query).scalar_one()) + (int(work.look(sending).scalar_one()) if due else 0)

    return int(room.bot.database.look(count))


async def sent(room: Room, broadcast: int, left: int = 0, step: timedelta = SECOND) -> None:
    """Let the clock run, a step each time one looks, until at most so many are open."""

    def through() -> bool:
        room.clock.move(step)
        assert room.bot.bulk_sender is not None
        room.bot.bulk_sender.wake()
        return open_rows(room, broadcast) <= left

    await eventually(through, 60.0)


async def ended(room: Room, broadcast: int) -> str:
    """What the broadcast came to."""
    await run(room, settle_broadcasts.JOB)
    return state_of(room.bot.database, broadcast)


async def arrived(room: Room) -> Counter[str]:
    """How many messages reached each phone."""
    return Counter(entry["user"] for entry in await room.see("received"))


async def codes(room: Room, path: str) -> Counter[Any]:
    """How the platform answered the calls of a path."""
    return Counter(call["errcode"] for call in await room.see("calls", path=path))


def by_state(room: Room, broadcast: int) -> Counter[tuple[str, ...]]:
    """Recipients by state, reason and route."""
    return states(room.bot.database, broadcast)
