"""What is kept of somebody about events: shown to them, copied for them, deleted when they ask, moved with them."""

from datetime import datetime, timedelta
from typing import Any

from bot import event_texts as texts
from bot import privacy_texts
from bot.calendar import say_date
from bot.clock import local
from bot.services import event_questions, event_words, letters, registration_names, registrations
from bot.services.house import House
from storage import events
from storage import registrations as stored
from storage.events import ANSWERS, COMMENT, Event, Registration
from storage.registrations import ACTIVE
from storage.seal import Unsealable
from storage.work import Work

MOST = 1000


def lines(work: Work, person_id: int, house: House) -> list[str]:
    """One line for 我的信息: how many registrations say something, and until when; nothing without any."""
    kept = [event for mine, event in stored.of_person(work, person_id, MOST) if stored.says(mine)]
    if not kept:
        return []
    last = max(event.ends_at for event in kept) + timedelta(days=house.chat_days)
    words = privacy_texts.EVENTS.format(count=len(kept), days=house.chat_days, until=say_date(local(last).date()))
    return [words]


def kept(work: Work, person_id: int) -> bool:
    """Whether anything about events would go when somebody asks for it."""
    return any(stored.says(mine) or mine.state in ACTIVE for mine, _ in stored.of_person(work, person_id, MOST))


def record(work: Work, person_id: int) -> dict[str, Any]:
    """A copy for the person, in full; nothing for who never registered."""
    found = stored.of_person(work, person_id, MOST)
    return {"活动报名": [_registration(work, mine, event) for mine, event in found]} if found else {}


def delete(work: Work, person_id: int, now: datetime) -> int:
    """Cancel what is ahead and empty everything; how many were emptied. Attendance stays as a number."""
    for mine, event in stored.of_person(work, person_id, MOST):
        if mine.state in ACTIVE and event.starts_at > now and event.state in events.PUBLIC:
            held = registrations.held(work, event.id)
            registrations.leave(work, held, mine, f"person:{person_id}", now)
    return stored.forget_of(work, person_id)


def unfollowed(work: Work, person_id: int, now: datetime) -> int:
    """Somebody left the account: they cannot be told that a place is theirs, so they do not wait any more; how many.

    Should they come back before it begins they are told.
    """
    waiting = [each for each in stored.of_person(work, person_id, MOST) if each[0].state == "waiting"]
    for mine, event in waiting:
        registrations.remove(work, registrations.held(work, event.id), mine, f"person:{person_id}", now)
        words = texts.LEFT_WAITING.format(**event_words.facts(event))
        letters.plant_all(work, {f"left:{mine.id}:{mine.place}": (person_id, words)}, now, event.starts_at)
    return len(waiting)


def take_along(work: Work, person_id: int, to_person_id: int, now: datetime) -> None:
    """A person becomes part of another: registrations go along. Where both have one, the better place stays."""
    for mine, event in stored.of_person(work, person_id, MOST):
        held = registrations.held(work, event.id)
        theirs = stored.of(work, event.id, to_person_id)
        if theirs is None:
            mine.person_id = to_person_id
            work.session.add(mine)
            continue
        if _better(mine, theirs):
            theirs.state, theirs.place, theirs.attended_at = mine.state, mine.place, mine.attended_at
            theirs.attended_by = mine.attended_by
            work.session.add(theirs)
        mine.person_id, mine.name, mine.answers, mine.comment = None, None, None, None
        registrations.remove(work, held, mine, f"person:{to_person_id}", now)


def _better(mine: Registration, theirs: Registration) -> bool:
    order = {"registered": 0, "waiting": 1}
    return (order.get(mine.state, 2), mine.place) < (order.get(theirs.state, 2), theirs.place)


def _registration(work: Work, mine: Registration, event: Event) -> dict[str, Any]:
    answers = _answers(work, mine)
    return {
        "活动": event.title,
        "编号": event.number,
        "时间": _time(event.starts_at),
        "状态": texts.STATE[mine.state],
        "报名": _time(mine.registered_at),
        "签到": _time(mine.attended_at),
        "姓名": registration_names.shown(work, mine, ""),
        "回答": dict(event_questions.shown(event.questions, answers)),
        "备注": str(answers.get(event_questions.NOTE, "")),
        "评价": mine.stars,
        "意见": work.seal.open_or(registration_names.LOST, mine.comment, COMMENT),
    }


def _answers(work: Work, mine: Registration) -> dict[str, Any]:
    try:
        return dict(work.seal.open_json(mine.answers, ANSWERS)) if mine.answers else {}
    except Unsealable:
        return {}


def _time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
