"""What staff do with the people of an event: register by hand, cancel, check in at the door, take a mistake back.

Right `members` in the branch of the event. What happened to whom is a step of the registration with the account; what
changes who is in is an audit line as well, which names the event and nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot import event_texts as texts
from bot.calendar import at
from bot.clock import local
from bot.errors import Refusal
from bot.forms.fields import person_name
from bot.forms.model import FieldError
from bot.services import attendance, event_desk, event_questions, events, letters, registration_names, registrations
from bot.services.actors import Actor, require
from bot.services.event_desk import Who
from bot.services.event_refusals import NoEvent
from storage import audit
from storage import registrations as rows
from storage.events import PUBLIC, Event, Registration
from storage.registrations import ACTIVE, Counts
from storage.work import Work

NOTE_CHARS = 60
AFTER = timedelta(days=7)  # so long after the end a forgotten check-in can be added
LATEST = 5


class NoDeed(Refusal):
    """This cannot be done with this registration now; `field` is where the form is wrong, empty for none."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Desk:
    """The door: who is still to come (of a search, when there was one), who came last, the counts, how many found."""

    event: Event
    counts: Counts
    missing: list[Who]
    latest: list[Who]
    found: int
    opens_at: datetime
    closes_at: datetime
    open: bool


def held(work: Work, actor: Actor, event_id: int) -> Event:
    """An event of the actor's branch, held, public or over. Raises NoEvent, NotAllowed."""
    require(actor, "members")
    events.seen(work, actor, event_id)
    return registrations.held(work, event_id)


def register(
    work: Work, actor: Actor, event_id: int, name: str, typed: Mapping[str, str], now: datetime, came: bool = False
) -> Registration:
    """Register somebody by name, or put them on the waitlist. `typed`: answers by key, empty ones are left away.

    `came`: they stand at the door and are checked in, whether there is a place or not; only while the desk is open.
    Raises NoDeed, NoEvent, NotAllowed.
    """
    event = held(work, actor, event_id)
    check_takes(event, now)
    today = local(now).date()
    try:
        plain = str(person_name().parse(name, today))
    except FieldError as wrong:
        raise NoDeed(wrong.words, "name") from None
    answers = _answers(event, typed, today)
    if registration_names.plain(plain) in names(work, event):
        raise NoDeed("名单里已经有这个名字了。如果是另一个人，请在名字后面加上单位，比如：张三·二车间。", "name")
    made = registrations.enter_name(work, event, plain, now, "staff", f"staff:{actor.name}")
    registrations.keep_answers(work, made, answers)
    if came and is_desk_open(event, now):
        attendance.mark(work, made, "staff", f"staff:{actor.name}", now)
    audit.write(work, f"staff:{actor.name}", "event_register", f"event:{event.number}", now)
    return made


def check_takes(event: Event, now: datetime) -> None:
    """Raises NoDeed when not even staff can register anybody any more."""
    if event.state not in PUBLIC or event.ends_at <= now:
        raise NoDeed("活动没有开放，或者已经结束、取消了，不能再登记。")


def _answers(event: Event, typed: Mapping[str, str], today: date) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for question in event_questions.questions(event.questions):
        written = typed.get(question.key, "").strip()
        try:
            if written:
                found[question.key] = question.field.parse(written, today)
        except FieldError as wrong:
            raise NoDeed(f"{question.names[0]}：{wrong.words}", question.key) from None
    return event_questions.plain(found)


def names(work: Work, event: Event) -> set[str]:
    """The names that are in or wait, as they are compared."""
    found = (registration_names.opened(work, each.name, each.known_as) for each in rows.entered(work, event.id))
    return {registration_names.plain(each) for each in found} - {""}


def remove(work: Work, actor: Actor, event_id: int, registration_id: int, note: str, now: datetime) -> int:
    """Cancel one registration; who can be written to is told, with the note. How many were promoted.

    Raises NoDeed, NoEvent, NotAllowed.
    """
    event = held(work, actor, event_id)
    mine, note = _one(work, event, registration_id), " ".join(note.split()).rstrip("。")
    if mine.state not in ACTIVE or event.state not in PUBLIC or event.ends_at <= now:
        raise NoDeed("这个报名已经取消了，或者活动已经结束，请刷新页面看看。")
    if mine.attended_at is not None:
        raise NoDeed("这个人已经签到了。如果是点错的，请先到签到台撤回签到。")
    if len(note) > NOTE_CHARS:
        raise NoDeed(f"原因最多{NOTE_CHARS}个字，现在是{len(note)}个字。", "note")
    promoted = registrations.remove(work, event, mine, f"staff:{actor.name}", now)
    if mine.person_id is not None:
        reason = texts.NOTE.format(note=note) if note else ""
        words = texts.REMOVED.format(title=event.title, note=reason)
        letters.plant(work, f"removed:{mine.id}:{mine.place}", mine.person_id, words, now)
    audit.write(work, f"staff:{actor.name}", "event_unregister", f"event:{event.number}", now)
    return promoted


def one(work: Work, actor: Actor, event_id: int, registration_id: int) -> tuple[Event, Who]:
    """One registration as lists show it. Raises NoEvent, NotAllowed."""
    require(actor, "members")
    event = events.seen(work, actor, event_id)
    _one(work, event, registration_id)
    found = (each for each in rows.roster(work, event.id, (*ACTIVE, "cancelled")) if each[0].id == registration_id)
    return event, event_desk.who(work, event, *next(found))


def _one(work: Work, event: Event, registration_id: int) -> Registration:
    found = rows.get(work, registration_id)
    if found is None or found.event_id != event.id:
        raise NoEvent("没有这个报名，请刷新页面看看。")
    return found


def desk_hours(event: Event) -> tuple[datetime, datetime]:
    """From when until when staff check people in: the day it begins until a week after its end."""
    return at(local(event.starts_at).date(), datetime.min.time()), event.ends_at + AFTER


def is_desk_open(event: Event, now: datetime) -> bool:
    """Whether staff may check people in now."""
    opens, closes = desk_hours(event)
    return event.state not in ("draft", "cancelled") and opens <= now <= closes


def desk(work: Work, actor: Actor, event_id: int, words: str, now: datetime) -> Desk:
    """Who is to come, with whole names while the desk is open; `words`: part of a name. Raises NoEvent, NotAllowed."""
    require(actor, "members")
    event = events.seen(work, actor, event_id)
    opens, closes = desk_hours(event)
    is_open = is_desk_open(event, now)
    found = [event_desk.who(work, event, *each, full=True) for each in rows.roster(work, event.id)] if is_open else []
    sought = registration_names.plain(words)
    missing = [each for each in found if each.came_at is None and sought in registration_names.plain(each.name)]
    latest = sorted((each for each in found if each.came_at), key=lambda each: (each.came_at, each.place), reverse=True)
    counts = rows.counts(work, [event.id]).get(event.id, Counts())
    return Desk(event, counts, missing, latest[:LATEST], len(missing), opens, closes, is_open)


def tick(work: Work, actor: Actor, event_id: int, registration_id: int, came: bool, now: datetime) -> bool:
    """Note that somebody came, or take that back; false when it stood so already. Who waited gets in with it.

    Raises NoDeed outside the hours of the desk, NoEvent, NotAllowed.
    """
    event = held(work, actor, event_id)
    mine = _one(work, event, registration_id)
    if not is_desk_open(event, now) or mine.state not in ACTIVE:
        raise NoDeed("现在不能签到：活动当天才开始，或者这个报名已经取消了。请刷新页面看看。")
    if came:
        return attendance.mark(work, mine, "staff", f"staff:{actor.name}", now)
    if mine.attended_at is None:
        return False
    attendance.unmark(work, mine, f"staff:{actor.name}", now)
    return True
