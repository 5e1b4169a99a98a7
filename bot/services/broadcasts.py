"""Notices to a segment of people (通知): what staff may write, for whom, and who may see it.

How they go on is in `broadcast_states.py`, how they went in `broadcast_results.py`. Under one key there is one notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.calendar import Hours, daytime
from bot.errors import Refusal
from bot.services import notice_lines, reach_policy, repeat_rules, segments
from bot.services.actors import Actor, NotAllowed, require
from bot.services.house import House
from bot.services.topics import TOPICS
from storage import audit, broadcasts, orgs
from storage.audience import Rule
from storage.broadcasts import Broadcast
from storage.work import Work

CLI = Actor("(cli)", "admin")  # whoever runs commands on the machine; no account has brackets in its name
SYSTEM = Actor("(system)", "admin")
TITLE_CHARS, KEY_CHARS = 40, 64
MAX_TEXT_BYTES = 1800  # one customer message of the Official Account, with room for choices
HOURS_MOST = 24 * 14
AHEAD = timedelta(days=366)
EVERYBODY: Mapping[str, Any] = MappingProxyType({"all": [{"who": "followers"}], "none": []})
EDITABLE = ("draft", "rejected", "pending", "approved", "scheduled")


class BadNotice(Refusal):
    """The notice cannot be sent as it is; the words say why."""


class NoBroadcast(Refusal):
    """There is no such notice."""

    words = "没有这条通知。"


class Moved(Refusal):
    """Somebody else was faster, or it is not in a state for this any more."""

    words = "这条通知刚刚有变化，请刷新页面看看现在的情况。"


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff want to send. `rule`: JSON as `segments.parse` takes it. `at`: when; None is as soon as allowed.

    `hours`: how long it stays worth sending from then on. `routes`: those allowed, in their order; None is the usual
    order. `repeat`: JSON as `repeat_rules.parse` takes it (then `at` is when it begins). `urgent`: at night, too.
    `kind`: `event` for news that only those get who registered for it; nobody opts out of that.
    """

    title: str
    text: str
    topic: str = "activity"
    rule: Mapping[str, Any] = field(default_factory=lambda: EVERYBODY)
    at: datetime | None = None
    hours: int = 48
    wants_receipt: bool = False
    routes: tuple[str, ...] | None = None
    repeat: Mapping[str, Any] | None = None
    urgent: bool = False
    kind: str = "notice"

    @property
    def any_hour(self) -> bool:
        """Whether it may go out at night."""
        return self.urgent or self.topic == "urgent"

    @property
    def said(self) -> str:
        """The whole message as people get it."""
        topic = self.topic if self.kind == "notice" else ""
        return notice_lines.say(self.title, self.text, self.wants_receipt, topic)


def body(broadcast: Broadcast) -> str:
    """What staff wrote, without the title and the lines that every notice has."""
    topic = broadcast.topic if broadcast.kind == "notice" else ""
    return notice_lines.body(broadcast.title, broadcast.text, topic)


def draft_of(broadcast: Broadcast) -> Draft:
    """What staff wrote, to be shown in a form again or copied into a new one."""
    routes = tuple(broadcast.routes) if broadcast.routes else None
    more = {"repeat": broadcast.repeat, "urgent": broadcast.any_hour and broadcast.topic != "urgent"}
    return Draft(
        title=broadcast.title,
        text=body(broadcast),
        topic=broadcast.topic,
        rule=raw_rule(broadcast),
        at=broadcast.not_before,
        hours=broadcast.hours,
        wants_receipt=broadcast.wants_receipt,
        routes=routes,
        **more,
    )


def name_of(actor: Actor) -> str:
    """How rows and the audit trail name somebody: `staff:<account>`, `cli` or `system`."""
    return {CLI.name: "cli", SYSTEM.name: "system"}.get(actor.name, f"staff:{actor.name}")


def check(work: Work, draft: Draft, now: datetime, house: House) -> Rule:
    """The rule of a draft that can be sent. Raises BadNotice, BadSegment, BadRepeat with the reason in Chinese."""
    title, text = draft.title.strip(), draft.text.strip()
    if not title or not text:
        raise BadNotice("标题和正文都要写。")
    if len(title) > TITLE_CHARS or not title.isprintable():
        raise BadNotice(f"标题最多{TITLE_CHARS}个字，不能换行；现在是{len(title)}个字。")
    if "\0" in text:
        raise BadNotice("正文里有不能发送的字符，请重新输入。")
    size = len(draft.said.encode())
    if size > MAX_TEXT_BYTES:
        raise BadNotice(f"通知太长：{size}字节，最多{MAX_TEXT_BYTES}字节（一个汉字是3字节）。")
    if draft.topic not in TOPICS:
        raise BadNotice("请选择通知的类别。")
    if not 1 <= draft.hours <= HOURS_MOST:
        raise BadNotice(f"有效时间要在1到{HOURS_MOST}小时之间。")
    _check_routes(draft.routes, house)
    _check_time(draft, now, house)
    rule = segments.parse(draft.rule)
    segments.check(work, rule)
    return rule


def _check_routes(routes: tuple[str, ...] | None, house: House) -> None:
    if routes is None:
        return
    if not routes or len(set(routes)) != len(routes):
        raise BadNotice("请至少选择一种发送方式，每种只选一次。")
    for each in routes:
        if each not in house.reach.routes:
            name = reach_policy.ROUTE_NAMES.get(each, each[:12])
            raise BadNotice(f"没有开通这种发送方式：{name}。")


def _check_time(draft: Draft, now: datetime, house: House) -> None:
    if draft.at is not None:
        check_moment(draft.at, draft.any_hour or draft.repeat is not None, now, house.hours)
    if draft.repeat is None:
        return
    pattern = repeat_rules.parse(draft.repeat)
    if pattern.until > (now + repeat_rules.LONGEST).date():
        raise repeat_rules.BadRepeat("重复的截止日期最多到一年以后，到期前可以再延长。")
    first = repeat_rules.first_from(pattern, now, draft.at)
    if first is None:
        raise repeat_rules.BadRepeat("到截止日期前没有一次要发，请改截止日期。")
    if not draft.any_hour and daytime(first, house.hours) != first:
        raise repeat_rules.BadRepeat(f"重复的钟点要在{_say_hours(house.hours)}之间。")


def check_moment(at: datetime, any_hour: bool, now: datetime, hours: Hours) -> None:
    """Raises BadNotice when nothing can be sent at this moment."""
    if at <= now:
        raise BadNotice("发送时间已经过去了，请重新选择。")
    if at > now + AHEAD:
        raise BadNotice("发送时间最多选到一年以后。")
    if not any_hour and daytime(at, hours) != at:
        raise BadNotice(f"发送时间要在{_say_hours(hours)}之间；紧急的通知请注明“紧急”。")


def _say_hours(hours: Hours) -> str:
    return f"{hours.start:%H:%M}–{hours.end:%H:%M}"


def create(work: Work, actor: Actor, draft: Draft, now: datetime, house: House, key: str = "") -> Broadcast:
    """A new draft of the actor's branch, or the one that has this key already.

    Raises NotAllowed (right `draft`), BadNotice, BadSegment, BadRepeat.
    """
    require(actor, "draft")
    if len(key) > KEY_CHARS:
        raise BadNotice(f"编号（key）最多{KEY_CHARS}个字符。")
    known = broadcasts.by_key(work, key) if key else None
    if known is not None:
        return seen(work, actor, known.id)
    check(work, draft, now, house)
    row_id = work.new_id()
    broadcast = Broadcast(
        id=row_id,
        key=key or f"n-{row_id}",
        state="draft",
        author=name_of(actor),
        org_id=place_of(actor),
        changed_at=now,
        created_at=now,
        **_content(draft),
    )
    broadcasts.add(work, broadcast)
    audit.write(work, name_of(actor), "broadcast_draft", f"broadcast:{row_id}", now)
    return broadcast


def place_of(actor: Actor) -> int | None:
    """The branch that what an actor writes belongs to; None for the city's own."""
    return None if actor.path is None else actor.org_id


def _content(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title.strip(),
        "text": draft.said,
        "topic": draft.topic,
        "segment": segments.as_json(segments.parse(draft.rule)),
        "not_before": draft.at,
        "hours": draft.hours,
        "wants_receipt": draft.wants_receipt,
        "routes": list(draft.routes) if draft.routes else None,
        "repeat": repeat_rules.as_json(repeat_rules.parse(draft.repeat)) if draft.repeat else None,
        "any_hour": draft.any_hour,
    }


def change(
    work: Work, actor: Actor, broadcast_id: int, draft: Draft, version: int, now: datetime, house: House
) -> Broadcast:
    """Write it anew, as a draft that must be handed in (again). `version` is the one the actor has read.

    Raises NoBroadcast, NotAllowed, Moved (somebody changed or sent it meanwhile), BadNotice, BadSegment, BadRepeat.
    """
    require(actor, "draft")
    broadcast = seen(work, actor, broadcast_id)
    if broadcast.state not in EDITABLE or broadcast.kind != "notice":
        raise Moved("这条通知已经发出或取消了，不能再改。可以复制成一条新的。")
    check(work, draft, now, house)
    undone = {"submitted_by": "", "submitted_at": None, "approver": "", "decided_at": None, "valid_until": None}
    new = {**_content(draft), **undone, "expected": 0}
    if not broadcasts.move(work, broadcast_id, EDITABLE, "draft", now, version, anew=True, **new):
        raise Moved
    audit.write(work, name_of(actor), "broadcast_change", f"broadcast:{broadcast_id}", now, f"version {version + 1}")
    return seen(work, actor, broadcast_id)


def seen(work: Work, actor: Actor, broadcast_id: int) -> Broadcast:
    """A broadcast of the actor's branch as it is now. Raises NoBroadcast, NotAllowed."""
    require(actor, "see")
    broadcast = broadcasts.get(work, broadcast_id)
    if broadcast is None:
        raise NoBroadcast
    if actor.path is not None:
        org = orgs.get(work, broadcast.org_id) if broadcast.org_id else None
        if org is None or not actor.within(org.path):
            raise NotAllowed("这条通知不是您所在的工会发的，请联系上级工会。")
    return broadcast


def by_key(work: Work, actor: Actor, key: str) -> Broadcast | None:
    """The broadcast of a key, if there is one. Raises NotAllowed when it is another branch's."""
    known = broadcasts.by_key(work, key)
    return seen(work, actor, known.id) if known is not None else None


def raw_rule(broadcast: Broadcast) -> dict[str, Any]:
    """Whom it is for, as JSON; what commands of earlier versions wrote is said in today's way."""
    segment = dict(broadcast.segment or {})
    if "audience" not in segment:
        return segment
    below = [{"below": segment["below"]}] if segment.get("below") else []
    return {"all": [{"who": segment["audience"]}, *below], "none": []}


def rule_of(work: Work, broadcast: Broadcast) -> Rule:
    """Whom it is for, confined to the branch that sends it; those registered for an event may be of any.

    Who resolves or counts uses this. Raises BadSegment for a rule that is not understood any more.
    """
    rule = segments.parse(raw_rule(broadcast))
    return rule if broadcast.kind == "event" else segments.confine_to(work, rule, broadcast.org_id)


def system_notice(
    work: Work,
    event_id: int,
    key: str,
    title: str,
    text: str,
    rule: Mapping[str, Any],
    now: datetime,
    hours: int,
    *,
    house: House | None = None,
    wants_receipt: bool = False,
    urgent: bool = False,
) -> Broadcast:
    """What the software tells those registered for an event: scheduled at once, approved by nobody, once per key.

    In daytime unless `urgent`; `hours` count from then on. Topic and branch are the event's. Raises BadNotice,
    BadSegment: the words are the caller's to keep short.
    """
    known = broadcasts.by_key(work, key)
    if known is not None:
        return known
    topic, org_id = broadcasts.topic_and_place(work, event_id)
    house = house or House()
    draft = Draft(title, text, topic, rule, hours=hours, wants_receipt=wants_receipt, urgent=urgent, kind="event")
    check(work, draft, now, house)
    moment = now if draft.any_hour else daytime(now, house.hours)
    broadcast = Broadcast(
        id=work.new_id(),
        key=key,
        kind="event",
        state="scheduled",
        author="system",
        org_id=org_id,
        event_id=event_id,
        valid_until=moment + timedelta(hours=hours),
        changed_at=now,
        created_at=now,
        **{**_content(draft), "not_before": moment},
    )
    broadcasts.add(work, broadcast)
    return broadcast
