"""The whole house with an endpoint: filled by its own job, asked by its own webhook, and fine when it goes away."""

import asyncio

import pytest

from bot.clock import FrozenClock
from tests.embedding.stub import Stub, hang
from tests.wire.conftest import file_url, filled_file
from tests.wire.room import CHEN, eventually, open_room

__all__ = ["file_url", "filled_file"]
ASKED = "干了俩月一分钱没见着"


async def test_from_the_phone_to_the_endpoint_and_back(
    file_url: str, clock: FrozenClock, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"enabled": True, "url": stub.url, "model": "stub-small", "api_key": "key", "timeout_seconds": 0.3}
    async with open_room(file_url, clock, embedding=settings) as room:
        await room.reply(CHEN, "follow")
        knowledge = room.bot.house.knowledge
        published = {answer.question for answer in knowledge.base.answers.values()}
        await eventually(lambda: room.count("embedding") > 0)
        await asyncio.to_thread(room.bot.database.look, knowledge.refresh)
        assert knowledge.base.dimension == stub.dimension
        assert set(stub.texts) & published
        before = len(stub.asked)
        with_it = await room.says(CHEN, ASKED)
        assert stub.asked[before:] == [[ASKED]]
        stub.default = hang
        assert await room.says(CHEN, ASKED) and with_it
        assert stub.asked[before:] == [[ASKED]] * 2
        assert room.states("state != 'answering'").keys() <= {"sent"}
    assert ASKED not in caplog.text


async def test_switched_off_nothing_leaves(file_url: str, clock: FrozenClock, stub: Stub) -> None:
    async with open_room(file_url, clock, embedding={"url": stub.url, "model": "stub-small"}) as room:
        await room.reply(CHEN, "follow")
        assert await room.says(CHEN, ASKED)
        await room.run_jobs()
        assert (stub.asked, room.count("embedding")) == ([], 0)
