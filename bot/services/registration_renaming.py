"""A name that was written wrong at one's own registrations is written anew; it is the person's own words, no claim.

Only what somebody said is changed. A row that a list has made keeps the name the list gave it, and the row that is
changed gets no hash of the new name: whoever says a name that stands on a list has not taken that place, and is not
told that it stands there (`registration_names.take_over`). What the union knows a person by is not changed here.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.services import registration_names, registrations
from storage import events
from storage import registrations as rows
from storage.events import Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

RENAMED = "renamed"  # the step
Mine = Sequence[tuple[Registration, Event]]


def said(work: Work, person_id: int, now: datetime) -> dict[str, Mine]:
    """The names somebody said at registrations that still count, each with these, the newest registration first.

    Not of events that are over, called off, or where they are checked in; not of a list, nor where it is the name the
    union knows them by.
    """
    known = registration_names.vouched(work, person_id)
    found: dict[str, list[tuple[Registration, Event]]] = {}
    there = [each for each in rows.of_person(work, person_id) if is_open(*each, now)]
    for mine, event in sorted(there, key=lambda each: each[0].registered_at, reverse=True):
        name = _said(work, mine)
        if name and not is_same(name, known):
            found.setdefault(name, []).append((mine, event))
    return {name: tuple(each) for name, each in found.items()}


def is_open(mine: Registration, event: Event, now: datetime) -> bool:
    """Whether somebody is still to come by it."""
    waits = mine.state in ACTIVE and mine.attended_at is None
    return waits and event.state in events.PUBLIC and event.ends_at > now


def is_same(name: str, other: str) -> bool:
    """Whether two names are compared as one."""
    return registration_names.plain(name) == registration_names.plain(other)


def may_be(work: Work, person_id: int, name: str) -> bool:
    """Whether somebody may stand on lists by this name: who is known to the union only by the one it knows."""
    known = registration_names.vouched(work, person_id)
    return not known or is_same(name, known)


def rename(work: Work, person_id: int, old: str, new: str, now: datetime) -> list[Event]:
    """Write `new` wherever a registration of this person that still counts says `old`; at which events that was.

    The events are held one after the other, always in the same order, and each row is looked at again.
    """
    there = [event for mine in said(work, person_id, now).values() for _, event in mine]
    if not may_be(work, person_id, new):
        return []
    changed = [
        each for each in sorted(there, key=lambda each: each.id) if _rename(work, each, person_id, old, new, now)
    ]
    return sorted(changed, key=lambda each: (each.starts_at, each.number))


def _rename(work: Work, event: Event, person_id: int, old: str, new: str, now: datetime) -> bool:
    held = registrations.held(work, event.id)
    mine = rows.of(work, held.id, person_id)
    if mine is None or not is_open(mine, held, now) or not is_same(_said(work, mine), old):
        return False
    mine.name = registration_names.sealed(work, new)
    registrations.step(work, mine, RENAMED, f"person:{person_id}", now)
    work.session.add(mine)
    work.session.flush()
    return True


def _said(work: Work, mine: Registration) -> str:
    """What they said they are called; empty where a list said it, or where it cannot be read."""
    if mine.via == "list" or mine.name_hash is not None:
        return ""
    name = registration_names.shown(work, mine, "")
    return "" if name == registration_names.LOST else name
