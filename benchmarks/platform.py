"""The platform's sending side, as fast as Python allows: `python -m benchmarks.platform --port … [--latency MS]`.

Takes tokens and customer messages, answers errcode 0, counts deliveries and duplicates; `GET /stats` tells.
"""

import argparse
import asyncio
import gc
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import uvloop


@dataclass(slots=True)
class Ledger:
    """What was delivered. `first` and `last` are monotonic seconds of the first and the last message."""

    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0

    def take(self, path: str, body: bytes) -> dict[str, Any]:
        """One request; what the platform answers."""
        if path.startswith("/stats"):
            return self.stats()
        if path.startswith("/cgi-bin/stable_token"):
            return {"access_token": "benchmark", "expires_in": 7200}
        if not path.startswith("/cgi-bin/message/custom/send"):
            return {"errcode": 48001, "errmsg": "api unauthorized"}
        message = orjson.loads(body)
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.seen[message["touser"], message["text"]["content"]] += 1
        return {"errcode": 0, "errmsg": "ok"}

    def stats(self) -> dict[str, Any]:
        """Deliveries, repeats of the same words to the same person, seconds from the first to the last."""
        total = self.seen.total()
        return {"delivered": len(self.seen), "duplicates": total - len(self.seen), "seconds": self.last - self.first}


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests with Content-Length only."""

    def __init__(self, ledger: Ledger, latency: float) -> None:
        self._ledger, self._latency, self._buffer = ledger, latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            place = head.lower().find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1].decode(), body)

    def _answer(self, path: str, body: bytes) -> None:
        raw = orjson.dumps(self._ledger.take(path, body))
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(raw), raw)
        if self._latency and path.startswith("/cgi-bin"):
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, whole)
        else:
            self._transport.write(whole)


async def serve(port: int, latency: float) -> None:
    """Listen until the process is ended; `latency` in seconds."""
    ledger = Ledger()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(ledger, latency), "127.0.0.1", port, backlog=1024)
    gc.freeze()
    await server.serve_forever()


def main() -> None:
    """Serve."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--latency", type=float, default=0, help="milliseconds before each answer")
    given = options.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(given.port, given.latency / 1000))


if __name__ == "__main__":
    main()
