"""Bare HTTP exchanges with the callback."""

from collections.abc import Mapping

import aiohttp
from yarl import URL

KEEP_ALIVE_S = 4.0
MAX_ANSWER = 1_000_000
HEADERS: Mapping[str, str] = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Pragma": "no-cache"}


class Courier:
    """One HTTP client for one callback address; no redirects, no proxies."""

    def __init__(self, callback: str) -> None:
        self._url = URL(callback)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the client (inside the running loop)."""
        # Shorter than what servers keep idle connections for, so that a push never meets a closing one.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
        self._session = aiohttp.ClientSession(connector=connector, trust_env=False)

    async def close(self) -> None:
        """Close the client."""
        if self._session is not None:
            await self._session.close()

    async def exchange(
        self, method: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str] = HEADERS
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body (cut at 1 MB); raises aiohttp.ClientError, OSError or ValueError."""
        if self._session is None:
            raise RuntimeError("the courier is not open")
        url = self._url.update_query(dict(query))
        async with self._session.request(method, url, data=body, headers=headers, allow_redirects=False) as response:
            content = await _limited(response)
            return response.status, {str(name): value for name, value in response.headers.items()}, content


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            break
    return b"".join(parts)
