"""How notices went: lists, one notice, live progress, and each recipient with the reason in Chinese."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.errors import Refusal
from bot.services import broadcast_states, broadcasts, reasons, repeat_rules, segments
from bot.services.actors import Actor, require
from bot.services.reach_policy import ROUTE_NAMES
from bot.services.topics import TOPICS
from storage import broadcast_counts, orgs
from storage import broadcasts as rows
from storage.broadcast_counts import Tally
from storage.broadcasts import ENDED, GONE, STATES, Broadcast
from storage.recipients import NOT_REACHED, OPEN, REACHED
from storage.work import Work

PAGE = 50
MINUTE = timedelta(minutes=1)
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
RECIPIENT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "left_out": "没有发送",
        "queued": "等待发送",
        "sending": "正在发送",
        "massed": "群发中",
        "accepted": "平台已受理",
        "kept": "下次联系时告知",
        "sent": "已送达",
        "unknown": "结果不明",
        "failed": "发送失败",
        "unreachable": "无法送达",
        "expired": "过期未发",
        "cancelled": "已停止",
    }
)
FILTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": (),
        "reached": REACHED,
        "waiting": OPEN,
        "not_reached": NOT_REACHED,
        "silent": REACHED,
        **{state: (state,) for state in RECIPIENT_WORDS},
    }
)


@dataclass(frozen=True, slots=True)
class Progress:
    """People of a notice as of a moment. `total`: all but those left out. `states`, `routes`, `reasons` count people.

    `routes`: by which they were reached. `per_minute`: settled in the last minute. `seconds_left`: at that pace, None
    when nothing is open or nothing moves. `acked`: said 收到; `silent`: reached and did not.
    """

    total: int
    states: Mapping[str, int]
    routes: Mapping[str, int]
    reasons: Mapping[str, int]
    acked: int
    silent: int
    nudged: int
    per_minute: int
    seconds_left: int | None

    @property
    def reached(self) -> int:
        """People who have it, or whose platform has taken it."""
        return sum(self.states.get(state, 0) for state in REACHED)

    @property
    def waiting(self) -> int:
        """People the sender still has to do with."""
        return sum(self.states.get(state, 0) for state in OPEN)

    @property
    def not_reached(self) -> int:
        """People whom sending again may reach."""
        return sum(self.states.get(state, 0) for state in NOT_REACHED)

    @property
    def left_out(self) -> int:
        """People of the segment who were not sent anything."""
        return self.states.get("left_out", 0)

    @property
    def fraction(self) -> float:
        """How much of the work is done, 0 to 1."""
        return 1 - self.waiting / self.total if self.total else 0.0


def count_up(found: Collection[Tally]) -> Progress:
    """The tallies of one notice put together."""
    states: dict[str, int] = {}
    routes: dict[str, int] = {}
    why: dict[str, int] = {}
    for each in found:
        states[each.state] = states.get(each.state, 0) + each.count
        if each.state in REACHED and each.route:
            routes[each.route] = routes.get(each.route, 0) + each.count
        if each.reason:
            why[each.reason] = why.get(each.reason, 0) + each.count
    acked = sum(each.acked for each in found)
    reached = sum(each.count - each.acked for each in found if each.state in REACHED)
    pace = sum(each.recent for each in found if each.state != "left_out")
    waiting = sum(states.get(state, 0) for state in OPEN)
    left = round(waiting * 60 / pace) if waiting and pace else None
    total = sum(states.values()) - states.get("left_out", 0)
    return Progress(total, states, routes, why, acked, reached, sum(each.nudged for each in found), pace, left)


def as_totals(progress: Progress) -> dict[str, Any]:
    """What is kept on the notice when its recipients are forgotten."""
    counts = {"states": dict(progress.states), "routes": dict(progress.routes), "reasons": dict(progress.reasons)}
    return {**counts, "acked": progress.acked, "silent": progress.silent, "nudged": progress.nudged}


def _of_totals(totals: Mapping[str, Any]) -> Progress:
    states = dict(totals["states"])
    total = sum(states.values()) - states.get("left_out", 0)
    said = (totals["acked"], totals["silent"], totals["nudged"])
    return Progress(total, states, totals["routes"], totals["reasons"], *said, per_minute=0, seconds_left=None)


def progress(work: Work, broadcast_id: int, now: datetime) -> Progress:
    """How far it is. Whoever asks has asked `broadcasts.seen` before. Raises NoBroadcast."""
    broadcast = rows.get(work, broadcast_id)
    if broadcast is None:
        raise broadcasts.NoBroadcast
    return _progress_of(work, [broadcast], now - MINUTE)[broadcast_id]


def _progress_of(work: Work, some: Collection[Broadcast], since: datetime) -> dict[int, Progress]:
    """The progress of several, read with one statement."""
    open_ = [each.id for each in some if each.totals is None and each.state in GONE]
    found = broadcast_counts.tallies(work, open_, since) if open_ else []
    made = {}
    for each in some:
        mine = [tally for tally in found if tally.broadcast_id == each.id]
        if each.totals is not None:
            made[each.id] = _of_totals(each.totals)
        elif not mine and "audience" in (each.segment or {}):
            old = broadcast_counts.old_states(work, each.id)
            made[each.id] = count_up([Tally(each.id, state, "", "", many, 0, 0, 0) for state, many in old.items()])
        else:
            made[each.id] = count_up(mine)
    return made


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in a list. `union` is the branch it belongs to, empty for the city's own. `at`: when it goes or went.

    `progress`: counted where it has begun, else zeros.
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
    progress: Progress
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
    counted = _progress_of(work, found, _LONG_AGO)
    return [_line(each, places[each.org_id].name if each.org_id else "", counted[each.id]) for each in found]


def _line(row: Broadcast, union: str, counted: Progress) -> Line:
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
    """One notice in full. `rule`: whom it is for, in words. `may`: keys of `broadcast_states.DEEDS` open to the actor."""

    line: Line
    row: Broadcast
    body: str
    rule: str
    may: frozenset[str]


def one(work: Work, actor: Actor, broadcast_id: int) -> Sheet:
    """One notice of the actor's branch. Raises NoBroadcast, NotAllowed."""
    row = broadcasts.seen(work, actor, broadcast_id)
    may = broadcast_states.allowed(actor, row)
    return Sheet(_lines(work, [row])[0], row, broadcasts.body(row), rule_words(work, row), may)


def rule_words(work: Work, row: Broadcast) -> str:
    """Whom it is for, in words."""
    try:
        return segments.describe(work, broadcasts.rule_of(work, row))
    except Refusal as refusal:
        return refusal.words


@dataclass(frozen=True, slots=True)
class Result:
    """One recipient as staff see it. `name` is masked; `code` is the platform's, for who looks into it."""

    name: str
    unit: str
    state: str
    state_words: str
    reason: str
    code: str
    route: str
    attempt: int
    at: datetime | None
    acked_at: datetime | None
    nudged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """Some recipients; `more`: whether there is another page."""

    lines: list[Result]
    more: bool


def results(work: Work, actor: Actor, broadcast_id: int, state: str = "", page: int = 1, limit: int = PAGE) -> Results:
    """Recipients of a notice of the actor's branch, of a key of `FILTERS`, page by page from 1.

    Raises NoBroadcast, NotAllowed (right `members`).
    """
    require(actor, "members")
    broadcasts.seen(work, actor, broadcast_id)
    states, offset = FILTERS.get(state, ()), (max(1, page) - 1) * limit
    found = broadcast_counts.lines(work, broadcast_id, states, state == "silent", limit + 1, offset)
    names = broadcast_counts.registered_names(work, [each.person_id for each in found if not each.name])
    return Results([_result(each, names) for each in found[:limit]], len(found) > limit)


def _result(row: broadcast_counts.Line, names: Mapping[int, str]) -> Result:
    return Result(
        name=masked(row.name or names.get(row.person_id, "")),
        unit=row.unit,
        state=row.state,
        state_words=RECIPIENT_WORDS.get(row.state, row.state),
        reason=reasons.words(row.reason),
        code=row.code,
        route=ROUTE_NAMES.get(row.route, row.route),
        attempt=row.attempt,
        at=row.settled_at,
        acked_at=row.acked_at,
        nudged_at=row.nudged_at,
    )


def masked(name: str) -> str:
    """A name as lists show it: the first letter and a star for each other one, two at most."""
    return name[:1] + "＊" * min(2, len(name) - 1) if name else "（没有登记姓名）"
