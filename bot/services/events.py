"""Events as staff write and change them: draft → open → closed → over, or cancelled; who is in hears of changes.

Right `draft` in the branch the event belongs to (none: the city's own). Every change is an audit line.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot import event_texts as texts
from bot.clock import local
from bot.services import attendance, event_audience, event_news, event_questions, registrations
from bot.services.actors import Actor, NotAllowed, require, require_branch
from bot.services.event_refusals import BadEvent, NoEvent
from bot.services.house import House
from bot.services.topics import TOPICS
from storage import audit, events, orgs
from storage.events import ENDED, PUBLIC, Event
from storage.work import Work

FIRST = 11  # two digits, so that 报名 1 is never taken for the first of a list
TITLE_CHARS, PLACE_CHARS, ABOUT_CHARS, NOTE_CHARS = 40, 80, 1000, 100
MOST_SEATS = 100_000
STATES: Mapping[str, str] = MappingProxyType(
    {"draft": "草稿", "open": "报名中", "closed": "报名截止", "over": "已结束", "cancelled": "已取消"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff write about an event; moments are aware. `closes_at` None: until it begins. `org_id` 0: the city's.

    `capacity` None: no limit. `questions`, `segment`: see `event_questions.checked`, `event_audience.checked`.
    """

    title: str
    place: str
    about: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    capacity: int | None = None
    topic: str = "activity"
    org_id: int = 0
    questions: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    segment: Mapping[str, Any] | None = None
    reminds: bool = True
    asks_opinion: bool = True


def create(work: Work, actor: Actor, draft: Draft, now: datetime) -> Event:
    """Write a new event, not public yet. Raises BadEvent, NotAllowed."""
    require(actor, "draft")
    require_branch(work, actor, draft.org_id)
    event = put(work, draft, f"staff:{actor.name}", now)
    audit.write(work, event.author, "event_draft", f"event:{event.number}", now)
    return event


def put(work: Work, draft: Draft, author: str, now: datetime, code: str = "", scene: str = "") -> Event:
    """Store a new draft with the next number; `code` and `scene` of the check-in are drawn where none are given."""
    values = _checked(work, draft, now)
    work.alone("event_number")
    event = Event(
        id=work.new_id(),
        number=max(events.last_number(work) + 1, FIRST),
        state="draft",
        scene=scene or secrets.token_hex(8),
        code=code or fresh_code(work, now),
        author=author,
        changed_at=now,
        created_at=now,
        **values,
    )
    events.add(work, event)
    return event


def fresh_code(work: Work, now: datetime) -> str:
    """Four digits that no other event uses now."""
    drawn = (f"{secrets.randbelow(10_000):04d}" for _ in range(50))
    return next((each for each in drawn if not events.code_taken(work, each, now)), f"{secrets.randbelow(10**6):06d}")


def publish(work: Work, actor: Actor, event_id: int, now: datetime) -> Event:
    """Let people register: a draft, or one whose registration was closed by hand. Raises NoEvent, BadEvent."""
    event = mine(work, actor, event_id)
    if event.state not in ("draft", "closed"):
        raise BadEvent("这个活动现在不能开放报名，请刷新页面看看。")
    if event.closes_at <= now:
        raise BadEvent("报名截止时间已经过了，请先改时间。")
    return _moved(work, actor, event, "open", "event_open", now)


def close(work: Work, actor: Actor, event_id: int, now: datetime) -> Event:
    """No more registrations; who waits is still promoted. Raises NoEvent, BadEvent, NotAllowed."""
    event = mine(work, actor, event_id)
    if event.state != "open":
        raise BadEvent("这个活动现在没有开放报名，请刷新页面看看。")
    return _moved(work, actor, event, "closed", "event_close", now)


def cancel(work: Work, actor: Actor, event_id: int, note: str, now: datetime, house: House) -> Event:
    """It does not take place; everybody registered or waiting is told, with the reason (may be empty).

    Raises NoEvent, BadEvent, NotAllowed.
    """
    event = mine(work, actor, event_id)
    note = " ".join(note.split()).rstrip("。")
    if event.state in ENDED or event.ends_at <= now:
        raise BadEvent("这个活动已经结束或者取消了，请刷新页面看看。")
    if len(note) > NOTE_CHARS:
        raise BadEvent(f"原因最多{NOTE_CHARS}个字，现在是{len(note)}个字。")
    public = event.state in PUBLIC
    event.note = note
    _moved(work, actor, event, "cancelled", "event_cancel", now)
    registrations.retell(work, event)
    if public:  # also of one that goes on for days and has begun
        event_news.called_off(work, event, f"staff:{actor.name}", now, house)
    return event


def change(
    work: Work, actor: Actor, event_id: int, draft: Draft, version: int, now: datetime, house: House
) -> tuple[Event, int]:
    """Write an event anew; `version` as the page had it. Who is registered or waits is told of another time or place.

    On another day everybody checks in again. A later end of registration opens what the clock had closed. How many were
    promoted because there are more places is returned beside it. Raises NoEvent, BadEvent, NotAllowed.
    """
    event = mine(work, actor, event_id)
    require_branch(work, actor, draft.org_id)
    if event.version != version:
        raise BadEvent("刚刚有人改过这个活动，请看一下现在的内容再改。")
    if event.state in ENDED or event.ends_at <= now:
        raise BadEvent("这个活动已经结束或者取消了，不能再改。")
    values = _checked(work, draft, now)
    _check_seats(work, event, values["capacity"])
    was, began = event_news.facts(event), event.starts_at
    state = "open" if closed_by_time(event, now) and values["closes_at"] > now else event.state
    for key, value in values.items():
        setattr(event, key, value)
    _moved(work, actor, event, state, "event_change", now)
    if local(began).date() != local(event.starts_at).date():
        attendance.begin_anew(work, event, f"staff:{actor.name}", now)
    if event_news.facts(event) != was:
        registrations.retell(work, event)
    promoted = registrations.fill(work, event, now)
    if event.state in PUBLIC:
        event_news.changed(work, event, was, began, f"staff:{actor.name}", now, house)
    return event, promoted


def closed_by_time(event: Event, now: datetime) -> bool:
    """Whether nobody can register because the end of registration came, not because somebody closed it before."""
    return event.state == "closed" and event.closes_at <= now and event.changed_at >= event.closes_at


def mine(work: Work, actor: Actor, event_id: int) -> Event:
    """An event to be changed by this actor, held until the transaction ends. Raises NoEvent, NotAllowed."""
    require(actor, "draft")
    event = events.get(work, event_id, hold=True)
    if event is None:
        raise NoEvent("没有这个活动。")
    require_branch(work, actor, event.org_id or 0)
    return event


def seen(work: Work, actor: Actor, event_id: int) -> Event:
    """An event as staff of its branch may see it. Raises NoEvent, NotAllowed."""
    require(actor, "see")
    event = events.get(work, event_id)
    if event is None:
        raise NoEvent("没有这个活动。")
    org = orgs.get(work, event.org_id) if event.org_id else None
    if actor.path is not None and (org is None or not actor.within(org.path)):
        raise NotAllowed("这个活动不归您所在的工会管理。")
    return event


def coming(work: Work, org_id: int | None, now: datetime, limit: int) -> Sequence[Event]:
    """What somebody of this unit (None: of none) can go to, the next one first."""
    org = orgs.get(work, org_id) if org_id else None
    return events.coming(work, now, org.path if org else None, limit)


def find(work: Work, number: int) -> Event:
    """The public event that people call so. Raises NoEvent."""
    event = events.by_number(work, number)
    if event is None or event.state == "draft":
        raise NoEvent(texts.NO_SUCH.format(number=number))
    return event


def _moved(work: Work, actor: Actor, event: Event, state: str, action: str, now: datetime) -> Event:
    event.state, event.changed_at, event.version = state, now, event.version + 1
    work.session.add(event)
    work.session.flush()
    audit.write(work, f"staff:{actor.name}", action, f"event:{event.number}", now)
    return event


def _check_seats(work: Work, event: Event, capacity: int | None) -> None:
    taken = registrations.taken(work, event)
    if capacity is not None and capacity < taken:
        raise BadEvent(f"已经有{taken}人报名，名额不能少于{taken}。确实要减，请先取消一部分报名。")


def _checked(work: Work, draft: Draft, now: datetime) -> dict[str, Any]:
    """The columns of a draft. Raises BadEvent."""
    title, place = " ".join(draft.title.split()), " ".join(draft.place.split())
    about = draft.about.strip()
    for words, most, what in ((title, TITLE_CHARS, "名称"), (place, PLACE_CHARS, "地点"), (about, ABOUT_CHARS, "介绍")):
        if not 1 <= len(words) <= most:
            raise BadEvent(f"活动{what}请写1到{most}个字。")
    closes_at = draft.closes_at or draft.starts_at
    if draft.ends_at <= draft.starts_at:
        raise BadEvent("结束时间要在开始时间之后。")
    if draft.ends_at <= now:
        raise BadEvent("这个时间已经过去了，请核对。")
    if closes_at > draft.ends_at:
        raise BadEvent("报名截止时间不能晚于活动结束时间。")
    if draft.opens_at is not None and draft.opens_at >= closes_at:
        raise BadEvent("报名开始时间要在截止时间之前。")
    if draft.capacity is not None and not 1 <= draft.capacity <= MOST_SEATS:
        raise BadEvent(f"名额请写1到{MOST_SEATS}，不限名额就空着。")
    if draft.topic not in TOPICS:
        raise BadEvent("请选择活动的类别。")
    return {
        "title": title,
        "place": place,
        "about": about,
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "opens_at": draft.opens_at,
        "closes_at": closes_at,
        "capacity": draft.capacity,
        "topic": draft.topic,
        "org_id": draft.org_id or None,
        "questions": event_questions.checked(draft.questions) or None,
        "segment": event_audience.checked(work, draft.segment, draft.org_id or None),
        "reminds": draft.reminds,
        "asks_opinion": draft.asks_opinion,
    }
