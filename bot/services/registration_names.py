"""Names at events: sealed, comparable by hash, and one row for somebody who was on a list before they registered."""

import unicodedata
from datetime import datetime

from storage import people, registrations
from storage.events import NAME, Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

LOST = "（无法读取）"
NAME_CHARS = 30


def plain(name: str) -> str:
    """A name for comparing: one width, one case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()[:NAME_CHARS]


def key(work: Work, name: str) -> str:
    """A keyed hash, equal for equal names."""
    return work.seal.fingerprint(plain(name), NAME)


def sealed(work: Work, name: str) -> bytes:
    """The name as it is kept."""
    return work.seal.seal(name[:NAME_CHARS], NAME)


def shown(work: Work, registration: Registration, known_as: str) -> str:
    """The name of a registration: what was said at it, else what the union knows the person by; perhaps empty."""
    return opened(work, registration.name, known_as)


def opened(work: Work, name: bytes | None, known_as: str) -> str:
    """The same of a sealed name alone."""
    return work.seal.open_or(LOST, name, NAME) or known_as


def of_before(work: Work, person_id: int) -> str:
    """What somebody said they are called when they last registered, while that is kept; empty when nothing is."""
    sealed_name = registrations.last_name(work, person_id)
    return work.seal.open_or("", sealed_name, NAME)


def known(work: Work, person_id: int, known_as: str) -> str:
    """The name there is for a person: from an application, else from the last registration; perhaps empty."""
    return known_as or of_before(work, person_id)


def vouched(work: Work, person_id: int) -> str:
    """The name the union knows a person by (application, member), not one they said at an event; perhaps empty."""
    person = people.get(work, person_id)
    return person.name if person else ""


def take_over(work: Work, event: Event, person_id: int, now: datetime) -> Registration | None:
    """Give a person the place that their name has from a list, if it has one that nobody else took; the event is held.

    Only by the name the union knows them by: anybody can say a name, and would learn who is on the list. A row of their
    own from before (cancelled) goes on with that place, and the row of the name is cancelled.
    """
    name = vouched(work, person_id)
    by_name = registrations.named(work, event.id, [key(work, name)]) if name else {}
    listed = next(iter(by_name.values()), None)
    if listed is None or listed.person_id is not None or listed.state not in ACTIVE:
        return None
    own = registrations.of(work, event.id, person_id)
    if own is None:
        listed.person_id, listed.changed_at = person_id, now
        return listed
    own.state, own.place, own.via, own.registered_at = listed.state, listed.place, listed.via, listed.registered_at
    own.attended_at, own.attended_by = listed.attended_at, listed.attended_by
    listed.state, listed.changed_at = "cancelled", now
    work.session.add(listed)
    return own


def is_borrowed(work: Work, registration: Registration) -> bool:
    """Whether it is a list's row that somebody has by a name which the union does not (any more) know them by."""
    if registration.via != "list" or registration.name_hash is None or registration.person_id is None:
        return False
    name = vouched(work, registration.person_id)
    return not name or key(work, name) != registration.name_hash
