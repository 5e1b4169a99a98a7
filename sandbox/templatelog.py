"""Memory of template sends: client_msg_id within ten minutes, and identical sends within one."""

from collections import OrderedDict
from typing import Final

CLIENT_ID_KEPT_S: Final = 600
SAME_KEPT_S: Final = 60
Key = tuple[str, str]


class TemplateLog:
    """Remembers keys with their time; both stores shed what is too old, so they stay small."""

    def __init__(self) -> None:
        self._clients: OrderedDict[Key, tuple[float, int]] = OrderedDict()
        self._same: OrderedDict[int, float] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self._clients.clear()
        self._same.clear()

    def earlier(self, user: str, client_id: str, now: float) -> int | None:
        """msgid of the send with this client_msg_id to this person in the last ten minutes."""
        while self._clients:
            key, (at, _) = next(iter(self._clients.items()))
            if now - at < CLIENT_ID_KEPT_S:
                break
            del self._clients[key]
        found = self._clients.get((user, client_id))
        return found[1] if found else None

    def remember(self, user: str, client_id: str, msgid: int, now: float) -> None:
        """A send with a client_msg_id was accepted."""
        self._clients[user, client_id] = (now, msgid)

    def repeated(self, user: str, text: str, now: float) -> bool:
        """Whether the same text went to this person within 60 s; remembers it otherwise."""
        while self._same:
            key, at = next(iter(self._same.items()))
            if now - at < SAME_KEPT_S:
                break
            del self._same[key]
        fingerprint = hash((user, text))
        if fingerprint in self._same:
            return True
        self._same[fingerprint] = now
        return False
