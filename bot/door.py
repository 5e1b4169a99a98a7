"""From a push to its answer: the reply budget around the unit of work."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from bot.clock import Clock
from bot.contract import Inbound
from bot.dispatcher import Dispatcher, Push, Reply
from bot.meaning import Meaning
from storage import outbox
from storage.database import Database

log = logging.getLogger(__name__)


class Door:
    """Takes turns for the doors that receive. `wake` is called when the sender may have something to do.

    With `meaning` a message may be looked at outside first; that time is part of the budget.
    """

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        clock: Clock,
        budget: float,
        wake: Callable[[], None],
        meaning: Meaning | None = None,
    ) -> None:
        self._writer, self._dispatcher, self._clock = database.writer, dispatcher, clock
        self._budget, self._wake, self._meaning = budget, wake, meaning
        self._mark = outbox.MarkAnswered()

    async def take(self, inbound: Inbound) -> Reply:
        """The reply to give now. When the budget runs out: none, and what is said later goes another way.

        Raises whatever the unit of work could not do, after its retries; then nothing happened.
        """
        answer_by = self._clock.now() + timedelta(seconds=self._budget)
        patience = asyncio.get_running_loop().time() + self._budget
        vector = await self._meaning.of(inbound) if self._meaning else None
        key = (inbound.channel, inbound.user)
        turn = self._writer.submit(self._dispatcher, Push(inbound, answer_by, vector), key)
        await self._heard(turn, patience)
        if turn.done():
            reply = turn.result()
            if reply.more:
                self._wake()
            return reply
        log.warning("reply budget used up", extra={"channel": inbound.channel, "kind": inbound.kind.value})
        turn.add_done_callback(self._late)
        return Reply()

    async def _heard(self, turn: "asyncio.Future[Reply]", patience: float) -> None:
        """Wait for the turn until the loop's time `patience`: `asyncio.wait` for one future without its overhead."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        timer = loop.call_at(patience, _wake, waiter)
        turn.add_done_callback(lambda _: _wake(waiter))
        try:
            await waiter
        finally:
            timer.cancel()

    def answered(self, reply: Reply) -> None:
        """The platform has taken the answer."""
        if reply.row is not None:
            self._writer.post(self._mark, outbox.Answered(reply.row, self._clock.now()))

    def _late(self, turn: "asyncio.Future[Reply]") -> None:
        if turn.cancelled() or turn.exception() is not None:
            log.error("late turn failed", exc_info=None if turn.cancelled() else turn.exception())
            return
        row, repeat = turn.result().row, turn.result().repeat
        if row is not None and not repeat:  # a repeat never gives back: the first push may have been answered
            now = self._clock.now()
            release = self._writer.write(lambda work: outbox.release(work, row, now))
            release.add_done_callback(lambda _: self._wake())


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
