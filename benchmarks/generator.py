"""The load generator, a process of its own: `python -m benchmarks.generator --port …`; one JSON line on stdout.

Closed loop over keep-alive connections. Messages are signed and sealed before the clock starts. Every reply's status
is checked and one in `--verify` is decrypted and compared. About 12 µs a request: never slower than a Python server.
"""

import argparse
import asyncio
import dataclasses
import gc
import json
import random
import time
from collections import Counter
from typing import cast

import uvloop

from benchmarks import account
from benchmarks.report import percentile

Item = tuple[bytes, str, str]  # request, user, the words expected


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """What one run measured. `n` replies in `seconds`; p50 and p99 in ms; `errors` counts whatever was not right."""

    n: int
    seconds: float
    rps: float
    p50: float
    p99: float
    errors: int
    verified: int
    what: dict[str, int]


class Run:
    """One run: hands out messages, collects latencies (seconds) and errors."""

    def __init__(self, items: list[Item], seconds: float, verify: int, safe: bool) -> None:
        self._items, self._verify, self._safe = iter(items), verify, safe
        self._stop_at = time.perf_counter() + seconds
        self.latencies: list[float] = []
        self.errors: Counter[str] = Counter()
        self.verified = 0
        self.started = self.ended = time.perf_counter()

    def next(self) -> Item | None:
        """The next message, None when the time or the messages are used up."""
        return next(self._items, None) if time.perf_counter() < self._stop_at else None

    def done(self, item: Item, since: float, head: bytes, body: bytes) -> None:
        """One reply is complete."""
        self.ended = time.perf_counter()
        self.latencies.append(self.ended - since)
        if head[9:12] != b"200":
            self.errors[f"status {head[9:12].decode('latin1')}"] += 1
        elif len(self.latencies) % self._verify == 1 % self._verify:
            self.verified += 1
            if not account.is_right(body, item[1], item[2], self._safe):
                self.errors["wrong reply"] += 1

    def load(self) -> Load:
        """The figures."""
        took = max(self.ended - self.started, 1e-9)
        found, ordered = len(self.latencies), sorted(self.latencies)
        p50, p99 = (round(percentile(ordered, share) * 1000, 3) for share in (0.5, 0.99))
        errors = sum(self.errors.values())
        return Load(found, round(took, 3), found / took, p50, p99, errors, self.verified, dict(self.errors))


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request on its way."""

    def __init__(self, run: Run) -> None:
        self._run, self._buffer = run, b""
        self._item: Item | None = None
        self._since = 0.0
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start asking."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        self._item = self._run.next()
        if self._item is None:
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(self._item[0])

    def data_received(self, data: bytes) -> None:
        """Ask again as soon as a reply is complete."""
        self._buffer += data
        head, body = complete(self._buffer)
        if head and self._item is not None:
            self._run.done(self._item, self._since, head, body)
            self._buffer = b""
            if closes(head.lower()):
                self._item = None
                self._transport.close()
            else:
                self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """A reply that never came is an error."""
        if self._item is not None:
            self._run.errors["connection lost"] += 1
        self.finished.set_result(None)


def closes(head: bytes) -> bool:
    """Whether the server ends the connection after this response; `head` in lower case."""
    return b"connection: close" in head or (head.startswith(b"http/1.0") and b"keep-alive" not in head)


def complete(raw: bytes) -> tuple[bytes, bytes]:
    """Head and body of a whole response, or two times nothing. Reads Content-Length and single-piece chunked bodies."""
    head, found, body = raw.partition(b"\r\n\r\n")
    lower = head.lower()
    if not found:
        return b"", b""
    if b"transfer-encoding: chunked" in lower:
        return (head, _unchunked(body)) if body.endswith(b"0\r\n\r\n") else (b"", b"")
    place = lower.find(b"content-length:")
    length = int(lower[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
    return (head, body) if len(body) >= length else (b"", b"")


def _unchunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        parts.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    return b"".join(parts)


async def drive(run: Run, port: int, connections: int) -> None:
    """Keep `connections` busy until the run is over; a lost connection is opened again."""

    async def keep() -> None:
        while True:
            try:
                _, made = await asyncio.get_running_loop().create_connection(lambda: Connection(run), "127.0.0.1", port)
            except OSError:
                run.errors["refused"] += 1
                return
            await made.finished
            if run.next() is None:
                return

    await asyncio.gather(*(keep() for _ in range(connections)))


def messages(path: str, safe: bool, count: int, users: int) -> list[Item]:
    """Signed, unique messages of random users asking random questions."""
    now = time.time()
    rng, first = random.Random(now), int(now * 1000) * 1_000_000
    made: list[Item] = []
    for number in range(count):
        user, entry = f"oBench{rng.randrange(users):022d}", rng.randrange(account.ENTRIES)
        request = account.push(path, user, first + number, account.question(entry), safe, int(now))
        made.append((request, user, account.answer(entry)))
    return made


def main() -> None:
    """Run once and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--path", required=True)
    options.add_argument("--safe", action="store_true")
    options.add_argument("--conns", type=int, default=32)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--messages", type=int, default=30000)
    options.add_argument("--users", type=int, default=2000)
    options.add_argument("--verify", type=int, default=97)
    given = options.parse_args()
    items = messages(given.path, given.safe, given.messages, given.users)
    gc.collect()
    gc.disable()
    run = Run(items, given.seconds, given.verify, given.safe)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(drive(run, given.port, given.conns))
    print(json.dumps(dataclasses.asdict(run.load())))


if __name__ == "__main__":
    main()
