"""The mass sender: one call for up to 10 000 recipients of a broadcast, a call a second over all processes.

One cycle forms at most one job of a broadcast, claims at most one and asks for at most one of which nothing was heard;
each of these commits before anything is sent. What an answer means is in `bot/services/mass.py`; finish events come by
the webhook.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.calendar import daytime
from bot.clock import Clock
from bot.contract import Channel, MassChannel, Outcome, Outgoing, Result
from bot.services import mass
from bot.services.house import House
from storage import budgets, mass_forming, mass_jobs
from storage.database import Database
from storage.mass_jobs import Job
from storage.work import Work

log = logging.getLogger(__name__)
PER_SECOND = 1.0  # 60 calls a minute are allowed (platform.md 5.2)
IDLE_SECONDS = 1.0


class MassCarrier(Channel, MassChannel, Protocol):
    """A channel that sends to one and to many."""


class MassSender:
    """Run `start()` once; `stop()` lets the call that is under way finish.

    Outside the hours of the house only what may go out at any hour is sent.
    """

    def __init__(self, database: Database, channel: MassCarrier, house: House, clock: Clock) -> None:
        self._database, self._channel, self._house, self._clock = database, channel, house, clock
        self._owner = secrets.token_hex(8)
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run in the background until `stop()`."""
        self._running = asyncio.create_task(self.run(), name="mass sender")

    async def run(self) -> None:
        """Send until `stop()`; an error of the database is logged and the cycle tried again."""
        while not self._stopping.is_set():
            try:
                await self.cycle()
            except Exception:
                log.exception("mass cycle failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), IDLE_SECONDS)

    async def stop(self) -> None:
        """Claim nothing more, wait for the call under way and write its outcome."""
        self._stopping.set()
        if self._running is not None:
            await asyncio.wait((self._running,), timeout=8)

    async def cycle(self) -> bool:
        """Form, send and ask once; whether there was anything to do."""
        now = self._clock.now()
        waiting = await self._database.read(lambda work: mass_forming.waiting(work, now))
        if not waiting and not await self._database.read(lambda work: mass_jobs.any_work(work, now)):
            return False
        for broadcast_id in waiting:
            await self._database.writer.write(partial(self._form, broadcast_id=broadcast_id, now=now))
        await self._database.writer.write(partial(mass.tidy, now=now))
        job, users = await self._database.writer.write(partial(self._claim, now=now))
        if job is not None and users:
            outcome = await self._send(job, users)
            await self._write(lambda work, at: mass.settle(work, job, len(users), outcome, at))
        question = await self._database.writer.write(partial(mass_jobs.ask, owner=self._owner, now=now))
        if question is not None:
            said = await self._ask(question)
            await self._write(lambda work, at: mass.asked(work, question, said, at))
        return True

    def _form(self, work: Work, broadcast_id: int, now: datetime) -> None:
        mass.form(work, self._house.reach, broadcast_id, now)

    def _claim(self, work: Work, now: datetime) -> tuple[Job | None, Sequence[str]]:
        budget = f"{self._channel.name}:mass"
        if not budgets.take(work, budget, PER_SECOND, 1, now):
            return None, ()
        job = mass_jobs.claim(work, self._owner, now, quiet=daytime(now, self._house.hours) != now)
        users = mass.begin(work, job, now) if job is not None else []
        if not users:
            budgets.give_back(work, budget, 1)
        return job, users

    async def _send(self, job: Job, users: Sequence[str]) -> Outcome:
        """One call. A channel promises not to raise; if it does, nobody knows what the platform heard."""
        out = Outgoing(job.id, job.text, self._clock.now(), route="mass", dedupe=job.client_id)
        try:
            outcome = await self._channel.send_many(out, users)
        except Exception:
            log.exception("channel raised", extra={"channel": self._channel.name, "route": "mass"})
            return Outcome(Result.UNKNOWN, "exception", route="mass")
        if outcome.ours:
            log.error("the platform refuses our request", extra={"route": "mass", "code": outcome.code})
        return outcome

    async def _ask(self, job: Job) -> Outcome:
        try:
            return await self._channel.mass_state(job.message_id)
        except Exception:
            log.exception("channel raised", extra={"channel": self._channel.name, "route": "mass"})
            return Outcome(Result.UNKNOWN, "exception", route="mass")

    async def _write(self, note: Callable[[Work, datetime], None]) -> None:
        """Write down what was heard, as of now."""
        at = self._clock.now()
        await self._database.writer.write(lambda work: note(work, at))
