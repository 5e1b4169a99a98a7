"""The push driver: signs, posts, waits 5 s, repeats, judges the reply and hands it to the chat."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

import aiohttp

from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.courier import Courier
from sandbox.faults import FaultBox
from sandbox.lanes import Lane
from sandbox.messages import Fields
from sandbox.pushes import Attempt, Push
from sandbox.replies import Judge, Judgement, Verdict
from sandbox.sealing import Envelope, Sealer
from sandbox.wire import Check, WireEntry, WireLog, kept

KEPT_PUSHES = 2000
BACKGROUND_PUSHES = 8
Finished = Callable[[Push, Judgement], None]


class Driver:
    """People's pushes and result events have lanes of their own, so that a broadcast never delays a person."""

    def __init__(
        self,
        config: SandboxConfig,
        clock: Clock,
        faults: FaultBox,
        wire: WireLog,
        judge: Judge,
        sealer: Sealer,
        finished: Finished,
    ) -> None:
        self._clock, self._faults, self._wire, self._judge = clock, faults, wire, judge
        self.sealer, self._finished = sealer, finished
        self.courier = Courier(config.callback)
        self._front, self._back = Lane(config.max_pushes, self._run), Lane(BACKGROUND_PUSHES, self._run)
        self._known: OrderedDict[str, Push] = OrderedDict()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def open(self) -> None:
        """Open the HTTP client (inside the running loop)."""
        await self.courier.open()

    async def close(self) -> None:
        """Drop waiting pushes, cancel running ones, close the client."""
        self.clear()
        await asyncio.gather(self._front.close(), self._back.close())
        await self.courier.close()

    def clear(self) -> None:
        """Forget finished pushes, drop waiting ones and cancel running ones; whoever waits for one goes on."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._front.clear()
        self._back.clear()
        self._known.clear()

    def start(self, push: Push) -> Push:
        """Queue a person's push; ``push.done`` is set once it is over."""
        self._known[push.id] = push
        if len(self._known) > KEPT_PUSHES:
            self._known.popitem(last=False)
        self._front.add(push)
        return push

    def start_later(self, push: Push, seconds: float) -> None:
        """Queue a result event after a moment, unless everything is cleared or closed before."""
        self._timers[push.id] = asyncio.get_running_loop().call_later(seconds, self._start_back, push)

    def get(self, push_id: str) -> Push | None:
        """A recent push of a person."""
        return self._known.get(push_id)

    def _start_back(self, push: Push) -> None:
        self._timers.pop(push.id, None)
        self._back.add(push)

    async def _run(self, push: Push) -> None:
        for number in range(1, self._faults.current.push_attempts + 1):
            attempt = await self._attempt_doubled(push, number)
            push.attempts.append(attempt)
            if not self._again(attempt):
                break
        judgement = push.attempts[-1].judgement
        push.checks = judgement.checks
        self._finished(push, judgement)

    def _again(self, attempt: Attempt) -> bool:
        if attempt.judgement.verdict in ("timeout", "refused"):
            return True
        return attempt.status != 200 and self._faults.current.retry_on_non_200

    async def _attempt_doubled(self, push: Push, number: int) -> Attempt:
        if not self._faults.current.duplicate_push:
            return await self.attempt(push, number)
        first, _ = await asyncio.gather(self.attempt(push, number), self.attempt(push, number))
        return first

    async def attempt(self, push: Push, number: int, envelope: Envelope | None = None) -> Attempt:
        """One signed POST, written to the wire log; an ``envelope`` given is sent as it is (not re-signed)."""
        now = self._clock.now()
        sealed = envelope or self.sealer.seal(push.fields, now, self._faults.current)
        began = time.perf_counter()
        attempt = await self._post(push.fields, sealed)
        attempt.millis = (time.perf_counter() - began) * 1000
        self._log(push, number, now, sealed, attempt)
        return attempt

    async def _post(self, fields: Fields, sealed: Envelope) -> Attempt:
        try:
            async with asyncio.timeout(self._faults.current.push_timeout_s):
                status, _, body = await self.courier.exchange("POST", sealed.query, sealed.body)
        except TimeoutError:
            return Attempt(0, 0, _unanswered("timeout", "answered_in_time", "no answer in time"))
        except (aiohttp.ClientError, OSError) as error:
            return Attempt(0, 0, _unanswered("refused", "connected", type(error).__name__))
        judgement = self._judge.judge(fields, status, body)
        judgement.checks.insert(0, Check("answered_in_time", True))
        return Attempt(status, 0, judgement, body)

    def _log(self, push: Push, number: int, now: float, sealed: Envelope, attempt: Attempt) -> None:
        query = "&".join(f"{name}={value}" for name, value in sealed.query.items())
        plain = attempt.judgement.plain
        secret = sealed.body != sealed.plain
        sent = (("POST", f"?{query}".encode()), *((("解密后", sealed.plain),) if secret else ()))
        got = (("解密后", kept(plain)),) if plain and plain != attempt.body else ()
        entry = WireEntry(
            id=self._wire.last_id + 1,
            at=now,
            direction="push",
            what=push.what,
            user=push.user,
            attempt=number,
            status=attempt.status,
            millis=attempt.millis,
            errcode=None,
            request=(*sent, ("原文", kept(sealed.body))),
            response=(*got, ("原文", kept(attempt.body))),
            checks=tuple(attempt.judgement.checks),
        )
        self._wire.add(entry)


def _unanswered(verdict: Verdict, name: str, detail: str) -> Judgement:
    return Judgement(verdict, [Check(name, False, detail)])
