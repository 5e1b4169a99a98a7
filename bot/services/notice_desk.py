"""Notices as the console shows them: one notice in words, what waits for approval, what happened to it.

What may be done is decided in `broadcast_states.py`, lists are made in `broadcast_lists.py`; here is how it is said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.calendar import say_date
from bot.clock import local
from bot.services import broadcast_lists, broadcast_states, catalogue, notice_phone, trail
from bot.services.actors import Actor, require
from bot.services.broadcast_lists import STATE_WORDS, Line
from bot.services.house import House
from bot.services.notice_phone import Shown
from bot.services.reach_policy import ROUTE_NAMES
from bot.services.trail import Line as Deed
from storage import audit
from storage import broadcasts as rows
from storage.broadcasts import ENDED, GONE, Broadcast
from storage.work import Work

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
CITY = "市总工会"
_PARTS = (
    (re.compile(r"(\d+) people"), "{} 人"),
    (re.compile(r"version (\d+)"), "第 {} 稿"),
    (re.compile(r"attempt (\d+)"), "第 {} 次发"),
    (re.compile(r"(\d+) at once"), "{} 人不再发"),
    (re.compile(r"(\d+) groups"), "{} 个群"),
    (re.compile(r"from (\w+)"), "原来是“{}”"),
    (re.compile(r"(stop word)"), "用“停止发送”口令"),
    (re.compile(r"refused (\S+)"), "平台连续拒绝（代码 {}），请先处理好再恢复"),
)
MOST = 100  # approvals on a page


@dataclass(frozen=True, slots=True)
class Sheet:
    """One notice in words. `key` is its state; `deeds` what the actor may do now (`broadcast_states.DEEDS`). `halted`:
    停止发送 has paused it; `arranging`: it is being sent again, or reminders are being written. `most_hours`: for how
    many the actor may let it go on (`broadcast_states.most_hours`); 0 where the question does not arise.

    `barred`: why they may not decide about it though it waits for that."""

    id: int
    key: str
    title: str
    state: str
    tone: str
    topic: str
    urgent: bool
    kind: str
    place: str
    author: str
    audience: str
    when: str
    repeat: str
    hours: int
    routes: str
    wants_receipt: bool
    submitted: str
    decided: str
    expected: int
    note: str
    version: int
    deeds: tuple[str, ...]
    barred: str
    parent: int | None
    late: bool
    most_hours: int
    halted: bool
    arranging: bool
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
        return self.key in GONE


def _pending(work: Work, actor: Actor) -> list[Broadcast]:
    found = rows.listed(work, actor.path, ("pending",), MOST, 0)
    return sorted(found, key=lambda each: (each.submitted_at or each.created_at, each.id))


def waiting(work: Work, actor: Actor) -> int:
    """How many notices this actor could decide about now; 0 without the right."""
    if not actor.may("approve"):
        return 0
    return sum("approve" in broadcast_states.allowed(work, actor, each) for each in _pending(work, actor))


def approvals(work: Work, actor: Actor, house: House, now: datetime) -> list[Sheet]:
    """What waits for a second person, the longest waiting first; the actor's own, too. Raises NotAllowed."""
    require(actor, "approve")
    return [one(work, actor, each.id, house, now) for each in _pending(work, actor)]


def one(work: Work, actor: Actor, broadcast_id: int, house: House, now: datetime) -> Sheet:
    """One notice. Raises NoBroadcast, NotAllowed."""
    found = broadcast_lists.one(work, actor, broadcast_id)
    called, row, line = catalogue.names(work), found.row, found.line
    allowed = tuple(row.routes or usual(house))
    return Sheet(
        id=row.id,
        key=row.state,
        title=row.title,
        state=line.state_words,
        tone=TONES.get(row.state, ""),
        topic=line.topic,
        urgent=row.any_hour,
        kind=row.kind,
        place=line.union or CITY,
        author=who(row.author, called),
        audience=found.rule,
        when=_when(row),
        repeat=line.repeat,
        hours=row.hours,
        routes="、".join(ROUTE_NAMES.get(route, route) for route in allowed) or "没有开通的渠道",
        wants_receipt=row.wants_receipt,
        submitted=_deed(row.submitted_at, row.submitted_by, "提交", called),
        decided=_deed(row.decided_at, row.approver, "退回" if row.state == "rejected" else "批准", called),
        expected=row.expected,
        note=row.note,
        version=row.version,
        deeds=tuple(name for name in broadcast_states.DEEDS if name in found.may),
        barred=broadcast_states.barred(work, actor, row) if row.state == "pending" else "",
        parent=row.parent_id,
        late=row.valid_until is not None and row.valid_until <= now,
        most_hours=broadcast_states.most_hours(work, actor, row) if row.state == "paused" else 0,
        halted=row.state == "paused" and row.emergency,
        arranging=row.again is not None,
        shown=notice_phone.shown(row.title, found.body, row.wants_receipt, allowed, local(now), _can_stop(row)),
    )


def _can_stop(row: Broadcast) -> str:
    """The topic that people can opt out of by it."""
    return row.topic if row.kind == "notice" else ""


def people(line: Line) -> str:
    """How many a notice goes or went to, in words; empty while nobody knows."""
    if line.state in GONE and line.progress is None:
        return f"{line.recipients:,} 人"
    if line.state in GONE and line.progress is not None:
        said = f"{line.progress.total:,} 人，送达 {line.progress.reached:,} 人"
        at = None if line.state in ENDED else line.progress.at
        return f"{said}（截至 {local(at):%H:%M}）" if at else said
    return f"预计 {line.expected:,} 人" if line.expected else ""


def history(work: Work, broadcast_id: int) -> list[Deed]:
    """What was done to it, the newest first, with accounts by their names."""
    called = catalogue.names(work)
    return [
        Deed(each.at, who(each.actor, called), trail.ACTIONS.get(each.action, each.action), "", _note(each.note))
        for each in audit.of_subject(work, f"broadcast:{broadcast_id}")
    ]


def _note(note: str) -> str:
    """What a line of the trail adds, as staff read it: states by their names, people with their unit."""
    return "，".join(_say(part) for part in note.split(", "))


def _say(part: str) -> str:
    for pattern, words in _PARTS:
        if (found := pattern.fullmatch(part)) is not None:
            return words.format(STATE_WORDS.get(found[1], found[1]))
    return STATE_WORDS.get(part, part)


def who(actor: str, called: Mapping[str, str]) -> str:
    """Who wrote or did something: an account by its name."""
    kind, _, name = actor.partition(":")
    if actor == "system":
        return "系统"
    return called.get(name, name) if kind == "staff" else trail.say_who(actor)


def usual(house: House) -> tuple[str, ...]:
    """The routes that are taken when nobody chose any: mass sends are few, so they are chosen or not taken."""
    return tuple(each for each in house.reach.routes if each != "mass")


def _deed(at: datetime | None, by: str, verb: str, called: Mapping[str, str]) -> str:
    return f"{say_moment(at)} {who(by, called)}{verb}" if at else ""


def _when(row: Broadcast) -> str:
    if row.started_at:
        until = f"，{say_moment(row.ended_at)} 结束" if row.ended_at else ""
        return f"{say_moment(row.started_at)} 开始{until}"
    if row.not_before is None:
        return "按重复的时间" if row.repeat else "马上发；要审核的，批准以后就发"
    return f"{'下一次' if row.repeat else ''}{say_moment(row.not_before)}"


def say_moment(moment: datetime) -> str:
    """A moment as people read it."""
    here = local(moment)
    return f"{say_date(here.date())} {here:%H:%M}"
