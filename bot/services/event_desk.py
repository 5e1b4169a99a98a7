"""Events as staff of a branch see them: the list, one event with who is in, and whom a change or an end is told.

Names are masked but where staff check people in (`event_people.desk`). Right `see` for the event, `members` for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot import event_texts as texts
from bot.forms.fields import mobile
from bot.forms.personal import blanked
from bot.services import event_news, event_words, events, registration_names, segments
from bot.services.actors import Actor, require
from bot.services.broadcast_results import masked
from bot.services.event_questions import NOTE
from bot.services.event_questions import shown as answered
from bot.services.events import Draft
from storage import events as rows
from storage import orgs, registrations
from storage.events import ANSWERS, ENDED, PUBLIC, Event, Registration
from storage.registrations import ACTIVE, Counts
from storage.seal import Unsealable
from storage.work import Work

PAGE, COMING_MOST, PEOPLE_PAGE = 30, 200, 100
COMING = ("draft", *PUBLIC)
SIDES: Mapping[str, str] = MappingProxyType({"coming": "还没结束的", "past": "过去的"})
VIEWS: Mapping[str, str] = MappingProxyType(
    {"registered": "已报名", "waiting": "候补", "cancelled": "取消了", "absent": "没有来"}
)
VIA: Mapping[str, str] = MappingProxyType({"chat": "自己报名", "list": "接龙名单", "staff": "工作人员登记"})
CAME_BY: Mapping[str, str] = MappingProxyType({"qr": "扫码", "code": "签到码", "staff": "工作人员"})
TONES: Mapping[str, str] = MappingProxyType(
    {"draft": "warn", "open": "good", "closed": "", "over": "", "cancelled": "bad"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One event in the list; `unit` is empty for the city's own."""

    event: Event
    unit: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of events: the coming ones with the next first, the past ones with the latest first."""

    lines: list[Line]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Who:
    """One registration as a list shows it. `chats`: the bot can write to them; `answers`: pairs of label and answer."""

    id: int
    place: int
    name: str
    state: str
    via: str
    at: datetime
    chats: bool
    answers: list[tuple[str, str]]
    came_at: datetime | None
    came_by: str


@dataclass(frozen=True, slots=True)
class Told:
    """How many hear of something by the bot, and how many of a list have to be told by somebody."""

    registered: int
    waiting: int
    by_hand: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One event with its `counts` as of now; `cancelled`, `absent` count people.

    `unit`: empty for the city's own. `ended`: nothing of it can be changed.
    """

    event: Event
    unit: str
    audience: str
    counts: Counts
    cancelled: int
    ended: bool
    told: Told

    @property
    def absent(self) -> int:
        """Registered and not checked in."""
        return self.counts.registered - self.counts.attended


def listing(work: Work, actor: Actor, side: str, page: int) -> Listing:
    """Events of the actor's branch. Raises NotAllowed."""
    require(actor, "see")
    states, size = (ENDED, PAGE) if side == "past" else (COMING, COMING_MOST)
    total = rows.count_listed(work, states, actor.path)
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    found = list(rows.listed(work, states, actor.path, size, (page - 1) * size))
    if side != "past":
        found.reverse()
    counts = registrations.counts(work, [each.id for each in found])
    places = orgs.by_ids(work, {each.org_id for each in found if each.org_id})
    lines = [Line(each, _unit(places, each), counts.get(each.id, Counts())) for each in found]
    return Listing(lines, total, page, pages)


def _unit(places: Mapping[int, orgs.Organisation], event: Event) -> str:
    org = places.get(event.org_id or 0)
    return org.name if org else ""


def sheet(work: Work, actor: Actor, event_id: int, now: datetime) -> Sheet:
    """One event. Raises NoEvent, NotAllowed."""
    event = events.seen(work, actor, event_id)
    org = orgs.get(work, event.org_id) if event.org_id else None
    return Sheet(
        event,
        org.name if org else "",
        audience(work, event),
        registrations.counts(work, [event.id]).get(event.id, Counts()),
        registrations.count(work, event.id, "cancelled"),
        event.state in ENDED or event.ends_at <= now,
        told(work, event),
    )


def audience(work: Work, event: Event) -> str:
    """Who may register, in words."""
    return segments.describe(work, segments.parse(event.segment)) if event.segment else "所有人"


def meant(work: Work, event: Event, now: datetime) -> int | None:
    """How many people may register as of now; None when everybody may."""
    if not event.segment:
        return None
    rule = segments.confine_to(work, segments.parse(event.segment), event.org_id)
    return segments.count(work, rule, event.topic, now).people


def told(work: Work, event: Event) -> Told:
    """Who would hear of a change of the event."""
    found = registrations.can_be_told(work, event.id)
    registered, waiting = (found.get(state, (0, 0))[0] for state in ACTIVE)
    return Told(registered, waiting, sum(names for _, names in found.values()))


def people(work: Work, actor: Actor, event_id: int, view: str, page: int) -> tuple[list[Who], int]:
    """A page of the registrations of one view in order, and how many pages there are. Raises NoEvent, NotAllowed."""
    require(actor, "members")
    event = events.seen(work, actor, event_id)
    absent, start = view == "absent", (page - 1) * PEOPLE_PAGE
    state = "registered" if absent else view
    found, total = registrations.page(work, event.id, state, absent, PEOPLE_PAGE, start)
    return [who(work, event, *each) for each in found], -(-total // PEOPLE_PAGE)


def who(work: Work, event: Event, registration: Registration, known_as: str, full: bool = False) -> Who:
    """One registration; name and mobiles masked unless they are to be shown in `full`."""
    name = registration_names.shown(work, registration, known_as)
    return Who(
        registration.id,
        registration.place,
        name if full and name else masked(name),
        registration.state,
        VIA.get(registration.via, registration.via),
        registration.registered_at,
        registration.person_id is not None,
        answers(work, event, registration, full),
        registration.attended_at,
        CAME_BY.get(registration.attended_by, ""),
    )


def answers(work: Work, event: Event, registration: Registration, full: bool) -> list[tuple[str, str]]:
    """What was answered at a registration, and what stood behind the name in a list.

    Not in `full`, mobiles and ID numbers are masked whatever was asked: people write them anywhere, and a question may
    have been one for a mobile when it was answered.
    """
    kept = _opened(work, registration)
    if not full:
        kept |= {key: mobile().show(kept[key]) for key in _mobiles(event.questions) if key in kept}
    note = [("备注", str(kept[NOTE]))] if kept.get(NOTE) else []
    said = [*answered(event.questions, kept), *note]
    return said if full else [(label, blanked(words)) for label, words in said]


def _mobiles(questions: Any) -> list[str]:
    return [each["key"] for each in questions or () if each.get("kind") == "mobile"]


def _opened(work: Work, registration: Registration) -> dict[str, Any]:
    """The answers; nothing where the key is gone."""
    try:
        found: dict[str, Any] = work.seal.open_json(registration.answers, ANSWERS) if registration.answers else {}
    except Unsealable:
        return {}
    return found


def differences(event: Event, draft: Draft) -> Sequence[tuple[str, str, str]]:
    """What those registered or waiting would be told of: what, as it was, as it will be. Nothing of a draft."""
    if event.state not in PUBLIC:
        return ()
    was = event_news.facts(event)
    seats = texts.UNLIMITED if draft.capacity is None else str(draft.capacity)
    when = event_words.span(draft.starts_at, draft.ends_at, event.created_at)
    will = {texts.WHEN: when, texts.PLACE: " ".join(draft.place.split()), texts.SEATS: seats}
    return [(what, was[what], will[what]) for what in was if was[what] != will[what]]
