"""Counters over all API calls, and a bounded list of the calls themselves for assertions."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.answers import Json
from sandbox.clock import iso
from sandbox.ring import Ring

MAX_CALLS = 20_000
MAX_WEIGHT = 24_000_000
SECONDS_KEPT = 600
_SECRETS = frozenset({"secret", "appsecret"})


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One API call; ``rid`` only when it ended in an error."""

    id: int
    at: float
    path: str
    query: str
    request: bytes
    response: bytes
    errcode: int | None
    millis: float
    rid: str

    def view(self) -> Json:
        """JSON for tests."""
        return {
            "id": self.id,
            "at": iso(self.at),
            "path": self.path,
            "errcode": self.errcode,
            "request": _parsed(self.request),
        }


class CallLog:
    """The newest calls in full; the counters cover all of them."""

    def __init__(self) -> None:
        self._ring: Ring[CallRecord] = Ring(MAX_CALLS, MAX_WEIGHT)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()
        self.calls = self.in_flight = self.peak = 0
        self.by_errcode: Counter[int] = Counter()
        self._per_second: dict[int, int] = {}

    def enter(self, now: float) -> None:
        """A call begins."""
        self.calls += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        second = int(now)
        if second not in self._per_second and len(self._per_second) >= SECONDS_KEPT:
            del self._per_second[next(iter(self._per_second))]
        self._per_second[second] = self._per_second.get(second, 0) + 1

    def leave(self) -> None:
        """A call is over (also when it was aborted)."""
        self.in_flight = max(0, self.in_flight - 1)

    def add(self, record: CallRecord) -> None:
        """Record an answered call."""
        self._ring.add(record, len(record.request) + len(record.response) + 200)
        if record.errcode is not None:
            self.by_errcode[record.errcode] += 1

    def view(self, path: str | None) -> list[Json]:
        """Calls still held whose path contains ``path``, oldest first."""
        return [record.view() for record in self._ring if path is None or path in record.path]

    def by_rid(self, rid: str) -> CallRecord | None:
        """The failed call with this request id, if still held."""
        return next((record for record in self._ring if record.rid == rid), None)

    def stats(self) -> Json:
        """Totals; ``per_second`` lists calls per second, oldest first, only seconds with calls."""
        return {
            "calls": self.calls,
            "peak_in_flight": self.peak,
            "by_errcode": {str(code): count for code, count in self.by_errcode.items()},
            "per_second": list(self._per_second.values()),
        }


def _parsed(body: bytes) -> Any:
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(parsed, dict):
        return {key: "■■■■" if key in _SECRETS else value for key, value in parsed.items()}
    return parsed
