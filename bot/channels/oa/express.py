"""POST for bulk: HTTP/1.1 over kept connections, with nothing that a JSON call of the platform does not need.

aiohttp costs several times what a message otherwise does (cookies, redirects, tracing, streams). Here a request is one
write and its answer one read; what is meant by "surely not sent" and "perhaps sent" is the same as in `transport.py`.
No proxies, no redirects, no compression: nothing of it is asked for, and an answer that has it is not JSON.
"""

import asyncio
import ssl
from typing import Final, cast
from urllib.parse import urlsplit

from bot.channels.oa.errors import Refused
from bot.channels.oa.transport import MAX_ANSWER_BYTES, TOO_LARGE
from bot.contract import Outcome, Result

CONNECT_SHARE: Final = 0.6
IDLE_SECONDS: Final = 10.0  # servers close idle connections; one that is about to be closed must not be written to
MAX_HEAD_BYTES: Final = 16_384
_END: Final = b"\r\n\r\n"


class Broken(Exception):
    """The connection ended, or what came is no answer. The request may have been acted on."""


class Wire(asyncio.Protocol):
    """One connection: one request at a time. `open` says whether another one may be written."""

    __slots__ = ("_answer", "_buffer", "_head", "_length", "_transport", "idle_since", "open")

    def __init__(self) -> None:
        self.open = True
        self.idle_since = 0.0
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def request(self, raw: bytes, answer: "asyncio.Future[tuple[int, bytes]]") -> None:
        """Write a request; `answer` gets status and body, or Broken."""
        assert self._transport is not None
        self._answer = answer
        self._transport.write(raw)

    def close(self) -> None:
        """Hang up; an answer that is waited for does not come any more."""
        self.open = False
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Collect the answer. One that nobody waits for is the end of the connection."""
        self._buffer = self._buffer + data if self._buffer else data
        if self._answer is None or len(self._buffer) > MAX_ANSWER_BYTES + MAX_HEAD_BYTES:
            self._break("unasked" if self._answer is None else TOO_LARGE)
            return
        try:
            found = parsed(self._buffer)
        except Broken as error:
            self._break(str(error))
            return
        if found is not None:
            status, body, keeps = found
            self._buffer = b""
            if not keeps:
                self.close()
            self._resolve((status, body))

    def eof_received(self) -> None:
        """The platform hangs up."""
        self.open = False

    def connection_lost(self, error: Exception | None) -> None:
        """The connection ended. An answer without a length ends with it; otherwise it is not whole."""
        self.open = False
        self._break("broken off")

    def _break(self, why: str) -> None:
        self.close()
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(Broken(why))

    def _resolve(self, found: tuple[int, bytes]) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(found)


def parsed(raw: bytes) -> tuple[int, bytes, bool] | None:
    """Status, body and whether the connection is kept; None while it is not whole. Raises Broken."""
    end = raw.find(_END)
    if end < 0:
        if len(raw) > MAX_HEAD_BYTES:
            raise Broken("no answer")
        return None
    head = raw[:end].lower()
    if not head.startswith(b"http/1.") or not head[9:12].isdigit():
        raise Broken("no answer")
    status, body = int(head[9:12]), raw[end + 4 :]
    keeps = head[7:8] == b"1" and b"\r\nconnection: close" not in head
    place = head.find(b"\r\ncontent-length:")
    if place >= 0:
        length = head[place + 17 :].split(b"\r\n", 1)[0].strip()
        if not length.isdigit() or int(length) > MAX_ANSWER_BYTES:
            raise Broken(TOO_LARGE)
        if len(body) > int(length):
            raise Broken("more than the answer")
        return (status, body, keeps) if len(body) == int(length) else None
    if b"\r\ntransfer-encoding: chunked" in head:
        whole = _chunks(body)
        return None if whole is None else (status, whole, keeps)
    raise Broken("no length")


def _chunks(raw: bytes) -> bytes | None:
    """The parts of a chunked body; None while the last one is missing."""
    parts: list[bytes] = []
    place = 0
    while True:
        line = raw.find(b"\r\n", place)
        if line < 0:
            return None
        try:
            size = int(raw[place:line].split(b";", 1)[0], 16)
        except ValueError:
            raise Broken("chunks") from None
        if not size:
            return b"".join(parts) if raw.endswith(b"\r\n\r\n") else None
        if size < 0 or len(raw) < line + 4 + size:
            return None
        parts.append(raw[line + 2 : line + 2 + size])
        place = line + 4 + size


class Express:
    """Connections to one base address; as many are opened as requests are under way.

    Raises Refused: THROTTLED when no byte of the request was written (safe to repeat), UNKNOWN when the platform may
    have acted. `timeout_s` is for one call in all. Belongs to one event loop.
    """

    def __init__(self, base_url: str, timeout_s: float) -> None:
        parts = urlsplit(base_url)
        self._host, self._secure = parts.hostname or "", parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._path = (parts.path.rstrip("/") + "/cgi-bin/").encode()
        self._head = f"\r\nHost: {parts.netloc}\r\nContent-Type: application/json; charset=utf-8\r\n".encode()
        self._timeout = timeout_s
        self._free: list[Wire] = []
        self._tls: ssl.SSLContext | None = None

    def close(self) -> None:
        """Hang up. A later request would open new connections."""
        while self._free:
            self._free.pop().close()

    def head(self, target: bytes) -> bytes:
        """The head of a POST to a path below /cgi-bin/ with its query; `post` adds the length."""
        return b"POST " + self._path + target + b" HTTP/1.1" + self._head + b"Content-Length: "

    async def post(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request with this `head`."""
        loop = asyncio.get_running_loop()
        wire = self._kept(loop.time()) or await self._connected(loop)
        answer: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        wire.request(b"%b%d\r\n\r\n%b" % (head, len(body), body), answer)
        timer = loop.call_later(self._timeout, _give_up, answer)
        try:
            found = await answer
        except TimeoutError:
            wire.close()
            raise Refused(Outcome(Result.UNKNOWN, "timeout")) from None
        except Broken as error:
            raise Refused(Outcome(Result.UNKNOWN, str(error))) from None
        except asyncio.CancelledError:
            wire.close()
            raise
        finally:
            timer.cancel()
        if wire.open:
            wire.idle_since = loop.time()
            self._free.append(wire)
        return found

    def _kept(self, now: float) -> Wire | None:
        """The connection that was used last, which is the freshest."""
        while self._free:
            wire = self._free.pop()
            if wire.open and now - wire.idle_since < IDLE_SECONDS:
                return wire
            wire.close()
        return None

    async def _connected(self, loop: asyncio.AbstractEventLoop) -> Wire:
        if self._secure and self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            async with asyncio.timeout(self._timeout * CONNECT_SHARE):
                _, wire = await loop.create_connection(Wire, self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError, ssl.SSLError):
            raise Refused(Outcome(Result.THROTTLED, "connect")) from None
        return wire


def _give_up(answer: "asyncio.Future[tuple[int, bytes]]") -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())
