"""kill -9 of senders in the middle of a broadcast: nobody is lost, nobody gets it twice, doubt is named and small."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import Application, open_database
from bot.clock import FrozenClock, SystemClock
from storage import people
from storage.base import table
from storage.database import Database
from storage.people import Address
from storage.recipients import OPEN, Recipient
from tests import postgres
from tests.crash.house import IN_FLIGHT, START_S, Bot, City, environment, free_port, open_city
from tests.sending.bulk import WINDOW, announce, states
from tests.wire.room import configuration, eventually

FAST = {"CHANNELS__OA__SENDS_PER_SECOND": "1000", "CHANNELS__OA__NOTICE_TEMPLATE": "TPL_1"}
CHUNK = 2_000
LATER = timedelta(minutes=2)  # longer than a lease, shorter than the platform remembers its keys
PATIENCE_S = 900.0


class Flood:
    """A broadcast to a crowd, the bots that send it, and the database as an onlooker sees it."""

    def __init__(self, city: City, bots: list[Bot], database: Database) -> None:
        self.city, self.bots, self.database = city, bots, database
        self.users: list[str] = []
        self.broadcast = 0

    async def begin(self, crowd: int, route: str, **faults: Any) -> None:
        """Followers with open windows on both sides, and the notice; `faults` are the platform's."""
        self.users = (await self.city.act("load", users=crowd, window=True))["users"]
        await self.city.act("faults", **{"finish_events": False, **faults})
        now = SystemClock().now()
        for first in range(0, crowd, CHUNK):
            await asyncio.to_thread(meet, self.database, self.users[first : first + CHUNK], now)
        more = {"routes": [route], "any_hour": True}
        self.broadcast = await asyncio.to_thread(announce, self.database, now, **more)

    async def kill(self, times: int) -> None:
        """kill -9 one of the bots at random moments between the first and the last message; it starts again at once."""
        dice, calls = self.city.dice, self.city.world.calls
        first, crowd = calls.calls, len(self.users)
        for goal in sorted(dice.randrange(1, crowd * 9 // 10) for _ in range(times)):
            await eventually(partial(self.has_taken, first + goal), PATIENCE_S)
            bot = dice.choice(self.bots)
            await bot.kill()
            await bot.start()

    def has_taken(self, calls: int) -> bool:
        """Whether the platform has answered so many calls."""
        return self.city.world.calls.calls >= calls

    def left(self, *which: str) -> int:
        """Recipients in these states."""
        row = table(Recipient)
        query = sa.select(sa.func.count()).where(row.c.broadcast_id == self.broadcast, row.c.state.in_(which))
        return int(self.database.look(lambda work: work.look(query).scalar_one()))


def meet(database: Database, users: list[str], now: Any) -> None:
    """They wrote just now."""
    database.writer.run(lambda work: [people.create(work, "oa", user, "", now, WINDOW) for user in users] and None)


@asynccontextmanager
async def flood(url: str, folder: Path, bots: int, seed: int, **more: str) -> AsyncIterator[Flood]:
    """The platform and so many bots on one database; `more` is added to their configuration."""
    async with open_city(url, folder, seed, **FAST, **more) as city:
        database = open_database(configuration(url, city.platform))
        database.start()
        others = []
        try:
            for number in range(1, bots):
                place = folder / f"bot{number}"
                place.mkdir()
                others.append(Bot(environment(url, city.platform, free_port(), **FAST, **more), place))
                await others[-1].start()
            yield Flood(city, [city.bot, *others], database)
        finally:
            for other in others:
                await other.close()
            database.close()


async def run(url: str, folder: Path, crowd: int, kills: int, bots: int, route: str) -> Counter[tuple[str, ...]]:
    """The broadcast with its kills, to the end. What every recipient was told is compared with what arrived."""
    async with flood(url, folder, bots, seed=kills) as city:
        await city.begin(crowd, route)
        await eventually(lambda: city.left("sent", "accepted") > 0, START_S)
        await city.kill(kills)
        await eventually(lambda: city.left("queued") == 0, PATIENCE_S)
        for bot in city.bots:
            assert await bot.stop() == 0
        await settle(url, city)
        check_arrived(city)
        assert not [
            line for bot in city.bots for line in bot.log.read_text("utf-8").splitlines() if "Traceback" in line
        ]
        return states(city.database, city.broadcast)


async def settle(url: str, city: Flood) -> None:
    """An ordinary start a little later: the leases of those who died are over."""
    clock = FrozenClock(SystemClock().now() + LATER)
    config = configuration(url, city.city.platform, template="TPL_1")

    def through() -> bool:
        clock.move(timedelta(seconds=0.05))
        return city.left(*OPEN) == 0

    async with Application(config, clock):
        await eventually(through, 60)


def check_arrived(city: Flood) -> None:
    """Nobody got it twice; who is called reached has it; who has not got it is called unknown."""
    row, address = table(Recipient), table(Address)
    joined = row.join(address, address.c.id == row.c.address_id)
    query = sa.select(address.c.user, row.c.state).select_from(joined).where(row.c.broadcast_id == city.broadcast)
    told = {each.user: each.state for each in city.database.look(lambda work: work.look(query).all())}
    got = Counter(entry["user"] for entry in city.city.world.received.view(None))
    assert sorted(told) == sorted(city.users)
    assert set(told.values()) <= {"sent", "accepted", "unknown"}
    assert max(got.values()) == 1
    assert [user for user, state in told.items() if state != "unknown" and not got[user]] == []


def judge(found: Counter[tuple[str, ...]], crowd: int, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Customer messages: at most those in flight are in doubt."""
    unknown = sum(count for (state, *_), count in found.items() if state == "unknown")
    assert unknown <= kills * IN_FLIGHT
    assert found["sent", "", "custom"] == crowd - unknown
    say(found, kills, capsys)


def say(found: Counter[tuple[str, ...]], kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The numbers for whoever reads the report."""
    with capsys.disabled():
        print("\n" + json.dumps({"kills": kills, **{"/".join(key): count for key, count in sorted(found.items())}}))


async def test_a_few_kills_on_one_file(file_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(await run(file_url, tmp_path, 400, 3, bots=1, route="custom"), 400, 3, capsys)


@pytest.mark.slow
@pytest.mark.postgres
async def test_twenty_kills_of_one_of_two_senders(
    any_url: str, backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bots = 2 if backend == "postgresql" else 1
    judge(await run(any_url, tmp_path, 20_000, 20, bots, "custom"), 20_000, 20, capsys)


@pytest.mark.slow
@pytest.mark.postgres
async def test_twenty_kills_where_the_platform_drops_repeats(
    any_url: str, backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bots = 2 if backend == "postgresql" else 1
    found = await run(any_url, tmp_path, 20_000, 20, bots, "template")
    assert found == {("accepted", "", "template"): 20_000}  # every one, and nothing in doubt
    say(found, 20, capsys)


@pytest.mark.postgres
async def test_a_few_kills_of_one_of_two_senders(
    postgres_server: postgres.Server, filled_postgres: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = postgres_server.create(filled_postgres)
    judge(await run(url, tmp_path, 400, 3, bots=2, route="custom"), 400, 3, capsys)
    postgres_server.drop(url)
