"""A turn that takes longer than the platform waits: `success` at once, the words by customer message, exactly once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest

from bot.channels.oa.windows import WINDOWS
from bot.clock import FrozenClock
from bot.contract import Capabilities, Inbound, Kind
from bot.dispatcher import Conversation, Dispatcher
from bot.door import Door
from bot.router import Router, Words
from bot.turn import Turn
from handlers import CONVERSATION
from tests.wire.room import CHEN, LI, Room, eventually, open_room

WAIT_S = 20.0
LATE = "让您久等了。"


class Slow:
    """A handler that says its words when it is let go."""

    def __init__(self) -> None:
        self.started, self.go = threading.Event(), threading.Event()
        self.turns = 0
        router = Router("slow")
        router.on(Words("慢"))(self.handle)
        self.conversation = Conversation((router, *CONVERSATION.routers), CONVERSATION.flows, CONVERSATION.aside)

    def handle(self, turn: Turn, word: str) -> None:
        self.turns += 1
        self.started.set()
        self.go.wait(WAIT_S)
        turn.say(LATE)

    async def begun(self) -> None:
        """Wait until a turn is under way."""
        assert await asyncio.to_thread(self.started.wait, WAIT_S)


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.go.set()


@pytest.fixture
async def room(any_url: str, clock: FrozenClock, slow: Slow) -> AsyncIterator[Room]:
    """Half a second for a reply."""
    async with open_room(any_url, clock, conversation=slow.conversation, budget=0.5) as opened:
        await opened.phone(CHEN, "follow")  # on a busy machine its own answer may come later than half a second
        await opened.marked()
        await opened.settled()
        yield opened


async def said(room: Room, pushes: int) -> None:
    """Wait until so many pushes are through and everything said to them has gone, by either way."""
    await eventually(lambda: room.count("inbound") == pushes)
    await room.marked()
    await room.settled()


async def late(room: Room) -> list[str]:
    """The slow turn's words that went by customer message (an answer of another turn may do so, too)."""
    return [text for text in await room.received(CHEN, "custom") if text == LATE]


async def test_the_words_come_later_and_once(room: Room, slow: Slow) -> None:
    push = await room.phone(CHEN, "text", text="慢")
    assert [(one["status"], one["verdict"]) for one in push["attempts"]] == [(200, "success")]
    slow.go.set()
    await said(room, 2)
    assert await late(room) == [LATE]
    assert (slow.turns, room.count("inbound")) == (1, 2)


async def test_five_pushes_at_once_of_a_slow_turn(room: Room, slow: Slow) -> None:
    await room.phone(CHEN, "text", text="你好")
    fields = {"Content": "慢"}
    attempts = await room.act("push", user=CHEN, kind="text", fields=fields, count=5, concurrent=True)
    assert {one["verdict"] for one in attempts} == {"success"}
    room.clock.move(timedelta(seconds=1))
    slow.go.set()
    await said(room, 3)
    await room.phone(CHEN, "text", text="谢谢")
    await said(room, 4)
    assert await late(room) == [LATE]
    assert slow.turns == 1


async def test_nobody_else_gets_a_wrong_answer_meanwhile(room: Room, slow: Slow) -> None:
    """Others wait behind it on SQLite; they get their words late but once, whatever way."""
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(room.act(f"phones/{CHEN}/text", text="慢"))
        await slow.begun()
        second = tasks.create_task(room.act(f"phones/{LI}/follow"))
    slow.go.set()
    assert first.result()["push"]["attempts"][0]["verdict"] == "success"
    assert second.result()["push"]["attempts"][0]["status"] == 200
    await eventually(lambda: room.count("inbound") == 3)
    await room.settled()
    await room.marked()
    await room.settled()
    assert len(await room.received(LI)) == 1
    assert (await room.received(CHEN))[1:] == [LATE]


async def test_a_failure_in_a_slow_turn_is_said_too(room: Room, slow: Slow) -> None:
    def broken(turn: Turn, word: str) -> None:
        slow.go.wait(WAIT_S)
        raise ValueError("broken on purpose")

    slow.conversation.routers[0].routes.clear()
    slow.conversation.routers[0].on(Words("慢"))(broken)
    await room.phone(CHEN, "text", text="慢")
    slow.go.set()
    await eventually(lambda: room.count("outbox WHERE text LIKE '%刚才的操作没有生效%'") == 1)
    await room.marked()
    await room.settled()
    assert "刚才的操作没有生效" in (await room.received(CHEN, "custom"))[-1]


async def test_a_repeat_that_overtakes_the_late_answer(room: Room, slow: Slow) -> None:
    """The platform missed our `success` and repeats while the turn is just ending: either way, but only one."""
    told: list[str] = []
    can = Capabilities(text_bytes=2048, routes=("custom",), windows=WINDOWS)
    dispatcher = Dispatcher(slow.conversation, room.bot.house, room.clock, {"oa": can})
    quick = Door(room.bot.database, dispatcher, room.clock, 0.05, lambda: told.append("wake"))
    patient = Door(room.bot.database, dispatcher, room.clock, WAIT_S, lambda: None)
    inbound = _inbound(room.clock.now())
    assert (await quick.take(inbound)).out is None
    repeat = asyncio.create_task(patient.take(inbound))
    await slow.begun()
    slow.go.set()
    answer = await repeat
    patient.answered(answer)
    await eventually(lambda: room.count("outbox WHERE state IN ('answering', 'queued', 'sending')") == 0)
    by_push = [text for text in await room.received(CHEN, "custom") if text == LATE]
    by_reply = [answer.out.text] if answer.out else []
    assert by_push + by_reply == [LATE]


def _inbound(now: datetime) -> Inbound:
    return Inbound("oa", "m:77", CHEN, Kind.TEXT, now, account="gh_1", text="慢")
