"""taskiq on a Redis stream (acknowledged), asyncio."""

import asyncio
import importlib
import sys
from typing import Any

from benchmarks.queues import by_aiohttp, message

taskiq_redis: Any = importlib.import_module("taskiq_redis")  # installed in the peer's environment only
broker: Any = taskiq_redis.RedisStreamBroker(message.QUEUE, queue_name="bench")
poster = by_aiohttp.Poster()


async def _send(user: str) -> None:
    """Deliver one."""
    await poster.post(user)


send: Any = broker.task(task_name="send", retry_on_error=True, max_retries=5)(_send)


async def main(count: int) -> None:
    """Queue them."""
    await broker.startup()
    for user in message.users(count):
        await send.kiq(user)
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
