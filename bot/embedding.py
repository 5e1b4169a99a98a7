"""An embedding endpoint (OpenAI-compatible): texts go out, vectors come back in time, or nothing. It never raises."""

import ipaddress
import logging
import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from bot.clock import Clock

log = logging.getLogger(__name__)
MAX_DIMENSION = 4096
BYTES_EACH = 192 * 1024  # of an answer, for each text: 4096 numbers with room for white space
IN_FLIGHT = 16
FAILURES = 3  # in a row, then nothing is asked for a while
PAUSE = timedelta(seconds=30)
_KEY = re.compile(r"[!-~]{0,512}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where vectors come from. `url` is what stands before `/embeddings`; `seconds` is for one call, in all.

    Raises ValueError naming what cannot work, never its value.
    """

    url: str
    model: str
    api_key: str = field(default="", repr=False)
    seconds: float = 0.8
    batch: int = 32

    def __post_init__(self) -> None:
        if not self.url or not self.model:
            raise ValueError("url and model must be set where enabled is true")
        if not _may_be_asked(self.url):
            raise ValueError("url must be https, or http on this machine, and have no user, query or fragment")
        if len(self.model) > 120:
            raise ValueError("model must have at most 120 characters")
        if not _KEY.fullmatch(self.api_key):
            raise ValueError("api_key must be at most 512 visible ASCII characters")


def _may_be_asked(url: str) -> bool:
    """What people write crosses no network in clear."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Breaker:
    """Whether to ask a service that may be down: after `FAILURES` in a row nothing for `PAUSE`, then one trial."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._since: datetime | None = None

    def allows(self) -> bool:
        """Whether a call may be made now. After a pause true for one caller; the next trial is a pause later."""
        if self._since is None:
            return True
        now = self._clock.now()
        if timedelta() <= now - self._since < PAUSE:  # a clock that was put back does not make it longer
            return False
        self._since = now
        return True

    def succeeded(self) -> None:
        """A call went well."""
        self._failures, self._since = 0, None

    def failed(self) -> bool:
        """A call went wrong; returns whether there is a pause now."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._since = self._clock.now()
        return self._since is not None


class BadAnswer(Exception):
    """The endpoint answered with what cannot be used. The message (English) is for the log and quotes nothing."""


class Embedder:
    """Calls of one event loop to one endpoint. The HTTP session is opened by the first one; `close` it at the end."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self.endpoint = endpoint
        self._address = endpoint.url.rstrip("/") + "/embeddings"
        self._breaker = Breaker(clock)
        self._dimension = 0
        self._in_flight = 0
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections. A later call would open new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def vector(self, text: str) -> Sequence[float] | None:
        """A text's vector, of length 1; None when there is none to be had in time."""
        found = await self.vectors([text])
        return found[0] if found else None

    async def vectors(self, texts: Sequence[str]) -> list[Sequence[float]] | None:
        """A vector for each text, in their order and of one dimension; None when there are none to be had in time."""
        if not texts or self._in_flight >= IN_FLIGHT or not self._breaker.allows():
            return None
        self._in_flight += 1
        try:
            found = self._fitting(_parse(await self._post(texts), len(texts)))
        except Exception as error:
            reason = str(error) if isinstance(error, BadAnswer) else type(error).__name__
            self._fail(reason)
            return None
        finally:
            self._in_flight -= 1
        self._breaker.succeeded()
        return found

    def _fail(self, reason: str) -> None:
        paused = self._breaker.failed()
        log.warning("embedding endpoint failed", extra={"reason": reason, "paused": paused})
        if paused:
            self._dimension = 0  # the model may have been replaced: the next trial tells anew

    def _fitting(self, found: list[Sequence[float]]) -> list[Sequence[float]]:
        dimensions = {len(each) for each in found} | ({self._dimension} if self._dimension else set())
        if len(dimensions) != 1:
            raise BadAnswer("dimension changed")
        self._dimension = dimensions.pop()
        return found

    async def _post(self, texts: Sequence[str]) -> bytes:
        body = orjson.dumps({"model": self.endpoint.model, "input": list(texts)})
        async with self._opened().post(self._address, data=body, allow_redirects=False) as response:
            if response.status != 200:
                raise BadAnswer(f"http {response.status}")
            return await _bounded(response.content, BYTES_EACH * len(texts))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
            if self.endpoint.api_key:
                headers["Authorization"] = f"Bearer {self.endpoint.api_key}"
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=IN_FLIGHT),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self.endpoint.seconds),
                headers=headers,
                trust_env=False,
            )
        return self._session


async def _bounded(stream: aiohttp.StreamReader, limit: int) -> bytes:
    parts, size = [], 0
    async for part in stream.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit:
            raise BadAnswer("answer too large")
    return b"".join(parts)


def _parse(raw: bytes, count: int) -> list[Sequence[float]]:
    """The vectors of an answer in the order of the texts: `{"data": [{"index": 0, "embedding": [numbers]} …]}`."""
    try:
        rows = orjson.loads(raw)["data"]
        found = {row["index"]: row["embedding"] for row in rows}
        if len(rows) != count:
            raise BadAnswer("wrong number of vectors")
        return [_unit(found[place]) for place in range(count)]
    except (ValueError, TypeError, KeyError, OverflowError):
        raise BadAnswer("wrong shape") from None


def _unit(numbers: Any) -> Sequence[float]:
    """The vector with length 1, as 32-bit floats."""
    if not isinstance(numbers, list) or not 0 < len(numbers) <= MAX_DIMENSION:
        raise BadAnswer("wrong shape")
    if any(type(number) is not float and type(number) is not int for number in numbers):
        raise BadAnswer("wrong shape")
    length = math.hypot(*numbers)
    if not 0 < length < math.inf:  # also when it is not a number
        raise BadAnswer("numbers without a direction")
    return array("f", [number / length for number in numbers])
