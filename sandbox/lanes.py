"""A lane: pushes waiting in line, with a bounded number under way."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from sandbox.pushes import Push

MAX_QUEUE = 200_000


class Lane:
    """Runs ``work`` for each push, at most ``limit`` at a time, in the order of their coming."""

    def __init__(self, limit: int, work: Callable[[Push], Awaitable[None]]) -> None:
        self._limit, self._work = limit, work
        self._queue: deque[Push] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def add(self, push: Push) -> None:
        """Queue a push; a closed or overfull lane drops it (whoever waits for it goes on)."""
        if self._closed or len(self._queue) >= MAX_QUEUE:
            push.done.set()
            return
        self._queue.append(push)
        self._pump()

    def clear(self) -> None:
        """Drop waiting pushes and cancel running ones."""
        for push in self._queue:
            push.done.set()
        self._queue.clear()
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Take no more, cancel everything and wait for it."""
        self._closed = True
        running = tuple(self._tasks)
        self.clear()
        await asyncio.gather(*running, return_exceptions=True)

    def _pump(self) -> None:
        while self._queue and not self._closed and len(self._tasks) < self._limit:
            task = asyncio.create_task(self._finish(self._queue.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _finish(self, push: Push) -> None:
        try:
            await self._work(push)
        finally:
            push.done.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "push failed", "exception": error})
        self._pump()
