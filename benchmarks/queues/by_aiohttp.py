"""Posting from coroutines: one aiohttp session a process."""

import importlib
from typing import Any

from benchmarks.queues import message

aiohttp: Any = importlib.import_module("aiohttp")  # installed in the peer's environment


class Poster:
    """Makes its session when the first message is posted, inside the worker's loop."""

    def __init__(self) -> None:
        self._session: Any = None

    async def post(self, user: str) -> None:
        """One message; raises what goes wrong."""
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=5)
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=limit)
        sent = self._session.post(message.URL, data=message.body(user), headers=message.HEADERS)
        async with sent as answer:
            message.check(await answer.read())
