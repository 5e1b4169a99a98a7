"""A pasted 接龙 list as staff take it: first what it would do, name by name, then doing it. See `event_list_plan`."""

from datetime import datetime

from bot.services import event_list_plan, event_people, registrations
from bot.services.actors import Actor
from bot.services.event_list_plan import OUTCOMES, Plan
from bot.services.event_people import NoDeed
from bot.services.jielong import Parsed
from storage.work import Work

__all__ = ["OUTCOMES", "Plan", "plan", "take"]


def plan(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """What taking the list would do now; nothing is done. Raises NoDeed, NoEvent, NotAllowed."""
    event = event_people.held(work, actor, event_id)
    event_people.check_takes(event, now)
    return event_list_plan.plan(work, event, parsed.entries, [actor.path or "/"])


def take(work: Work, actor: Actor, event_id: int, parsed: Parsed, now: datetime) -> Plan:
    """Register the names of a list in its order, as far as there are places; the others wait.

    Raises NoDeed (also when there is nobody to register), NoEvent, NotAllowed.
    """
    done = plan(work, actor, event_id, parsed, now)
    if not done.fresh:
        raise NoDeed("名单里没有新的人，一个都没有登记。")
    event_list_plan.enter(work, registrations.held(work, event_id), done, f"staff:{actor.name}", now)
    return done
