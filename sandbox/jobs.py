"""Background jobs (mass sends, autosave): kept referenced, errors reported, cancelled at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Jobs:
    """A set of running tasks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.closing = asyncio.Event()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def clear(self) -> None:
        """Cancel everything."""
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Cancel everything and wait for it; ``closing`` tells hanging answers to stop."""
        self.closing.set()
        self.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler({"message": "job failed", "exception": error})
