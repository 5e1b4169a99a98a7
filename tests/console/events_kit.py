"""Events in front of the console: made by staff, with people who registered by chat, from lists and by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.clock import SHANGHAI
from bot.services import attendance, events, registrations
from bot.services.actors import Actor
from bot.services.events import Draft
from storage import events as rows
from storage import registrations as stored
from storage.events import Event, Registration
from storage.people import Person
from storage.work import Work
from tests.console.desk import Desk

STAFF = Actor("kit", "admin")
STARTS = datetime(2026, 12, 5, 14, 0, tzinfo=SHANGHAI)
QUESTIONS = (
    {"key": "size", "ask": "您的工作服穿多大码？", "label": "尺码", "kind": "choice", "options": ["S", "M", "L"]},
    {"key": "kids", "ask": "带孩子来吗？", "label": "带孩子", "kind": "yes_no", "optional": True},
    {"key": "phone", "ask": "您的手机号？", "label": "手机", "kind": "mobile", "optional": True},
)
FORM: Mapping[str, Any] = {
    "version": "0",
    "title": "中秋灯会",
    "about": "猜灯谜、做灯笼，带上孩子。",
    "topic": "activity",
    "unit": "",
    "starts_day": "2026-12-05",
    "starts_time": "14:00",
    "ends_day": "2026-12-05",
    "ends_time": "16:30",
    "place": "市工人文化宫一楼",
    "capacity": "30",
    "who": "",
    "below": "",
    "tag": "",
    "reminds": "1",
    "action": "save",
}


async def event(desk: Desk, title: str = "电影之夜", public: bool = True, **more: Any) -> int:
    """An event of the city (`org`: of a unit) a week ahead; its id."""
    values = {
        "place": "工人文化宫",
        "about": "放映老电影。",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=2),
    }
    given = {**values, **{key: value for key, value in more.items() if key != "org"}}

    def make(work: Work) -> int:
        now = desk.clock.now()
        made = events.put(work, Draft(title, org_id=more.get("org", 0), **given), "staff:kit", now, "2468")
        if public:
            events.publish(work, STAFF, made.id, now)
        return made.id

    return await desk.write(make)


async def person(desk: Desk, known_as: str, event_id: int, org: int | None = None, **answers: Any) -> int:
    """Somebody who registers by chat; the id of the registration."""

    def join(work: Work) -> int:
        now = desk.clock.now()
        made = Person(id=work.new_id(), name=known_as, org_id=org, created_at=now)
        work.session.add(made)
        work.session.flush()
        registrations.register(work, event_id, made.id, now, answers)
        mine = stored.of(work, event_id, made.id)
        assert mine is not None
        return mine.id

    return await desk.write(join)


async def came(desk: Desk, event_id: int, registration_id: int, stars: int = 0, words: str = "") -> None:
    """They scanned the code at the door, and perhaps said later what they thought of it."""

    def mark(work: Work) -> None:
        now = desk.clock.now()
        registrations.held(work, event_id)
        mine = stored.get(work, registration_id)
        assert mine is not None
        attendance.mark(work, mine, "qr", f"person:{mine.person_id}", now)
        if stars:
            mine.stars, mine.comment = stars, work.seal.seal(words, rows.COMMENT) if words else None
            work.session.add(mine)

    await desk.write(mark)


def stored_event(desk: Desk, event_id: int) -> Event:
    """An event as it is in the database."""
    found = desk.database.look(lambda work: rows.get(work, event_id))
    assert found is not None
    return found


def only(desk: Desk) -> Event:
    """The only event there is."""
    (found,) = desk.database.look(lambda work: rows.listed(work, ("draft", "open", "closed", "over"), None, 9))
    return found


def registered(desk: Desk, event_id: int, *states: str) -> list[Registration]:
    """Registrations in these states (default: registered) in order."""
    return [
        each for each, _ in desk.database.look(lambda work: stored.roster(work, event_id, states or ("registered",)))
    ]


def get(desk: Desk, registration_id: int) -> Registration:
    """A registration as it is in the database."""
    found = desk.database.look(lambda work: stored.get(work, registration_id))
    assert found is not None
    return found
