"""A throw-away Redis for the task queues that need one: in memory, pinned to the other core, without any durability.

That is the queues' best case: a Redis that syncs would be slower.
"""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import OTHER_CORE, free_port, running, wait_for


class Redis:
    """A running server. `url` is its first database, emptied by `new`."""

    def __init__(self, port: int, pid: int) -> None:
        self._port, self.pid = port, pid
        self._number = -1

    def new(self) -> str:
        """The address of an empty database; there are sixteen, then it starts again."""
        self._number = (self._number + 1) % 16
        return f"redis://127.0.0.1:{self._port}/{self._number}"


@contextmanager
def redis(folder: Path) -> Iterator[Redis | None]:
    """A server while the block runs; None where Redis is not installed (Debian's package `redis-server`)."""
    if shutil.which("redis-server") is None:
        yield None
        return
    port, log = free_port(), folder / "redis.log"
    options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder))
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(running(["redis-server", *options], log, OTHER_CORE))
        wait_for(port, process, log)
        yield Redis(port, process.pid)
