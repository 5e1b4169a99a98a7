"""Who may bring a 接龙 list from a group by chat: a cadre in office, for events of their tree, and who organises it.

What the list does is in `event_list_plan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import event_texts as texts
from bot.clock import local
from bot.services import event_list_plan, registration_names, registrations
from bot.services.event_list_plan import Plan
from bot.services.event_refusals import NoList
from bot.services.jielong import Entry
from storage import events, orgs
from storage import registrations as rows
from storage.events import Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A name is off a list again, and with it so many who would have come along."""

    event: Event
    name: str
    companions: int


def may_list(work: Work, person_id: int, now: datetime) -> bool:
    """Whether a person may bring in lists at all: in office, or organising something."""
    return bool(_paths(work, person_id, now)) or bool(events.organised(work, person_id, now))


def choices(work: Work, person_id: int, now: datetime) -> list[Event]:
    """The events that this person may bring a list for, the next one first."""
    return [each for each in _theirs(work, person_id, now) if registrations.is_open(each, now)]


def _theirs(work: Work, person_id: int, now: datetime) -> list[Event]:
    """Public events of theirs that are not over, be they open or not."""
    mine = {each.id: each for each in events.organised(work, person_id, now)}
    for path in _paths(work, person_id, now):
        mine |= {each.id: each for each in events.coming(work, now, path, 50)}
    return sorted(mine.values(), key=lambda each: (each.starts_at, each.number))


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


def handed_in(work: Work, person_id: int, name: str, now: datetime) -> list[tuple[Registration, Event]]:
    """Where a list of this person has brought the name, which is still in and nobody's own by now; the next one first.

    Only of what has not begun. Of everybody else's names nothing is told, be they in or not.
    """
    mine = {each.id: each for each in _theirs(work, person_id, now) if each.starts_at > now}
    found = rows.named_at(work, mine, registration_names.key(work, name)) if mine else ()
    theirs = [(each, mine[each.event_id]) for each in found if _brought(work, each, person_id)]
    return sorted(theirs, key=lambda each: (each[1].starts_at, each[1].number))


def withdraw(work: Work, registration_id: int, person_id: int, now: datetime) -> Withdrawn | None:
    """Take a name that this person has handed in off the list again, with whom it brings; None where it is not there.

    The same as sending the list with 不来了 behind the name, but until it begins: who gives up a place is not late for
    registering. Raises NoEvent.
    """
    row = rows.get(work, registration_id)
    if row is None:
        return None
    event = registrations.held(work, row.event_id)
    row = rows.get(work, registration_id)
    there = {each.id for each in _theirs(work, person_id, now)}
    if row is None or event.id not in there or event.starts_at <= now or not _brought(work, row, person_id):
        return None
    name = registration_names.shown(work, row, "")
    done = event_list_plan.plan(work, event, (), [Entry(0, name, 0)], (), now)
    event_list_plan.enter(work, event, done, f"person:{person_id}", now)
    return Withdrawn(event, name, done.count(event_list_plan.OUT) - 1) if done.does else None


def _brought(work: Work, row: Registration, person_id: int) -> bool:
    """Whether a row of a list is still the list's, and this person has handed it in, the last time it came in."""
    if row.via != "list" or row.person_id is not None or row.state not in ACTIVE or row.attended_at is not None:
        return False
    came = [each.actor for each in rows.steps(work, row.id) if each.what in ACTIVE]
    return came[-1:] == [f"person:{person_id}"]


def _paths(work: Work, person_id: int, now: datetime) -> list[str]:
    return [org.path for _, org in orgs.offices_of(work, person_id, local(now).date())]
