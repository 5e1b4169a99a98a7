"""A channel as the senders drive it: its rate and its places, shared by replies and bulk."""

from dataclasses import dataclass, field

from bot.contract import Channel

RESERVED = 8  # places and messages a second that bulk may not take; a quarter where there are few


@dataclass(slots=True)
class Places:
    """How many sends of a channel are under way in this process, of all senders together."""

    taken: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel with its overall rate, how many sends may be under way, and which purposes have a template."""

    channel: Channel
    per_second: float
    in_flight: int
    templates: frozenset[str] = frozenset()
    places: Places = field(default_factory=Places)

    @property
    def reserved(self) -> int:
        """Places that bulk never takes, so that a reply starts at once."""
        return min(RESERVED, self.in_flight // 4)

    @property
    def spared(self) -> int:
        """What bulk leaves of the second's budget for replies."""
        return min(RESERVED, int(self.per_second) // 4)
