"""Who came: check-in by QR code, by code or by staff; who did not; what those who came thought of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import event_texts as texts
from bot.services import event_audience, event_words, registrations
from bot.services.event_refusals import NoCheckIn, NoOpinion, WrongCode
from storage import attendance as rows
from storage import events, inbox
from storage import registrations as stored
from storage.events import COMMENT, Event, Registration
from storage.work import Work

BEFORE = timedelta(hours=2)  # check-in opens so long before the beginning
JUDGED = timedelta(days=30)  # an opinion counts so long after the end
COMMENT_CHARS = 200
WRONG_CODES, WRONG_WITHIN = 5, timedelta(hours=1)
WRONG_OF_ALL = 200  # within the hour; after that a code only serves those who are registered


@dataclass(frozen=True, slots=True)
class Attended:
    """A check-in. `again`: they were checked in before; `walk_in`: they had not registered."""

    event: Event
    again: bool = False
    walk_in: bool = False
    at: datetime | None = None


def by_scene(work: Work, scene: str, person_id: int, now: datetime) -> Attended:
    """Check a person in who scanned the code of an event. Raises NoCheckIn."""
    event = events.by_scene(work, scene)
    if event is None or event.state == "draft":
        raise NoCheckIn(texts.SCENE_UNKNOWN)
    return check_in(work, event.id, person_id, now, "qr")


def by_code(work: Work, code: str, person_id: int, now: datetime) -> Attended:
    """The same by the code that is shown there, of an event that is not over. Raises NoCheckIn, WrongCode.

    Who is not registered learns nothing by a right code out of hours: it is as wrong as any.
    """
    wrong = f"refused:{WrongCode.__name__}"
    if inbox.count_topic(work, wrong, now - WRONG_WITHIN, person_id) >= WRONG_CODES:
        raise NoCheckIn(texts.CODE_TOO_OFTEN)
    event = events.by_code(work, code, now)
    if event is None or not _is_in(work, event, person_id):
        if inbox.count_topic(work, wrong, now - WRONG_WITHIN) >= WRONG_OF_ALL:
            raise NoCheckIn(texts.CODE_BUSY)
        if event is None or not event.starts_at - BEFORE <= now <= event.ends_at:
            raise WrongCode
    return check_in(work, event.id, person_id, now, "code")


def _is_in(work: Work, event: Event, person_id: int) -> bool:
    mine = stored.of(work, event.id, person_id)
    return mine is not None and mine.state in stored.ACTIVE


def check_in(work: Work, event_id: int, person_id: int, now: datetime, how: str) -> Attended:
    """Check a person in, on the day only; who did not register comes in where a place is free. Raises NoCheckIn."""
    event = registrations.held(work, event_id)
    _check_window(event, now)
    mine = stored.of(work, event.id, person_id)
    if mine is not None and mine.attended_at is not None and mine.state == "registered":
        return Attended(event, again=True, at=mine.attended_at)
    active = mine is not None and mine.state in stored.ACTIVE
    if (mine is None or mine.state != "registered") and not registrations.free(work, event):
        raise NoCheckIn((texts.CHECK_WAITING if active else texts.CHECK_FULL).format(title=event.title))
    if not active and not event_audience.invited(work, event, person_id, now):
        raise NoCheckIn(texts.NOT_FOR_YOU.format(title=event.title))
    if mine is None or not active:
        registrations.enter(work, event, person_id, now, {}, "chat", f"person:{person_id}")
        mine = stored.of(work, event.id, person_id)
    if mine is None:
        raise NoCheckIn(texts.CHECK_FULL.format(title=event.title))
    mark(work, mine, how, f"person:{person_id}", now)
    return Attended(event, walk_in=not active, at=now)


def mark(work: Work, registration: Registration, how: str, actor: str, now: datetime) -> bool:
    """Note that somebody came; false when that was noted before. The event is held by the caller."""
    if registration.attended_at is not None:
        return False
    registration.state, registration.attended_at, registration.attended_by = "registered", now, how
    work.session.add(registration)
    registrations.step(work, registration, "attended", actor, now)
    return True


def unmark(work: Work, registration: Registration, actor: str, now: datetime) -> None:
    """Take a check-in back that was a mistake. The event is held by the caller."""
    registration.attended_at, registration.attended_by = None, ""
    work.session.add(registration)
    registrations.step(work, registration, "registered", actor, now)


def begin_anew(work: Work, event: Event, actor: str, now: datetime) -> None:
    """The event is on another day: who was checked in too early for that has still to come. The event is held."""
    for each in stored.came_before(work, event.id, event.starts_at - BEFORE):
        unmark(work, each, actor, now)


def _check_window(event: Event, now: datetime) -> None:
    if event.state == "cancelled":
        raise NoCheckIn(texts.CALLED_OFF.format(**event_words.facts(event)))
    if now < event.starts_at - BEFORE:
        begins = event_words.moment(event.starts_at - BEFORE, event.created_at)
        raise NoCheckIn(texts.CHECK_EARLY.format(title=event.title, from_=begins))
    if now > event.ends_at:
        raise NoCheckIn(texts.CHECK_OVER.format(title=event.title))


def already_words(done: Attended) -> str:
    """That somebody was checked in before."""
    return texts.CHECKED_ALREADY.format(title=done.event.title, at=event_words.moment(done.at or done.event.starts_at))


def to_judge(work: Work, person_id: int, now: datetime) -> list[tuple[Registration, Event]]:
    """Events of the last thirty days that a person may judge, the latest first: those they came to.

    Where nobody at all was checked in, everybody who was registered may.
    """
    found = [
        (mine, event)
        for mine, event in stored.of_person(work, person_id)
        if mine.state == "registered" and event.state != "cancelled" and now - JUDGED < event.ends_at <= now
    ]
    came = {event.id for _, event in found if rows.anybody_came(work, event.id)}
    return [(mine, event) for mine, event in found if mine.attended_at is not None or event.id not in came]


def judge(work: Work, person_id: int, number: int | None, stars: int, words: str, now: datetime) -> Event | None:
    """Keep an opinion of an event, the newer one where there was one; None when several could be meant.

    Raises NoOpinion when there is nothing to judge.
    """
    found = to_judge(work, person_id, now)
    if number is not None:
        found = [each for each in found if each[1].number == number]
    fresh = [each for each in found if each[0].stars is None]
    if not found:
        raise NoOpinion(_not_yet(work, person_id, number, now) or texts.JUDGE_NONE)
    if number is None and len(fresh) > 1:
        return None
    mine, event = (fresh or found)[0]
    mine.stars = stars
    if words:
        mine.comment = work.seal.seal(words[:COMMENT_CHARS], COMMENT)
    work.session.add(mine)
    registrations.step(work, mine, "opinion", f"person:{person_id}", now)
    return event


def _not_yet(work: Work, person_id: int, number: int | None, now: datetime) -> str:
    """What is said to who judges while it goes on; empty where they are at none."""
    there = (
        event.title
        for mine, event in stored.of_person(work, person_id)
        if mine.attended_at is not None and event.ends_at > now and number in (None, event.number)
    )
    title = next(there, "")
    return texts.JUDGE_LATER.format(title=title) if title else ""
