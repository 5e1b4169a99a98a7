"""dramatiq on Redis, threads."""

import importlib
import sys
from typing import Any

from benchmarks.queues import by_requests, message

dramatiq: Any = importlib.import_module("dramatiq")  # installed in the peer's environment only
brokers: Any = importlib.import_module("dramatiq.brokers.redis")
dramatiq.set_broker(brokers.RedisBroker(url=message.QUEUE))


def _send(user: str) -> None:
    """Deliver one."""
    by_requests.post(user)


send: Any = dramatiq.actor(queue_name="bench", max_retries=5)(_send)


def main(count: int) -> None:
    """Queue them."""
    for user in message.users(count):
        send.send(user)


if __name__ == "__main__":
    # Under its module's name, so that the worker finds the actor.
    importlib.import_module("benchmarks.queues.dramatiq_app").main(int(sys.argv[1]))
