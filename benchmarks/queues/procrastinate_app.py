"""procrastinate on PostgreSQL, asyncio. `python -m benchmarks.queues.procrastinate_app N|work`."""

import asyncio
import importlib
import sys
from typing import Any

from benchmarks.queues import by_aiohttp, message

procrastinate: Any = importlib.import_module("procrastinate")  # installed in the peer's environment only
app: Any = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=message.QUEUE, min_size=2, max_size=10))
poster = by_aiohttp.Poster()
PIECE = 1000


async def _send(user: str) -> None:
    """Deliver one."""
    await poster.post(user)


send: Any = app.task(queue="bench", name="send", retry=5)(_send)


async def main(what: str) -> None:
    """Queue so many in an empty database, or work."""
    async with app.open_async():
        if what == "work":
            more = {"wait": True, "delete_jobs": "always", "fetch_job_polling_interval": 0.05}
            await app.run_worker_async(queues=["bench"], concurrency=message.AT_ONCE, listen_notify=False, **more)
            return
        await app.schema_manager.apply_schema_async()
        users = message.users(int(what))
        for start in range(0, len(users), PIECE):
            await send.batch_defer_async(*({"user": user} for user in users[start : start + PIECE]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
