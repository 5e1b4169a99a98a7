"""The in-process channel: a conversation without a platform, for the terminal and for tests."""

from collections import defaultdict
from datetime import datetime

from bot.contract import (
    Address,
    BadRequest,
    Capabilities,
    Challenge,
    Inbound,
    Outcome,
    Outgoing,
    Result,
    WireRequest,
    WireResponse,
)


class TalkChannel:
    """Keeps what was pushed in `pushed`, per user. Nothing travels over a wire, so `receive` refuses everything."""

    name = "talk"
    can = Capabilities(text_bytes=8192, choices=True, routes=("direct",), deduping_routes=frozenset({"direct"}))

    def __init__(self) -> None:
        self.pushed: defaultdict[str, list[Outgoing]] = defaultdict(list)

    def receive(self, request: WireRequest, now: datetime) -> Inbound | Challenge:
        """There is no wire here."""
        raise BadRequest("the talk channel has no wire", 404)

    def answer(self, inbound: Inbound, first: Outgoing | None) -> WireResponse:
        """The text as it is read, choices as lines."""
        return WireResponse(as_text(first).encode() if first else b"")

    async def send(self, out: Outgoing, to: Address) -> Outcome:
        """Keep it; a repeat of the same key is kept once."""
        if all(each.dedupe != out.dedupe for each in self.pushed[to.user]):
            self.pushed[to.user].append(out)
        return Outcome(Result.OK, route="direct")


def as_text(out: Outgoing) -> str:
    """A message with its choices as a person in a terminal reads it."""
    return "\n".join([out.text, *(f"[{choice.label}]" for choice in out.choices)]).strip()
