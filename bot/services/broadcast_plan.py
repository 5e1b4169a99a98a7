"""The plan of a notice: of one that is written already, or of a draft that is still in the form."""

from datetime import datetime

from bot.services import broadcasts, route_plan, segments
from bot.services.actors import Actor, require
from bot.services.broadcasts import Draft
from bot.services.house import House
from bot.services.plans import Plan, Words
from storage.work import Work


def of(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> Plan:
    """The plan of a notice as staff see it before they hand it in or approve it.

    Raises NoBroadcast, NotAllowed, and BadSegment for a rule that is not understood any more.
    """
    broadcast = broadcasts.seen(work, actor, broadcast_id)
    return route_plan.plan(
        work,
        broadcasts.rule_of(work, broadcast),
        broadcast.topic,
        broadcast.routes,
        house,
        now,
        words=Words(broadcast.title, broadcasts.body(broadcast), broadcast.text),
        kind=broadcast.kind,
        at=broadcast.not_before,
        hours=broadcast.hours,
        any_hour=broadcast.any_hour,
    )


def of_draft(work: Work, actor: Actor, draft: Draft, now: datetime, house: House) -> Plan:
    """The plan of what is in the form, confined to the actor's branch. Raises NotAllowed, BadNotice, BadSegment."""
    require(actor, "draft")
    rule = segments.confine(broadcasts.check(work, draft, now, house), actor)
    return route_plan.plan(
        work,
        rule,
        draft.topic,
        draft.routes,
        house,
        now,
        words=Words(draft.title.strip(), draft.text.strip(), draft.said),
        at=draft.at,
        hours=draft.hours,
        any_hour=draft.any_hour,
    )
