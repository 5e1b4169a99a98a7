"""How notices went: live progress in people, and each recipient with the reason in Chinese."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.services import broadcasts, reasons
from bot.services.actors import Actor, require
from bot.services.reach_policy import ROUTE_NAMES
from storage import broadcast_counts
from storage import broadcasts as rows
from storage.broadcast_counts import Tally
from storage.broadcasts import Broadcast
from storage.recipients import NOT_REACHED, OPEN, REACHED
from storage.work import Work

PAGE = 50  # recipients
MINUTE = timedelta(minutes=1)
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
    when nothing is open or nothing moves. `acked`: said 收到; `silent`: reached and did not, of whom `nudged` were
    asked for it again. `at`: when that was counted, None for just now.
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
    at: datetime | None = None

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
    def again_in(self) -> int:
        """After how many seconds it is worth asking again: counting takes longer the more people there are."""
        return max(1, self.total // 40_000)

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
        states[each.state] = states.get(each.state, 0) + each.people
        if each.state in REACHED and each.route:
            routes[each.route] = routes.get(each.route, 0) + each.people
        if each.reason:
            why[each.reason] = why.get(each.reason, 0) + each.people
    acked = sum(each.acked for each in found)
    reached = sum(each.people - each.acked for each in found if each.state in REACHED)
    pace = sum(each.recent for each in found if each.state != "left_out")
    left = _left(states, pace)
    total = sum(states.values()) - states.get("left_out", 0)
    nudged = sum(each.nudged for each in found if each.state in REACHED)
    return Progress(total, states, routes, why, acked, reached, nudged, pace, left)


def _left(states: Mapping[str, int], pace: int) -> int | None:
    """Seconds until all that is open is done at so many a minute."""
    waiting = sum(states.get(state, 0) for state in OPEN)
    return round(waiting * 60 / pace) if waiting and pace else None


def totals(work: Work, broadcast_id: int, now: datetime, final: bool) -> dict[str, Any]:
    """What is kept on the notice of how it went. `final`: its recipients are forgotten next. Raises NoBroadcast."""
    return {**as_totals(progress(work, broadcast_id, now)), "final": final, "at": now.isoformat()}


def is_final(broadcast: Broadcast) -> bool:
    """Whether its recipients are forgotten, or are just being."""
    return bool((broadcast.totals or {}).get("final"))


def as_totals(progress: Progress) -> dict[str, Any]:
    """Progress as JSON."""
    counts = {"states": dict(progress.states), "routes": dict(progress.routes), "reasons": dict(progress.reasons)}
    return {**counts, "acked": progress.acked, "silent": progress.silent, "nudged": progress.nudged}


def of_totals(totals: Mapping[str, Any]) -> Progress:
    """What `as_totals` (of which older ones do not say when) has kept."""
    states = dict(totals["states"])
    total = sum(states.values()) - states.get("left_out", 0)
    said, pace = (totals["acked"], totals["silent"], totals["nudged"]), totals.get("per_minute", 0)
    at = datetime.fromisoformat(totals["at"]) if "at" in totals else None
    return Progress(total, states, totals["routes"], totals["reasons"], *said, pace, _left(states, pace), at)


def progress(work: Work, broadcast_id: int, now: datetime) -> Progress:
    """How far it is. Whoever asks has asked `broadcasts.seen` before. Raises NoBroadcast."""
    broadcast = rows.get(work, broadcast_id)
    if broadcast is None:
        raise broadcasts.NoBroadcast
    if is_final(broadcast):
        return of_totals(broadcast.totals)
    return of_rows(work, broadcast, broadcast_counts.tallies(work, [broadcast_id], now - MINUTE))


def of_rows(work: Work, row: Broadcast, found: Collection[Tally]) -> Progress:
    """What these tallies of a notice come to; one from before there were recipients is counted by its messages."""
    if not found and "audience" in (row.segment or {}):
        old = broadcast_counts.old_states(work, row.id)
        return count_up([Tally(row.id, state, "", "", many, 0, 0, 0) for state, many in old.items()])
    return count_up(found)


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
    return Results([in_words(each, names) for each in found[:limit]], len(found) > limit)


def in_words(row: broadcast_counts.Line, names: Mapping[int, str]) -> Result:
    """A recipient in words; `names` are those that are not in the row, by person."""
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
