"""A pasted 接龙 list as staff take it: first what it would do, name by name, then doing it. See `event_list_plan`."""

from datetime import datetime

from bot.services import event_list_plan, event_people, events
from bot.services.actors import Actor, require
from bot.services.event_list_plan import OUTCOMES, Plan
from bot.services.event_people import NoDeed
from bot.services.jielong import Parsed
from storage.events import Event
from storage.work import Work

__all__ = ["OUTCOMES", "Plan", "plan", "take"]
MOST = 2000  # people at once, those who come along included


def plan(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """What taking the list would do now; nothing is done or held. Raises NoDeed, NoEvent, NotAllowed."""
    require(actor, "members")
    return _plan(work, actor, events.seen(work, actor, event_id), parsed, now)


def take(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """Register the names of a list in its order, as far as there are places; the others wait, who is `away` leaves.

    Raises NoDeed (also when there is nothing to do), NoEvent, NotAllowed.
    """
    event = event_people.held(work, actor, event_id)
    done = _plan(work, actor, event, parsed, now)
    if not done.does:
        raise NoDeed("名单里没有新的人，一个都没有登记。")
    event_list_plan.enter(work, event, done, f"staff:{actor.name}", now)
    return done


def _plan(work: Work, actor: Actor, event: Event, parsed: Parsed, now: datetime) -> Plan:
    event_people.check_takes(event, now)
    people = sum(each.count for each in parsed.entries)
    if people > MOST:
        raise NoDeed(f"带来的人一起算有{people}人，一次最多登记{MOST}人，请分几次贴。")
    return event_list_plan.plan(work, event, parsed.entries, parsed.away, [actor.path or "/"], now)
