"""The people: phones with their follow state and chat, openids in the platform's shape."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.answers import Json
from sandbox.clock import iso
from sandbox.content import Content

MAX_BUBBLES = 500
FIRST_PHONES = (
    ("oSandboxChen0000000000000001", "小陈", "职工"),
    ("oSandboxWang0000000000000002", "王主席", "工会干部"),
    ("oSandboxLi000000000000000003", "李师傅", "职工"),
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line of a chat. ``sender`` is user, account or system; ``at`` epoch seconds."""

    id: int
    at: float
    sender: str
    content: Content
    via: str | None = None
    push: str | None = None

    def view(self) -> Json:
        """JSON for the page."""
        body = self.content
        return {
            "id": self.id,
            "at": iso(self.at),
            "from": self.sender,
            "kind": body.kind,
            "text": body.text,
            "via": self.via,
            "choices": list(body.choices),
            "articles": list(body.articles),
            "push": self.push,
            "fields": dict(body.fields),
        }


@dataclass(slots=True)
class Phone:
    """One person. ``bulk`` followers (made for load tests) keep no chat and are left out of the state view."""

    user: str
    name: str
    role: str
    bulk: bool = False
    follows: bool = False
    blocked: bool = False
    muted: bool = False
    subscribed_at: float = 0.0
    scene: str = ""
    remark: str = ""
    tags: frozenset[int] = frozenset()
    messages: list[Bubble] = field(default_factory=list)

    def add(self, bubble: Bubble) -> None:
        """Append to the chat; the oldest hundred go when it is full."""
        self.messages.append(bubble)
        if len(self.messages) > MAX_BUBBLES:
            del self.messages[:100]

    def view(self) -> Json:
        """JSON for the page."""
        return {
            "user": self.user,
            "name": self.name,
            "role": self.role,
            "follows": self.follows,
            "blocked": self.blocked,
            "muted": self.muted,
            "messages": [bubble.view() for bubble in self.messages],
        }


class Phones:
    """All phones by openid; starts with the three fixed ones, not yet following."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._phones: dict[str, Phone] = {}
        self._made = 0
        self.clear()

    def clear(self) -> None:
        """Back to the three fixed phones with empty chats."""
        self._phones.clear()
        self._made = 0
        for user, name, role in FIRST_PHONES:
            self._phones[user] = Phone(user, name, role)

    def make(self, name: str, role: str, *, bulk: bool = False) -> Phone:
        """A new phone, not following; its openid depends only on the app id and how many were made before."""
        while True:
            self._made += 1
            user = self._openid(self._made)
            if user not in self._phones:
                break
        phone = Phone(user, name, role, bulk)
        self._phones[user] = phone
        return phone

    def put(self, phone: Phone) -> None:
        """Store a phone as it is (state file)."""
        self._phones[phone.user] = phone

    def get(self, user: object) -> Phone | None:
        """The phone with this openid."""
        return self._phones.get(user) if isinstance(user, str) else None

    def shown(self) -> list[Phone]:
        """The phones that the page shows."""
        return [phone for phone in self._phones.values() if not phone.bulk]

    def followers(self) -> list[Phone]:
        """Everybody who follows, in the order of their making."""
        return [phone for phone in self._phones.values() if phone.follows]

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def __len__(self) -> int:
        return len(self._phones)

    def _openid(self, number: int) -> str:
        digest = hashlib.sha256(f"{self._app_id}/{number}".encode()).digest()
        return "o" + base64.urlsafe_b64encode(digest).decode()[:27]
