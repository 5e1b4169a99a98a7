"""Turns of a dialogue in which staff of the union hold an event."""

from datetime import datetime
from typing import Any

from bot.clock import SHANGHAI
from bot.services import events
from bot.services.actors import Actor
from bot.services.events import Draft
from bot.testing import Talk
from storage import events as stored
from storage.events import Event
from storage.work import Work

STAFF = Actor("demo", "admin")


def hold(talk: Talk, deed: dict[str, Any]) -> None:
    """`{make: {title: …, starts: …, …}}`, `{change: 11, …}`, `{cancel: 11, note: …}`, `{close: 11}`."""
    talk.database.writer.run(lambda work: _do(work, talk, deed))


def _do(work: Work, talk: Talk, deed: dict[str, Any]) -> None:
    now, house = talk.clock.now(), talk.house
    if "make" in deed:
        given = deed["make"]
        event = events.put(work, _draft(given), "staff:demo", now, given.get("code", "2468"), given.get("scene", ""))
        if given.get("public", True):
            events.publish(work, STAFF, event.id, now)
    elif "change" in deed:
        event = _event(work, deed["change"])
        draft = _draft({**_as_given(event), **{key: each for key, each in deed.items() if key != "change"}})
        events.change(work, STAFF, event.id, draft, event.version, now, house)
    elif "cancel" in deed:
        events.cancel(work, STAFF, _event(work, deed["cancel"]).id, deed.get("note", ""), now, house)
    else:
        events.close(work, STAFF, _event(work, deed["close"]).id, now)


def _event(work: Work, number: int) -> Event:
    event = stored.by_number(work, number)
    assert event is not None
    return event


def _as_given(event: Event) -> dict[str, Any]:
    return {
        "title": event.title,
        "place": event.place,
        "about": event.about,
        "starts": event.starts_at,
        "ends": event.ends_at,
        "closes": event.closes_at,
        "capacity": event.capacity,
        "questions": event.questions or (),
    }


def _draft(given: dict[str, Any]) -> Draft:
    return Draft(
        title=given["title"],
        place=given.get("place", "市工人文化宫二楼"),
        about=given.get("about", "带上身份证，现场有工作人员接待。"),
        starts_at=_moment(given["starts"]),
        ends_at=_moment(given["ends"]),
        opens_at=_moment(given["opens"]) if "opens" in given else None,
        closes_at=_moment(given["closes"]) if "closes" in given else None,
        capacity=given.get("capacity"),
        questions=given.get("questions", ()),
        segment=given.get("segment"),
    )


def _moment(written: Any) -> datetime:
    if isinstance(written, datetime):
        return written
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
