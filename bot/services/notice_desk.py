"""Notices as the console shows them: lists, one notice in words, what waits for approval, what happened to it.

What may be done is decided in `broadcast_states.py` and what is sent in `broadcasts.py`; here is only how it is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.calendar import say_date
from bot.clock import local
from bot.services import broadcast_states, broadcasts, catalogue, notice_phone, repeat_rules, segments, trail
from bot.services.actors import Actor, require
from bot.services.house import House
from bot.services.notice_phone import Shown
from bot.services.reach_policy import ROUTE_NAMES
from bot.services.topics import TOPICS
from bot.services.trail import Line as Deed
from storage import audit, orgs
from storage import broadcasts as rows
from storage.broadcasts import ENDED, STATES, Broadcast
from storage.work import Work

PAGE = 20
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "draft": "草稿",
        "pending": "等待审批",
        "approved": "已批准，要另选时间",
        "rejected": "已退回",
        "scheduled": "等待发送",
        "resolving": "正在整理名单",
        "sending": "正在发送",
        "paused": "已暂停",
        "done": "已发完",
        "partly_failed": "发完，有的没送达",
        "failed": "没有送达",
        "cancelled": "已取消",
    }
)
TONES: Mapping[str, str] = MappingProxyType(
    {
        "pending": "warn",
        "approved": "warn",
        "rejected": "bad",
        "paused": "warn",
        "done": "good",
        "partly_failed": "warn",
        "failed": "bad",
    }
)
RUNNING = ("resolving", "sending")
STARTED = (*RUNNING, "paused", *ENDED)
CITY = "市总工会"


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a list; everything but the id in words. `tone` colours the state."""

    id: int
    title: str
    state: str
    tone: str
    topic: str
    place: str
    author: str
    when: str
    people: str
    repeat: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of notices; `numbers` counts all of each state, `waiting` those the actor may decide about."""

    lines: list[Line]
    numbers: Mapping[str, int]
    page: int
    pages: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice in words. `key` is its state; `deeds` what the actor may do now (`broadcast_states.DEEDS`)."""

    id: int
    key: str
    title: str
    state: str
    tone: str
    topic: str
    urgent: bool
    place: str
    author: str
    audience: str
    when: str
    repeat: str
    hours: int
    routes: str
    wants_receipt: bool
    submitted: str
    expected: int
    note: str
    version: int
    deeds: tuple[str, ...]
    own: bool
    parent: int | None
    shown: list[Shown]

    @property
    def editable(self) -> bool:
        """Whether the actor may write it anew."""
        return "change" in self.deeds

    @property
    def runs(self) -> bool:
        """Whether its numbers are moving."""
        return self.key in RUNNING

    @property
    def started(self) -> bool:
        """Whether anybody may have got it."""
        return self.key in STARTED


def listing(work: Work, actor: Actor, state: str, page: int) -> Listing:
    """Notices of the actor's branch in a state (empty: in any), what was made last first. Raises NotAllowed."""
    require(actor, "see")
    numbers = rows.by_state(work, actor.path)
    states = (state,) if state else STATES
    pages = max(1, -(-sum(numbers.get(each, 0) for each in states) // PAGE))
    page = min(max(page, 1), pages)
    found = rows.listed(work, actor.path, states, PAGE, (page - 1) * PAGE)
    return Listing(_lines(work, found), numbers, page, pages, waiting(work, actor) if numbers.get("pending") else 0)


def children(work: Work, actor: Actor, parent_id: int) -> list[Line]:
    """The newest occurrences of a notice that repeats."""
    return _lines(work, rows.listed(work, actor.path, STATES, PAGE, 0, parent_id))


def _pending(work: Work, actor: Actor) -> list[Broadcast]:
    found = rows.listed(work, actor.path, ("pending",), 100, 0)
    return sorted(found, key=lambda each: (each.submitted_at or each.created_at, each.id))


def waiting(work: Work, actor: Actor) -> int:
    """How many notices this actor could decide about now; 0 without the right."""
    return sum("approve" in broadcast_states.allowed(actor, each) for each in _pending(work, actor))


def approvals(work: Work, actor: Actor, house: House, now: datetime) -> list[Sheet]:
    """What waits for a second person, the longest waiting first; the actor's own, too. Raises NotAllowed."""
    require(actor, "approve")
    return [_sheet(work, actor, each, house, now) for each in _pending(work, actor)]


def one(work: Work, actor: Actor, broadcast_id: int, house: House, now: datetime) -> Sheet:
    """One notice. Raises NoBroadcast, NotAllowed."""
    return _sheet(work, actor, broadcasts.seen(work, actor, broadcast_id), house, now)


def history(work: Work, broadcast_id: int) -> list[Deed]:
    """What was done to it, the newest first, with accounts by their names."""
    called = catalogue.names(work)
    return [
        Deed(each.at, _who(each.actor, called), trail.ACTIONS.get(each.action, each.action), "", each.note)
        for each in audit.of_subject(work, f"broadcast:{broadcast_id}")
    ]


def _who(actor: str, called: Mapping[str, str]) -> str:
    kind, _, name = actor.partition(":")
    if actor == "system":
        return "系统"
    return called.get(name, name) if kind == "staff" else trail.say_who(actor)


def _lines(work: Work, found: Sequence[Broadcast]) -> list[Line]:
    called, places = catalogue.names(work), orgs.by_ids(work, {each.org_id for each in found if each.org_id})
    return [_line(each, called, places[each.org_id].name if each.org_id in places else CITY) for each in found]


def _line(each: Broadcast, called: Mapping[str, str], place: str) -> Line:
    people = f"{each.recipients} 人" if each.state in STARTED else f"预计 {each.expected} 人" if each.expected else ""
    moment = each.started_at or each.not_before
    return Line(
        id=each.id,
        title=each.title,
        state=NAMES[each.state],
        tone=TONES.get(each.state, ""),
        topic=_topic(each.topic),
        place=place,
        author=_who(each.author, called),
        when=_moment(moment) if moment else "",
        people=people,
        repeat=_repeats(each),
    )


def _sheet(work: Work, actor: Actor, each: Broadcast, house: House, now: datetime) -> Sheet:
    called = catalogue.names(work)
    deeds = broadcast_states.allowed(actor, each)
    mine = broadcasts.name_of(actor)
    text = broadcasts.body(each)
    return Sheet(
        id=each.id,
        key=each.state,
        title=each.title,
        state=NAMES[each.state],
        tone=TONES.get(each.state, ""),
        topic=_topic(each.topic),
        urgent=each.any_hour,
        place=_place(work, each.org_id),
        author=_who(each.author, called),
        audience=_audience(work, each),
        when=_when(each),
        repeat=_repeats(each),
        hours=each.hours,
        routes=_routes(each, house),
        wants_receipt=each.wants_receipt,
        submitted=f"{_moment(each.submitted_at)} {_who(each.submitted_by, called)}提交" if each.submitted_at else "",
        expected=each.expected,
        note=each.note,
        version=each.version,
        deeds=tuple(name for name in broadcast_states.DEEDS if name in deeds),
        own=mine in (each.author, each.submitted_by),
        parent=each.parent_id,
        shown=notice_phone.shown(each.title, text, each.wants_receipt, each.routes or usual(house), local(now)),
    )


def usual(house: House) -> tuple[str, ...]:
    """The routes that are taken when nobody chose any: mass sends are few, so they are chosen or not taken."""
    return tuple(each for each in house.reach.routes if each != "mass")


def _topic(topic: str) -> str:
    return TOPICS[topic].label if topic in TOPICS else topic


def _place(work: Work, org_id: int | None) -> str:
    org = orgs.get(work, org_id) if org_id else None
    return org.name if org else CITY


def _audience(work: Work, each: Broadcast) -> str:
    try:
        return segments.describe(work, broadcasts.rule_of(work, each))
    except segments.BadSegment as problem:
        return problem.words


def _repeats(each: Broadcast) -> str:
    try:
        return repeat_rules.describe(repeat_rules.parse(each.repeat)) if each.repeat else ""
    except repeat_rules.BadRepeat as problem:
        return problem.words


def _routes(each: Broadcast, house: House) -> str:
    return "、".join(ROUTE_NAMES.get(route, route) for route in each.routes or usual(house)) or "没有开通的渠道"


def _when(each: Broadcast) -> str:
    if each.started_at:
        until = f"，{_moment(each.ended_at)} 结束" if each.ended_at else ""
        return f"{_moment(each.started_at)} 开始{until}"
    if each.not_before is None:
        return "批准以后马上发"
    return f"{'下一次' if each.repeat else ''}{_moment(each.not_before)}"


def _moment(moment: datetime) -> str:
    here = local(moment)
    return f"{say_date(here.date())} {here:%H:%M}"
