"""A conversation in process: the real database, dispatcher, handlers and jobs, with a clock that stands still.

Product code: `talk` uses it, the recorded dialogues use it, and a union can test its own content with it.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.bulk_sender import BulkSender
from bot.channels.talk import TalkChannel, as_text
from bot.clock import FrozenClock
from bot.contract import Inbound, Kind
from bot.dispatcher import Dispatcher, Push
from bot.jobs import JOBS
from bot.jobs.job import Job, Moment, run_job
from bot.lanes import Lane
from bot.sender import Sender
from bot.services.house import House
from handlers import CONVERSATION
from storage import outbox
from storage.database import Database


class Talk:
    """One union with its people. `says` gives what the bot answers; `pass_time` what it says by itself meanwhile.

    `jobs` are those that run when time goes by: all of them, unless somebody sets fewer.
    """

    def __init__(self, database: Database, house: House, now: datetime) -> None:
        # here a notice reaches everybody at once: there are no windows, as if all had the template route
        reach = replace(house.reach, channel="talk", templates={"notice": "talk", "event": "talk"})
        self.database, self.house = database, replace(house, reach=reach)
        self.clock = FrozenClock(now)
        self.jobs: tuple[Job, ...] = JOBS
        self.channel = TalkChannel()
        self._dispatcher = Dispatcher(CONVERSATION, house, self.clock, {"talk": self.channel.can})
        self._mark = outbox.MarkAnswered()
        self._numbers = itertools.count(1)
        database.look(house.knowledge.refresh)
        database.look(house.units.refresh)

    def says(self, text: str = "", user: str = "u1", **more: Any) -> list[str]:
        """What the bot answers to a message; several when it does not fit in one. `more` are fields of Inbound."""
        inbound = Inbound(
            channel="talk",
            dedupe=more.pop("dedupe", f"t:{user}:{self.clock.now().timestamp()}:{next(self._numbers)}"),
            user=user,
            kind=Kind(more.pop("kind", Kind.TEXT)),
            sent_at=self.clock.now(),
            text=text,
            **more,
        )
        before = len(self.channel.pushed[user])
        reply = self.database.writer.run_batch(self._dispatcher, Push(inbound), (inbound.channel, user))
        if reply.row is not None:
            self.database.writer.run_batch(self._mark, outbox.Answered(reply.row, self.clock.now()))
        if reply.more:
            self.clock.move(timedelta(seconds=3))
            self.deliver()
        first = [as_text(reply.out)] if reply.out else []
        return first + [as_text(each) for each in self.channel.pushed[user][before:]]

    def pass_time(self, **by: float) -> dict[str, list[str]]:
        """Let time go by (arguments of timedelta), run the jobs, deliver; what each person was told by the bot."""
        self.clock.move(timedelta(**by))
        return self.work()

    def until(self, moment: datetime) -> dict[str, list[str]]:
        """Like `pass_time`, to a moment."""
        self.clock.set(moment)
        return self.work()

    def work(self) -> dict[str, list[str]]:
        """Run the jobs once as of now and deliver what is due."""
        before = {user: len(messages) for user, messages in self.channel.pushed.items()}
        for job in self.jobs:
            run_job(job, self.database, self.house, Moment(self.clock.now(), self.clock.now()))
        self.deliver()
        news: Mapping[str, list[str]] = {
            user: [as_text(each) for each in messages[before.get(user, 0) :]]
            for user, messages in self.channel.pushed.items()
        }
        return {user: said for user, said in news.items() if said}

    def deliver(self) -> None:
        """Send what is due in the outbox and of broadcasts."""
        lane = Lane(self.channel, 1e6, 64)

        async def drain() -> None:
            await Sender(self.database, {"talk": lane}, self.clock, self.house.hours).drain()
            await BulkSender(self.database, lane, self.clock, self.house.reach, self.house.hours).drain()

        asyncio.run(drain())
