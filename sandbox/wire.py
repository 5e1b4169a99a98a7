"""The wire log: every push and every API call with both bodies, shown with secrets and tokens blacked out."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.answers import Json
from sandbox.clock import iso
from sandbox.ring import Ring

MAX_ENTRIES = 2000
MAX_WEIGHT = 32_000_000
KEEP_BYTES = 16_384
BLACK = "■■■■"
MIN_SECRET = 6
_SECRET_FIELDS = re.compile(r'("(?:access_token|secret|appsecret|component_access_token)"\s*:\s*")[^"]*(")')
_SECRET_QUERY = re.compile(r"((?:access_token|secret|appsecret)=)[^&\s\"]+")

Parts = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding about a reply."""

    name: str
    ok: bool
    detail: str = ""

    def view(self) -> Json:
        """JSON for the page."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class WireEntry:
    """One exchange. Bodies are labelled parts (raw, decrypted…), rendered only when somebody looks."""

    id: int
    at: float
    direction: str
    what: str
    user: str
    attempt: int
    status: int
    millis: float
    errcode: int | None
    request: Parts
    response: Parts
    checks: tuple[Check, ...] = ()


class WireLog:
    """A bounded ring of exchanges, newest last."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= MIN_SECRET)
        self._ring: Ring[WireEntry] = Ring(MAX_ENTRIES, MAX_WEIGHT)
        self.last_id = 0

    def clear(self) -> None:
        """Forget the exchanges; ids go on."""
        self._ring.clear()

    def add(self, entry: WireEntry) -> None:
        """Append an exchange."""
        self._ring.add(entry, sum(len(data) for _, data in entry.request + entry.response) + 200)
        self.last_id = entry.id

    def view(self, after: int, limit: int) -> list[Json]:
        """After an id: the next ``limit`` entries; without one (0): the newest ``limit``. Oldest first."""
        if not after:
            return [self._shown(entry) for entry in self._ring.newest(limit)]
        return [self._shown(entry) for entry in self._ring if entry.id > after][:limit]

    def clean(self, text: str) -> str:
        """The text without secrets and access tokens."""
        for secret in self._secrets:
            text = text.replace(secret, BLACK)
        return _SECRET_QUERY.sub(rf"\g<1>{BLACK}", _SECRET_FIELDS.sub(rf"\g<1>{BLACK}\g<2>", text))

    def _shown(self, entry: WireEntry) -> Json:
        return {
            "id": entry.id,
            "at": iso(entry.at),
            "direction": entry.direction,
            "what": entry.what,
            "user": entry.user,
            "attempt": entry.attempt,
            "status": entry.status,
            "millis": round(entry.millis, 1),
            "errcode": entry.errcode,
            "checks": [check.view() for check in entry.checks],
            "request": self._render(entry.request),
            "response": self._render(entry.response),
        }

    def _render(self, parts: Parts) -> str:
        return "\n\n".join(
            self.clean(f"— {label} —\n{_pretty(data)}" if label else _pretty(data)) for label, data in parts
        )


def kept(data: bytes) -> bytes:
    """What the log keeps of a body."""
    return data if len(data) <= KEEP_BYTES else data[:KEEP_BYTES] + b" ...(cut)"


def _pretty(data: bytes) -> str:
    if data[:1] in b"{[" and data:
        try:
            parsed: Any = orjson.loads(data)
        except orjson.JSONDecodeError:
            return data.decode("utf-8", "replace")
        return orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode()
    return re.sub(r">(?=<(?!!\[CDATA|/))", ">\n", data.decode("utf-8", "replace"))
