"""Everything that reached people: bounded detail for assertions, exact counters for duplicates."""

from dataclasses import dataclass

from sandbox.answers import Json
from sandbox.clock import iso
from sandbox.ring import Ring

MAX_ENTRIES = 100_000
MAX_CHARACTERS = 12_000_000


@dataclass(frozen=True, slots=True)
class Received:
    """One message on a phone."""

    id: int
    at: float
    user: str
    via: str
    text: str
    msgid: str = ""
    client_msg_id: str = ""

    def view(self) -> Json:
        """JSON for tests."""
        return {
            "id": self.id,
            "at": iso(self.at),
            "user": self.user,
            "via": self.via,
            "text": self.text,
            "msgid": self.msgid,
            "client_msg_id": self.client_msg_id,
        }


class ReceivedLog:
    """The newest entries in full; ``total`` and ``duplicates`` (same user, same text again) count all of them."""

    def __init__(self) -> None:
        self._ring: Ring[Received] = Ring(MAX_ENTRIES, MAX_CHARACTERS)
        self._seen: dict[int, int] = {}
        self.total = self.duplicates = 0

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()
        self._seen.clear()
        self.total = self.duplicates = 0

    def add(self, entry: Received) -> None:
        """Record one delivery."""
        self._ring.add(entry, len(entry.text) + 64)
        key = hash((entry.user, entry.text))
        times = self._seen.get(key, 0) + 1
        self._seen[key] = times
        self.total += 1
        self.duplicates += times > 1

    def times(self, user: str, text: str) -> int:
        """How often exactly this text reached this person (exact even after the detail was dropped)."""
        return self._seen.get(hash((user, text)), 0)

    def view(self, user: str | None) -> list[Json]:
        """Entries still held, oldest first."""
        return [entry.view() for entry in self._ring if user is None or entry.user == user]
