"""arq on Redis, asyncio."""

import asyncio
import importlib
import sys
from typing import Any, ClassVar

from benchmarks.queues import by_aiohttp, message

arq: Any = importlib.import_module("arq")  # installed in the peer's environment only
connections: Any = importlib.import_module("arq.connections")
poster = by_aiohttp.Poster()


async def send(context: dict[str, Any], user: str) -> None:
    """Deliver one."""
    await poster.post(user)


class WorkerSettings:
    """What `arq` reads."""

    functions: ClassVar[list[Any]] = [send]
    redis_settings = connections.RedisSettings.from_dsn(message.QUEUE)
    keep_result = 0
    max_jobs = message.AT_ONCE
    poll_delay = 0.01
    queue_read_limit = 1000
    max_tries = 5


async def main(count: int) -> None:
    """Queue them."""
    pool = await arq.create_pool(WorkerSettings.redis_settings)
    for user in message.users(count):
        await pool.enqueue_job("send", user)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
