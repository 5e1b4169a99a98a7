"""A channel at the network's edge whose answers are scripted, and a sender around it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot.clock import FrozenClock
from bot.contract import (
    Address,
    Capabilities,
    Inbound,
    Kind,
    Outcome,
    Outgoing,
    Result,
    Window,
    WireRequest,
    WireResponse,
)
from bot.lanes import Lane
from bot.sender import Sender
from storage.database import Database
from storage.outbox import Outbox
from storage.people import Address as Place
from storage.people import Known
from tests.storage.kit import meet, rows

PATIENCE_S = 20.0
TEMPLATES = frozenset({"reminder", "notice"})
CAN = Capabilities(
    routes=("custom", "template"),
    windows={Kind.TEXT: Window("message", 5, 48 * 3600)},
    deduping_routes=frozenset({"template"}),
)
FREE = Capabilities(routes=("push",))
Answer = Outcome | Exception


class Scripted:
    """Answers `OK` unless `script` says otherwise for a text. While it is held, sends start but do not end."""

    name = "oa"

    def __init__(self, can: Capabilities = FREE, script: Callable[[Outgoing], Answer | None] | None = None) -> None:
        self.can, self.script = can, script or (lambda out: None)
        self.sent: list[Outgoing] = []
        self.most = 0
        self.together: list[str] = []  # users who were sent two messages at the same time
        self._now: Counter[str] = Counter()
        self._gate: asyncio.Semaphore | None = None
        self._started: asyncio.Queue[str] = asyncio.Queue()

    def receive(self, request: WireRequest, now: datetime) -> Inbound:
        """Nothing comes in here."""
        raise NotImplementedError

    def answer(self, inbound: Inbound, first: Outgoing | None) -> WireResponse:
        """Nothing is answered here."""
        raise NotImplementedError

    async def send(self, out: Outgoing, to: Address) -> Outcome:
        """The scripted answer, when the gate is open."""
        self.sent.append(out)
        self._now[to.user] += 1
        self.most = max(self.most, self._now.total())
        if self._now[to.user] > 1:
            self.together.append(to.user)
        self._started.put_nowait(out.text)
        try:
            if self._gate is not None:
                await self._gate.acquire()
            answer = self.script(out) or Outcome(Result.OK, "0")
        finally:
            self._now[to.user] -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def texts(self) -> list[str]:
        """What was sent, in the order it started."""
        return [out.text for out in self.sent]

    @contextmanager
    def held(self) -> Iterator[asyncio.Semaphore]:
        """Sends that start inside wait for `release()` of what this gives; afterwards nothing waits."""
        self._gate = asyncio.Semaphore(0)
        try:
            yield self._gate
        finally:
            gate, self._gate = self._gate, None
            for _ in range(1000):
                gate.release()

    async def started(self, count: int = 1) -> list[str]:
        """The next `count` texts whose sending starts."""
        async with asyncio.timeout(PATIENCE_S):
            return [await self._started.get() for _ in range(count)]

    def idle(self) -> bool:
        """Whether nothing has started that was not asked for."""
        return self._started.empty()


def sender(database: Database, channel: Scripted, clock: FrozenClock, **more: Any) -> Sender:
    """A sender with this one channel."""
    hours = more.pop("hours", None)
    values: dict[str, Any] = {"per_second": 10_000.0, "in_flight": 32, "templates": TEMPLATES, **more}
    return Sender(database, {channel.name: Lane(channel, **values)}, clock, hours)


def crowd(database: Database, count: int, now: datetime) -> list[Known]:
    """So many people, one address each."""
    return [meet(database, f"u{number:03}", now) for number in range(count)]


def open_window(database: Database, known: Known, until: datetime, left: int) -> None:
    """The ledger as if the person had just written."""

    def job(work: Any) -> None:
        place = work.session.get(Place, known.address_id)
        place.window, place.window_until, place.window_left = "message", until, left

    database.writer.run(job)


def states(database: Database) -> dict[str, str]:
    """State by text."""
    return {text: state for text, state in rows(database, Outbox, "text", "state")}
