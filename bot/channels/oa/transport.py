"""One HTTP request to the platform and its JSON answer. Knows what was surely not sent from what perhaps was."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.channels.oa.errors import Answer, Refused
from bot.channels.oa.text import clean
from bot.contract import Outcome, Result

MAX_ANSWER_BYTES: Final = 262_144
TOO_LARGE: Final = "answer too large"
FILE_SECONDS: Final = 60.0
SPARE_CONNECTIONS: Final = 8  # tokens, menus and QR codes do not wait behind sends
CONNECT_SHARE: Final = 0.6
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


def dump(value: Any) -> bytes:
    """JSON in UTF-8 that never holds a backslash-u escape (the platform refuses those, 40033)."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # A backslash-u that somebody wrote would look like an escape once it is in JSON.
        return clean(value).replace("\\u", "＼u")
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


class Transport:
    """Requests below one base address. The HTTP session is opened by the first request, inside its event loop.

    Raises Refused: THROTTLED when no byte of the request was written (safe to repeat), UNKNOWN when the platform may
    have acted, REJECTED when the address answers but is no API (3xx, 4xx).
    """

    def __init__(self, base_url: str, timeout_s: float, in_flight: int) -> None:
        self._connections = in_flight + SPARE_CONNECTIONS
        self._base = base_url.rstrip("/") + "/cgi-bin/"
        # The connecting part ends first, so that a total timeout always means that the request was on its way.
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s * CONNECT_SHARE)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections. A later request would open new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(self, method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        """The JSON object that the platform answered, whatever its errcode."""
        raw, _ = await self._exchange(method, path, params, body, MAX_ANSWER_BYTES, self._timeout)
        return _load(raw)

    async def download(self, path: str, params: Mapping[str, str], limit: int) -> tuple[bytes, str] | Answer:
        """A file of at most `limit` bytes with what the platform calls its type, or the JSON object instead of one.

        Raises Refused, also REJECTED for what is larger. It may take a minute.
        """
        patient = aiohttp.ClientTimeout(total=FILE_SECONDS, connect=self._timeout.connect)
        raw, mime = await self._exchange("GET", path, params, None, limit, patient)
        return _load(raw) if raw.lstrip()[:1] == b"{" else (raw, mime)

    async def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: bytes | None,
        limit: int,
        patience: aiohttp.ClientTimeout,
    ) -> tuple[bytes, str]:
        try:
            async with self._opened().request(
                method,
                self._base + path,
                params=params,
                data=body,
                headers=_JSON,
                allow_redirects=False,
                timeout=patience,
            ) as response:
                raw = await _bounded(response.content, limit)
                _check_status(response.status)
                return raw, response.content_type
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Refused(Outcome(Result.THROTTLED, "connect")) from None
        except TimeoutError:
            raise Refused(Outcome(Result.UNKNOWN, "timeout")) from None
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError):
            raise Refused(Outcome(Result.UNKNOWN, "broken off")) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                trust_env=False,
            )
        return self._session


async def _bounded(stream: aiohttp.StreamReader, limit: int) -> bytes:
    parts, size = [], 0
    async for part in stream.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit:
            result = Result.UNKNOWN if limit == MAX_ANSWER_BYTES else Result.REJECTED
            raise Refused(Outcome(result, TOO_LARGE))
    return b"".join(parts)


def _check_status(status: int) -> None:
    if status == 200:
        return
    code = f"http {status}"
    if status == 429:
        raise Refused(Outcome(Result.THROTTLED, code))
    if 300 <= status < 500 and status != 408:
        raise Refused(Outcome(Result.REJECTED, code, ours=True))
    raise Refused(Outcome(Result.UNKNOWN, code))


def read(status: int, raw: bytes) -> Answer:
    """The JSON object of an answer. Raises Refused for a status other than 200, and for what is no JSON object."""
    _check_status(status)
    return _load(raw)


def _load(raw: bytes) -> Answer:
    try:
        # strict=False: the platform lets raw control characters through in texts.
        answer = json.loads(raw.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Refused(Outcome(Result.UNKNOWN, "not json"))
    return answer
