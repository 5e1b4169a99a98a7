"""huey on Redis, threads."""

import importlib
import sys
from typing import Any

from benchmarks.queues import by_requests, message

library: Any = importlib.import_module("huey")  # installed in the peer's environment only
huey: Any = library.RedisHuey("bench", url=message.QUEUE, results=False)


def _send(user: str) -> None:
    """Deliver one."""
    by_requests.post(user)


send: Any = huey.task(retries=5)(_send)


def main(count: int) -> None:
    """Queue them."""
    for user in message.users(count):
        send(user)


if __name__ == "__main__":
    # Under its module's name, so that the worker finds the task.
    importlib.import_module("benchmarks.queues.huey_app").main(int(sys.argv[1]))
