"""The bulk sender: broadcasts to their recipients, within what replies leave of the channel.

One cycle is one unit of work: write the outcomes of the last sends, take from the rate budget, claim due recipients of
the broadcasts that are being sent, a part for each. A claim commits before the first byte leaves, and only as many are
claimed as can start at once. Replies overtake: bulk never takes the last reserved places, nor the last of the budget.
A pause is seen by the next cycle: what a cycle claims is of broadcasts that are `sending` then.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from bot.calendar import Hours, daytime
from bot.clock import Clock, local
from bot.contract import Address, Channel, Copier, Copies, Outcome, Outgoing, Result
from bot.lanes import Lane
from bot.services import bulk_delivery, delivery, notice_items, notice_lines, reach
from bot.services.bulk_brake import Brake
from bot.services.bulk_delivery import Ways
from bot.services.reach_policy import ReachPolicy
from storage import budgets, bulk_claims, people, quotas
from storage.bulk_claims import Claimed, Going, Settlement
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)
IDLE_SECONDS = 1.0  # a lost wake-up costs this much, not a message
REFILL_SECONDS = 0.1  # with the budget used up: it fills all the time, and what does not fit in is lost
FLUSH_SECONDS = 0.003  # outcomes wait so long for company
CYCLES = 16  # what there is to send is looked up so often at full speed, and always when a claim falls short
SPENT = (Result.OK, Result.ACCEPTED, Result.UNKNOWN)


class Notice(NamedTuple):
    """A broadcast as it is being sent now."""

    going: Going
    ways: Ways
    notice: str  # the platform's template of a subscription notice, where there is one


class Job(NamedTuple):
    """One message to send, and its notice."""

    row: Claimed
    route: str
    notice: Notice


@dataclass(slots=True)
class Done:
    """One attempt that ended."""

    job: Job
    outcome: Outcome


@dataclass(slots=True)
class Desk:
    """What a cycle has in hand between two transactions."""

    done: list[Done] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)  # as they were read last
    cycles: int = 0  # since then
    turn: int = 0  # whose turn it is to be claimed from first
    short: bool = False  # the budget did not allow all that would have been claimed


class BulkSender:
    """Run `start()` once, `wake()` after something became due; `stop()` lets what is in flight finish.

    `hours`: when broadcasts may go out; those for any hour and urgent ones always may. None: always.
    """

    def __init__(
        self, database: Database, lane: Lane, clock: Clock, policy: ReachPolicy, hours: Hours | None = None
    ) -> None:
        self._database, self._lane, self._clock = database, lane, clock
        self._policy, self._hours = policy, hours
        self._owner = secrets.token_hex(8)
        self._event = asyncio.Event()
        self._desk, self._brake = Desk(), Brake()
        self._tasks: set[asyncio.Task[None]] = set()
        self._copies: dict[tuple[int, str], Copies] = {}
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something may be due now."""
        self._event.set()

    def start(self) -> None:
        """Run in the background until `stop()`."""
        self._running = asyncio.create_task(self.run(), name="bulk sender")

    async def run(self) -> None:
        """Send until `stop()`; an error of the database is logged and the cycle tried again."""
        while not self._stopping:
            self._event.clear()
            try:
                busy = await self._cycle()
            except Exception:
                log.exception("bulk cycle failed")
                busy = False
            await self._rest(busy)

    async def stop(self) -> None:
        """Claim nothing more, wait for what is in flight, write the outcomes."""
        self._stopping = True
        self.wake()
        if self._running is not None:  # never cancelled: what it has just claimed or heard would be in doubt
            await asyncio.wait((self._running,), timeout=8)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=8)
        await self._cycle(claim=False)

    async def drain(self) -> None:
        """Send what is due now and return when nothing is; for commands and tests."""
        busy = True
        while busy or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks)
            busy = await self._cycle()

    async def _rest(self, busy: bool) -> None:
        if busy:
            await asyncio.sleep(FLUSH_SECONDS)
            return
        seconds = REFILL_SECONDS if self._desk.short else IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)

    async def _cycle(self, claim: bool = True) -> bool:
        """One unit of work; whether anything was done."""
        done, self._desk.done = self._desk.done, []
        places = self._lane.places
        places.taken -= len(done)
        room = self._lane.in_flight - self._lane.reserved - places.taken if claim else 0
        if not done and room <= 0:
            return False
        try:
            jobs, seen = await self._database.writer.write(lambda work: self._unit(work, done, room))
        except Exception:
            self._desk.done = done + self._desk.done
            places.taken += len(done)
            raise
        places.taken += len(jobs)
        for job in jobs:
            task = asyncio.create_task(self._send(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(done or seen)

    def _unit(self, work: Work, done: list[Done], room: int) -> tuple[list[Job], int]:
        """Settle, claim, plan; the messages to send, and how many recipients were seen."""
        now = self._clock.now()
        if done:
            self._settle(work, done, now)
        self._desk.short = False
        notices = self._turn(work, now) if room > 0 else []
        if not notices:
            return [], 0
        name, lane = self._lane.channel.name, self._lane
        granted = budgets.take(work, name, lane.per_second, room, now, keep=lane.spared)
        self._desk.short = granted < room
        jobs, seen, unsent = [], 0, []
        for place, notice in enumerate(notices):
            share = -(-(granted - seen) // (len(notices) - place))  # what is left, in equal parts
            rows = _claim(work, self._owner, notice, now, share) if share else []
            seen += len(rows)
            for row in rows:
                chosen = bulk_delivery.plan(row, notice.ways, now)
                if not chosen.state:
                    jobs.append(Job(row, chosen.route, notice))
                    if chosen.route != row.route:
                        bulk_claims.plan_route(work, row.id, chosen.route)
                else:
                    unsent.append((notice, bulk_delivery.unsent(row, chosen)))
        if seen < room:
            self._desk.notices = []  # something ended, or the budget is used up: look again
        budgets.give_back(work, name, granted - len(jobs))
        self._note(work, unsent, now)
        self._count(work, jobs, now)
        return jobs, seen

    def _turn(self, work: Work, now: datetime) -> list[Notice]:
        """What to claim from, who was first last time now last; read again when a claim fell short, or after a while.

        A broadcast that is paused meanwhile gives nothing: its state is asked for with every claim.
        """
        desk = self._desk
        desk.cycles, desk.turn = desk.cycles + 1, desk.turn + 1
        if not desk.notices or desk.cycles > CYCLES:
            desk.notices, desk.cycles = self._notices(work, now), 0
        first = desk.turn % len(desk.notices) if desk.notices else 0
        return desk.notices[first:] + desk.notices[:first]

    def _notices(self, work: Work, now: datetime) -> list[Notice]:
        """What may be sent now, with something due."""
        found = []
        for each in bulk_claims.going(work):
            quiet = self._hours and not each.any_hour and each.topic != "urgent"
            if quiet and self._hours and daytime(now, self._hours) != now:
                continue
            means = reach.means(work, self._policy, each.kind, each.routes, now, each.valid_until)
            deduping = self._lane.channel.can.deduping_routes
            ways = Ways(means.routes, each.valid_until, deduping, means.stops)
            if bulk_claims.any_due(work, each.id, now):
                found.append(Notice(each, ways, means.notice if "notice" in means.routes else ""))
        return found

    def _settle(self, work: Work, done: Sequence[Done], now: datetime) -> None:
        settled = []
        for each in done:
            row, route, notice = each.job
            settled.append((notice, bulk_delivery.settle(row, route, each.outcome, notice.ways, now, random.random)))
            self._learn(work, each, now)
            self._brake.heard(work, notice.going.id, route, each.outcome, now)
        self._note(work, settled, now)
        custom = (each for each in done if each.job.route == "custom" and each.outcome.result in SPENT)
        bulk_claims.spend(work, [each.job.row.address_id for each in custom])
        early = bulk_claims.early_receipts(work, self._lane.channel.name, [each for _, each in settled])
        for message_id, code in early.items():
            state, reason = bulk_delivery.heard(not code, code)
            bulk_claims.confirm(work, message_id, state, reason, code, now)

    def _note(self, work: Work, settled: Sequence[tuple[Notice, Settlement]], now: datetime) -> None:
        """Write settlements, with notice items for what is kept."""
        bulk_claims.settle(work, self._owner, [each for _, each in settled], now)
        kept: dict[tuple[datetime, str], list[int]] = {}
        for notice, each in settled:
            if each.state == "kept":
                kept.setdefault((notice.going.valid_until, _topic(notice)), []).append(each.id)
        for (valid_until, topic), ids in kept.items():
            bulk_claims.keep(work, ids, valid_until, now, topic)

    def _learn(self, work: Work, done: Done, now: datetime) -> None:
        """What an outcome says about the address or the route, beside the recipient."""
        (row, route, notice), outcome = done.job, done.outcome
        if route == "notice" and outcome.result in SPENT:
            quotas.spend_grant(work, row.address_id, notice.notice, now)
        if bulk_delivery.closes_route(route, outcome):
            if outcome.until is not None:
                quotas.stop(work, self._lane.channel.name, route, outcome.until, outcome.code)
                self._desk.notices = []  # nothing more by that route
            elif route == "notice":
                quotas.no_grant(work, row.address_id, notice.notice, now)
            elif route == "custom":
                people.close_window(work, row.address_id)
        elif outcome.result in (Result.UNREACHABLE, Result.OPTED_OUT):
            people.refuse(work, row.address_id, outcome.code or outcome.result.value)

    def _count(self, work: Work, jobs: Sequence[Job], now: datetime) -> None:
        """The quota ledger: sends by route and day."""
        counts: dict[str, int] = {}
        for job in jobs:
            counts[job.route] = counts.get(job.route, 0) + 1
        for route, count in counts.items():
            quotas.use(work, self._lane.channel.name, route, local(now).date(), count)

    async def _send(self, job: Job) -> None:
        """One attempt. A channel promises not to raise; if it does, nobody knows what the platform heard."""
        try:
            outcome = await self._copy(job).send(job.row.user, f"r{job.row.id:x}")
        except Exception:
            log.exception("channel raised", extra={"channel": self._lane.channel.name, "route": job.route})
            outcome = Outcome(Result.UNKNOWN, "exception", route=job.route)
        if outcome.ours:
            log.error("the platform refuses our request", extra={"route": job.route, "code": outcome.code})
        self._desk.done.append(Done(job, outcome))
        self._event.set()

    def _copy(self, job: Job) -> Copies:
        """The notice made ready for a route, once for all its recipients."""
        key = (job.notice.going.id, job.route)
        found = self._copies.get(key)
        if found is None:
            if len(self._copies) > 64:
                self._copies.clear()
            found = self._copies[key] = copies_of(self._lane.channel, _outgoing(job, self._policy, self._clock))
        return found


def _claim(work: Work, owner: str, notice: Notice, now: datetime, most: int) -> list[Claimed]:
    return bulk_claims.claim(work, owner, notice.going.id, notice.notice, now, most, _topic(notice))


def _topic(notice: Notice) -> str:
    """What its recipients may have opted out of; nobody opts out of news of their own event."""
    return notice.going.topic if notice.going.kind == "notice" else ""


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Copies on any channel."""

    channel: Channel
    out: Outgoing

    async def send(self, user: str, dedupe: str) -> Outcome:
        """One copy."""
        return await self.channel.send(replace(self.out, dedupe=dedupe), Address(self.channel.name, user))


def copies_of(channel: Channel, out: Outgoing) -> Copies:
    """A message made ready for many, by the best way a channel has."""
    made = channel.copies(out) if isinstance(channel, Copier) else None
    return made or OneByOne(channel, out)


def _outgoing(job: Job, policy: ReachPolicy, clock: Clock) -> Outgoing:
    """The message as everybody gets it. Words may not change once a broadcast is approved, so it is made once.

    Where 收到 is asked for it can be tapped.
    """
    going = job.notice.going
    ids: Mapping[str, str] = policy.notices if job.route == "notice" else policy.templates
    template = ids.get(reach.purpose(going.kind), "") if job.route != "custom" else ""
    now = clock.now()
    fields = delivery.template_fields(notice_lines.bare(going.text, going.topic), local(now))
    taps = (notice_items.receipt(going.id),) if going.wants_receipt and job.route == "custom" else ()
    return Outgoing(going.id, going.text, now, taps, route=job.route, template=template, fields=fields)
