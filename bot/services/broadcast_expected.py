"""How many people a notice goes to, counted before it is handed in: a whole city takes seconds, in which nobody else
could write. So whoever hands it in has it counted on a snapshot first, and brings the number along.

The number is of a rule and a topic. `broadcast_states.submit` compares them with the notice as it is by then: of what
was written anew for others meanwhile nobody's number holds.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.services import broadcasts, segments
from bot.services.actors import Actor, require
from bot.services.broadcasts import Draft, Moved
from bot.services.house import House
from storage.audience import Rule
from storage.broadcasts import Broadcast
from storage.work import Work

WRITTEN = ("draft", "rejected")  # what may be handed in


@dataclass(frozen=True, slots=True)
class Expected:
    """So many `people` would get a notice of this topic to these, as they were counted."""

    rule: Rule
    topic: str
    people: int

    def is_of(self, rule: Rule, broadcast: Broadcast) -> bool:
        """Whether it was this that was counted; `rule` is the notice's."""
        return (self.rule, self.topic) == (rule, broadcast.topic)


def of_notice(work: Work, actor: Actor, broadcast_id: int, now: datetime) -> Expected:
    """Of one that is kept and can be handed in. Raises NoBroadcast, NotAllowed, Moved, BadSegment."""
    require(actor, "draft")
    broadcast = broadcasts.seen(work, actor, broadcast_id)
    if broadcast.state not in WRITTEN:
        raise Moved
    return _count(work, broadcasts.rule_of(work, broadcast), broadcast.topic, now)


def of_draft(
    work: Work, actor: Actor, draft: Draft, now: datetime, house: House, broadcast_id: int | None = None
) -> Expected:
    """Of one that is about to be written, or (with an id) written anew. Raises NoBroadcast, NotAllowed, BadNotice,
    BadSegment, BadRepeat."""
    require(actor, "draft")
    org_id = broadcasts.seen(work, actor, broadcast_id).org_id if broadcast_id else broadcasts.place_of(actor)
    rule = segments.confine_to(work, broadcasts.check(work, draft, now, house), org_id)
    return _count(work, rule, draft.topic, now)


def _count(work: Work, rule: Rule, topic: str, now: datetime) -> Expected:
    segments.check(work, rule)
    return Expected(rule, topic, segments.count(work, rule, topic, now).reachable)
