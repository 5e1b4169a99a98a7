"""Registering for events: capacity, waitlist, promotion. The event's row is held while anybody comes in or goes out.

While an event has not begun, nobody waits as long as a place is free: whatever makes room (a cancelling, a raised
capacity) promotes in its transaction those who wait longest, and plants the letters that tell them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import event_texts as texts
from bot.services import event_audience, event_companions, event_words, letters, registration_names
from bot.services.event_refusals import NoEvent, NotNow, NotRegistered
from storage import events, registrations
from storage.events import ANSWERS, Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

MANY = 10_000  # promoted at once, at most


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands. `state`: registered or waiting; `ahead`: how many wait before them.

    `fresh`: this call has changed that. `listed`: their name was on a list already. `unsure`: there are names of a
    list, and whether theirs is one of them is not said to somebody who only says a name.
    """

    event: Event
    state: str
    ahead: int = 0
    fresh: bool = False
    listed: bool = False
    unsure: bool = False

    @property
    def rank(self) -> int:
        """The place among those who wait, from 1."""
        return self.ahead + 1


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody has cancelled, and with them so many who would have come along."""

    event: Event
    companions: int = 0


def held(work: Work, event_id: int) -> Event:
    """The event, held until the transaction ends. Raises NoEvent."""
    event = events.get(work, event_id, hold=True)
    if event is None or event.state == "draft":
        raise NoEvent(texts.GONE)
    return event


def check_open(event: Event, now: datetime) -> None:
    """Raises NotNow when nobody can register now, with the reason."""
    facts = event_words.facts(event)
    if event.state == "cancelled":
        raise NotNow(texts.CALLED_OFF.format(**facts))
    if event.state == "over" or event.ends_at <= now:
        raise NotNow(texts.IS_OVER.format(**facts))
    if event.state == "closed" or event.closes_at <= now:
        raise NotNow(texts.CLOSED.format(**facts))
    if event.opens_at is not None and event.opens_at > now:
        raise NotNow(texts.OPENS_LATER.format(opens=event_words.moment(event.opens_at, event.created_at), **facts))


def is_open(event: Event, now: datetime) -> bool:
    """Whether anybody can register now."""
    begun = event.opens_at is None or event.opens_at <= now
    return event.state == "open" and begun and event.closes_at > now


def may_register(work: Work, event: Event, person_id: int, now: datetime) -> None:
    """Raises NotNow when this person cannot register now, with the reason."""
    check_open(event, now)
    if not event_audience.invited(work, event, person_id, now):
        raise NotNow(texts.NOT_FOR_YOU.format(title=event.title))


def standing(work: Work, event: Event, person_id: int) -> Place | None:
    """Where a person stands; None without a registration that counts."""
    mine = registrations.of(work, event.id, person_id)
    return _place(work, event, mine) if mine is not None and mine.state in ACTIVE else None


def register(
    work: Work,
    event_id: int,
    person_id: int,
    now: datetime,
    answers: Mapping[str, Any] | None = None,
    *,
    via: str = "chat",
) -> Place:
    """Register a person, or put them on the waitlist; twice is once, with the newer answers kept.

    `answers`: to the event's questions; `name` among them is kept as the name. Raises NoEvent, NotNow.
    """
    event = held(work, event_id)
    mine = registrations.of(work, event.id, person_id)
    if mine is None or mine.state not in ACTIVE:
        may_register(work, event, person_id, now)
    return enter(work, event, person_id, now, answers or {}, via, f"person:{person_id}")


def enter(
    work: Work, event: Event, person_id: int, now: datetime, answers: Mapping[str, Any], via: str, actor: str
) -> Place:
    """The same without asking whether it may be; the event is held by the caller."""
    mine = registrations.of(work, event.id, person_id)
    fresh = mine is None or mine.state not in ACTIVE
    listed = registration_names.take_over(work, event, person_id, now) if fresh else None
    if listed is not None:
        mine = listed
    elif mine is None:
        mine = _made(work, event, now, via, person_id)
        step(work, mine, mine.state, actor, now)
    elif fresh:
        mine.via = via
        _come_back(work, event, mine, now)
        step(work, mine, mine.state, actor, now)
    keep_answers(work, mine, answers)
    if mine.name is None and not answers.get("name"):
        before = registration_names.of_before(work, person_id)
        mine.name = registration_names.sealed(work, before) if before else None
    work.session.add(mine)
    work.session.flush()
    place = _place(work, event, mine)
    unsure = fresh and not registration_names.vouched(work, person_id) and registrations.any_named(work, event.id)
    return Place(event, place.state, place.ahead, fresh, listed is not None, unsure)


def enter_name(work: Work, event: Event, name: str, now: datetime, via: str, actor: str) -> Registration:
    """A name nobody is known for, in its own row; the event is held. A cancelled row of that name comes back."""
    key = registration_names.key(work, name)
    mine = registrations.named(work, event.id, [key]).get(key)
    if mine is None:
        mine = _made(work, event, now, via, None)
        mine.name_hash = key
    elif mine.state not in ACTIVE:
        _come_back(work, event, mine, now)
    else:
        return mine
    mine.name = registration_names.sealed(work, name)
    mine.changed_at = now
    step(work, mine, mine.state, actor, now)
    work.session.add(mine)
    work.session.flush()
    return mine


def cancel(work: Work, event_id: int, person_id: int, now: datetime) -> Left:
    """Take a registration or a waiting back, with who would come along, and promote who waits.

    Raises NoEvent, NotRegistered.
    """
    event = held(work, event_id)
    mine = registrations.of(work, event.id, person_id)
    if mine is None or mine.state not in ACTIVE:
        raise NotRegistered(texts.NOT_REGISTERED.format(title=event.title))
    if event.state == "cancelled":
        raise NotRegistered(texts.NOTHING_TO_LEAVE.format(**event_words.facts(event)))
    if event.starts_at <= now or event.state in events.ENDED:
        words = texts.OVER_ALREADY if event.ends_at <= now else texts.TOO_LATE
        raise NotRegistered(words.format(title=event.title))
    if mine.attended_at is not None:
        raise NotRegistered(texts.CAME_ALREADY.format(title=event.title))
    return Left(event, leave(work, event, mine, f"person:{person_id}", now))


def leave(work: Work, event: Event, registration: Registration, actor: str, now: datetime) -> int:
    """Somebody does not come; the event is held. How many go with them who would have come along by a list.

    A place of a list that they have by a name nobody vouches for is the list's again.
    """
    if registration_names.is_borrowed(work, registration):
        registration.person_id, registration.changed_at = None, now
        work.session.add(registration)
        work.session.flush()
        return 0
    names = [registration_names.vouched(work, registration.person_id)] if registration.person_id else []
    names += [registration_names.shown(work, registration, "")] if registration.via == "list" else []
    guests = event_companions.of(work, event, filter(None, names))
    for each in (registration, *(guest for _, guest in guests)):
        remove(work, event, each, actor, now)
    return len(guests)


def remove(work: Work, event: Event, registration: Registration, actor: str, now: datetime) -> int:
    """Cancel one, whoever asks; the event is held. How many were promoted."""
    registration.state, registration.changed_at = "cancelled", now
    work.session.add(registration)
    letters.take_back(work, _promoted(registration.id, registration.place))
    step(work, registration, "cancelled", actor, now)
    work.session.flush()
    return fill(work, event, now)


def free(work: Work, event: Event) -> int:
    """How many places are free; MANY where there is no limit. The event is held."""
    if event.capacity is None:
        return MANY
    return max(event.capacity - taken(work, event), 0)


def taken(work: Work, event: Event) -> int:
    """How many places are taken."""
    return registrations.count(work, event.id, "registered")


def fill(work: Work, event: Event, now: datetime) -> int:
    """Promote who waits longest while there is room and it has not begun; they get letters. The event is held."""
    if event.state not in events.PUBLIC or event.starts_at <= now:
        return 0
    places = free(work, event)
    promoted: Sequence[Registration] = registrations.first_waiting(work, event.id, places) if places else ()
    owed: dict[str, tuple[int, str]] = {}
    for each in promoted:
        each.state, each.changed_at = "registered", now
        work.session.add(each)
        step(work, each, "promoted", "system", now)
        if each.person_id is not None:
            words = texts.PROMOTED.format(**event_words.facts(event))
            owed[_promoted(each.id, each.place)] = (each.person_id, words)
    work.session.flush()
    letters.plant_all(work, owed, now, event.starts_at)
    return len(promoted)


def retell(work: Work, event: Event) -> None:
    """Who was promoted and not told yet hears when and where it is now, or, where it is called off, nothing of it."""
    keys = [_promoted(*each) for each in registrations.promoted_places(work, event.id)]
    if event.state == "cancelled":
        letters.take_back(work, *keys)
    else:
        letters.reword(work, keys, texts.PROMOTED.format(**event_words.facts(event)), event.starts_at)


def _promoted(registration_id: int, place: int) -> str:
    return f"promoted:{registration_id}:{place}"  # key of the letter


def step(work: Work, registration: Registration, what: str, actor: str, now: datetime) -> None:
    """Write down what happened to it."""
    registration.changed_at = now
    registrations.step(work, registration.id, what, actor, now)


def keep_answers(work: Work, registration: Registration, answers: Mapping[str, Any]) -> None:
    """Seal what was answered; without answers what was kept stays."""
    rest = {key: value for key, value in answers.items() if key != "name"}
    if answers.get("name"):
        registration.name = registration_names.sealed(work, str(answers["name"]))
    if rest:
        registration.answers = work.seal.seal_json(rest, ANSWERS)


def _made(work: Work, event: Event, now: datetime, via: str, person_id: int | None) -> Registration:
    made = Registration(
        id=work.new_id(),
        event_id=event.id,
        person_id=person_id,
        state=_next_state(work, event),
        place=_next_place(work, event),
        via=via,
        registered_at=now,
        changed_at=now,
    )
    registrations.add(work, made)
    return made


def _come_back(work: Work, event: Event, mine: Registration, now: datetime) -> None:
    """Who cancelled comes again: last, and not checked in."""
    mine.state, mine.place, mine.registered_at = _next_state(work, event), _next_place(work, event), now
    mine.attended_at, mine.attended_by = None, ""


def _next_state(work: Work, event: Event) -> str:
    return "registered" if free(work, event) else "waiting"


def _next_place(work: Work, event: Event) -> int:
    event.last_place += 1
    work.session.add(event)
    return event.last_place


def _place(work: Work, event: Event, mine: Registration) -> Place:
    waiting = mine.state == "waiting"
    return Place(event, mine.state, registrations.ahead(work, mine) if waiting else 0)
