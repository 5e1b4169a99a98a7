"""Notices in lists, and one in full: in words, with what the actor may do to it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from bot.errors import Refusal
from bot.services import broadcast_states, broadcast_tallies, broadcasts, repeat_rules, segments
from bot.services.actors import Actor, require
from bot.services.broadcast_results import Progress
from bot.services.topics import TOPICS
from storage import broadcasts as rows
from storage import orgs
from storage.broadcasts import ENDED, STATES, Broadcast
from storage.work import Work

PAGE = 20  # notices
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
TABS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "all": STATES,
        "drafts": ("draft", "rejected"),
        "waiting": ("pending", "approved"),
        "going": ("scheduled", "resolving", "sending", "paused"),
        "ended": ENDED,
    }
)
STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "draft": "草稿",
        "pending": "等待审核",
        "approved": "已通过，待定时间",
        "rejected": "审核未通过",
        "scheduled": "等待发送",
        "resolving": "正在整理名单",
        "sending": "正在发送",
        "paused": "已暂停",
        "done": "已完成",
        "partly_failed": "部分未送达",
        "failed": "未送达",
        "cancelled": "已取消",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a list. `union` is the branch it belongs to, empty for the city's own. `at`: when it goes or went.

    `progress`: counted where it has begun (of very many as they were counted last, None: never yet), else zeros.
    `recipients`: people it was written for.
    """

    id: int
    title: str
    topic: str
    kind: str
    state: str
    state_words: str
    union: str
    author: str
    approver: str
    note: str
    at: datetime | None
    repeat: str
    expected: int
    recipients: int
    progress: Progress | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """Some notices, the newest first; `more`: whether there is another page."""

    lines: list[Line]
    more: bool


def listing(work: Work, actor: Actor, state: str = "all", page: int = 1, parent_id: int | None = None) -> Listing:
    """Notices of the actor's branch: of a tab or a state, page by page from 1. Raises NotAllowed."""
    require(actor, "see")
    states = TABS.get(state) or ((state,) if state in STATES else STATES)
    offset = (max(1, min(page, 10_000)) - 1) * PAGE
    found = rows.listed(work, actor.path, states, PAGE + 1, offset, parent_id)
    return Listing(_lines(work, found[:PAGE]), len(found) > PAGE)


def newest(work: Work, limit: int) -> list[Line]:
    """What went out last, of everybody."""
    return _lines(work, rows.newest(work, limit))


def numbers(work: Work, actor: Actor) -> dict[str, int]:
    """How many notices of the actor's branch there are by tab of `TABS`. Raises NotAllowed."""
    require(actor, "see")
    found = rows.by_state(work, actor.path)
    return {tab: sum(found.get(state, 0) for state in states) for tab, states in TABS.items()}


def _lines(work: Work, found: Collection[Broadcast]) -> list[Line]:
    places = orgs.by_ids(work, {each.org_id for each in found if each.org_id})
    counted = broadcast_tallies.of_several(work, found, _LONG_AGO)
    return [_line(each, places[each.org_id].name if each.org_id else "", counted[each.id]) for each in found]


def _line(row: Broadcast, union: str, counted: Progress | None) -> Line:
    topic = TOPICS.get(row.topic)
    return Line(
        id=row.id,
        title=row.title,
        topic=topic.label if topic else row.topic,
        kind=row.kind,
        state=row.state,
        state_words=STATE_WORDS.get(row.state, row.state),
        union=union,
        author=row.author,
        approver=row.approver,
        note=row.note,
        at=row.not_before,
        repeat=repeat_words(row),
        expected=row.expected,
        recipients=row.recipients,
        progress=counted,
        created_at=row.created_at,
    )


def repeat_words(row: Broadcast) -> str:
    """When it repeats, in words; empty when it does not, or cannot be read any more."""
    try:
        return repeat_rules.describe(repeat_rules.parse(row.repeat)) if row.repeat else ""
    except Refusal:
        return "重复方式无法识别"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice in full. `rule`: whom it is for, in words. `may`: the deeds of `broadcast_states` open to who asks."""

    line: Line
    row: Broadcast
    body: str
    rule: str
    may: frozenset[str]


def one(work: Work, actor: Actor, broadcast_id: int) -> Sheet:
    """One notice of the actor's branch. Raises NoBroadcast, NotAllowed."""
    row = broadcasts.seen(work, actor, broadcast_id)
    may = broadcast_states.allowed(work, actor, row)
    return Sheet(_lines(work, [row])[0], row, broadcasts.body(row), rule_words(work, row), may)


def rule_words(work: Work, row: Broadcast) -> str:
    """Whom it is for, in words."""
    try:
        return segments.describe(work, broadcasts.rule_of(work, row))
    except Refusal as refusal:
        return refusal.words
