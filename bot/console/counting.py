"""What takes seconds for a million people is counted beside the pages, so that no reply waits for a reader's thread."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.services import broadcast_tallies
from storage import broadcasts
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)
PATIENCE_S = 2.0  # how long a page waits for a count before it shows the one before
T = TypeVar("T")


class Counting:
    """One long question and one count of a notice at a time; a notice is counted once however many look at it."""

    def __init__(self) -> None:
        self._asking, self._tallying = asyncio.Semaphore(1), asyncio.Semaphore(1)
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def ask(self, database: Database, query: Callable[[Work], T]) -> T:
        """The answer to a question that may take seconds, in a thread of its own."""
        async with self._asking:
            return await asyncio.to_thread(database.look, query)

    async def tally(self, database: Database, notice_id: int, now: datetime) -> None:
        """Have a notice counted anew. Returns when that is done, or earlier, and it goes on."""
        task = self._under_way.get(notice_id)
        if task is None:
            task = self._under_way[notice_id] = asyncio.create_task(self._tally(database, notice_id, now))
            task.add_done_callback(partial(self._done, notice_id))
        await asyncio.wait({task}, timeout=PATIENCE_S)

    async def _tally(self, database: Database, notice_id: int, now: datetime) -> None:
        async with self._tallying:
            made = await asyncio.to_thread(database.look, partial(_count, notice_id=notice_id, now=now))
        if made is not None:
            keep = partial(broadcasts.keep_tally, broadcast_id=notice_id, attempt=made[0], tally_=made[1])
            await database.writer.write(keep)

    def _done(self, notice_id: int, task: asyncio.Task[None]) -> None:
        self._under_way.pop(notice_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a notice could not be counted: %s", type(error).__name__)


def _count(work: Work, notice_id: int, now: datetime) -> tuple[int, dict[str, Any]] | None:
    """None where somebody else's count was kept since the page looked."""
    stale = broadcast_tallies.latest(work, notice_id, now, drawn=False).stale
    return broadcast_tallies.count(work, broadcast_id=notice_id, now=now) if stale else None
