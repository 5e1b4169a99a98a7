"""The events of the demo: dated from the day it is loaded, so that there is always something to try."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from bot.calendar import at
from bot.clock import local
from bot.services import events
from bot.services.events import Draft
from storage import events as stored
from storage.work import Work

AUTHOR = "staff:demo"


class Planned(Protocol):
    """What the demo's file says of an event (`bot/content.py`)."""

    title: str
    place: str
    about: str
    in_days: int
    at: str
    hours: int
    capacity: int | None
    questions: list[dict[str, Any]]
    scene: str


def load(work: Work, planned: Iterable[Planned], now: datetime) -> None:
    """Make those that are not there or over. The check-in scene has the day in it, because an old one stays taken."""
    there = {each.title for each in stored.coming(work, now, None, 100)}
    for each in planned:
        starts = _starts(each, now)
        scene = f"{each.scene}_{local(starts):%m%d%H%M}"
        if each.title in there or stored.by_scene(work, scene) is not None:
            continue
        draft = Draft(
            title=each.title,
            place=each.place,
            about=each.about,
            starts_at=starts,
            ends_at=starts + timedelta(hours=each.hours),
            closes_at=starts + timedelta(hours=each.hours) if not each.at else None,
            capacity=each.capacity,
            questions=each.questions,
        )
        event = events.put(work, draft, AUTHOR, now, scene=scene)
        event.state = "open"
        work.session.add(event)


def scenes(work: Work) -> list[str]:
    """Check-in scenes of what the demo has made and is not over, for its QR codes."""
    return [each.scene for each in stored.by_author(work, AUTHOR)]


def _starts(planned: Planned, now: datetime) -> datetime:
    if not planned.at:
        soon = now + timedelta(hours=1)
        return soon.replace(minute=0, second=0, microsecond=0)
    return at(local(now).date() + timedelta(days=planned.in_days), time.fromisoformat(planned.at))
