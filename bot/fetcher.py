"""The fetcher: brings home what cadres sent as evidence, before the platform forgets it after three days.

One cycle is one claim: rows whose time has come, leased so that no other process takes them. A crash while fetching
costs the lease, then it is fetched again; body and state are written together. What is too large, of another type than
its bytes say, or gone ends for good, and its sender is told by a letter.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.contract import Media, MediaSource, Outcome, Result
from bot.services import duty_evidence
from bot.services.media_types import MOST_BYTES, FileType, sniff
from storage import evidence
from storage.database import Database
from storage.evidence import Fetch
from storage.work import Work

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than any download may take
AT_ONCE = 3
IDLE_SECONDS = 5.0
STOP_SECONDS = 8.0
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
FINAL = {Result.UNREACHABLE: "lost", Result.REJECTED: "refused"}


class Fetcher:
    """Run `start()` in an event loop; `stop()` lets what is on its way arrive. `sources` by the channel's name."""

    def __init__(self, database: Database, sources: Mapping[str, MediaSource], clock: Clock) -> None:
        self._database, self._sources, self._clock = database, sources, clock
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Fetch in the background until `stop()`."""
        self._running = asyncio.create_task(self.run(), name="fetcher")

    async def run(self) -> None:
        """Fetch until `stop()`; an error is logged and the cycle tried again."""
        while not self._stop.is_set():
            try:
                busy = await self.cycle()
            except Exception:
                log.exception("fetcher cycle failed")
                busy = False
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), IDLE_SECONDS)

    async def stop(self) -> None:
        """Claim nothing more and wait for what is on its way; what takes too long is fetched again later."""
        self._stop.set()
        if self._running is not None:
            _, late = await asyncio.wait((self._running,), timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def cycle(self) -> bool:
        """Fetch what is due now, a few at once; whether there was anything."""
        now = self._clock.now()
        channels = list(self._sources)
        if not self._database.look(lambda work: evidence.any_due(work, channels, now)):
            return False
        rows = await self._database.writer.write(lambda work: evidence.claim(work, channels, now, LEASE, AT_ONCE))
        await asyncio.gather(*map(self._one, rows))
        return bool(rows)

    async def _one(self, row: Fetch) -> None:
        found = await self._fetch(row)
        now = self._clock.now()
        kind = sniff(found.body) if isinstance(found, Media) else None
        await self._database.writer.write(lambda work: _settle(work, row, found, kind, now))

    async def _fetch(self, row: Fetch) -> Media | Outcome:
        """A channel promises not to raise; if it does, it is tried again."""
        try:
            return await self._sources[row.channel].fetch(row.media_id, MOST_BYTES)
        except Exception:
            log.exception("channel raised", extra={"channel": row.channel})
            return Outcome(Result.UNKNOWN, "exception")


def _settle(work: Work, row: Fetch, found: Media | Outcome, kind: FileType | None, now: datetime) -> None:
    """Write down how it ended, or when to try again."""
    if isinstance(found, Media) and kind is not None:
        evidence.keep(work, row.id, found.body, kind.mime, f"{row.id}.{kind.ending}", now)
        return
    state = "refused" if isinstance(found, Media) else FINAL.get(found.result, "")
    again = now + WAITS[min(row.attempts, len(WAITS)) - 1]
    if not state and again > row.at + evidence.LIFETIME:
        state = "lost"
    if state:
        duty_evidence.ended(work, row.id, state, now)
        log.warning("evidence could not be kept", extra={"evidence": row.id, "state": state})
    else:
        evidence.again(work, row.id, again)
