"""One message to many people: what the bulk sender asks of a channel, and the way that every channel can."""

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from bot.contract import Address, Channel, Outcome, Outgoing


class Copies(Protocol):
    """A message made ready once; every copy differs in whom it is for and in the key that drops repeats."""

    async def send(self, user: str, dedupe: str) -> Outcome:
        """One copy, as `Channel.send`: a refusal is a value, never an exception."""


@runtime_checkable
class Copier(Protocol):
    """A channel that makes copies faster than one by one. Optional: not every channel does."""

    def copies(self, out: Outgoing) -> Copies:
        """`out` made ready; its `dedupe` is left to each copy."""


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Copies on any channel."""

    channel: Channel
    out: Outgoing

    async def send(self, user: str, dedupe: str) -> Outcome:
        """One copy."""
        return await self.channel.send(replace(self.out, dedupe=dedupe), Address(self.channel.name, user))


def copies_of(channel: Channel, out: Outgoing) -> Copies:
    """A message made ready for many, by the best way a channel has."""
    return channel.copies(out) if isinstance(channel, Copier) else OneByOne(channel, out)
