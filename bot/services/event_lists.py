"""A 接龙 list from a group becomes registrations: by a cadre in office for events of their tree, or by its organiser.

Every name once: who is on the roster already, by that name, is not counted again; who cancelled stays cancelled, for
lists are passed on whole. A name that only one person of the cadre's unions has is that person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import event_texts as texts
from bot.clock import local
from bot.services import registration_names, registrations
from bot.services.event_refusals import NoList
from bot.services.jielong import Entry
from storage import audit, events, orgs
from storage import registrations as stored
from storage.events import Event
from storage.registrations import ACTIVE
from storage.work import Work


@dataclass(slots=True)
class Listed:
    """What came of a list. `merged`: there already; `reached`: who is known; `gone`: who had cancelled."""

    registered: int = 0
    waiting: int = 0
    merged: int = 0
    reached: int = 0
    gone: int = 0


def may_list(work: Work, person_id: int, now: datetime) -> bool:
    """Whether a person may bring in lists at all: in office, or organising something."""
    return bool(orgs.offices_of(work, person_id, local(now).date())) or bool(events.organised(work, person_id, now))


def choices(work: Work, person_id: int, now: datetime) -> list[Event]:
    """The events that this person may bring a list for, the next one first."""
    paths = _paths(work, person_id, now)
    mine = {each.id: each for each in events.organised(work, person_id, now)}
    for path in paths:
        mine |= {each.id: each for each in events.coming(work, now, path, 50)}
    found = [each for each in mine.values() if each.state == "open" and each.closes_at > now]
    return sorted(found, key=lambda each: (each.starts_at, each.number))


def take(work: Work, event_id: int, entries: Sequence[Entry], person_id: int, now: datetime) -> Listed:
    """Register everybody of a list, in its order; those for whom there is no room wait.

    Raises NoEvent, NotNow, NoList.
    """
    event = registrations.held(work, event_id)
    registrations.check_open(event, now)
    if event.id not in {each.id for each in choices(work, person_id, now)}:
        raise NoList(texts.LIST_NOT_YOURS)
    done, actor = Listed(), f"person:{person_id}"
    there = _there(work, event)
    known = stored.people_named(work, [each.name for each in entries], _paths(work, person_id, now))
    for name in _names(entries):
        key = registration_names.key(work, name)
        if key in there:
            done.merged += there[key]
            done.gone += not there[key]
            continue
        there[key] = True
        ids = known.get(name, ())
        _enter(work, event, name, ids[0] if len(ids) == 1 else None, actor, now, done)
    audit.write(work, actor, "event_list", f"event:{event.number}", now, f"{done.registered + done.waiting}人")
    return done


def _enter(work: Work, event: Event, name: str, person_id: int | None, actor: str, now: datetime, done: Listed) -> None:
    before = stored.of(work, event.id, person_id) if person_id is not None else None
    if before is not None:  # on the roster by another name, or cancelled
        active = before.state in ACTIVE
        done.merged += active
        done.gone += not active
        return
    if person_id is not None:
        state = registrations.enter(work, event, person_id, now, {"name": name}, "list", actor).state
        done.reached += 1
    else:
        state = registrations.enter_name(work, event, name, now, "list", actor).state
    done.registered += state == "registered"
    done.waiting += state == "waiting"


def _there(work: Work, event: Event) -> dict[str, bool]:
    """Names on the roster as hashes; whether they count. Who cancelled is there, but does not."""
    found: dict[str, bool] = {}
    for each, known_as in stored.roster(work, event.id, (*ACTIVE, "cancelled")):
        name = registration_names.shown(work, each, known_as)
        if name:
            key = registration_names.key(work, name)
            found[key] = found.get(key, False) or each.state in ACTIVE
    return found


def _names(entries: Sequence[Entry]) -> Iterator[str]:
    """Every name, and one for each companion."""
    for each in entries:
        yield each.name
        for place in range(1, each.count):
            yield texts.COMPANION.format(name=each.name, place=place)


def _paths(work: Work, person_id: int, now: datetime) -> list[str]:
    return [org.path for _, org in orgs.offices_of(work, person_id, local(now).date())]
