"""Events as people read them: when, where, how many places are left."""

from datetime import datetime

from bot import event_texts as texts
from bot.clock import local
from storage.events import Event
from storage.registrations import Counts

DAYS = "一二三四五六日"
ABOUT_CHARS = 300  # of what it is, in a chat


def moment(at: datetime, written: datetime | None = None) -> str:
    """11月30日（周一）14:00, Shanghai time; with the year where it is another one than that of `written`."""
    here = local(at)
    year = f"{here.year}年" if written is not None and here.year != local(written).year else ""
    return f"{year}{here.month}月{here.day}日（周{DAYS[here.weekday()]}）{here:%H:%M}"


def span(since: datetime, until: datetime, written: datetime | None = None) -> str:
    """11月30日（周一）14:00–17:00, or with both days where it goes over midnight."""
    same_day = local(since).date() == local(until).date()
    first = moment(since, written)
    return f"{first}–{local(until):%H:%M}" if same_day else f"{first}到{moment(until, written)}"


def when(event: Event) -> str:
    """When an event is; with the year where it was announced in another one."""
    return span(event.starts_at, event.ends_at, event.created_at)


def note(event: Event) -> str:
    """Why it was called off, as a sentence; empty where nobody said."""
    return texts.NOTE.format(note=event.note) if event.note else ""


def seats(event: Event, counts: Counts, now: datetime) -> str:
    """How many places are left, or why nobody can register now."""
    if event.state == "cancelled":
        return texts.CANCELLED_WHY.format(note=event.note) if event.note else texts.CANCELLED_STATE
    if event.state == "over" or event.ends_at <= now:
        return texts.OVER_STATE
    if event.state == "closed" or event.closes_at <= now:
        return texts.SEATS_CLOSED
    if event.opens_at is not None and event.opens_at > now:
        return texts.NOT_YET.format(opens=moment(event.opens_at, event.created_at))
    if event.capacity is None:
        return texts.SEATS_ANY.format(count=counts.registered)
    left = event.capacity - counts.registered
    if left <= 0:
        return texts.SEATS_FULL.format(waiting=counts.waiting)
    return texts.SEATS_FREE.format(left=left, capacity=event.capacity)


def line(event: Event, counts: Counts, now: datetime) -> str:
    """One event in a list."""
    return texts.LINE.format(
        number=event.number, title=event.title, when=when(event), place=event.place, seats=seats(event, counts, now)
    )


def detail(event: Event, counts: Counts, now: datetime) -> str:
    """One event in full."""
    return texts.SHOW.format(
        number=event.number,
        title=event.title,
        when=when(event),
        place=event.place,
        about=event.about[:ABOUT_CHARS],
        seats=seats(event, counts, now),
        closes=moment(event.closes_at, event.created_at),
    )


def facts(event: Event) -> dict[str, str]:
    """Title, number, time, place and why it was called off, to be put into words."""
    return {
        "title": event.title,
        "number": str(event.number),
        "when": when(event),
        "place": event.place,
        "note": note(event),
    }
