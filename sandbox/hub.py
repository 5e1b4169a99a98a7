"""Tells listening pages that something changed; changes within a tenth of a second go out as one message."""

import asyncio
from collections.abc import Callable

import orjson

GATHER_SECONDS = 0.1
MAX_WAITING = 100
MAX_USERS = 200


class Hub:
    """Listeners are queues of ready-made SSE data lines; ``None`` ends a stream."""

    def __init__(self, last_wire: Callable[[], int]) -> None:
        self._last_wire = last_wire
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._dirty: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.closed = False
        self.touches = 0

    def listen(self) -> asyncio.Queue[bytes | None]:
        """A new queue; give it back with ``leave``."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Stop feeding this queue."""
        self._listeners.discard(queue)

    def touch(self, user: str | None = None) -> None:
        """Something changed, perhaps for this person; ``touches`` counts."""
        self.touches += 1
        if not self._listeners:
            return
        if user is not None and len(self._dirty) < MAX_USERS:
            self._dirty[user] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._flush)

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    def _flush(self) -> None:
        self._timer = None
        data = orjson.dumps({"phones": list(self._dirty), "wire": self._last_wire()})
        self._dirty.clear()
        for queue in self._listeners:
            if not queue.full():
                queue.put_nowait(data)
