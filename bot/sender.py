"""The sender: the only one who calls `Channel.send`.

One cycle is one unit of work: write the outcomes of the last sends, take from the rate budget, claim due rows. A claim
commits before the first byte leaves, and only as many rows are claimed as can start at once: a crash leaves at most the
in-flight few in doubt; their leases run out and `delivery.plan` decides what may be repeated. Replies overtake: lower
lanes are claimed first, and bulk never takes the last reserved places. Messages to one address go one by one.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.calendar import Hours, daytime
from bot.clock import Clock, local
from bot.contract import Address, Channel, Choice, Outcome, Outgoing, Result
from bot.lanes import Lane
from bot.services import delivery
from storage import budgets, claims, inbox, outbox, people, quotas
from storage.claims import Claimed, Settlement
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.0  # a lost wake-up costs this much, not a message
FLUSH_SECONDS = 0.003  # outcomes wait so long for company


@dataclass(slots=True)
class Done:
    """One finished attempt, with what it says about the address."""

    row: Claimed
    settlement: Settlement
    outcome: Outcome | None = None


class Sender:
    """Run `run()` as a task; `wake()` after rows were queued; `stop()` lets what is in flight finish.

    `hours`: when what is asked of many (lane 2) may go out; what the evening left over waits for the morning. None:
    always. Replies and reminders of one's own are as due as they say.
    """

    def __init__(self, database: Database, lanes: Mapping[str, Lane], clock: Clock, hours: Hours | None = None) -> None:
        self._database, self._lanes, self._clock, self._hours = database, lanes, clock, hours
        self._owner = secrets.token_hex(8)
        self._event = asyncio.Event()
        self._done: dict[str, list[Done]] = {name: [] for name in lanes}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[int, asyncio.Task[None]] = {}  # by address: what a later message has to wait for
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something may be due now."""
        self._event.set()

    def start(self) -> None:
        """Run in the background until `stop()`."""
        self._running = asyncio.create_task(self.run(), name="sender")

    async def run(self) -> None:
        """Send until `stop()`; an error of the database is logged and the cycle tried again."""
        while not self._stopping:
            self._event.clear()
            try:
                busy = [await self._cycle(name) for name in self._lanes]
            except Exception:
                log.exception("sender cycle failed")
                busy = [False]
            await self._rest(any(busy))

    async def stop(self) -> None:
        """Claim nothing more, wait for what is in flight, write the outcomes."""
        self._stopping = True
        self.wake()
        if self._running is not None:  # never cancelled: what it has just claimed or heard would be in doubt
            await asyncio.wait((self._running,), timeout=8)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=8)
        for name in self._lanes:
            await self._cycle(name, claim=False)

    async def drain(self) -> None:
        """Send what is due now and return when nothing is; for commands and tests."""
        busy = True
        while busy or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks)
            busy = any([await self._cycle(name) for name in self._lanes])

    async def _rest(self, busy: bool) -> None:
        if busy:
            await asyncio.sleep(FLUSH_SECONDS)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), IDLE_SECONDS)

    async def _cycle(self, name: str, claim: bool = True) -> bool:
        """One unit of work for one channel; whether anything was done."""
        done, self._done[name] = self._done[name], []
        lane = self._lanes[name]
        lane.places.taken -= len(done)
        room = lane.in_flight - lane.places.taken if claim else 0
        if not done and room <= 0:
            return False
        try:
            rows = await self._database.writer.write(lambda work: self._unit(work, name, done, room))
        except Exception:
            self._done[name] = done + self._done[name]
            lane.places.taken += len(done)
            raise
        lane.places.taken += len(rows)
        self._launch(lane, rows)
        return bool(done or rows)

    def _unit(self, work: Work, name: str, done: list[Done], room: int) -> list[Claimed]:
        now = self._clock.now()
        if done:
            claims.settle(work, self._owner, [each.settlement for each in done])
            for each in done:
                _learn(work, each)
            _hear_early(work, name, done, now)
        if room <= 0 or not claims.any_due(work, now):
            return []
        lane = self._lanes[name]
        granted = budgets.take(work, name, lane.per_second, room, now)
        quick = (outbox.REPLY, outbox.REMINDER)
        rows = claims.claim(work, self._owner, now, granted, quick, [name])
        quiet = self._hours is not None and daytime(now, self._hours) != now
        bulk = 0 if quiet else min(granted, room - lane.reserved) - len(rows)
        if bulk > 0:
            rows += claims.claim(work, self._owner, now, bulk, (outbox.BULK,), [name])
        budgets.give_back(work, name, granted - len(rows))
        used = Counter[str]()
        for row in rows:
            chosen = delivery.plan(row, lane.channel.can, now, lane.templates)
            used[chosen.route] += bool(chosen.route)
            if chosen.route in lane.channel.can.deduping_routes and chosen.route != row.route:
                claims.plan_route(work, row.id, chosen.route)
        for route in sorted(used):  # the budget's row is held, so nobody waits in a circle
            quotas.use(work, name, route, local(now).date(), used[route])
        return rows

    def _launch(self, lane: Lane, rows: list[Claimed]) -> None:
        by_address: dict[int, list[Claimed]] = {}
        for row in rows:
            by_address.setdefault(row.address_id, []).append(row)
        for address_id, chain in by_address.items():
            task = asyncio.create_task(self._send_chain(lane, chain, self._last.get(address_id)))
            self._last[address_id] = task
            self._tasks.add(task)
            task.add_done_callback(partial(self._landed, address_id))

    def _landed(self, address_id: int, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if self._last.get(address_id) is task:
            del self._last[address_id]

    async def _send_chain(self, lane: Lane, chain: list[Claimed], before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait((before,))
        left = chain[0].window_left
        for row in sorted(chain, key=lambda each: (each.created_at, each.id)):
            done = await self._attempt(lane, row._replace(window_left=left))
            left -= done.settlement.route == "custom"
            self._done[lane.channel.name].append(done)
            self._event.set()

    async def _attempt(self, lane: Lane, row: Claimed) -> Done:
        now = self._clock.now()
        chosen = delivery.plan(row, lane.channel.can, now, lane.templates)
        if chosen.state:
            code = chosen.reason
            return Done(row, Settlement(row.id, row.attempts + 1, chosen.state, row.route, "", code, "", 0, now, now))
        outcome = await _send(lane.channel, row, chosen.route, self._clock)
        after = self._clock.now()
        millis = int((after - now).total_seconds() * 1000)
        dedupes = chosen.route in lane.channel.can.deduping_routes
        if outcome.ours:
            log.error("the platform refuses our request", extra={"route": chosen.route, "code": outcome.code})
        settlement = delivery.settle(row, chosen.route, outcome, millis, after, random.random, dedupes)
        return Done(row, settlement, outcome)


async def _send(channel: Channel, row: Claimed, route: str, clock: Clock) -> Outcome:
    """One attempt. A channel promises not to raise; if it does, nobody knows what the platform heard."""
    try:
        return await channel.send(_outgoing(row, route, clock), Address(row.channel, row.user))
    except Exception:
        log.exception("channel raised", extra={"channel": channel.name, "route": route})
        return Outcome(Result.UNKNOWN, "exception", route=route)


def _outgoing(row: Claimed, route: str, clock: Clock) -> Outgoing:
    return Outgoing(
        id=row.id,
        text=row.text,
        at=row.created_at,
        choices=tuple(Choice(*each) for each in row.choices or ()),
        route=route,
        dedupe=f"o{row.id:x}",
        template=row.template,
        fields=row.fields or delivery.template_fields(row.text, local(clock.now())),
        hand_over=row.hand_over,
    )


def _hear_early(work: Work, channel: str, done: list[Done], now: datetime) -> None:
    """A receipt may come before we have written that the platform took the message."""
    accepted = [each.settlement.message_id for each in done if each.settlement.state == "accepted"]
    for message_id, code in inbox.early_receipts(work, channel, accepted).items():
        claims.confirm(work, message_id, not code, code, now)


def _learn(work: Work, done: Done) -> None:
    """What the outcome says about the address: a message of the window spent, the window closed, the person gone."""
    if done.outcome is None:
        return
    address_id, result = done.row.address_id, done.outcome.result
    if done.settlement.route == "custom" and result in (Result.OK, Result.ACCEPTED, Result.UNKNOWN):
        people.spend(work, address_id)
    elif result is Result.QUOTA and done.outcome.until is None:
        people.close_window(work, address_id)
    elif result in (Result.UNREACHABLE, Result.OPTED_OUT):
        people.refuse(work, address_id, done.outcome.code or result.value)
