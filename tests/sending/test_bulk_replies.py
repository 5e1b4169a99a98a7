"""Replies stay quick while a broadcast goes out with all faults on: measured on the real wire, in real time."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from tests.sending.bulk_wire import CUSTOM, announced, by_state, followers, open_rows
from tests.wire.room import CHEN, Room, open_room

CROWD, QUESTIONS = 3_000, 60
FAST = {"sends_per_second": 1000, "in_flight": 32}
ASKED = ("年假有几天", "怎么入会", "加班费怎么算", "试用期多久", "工伤怎么认定")


async def ask(room: Room) -> list[float]:
    """Questions one after the other while the broadcast goes out; seconds each answer took, sorted."""
    took = []
    for number in range(QUESTIONS):
        began = time.perf_counter()
        await room.says(CHEN, ASKED[number % len(ASKED)])
        took.append(time.perf_counter() - began)
    return sorted(took)


async def run_clock(room: Room, broadcast: int) -> None:
    """Let the time go by, as it would, until nothing is open."""
    while open_rows(room, broadcast):
        room.clock.move(timedelta(seconds=0.05))
        await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.postgres
async def test_replies_take_less_than_a_second_while_bulk_goes_out(
    any_url: str, backend: str, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_room(any_url, clock, account=FAST) as room:
        await room.reply(CHEN, "follow")
        await followers(room, CROWD)
        faults: dict[str, Any] = {"p_busy": 0.05, "p_timeout_after_accept": 0.002, "force_path": CUSTOM}
        await room.act("faults", **faults, latency_ms=10, jitter_ms=20)
        broadcast = await announced(room)
        clockwork = asyncio.create_task(run_clock(room, broadcast))
        took = await ask(room)
        during = open_rows(room, broadcast)
        async with asyncio.timeout(300):
            await clockwork
        p95 = took[int(len(took) * 0.95)]
        found = {"/".join(key): count for key, count in sorted(by_state(room, broadcast).items())}
        with capsys.disabled():
            print("\n" + json.dumps({"database": backend, "p50": took[len(took) // 2], "p95": p95, **found}))
        assert during > 0, "the broadcast was through before the questions were"
        assert p95 < 1.0
