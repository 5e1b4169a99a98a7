"""Who may bring a 接龙 list from a group by chat: a cadre in office, for events of their tree, and who organises it.

What the list does is in `event_list_plan`.
"""

from collections.abc import Sequence
from datetime import datetime

from bot import event_texts as texts
from bot.clock import local
from bot.services import event_list_plan, registrations
from bot.services.event_list_plan import Plan
from bot.services.event_refusals import NoList
from bot.services.jielong import Entry
from storage import events, orgs
from storage.events import Event
from storage.work import Work


def may_list(work: Work, person_id: int, now: datetime) -> bool:
    """Whether a person may bring in lists at all: in office, or organising something."""
    return bool(_paths(work, person_id, now)) or bool(events.organised(work, person_id, now))


def choices(work: Work, person_id: int, now: datetime) -> list[Event]:
    """The events that this person may bring a list for, the next one first."""
    mine = {each.id: each for each in events.organised(work, person_id, now)}
    for path in _paths(work, person_id, now):
        mine |= {each.id: each for each in events.coming(work, now, path, 50)}
    found = [each for each in mine.values() if registrations.is_open(each, now)]
    return sorted(found, key=lambda each: (each.starts_at, each.number))


def take(
    work: Work, event_id: int, entries: Sequence[Entry], person_id: int, now: datetime, away: Sequence[Entry] = ()
) -> Plan:
    """Register everybody of a list, in its order; those for whom there is no room wait, those `away` leave.

    Raises NoEvent, NotNow, NoList.
    """
    event = registrations.held(work, event_id)
    registrations.check_open(event, now)
    if event.id not in {each.id for each in choices(work, person_id, now)}:
        raise NoList(texts.LIST_NOT_YOURS)
    done = event_list_plan.plan(work, event, entries, away, _paths(work, person_id, now), now)
    event_list_plan.enter(work, event, done, f"person:{person_id}", now)
    return done


def _paths(work: Work, person_id: int, now: datetime) -> list[str]:
    return [org.path for _, org in orgs.offices_of(work, person_id, local(now).date())]
