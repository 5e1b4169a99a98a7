"""A push and its attempts, as the driver fills them in and the page shows them."""

import asyncio
from dataclasses import dataclass, field

from sandbox.answers import Json
from sandbox.messages import Fields
from sandbox.phones import Bubble
from sandbox.replies import Judgement
from sandbox.wire import Check


@dataclass(slots=True)
class Attempt:
    """One HTTP exchange of a push. ``status`` is 0 when no answer came; ``body`` the raw answer."""

    status: int
    millis: float
    judgement: Judgement
    body: bytes = b""

    def view(self) -> Json:
        """JSON for the page."""
        return {"status": self.status, "millis": round(self.millis, 1), "verdict": self.judgement.verdict}


@dataclass(slots=True)
class Push:
    """A message or event on its way to the callback. ``silent`` ones never show anything in the chat."""

    id: str
    user: str
    what: str
    fields: Fields
    silent: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    reply: Bubble | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def view(self) -> Json:
        """JSON for the page."""
        return {
            "id": self.id,
            "attempts": [attempt.view() for attempt in self.attempts],
            "reply": self.reply.view() if self.reply else None,
            "checks": [check.view() for check in self.checks],
            "done": self.done.is_set(),
        }
