"""How a notice goes on: handed in, decided by a second person, scheduled, paused, stopped.

Every deed is one UPDATE with the state it starts from, so of two people at once one is told that it has moved. Who may:
`DEEDS`. To pause and to go on is every editor's; but what 停止发送 has stopped goes on only when an approver says so
who has neither written it nor handed it in, as when it was approved. So do more hours than were approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.calendar import daytime
from bot.services import repeat_rules, segments
from bot.services.actors import Actor, require
from bot.services.broadcast_expected import WRITTEN, Expected
from bot.services.broadcasts import (
    CLI,
    EDITABLE,
    HOURS_MOST,
    BadNotice,
    Draft,
    Moved,
    check_moment,
    create,
    name_of,
    rule_of,
    seen,
)
from bot.services.house import House
from storage import audit, broadcast_reminders, broadcast_rows, broadcasts, notice_items
from storage.broadcasts import Broadcast
from storage.work import Work

NOTE_CHARS = 200
MORE_HOURS = "批准的有效时间是{hours}小时，最多填{hours}小时。要更久，请另一位审核人（没有写、没有提交它的）来操作。"
STOPPED = "这条通知是用“停止发送”停下的，要请另一位审核人（不是写这条通知的人）看过再继续。"
SOON = timedelta(hours=1)  # the stop word is for what is due within this time, too
CANCEL_AT_ONCE = 5_000  # rows in the same transaction; the others follow by `settle_broadcasts`


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be done to a notice: from which states, with which right of `actors.RIGHTS`, called how in the trail."""

    right: str
    origins: tuple[str, ...]

    def open_to(self, actor: Actor, broadcast: Broadcast) -> bool:
        """Whether this actor may do it to this notice now."""
        return actor.may(self.right) and broadcast.state in self.origins


DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "change": Deed("draft", EDITABLE),
        "submit": Deed("draft", WRITTEN),
        "withdraw": Deed("draft", ("pending", "approved", "scheduled")),
        "approve": Deed("approve", ("pending",)),
        "reject": Deed("approve", ("pending",)),
        "schedule": Deed("draft", ("approved",)),
        "pause": Deed("draft", ("scheduled", "resolving", "sending")),
        "resume": Deed("draft", ("paused",)),
        "cancel": Deed("draft", (*EDITABLE, "resolving", "sending", "paused")),
        "recall": Deed("draft", ("done", "partly_failed")),
        "resend": Deed("draft", ("done", "partly_failed", "failed")),
        "nudge": Deed("draft", ("sending", "done", "partly_failed")),
        "group": Deed("draft", ("scheduled", "resolving", "sending", "done", "partly_failed", "failed")),
    }
)


def allowed(work: Work, actor: Actor, broadcast: Broadcast) -> frozenset[str]:
    """What this actor may do to it now (keys of `DEEDS`); nobody decides about their own words (`barred`)."""
    open_ = {name for name, deed in DEEDS.items() if deed.open_to(actor, broadcast)}
    if "approve" in open_ and barred(work, actor, broadcast):
        open_ -= {"approve", "reject"}
    if broadcast.emergency and (not actor.may("approve") or barred(work, actor, broadcast)):
        open_ -= {"resume"}
    if broadcast.kind != "notice":
        open_ -= {"change", "submit", "withdraw"}
    if broadcast.kind != "notice" or broadcast.repeat is not None:
        open_ -= {"group"}
    if not broadcast.wants_receipt:
        open_ -= {"nudge"}
    if broadcast.again is not None:
        open_ -= {"resend", "nudge"}
    over = broadcast.totals is not None  # out of date, and counted for good: nobody waits for it any more
    if "recall" in open_ and (over or not notice_items.any_waiting(work, broadcast.id)):
        open_ -= {"recall"}
    return frozenset(open_)


def look_at(work: Work, actor: Actor, broadcast_id: int, name: str) -> Broadcast:
    """The notice of a deed that may be done to it now, to look at and not to change. Raises as `begin`."""
    deed = DEEDS[name]
    require(actor, deed.right)
    broadcast = seen(work, actor, broadcast_id)
    if broadcast.state not in deed.origins:
        raise Moved
    return broadcast


def begin(work: Work, actor: Actor, broadcast_id: int, name: str) -> Broadcast:
    """The notice of a deed; nobody else changes it until the transaction ends, so that what is read of it (by whom it
    is stopped, for how many it is) still holds when the deed is done. Raises NoBroadcast, NotAllowed, Moved."""
    look_at(work, actor, broadcast_id, name)
    broadcast = broadcasts.held(work, broadcast_id)
    if broadcast is None or broadcast.state not in DEEDS[name].origins:
        raise Moved
    return broadcast


def note(work: Work, actor: Actor, broadcast_id: int, name: str, now: datetime, words: str = "") -> None:
    """The audit line of a deed."""
    audit.write(work, name_of(actor), f"broadcast_{name}", f"broadcast:{broadcast_id}", now, words)


def _move(work: Work, broadcast: Broadcast, name: str, state: str, now: datetime, **values: Any) -> None:
    if not broadcasts.move(work, broadcast.id, DEEDS[name].origins, state, now, broadcast.version, **values):
        raise Moved


def _asked(broadcast: Broadcast, version: int | None) -> None:
    """Raises Moved when somebody has written it anew since the actor read it."""
    if version is not None and version != broadcast.version:
        raise Moved


def submit(
    work: Work,
    actor: Actor,
    broadcast_id: int,
    now: datetime,
    house: House,
    counted: Expected,
    version: int | None = None,
) -> Broadcast:
    """Hand it in: it waits for a second person where one is needed, else it is scheduled.

    A second person is needed for more than `approve_above` people, for what repeats and for what may go out at night.
    `counted`: to how many it goes, which was asked before (`broadcast_expected`); nothing is counted here.
    Raises NoBroadcast, NotAllowed, Moved (it means others than were counted, too), BadNotice (nobody to send to, or its
    time has passed), BadSegment.
    """
    broadcast = begin(work, actor, broadcast_id, "submit")
    _asked(broadcast, version)
    rule = rule_of(work, broadcast)
    segments.check(work, rule)
    if not counted.is_of(rule, broadcast):
        raise Moved
    expected = counted.people
    if not expected and broadcast.repeat is None:
        raise BadNotice("现在没有能收到这条通知的人，请看看发送对象选得对不对。")
    state, values = _due(broadcast, broadcast.not_before, now, house)
    if state == "approved":
        raise BadNotice("发送时间已经过去了，请重新选择。")
    values = {**values, "expected": expected, "submitted_by": name_of(actor), "submitted_at": now, "note": ""}
    values |= {"approver": "", "decided_at": None}  # who has rejected it before approved nothing
    if needs_second(broadcast, expected, house):
        state, values = "pending", {**values, "not_before": broadcast.not_before, "valid_until": None}
    _move(work, broadcast, "submit", state, now, **values)
    note(work, actor, broadcast_id, "submit", now, f"{expected} people, {state}")
    return seen(work, actor, broadcast_id)


def needs_second(broadcast: Broadcast, expected: int, house: House) -> bool:
    """Whether a second person must approve it."""
    return expected > house.reach.approve_above or broadcast.repeat is not None or broadcast.any_hour


def _due(broadcast: Broadcast, at: datetime | None, now: datetime, house: House) -> tuple[str, dict[str, Any]]:
    """`scheduled` with its times, or `approved` when the time that was asked for has passed."""
    moment = at
    if broadcast.repeat is not None:
        moment = repeat_rules.first_from(repeat_rules.parse(broadcast.repeat), now, at)
        return ("approved", {}) if moment is None else ("scheduled", {"not_before": moment, "valid_until": None})
    if moment is None:
        moment = now if broadcast.any_hour else daytime(now, house.hours)
    elif moment <= now:
        return "approved", {}
    return "scheduled", {"not_before": moment, "valid_until": moment + timedelta(hours=broadcast.hours)}


def send(
    work: Work, actor: Actor, draft: Draft, now: datetime, house: House, counted: Expected, key: str = ""
) -> Broadcast:
    """Written, handed in and, by who runs commands on the machine, approved at once; if this key is known, that one.

    Raises as `create` and `submit`.
    """
    broadcast = create(work, actor, draft, now, house, key)
    if broadcast.state == "draft":
        broadcast = submit(work, actor, broadcast.id, now, house, counted)
    if broadcast.state == "pending" and actor == CLI:
        broadcast = approve(work, actor, broadcast.id, now, house)
    return broadcast


def withdraw(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> Broadcast:
    """Take it back before it begins: a draft again. Raises NoBroadcast, NotAllowed, Moved."""
    broadcast = begin(work, actor, broadcast_id, "withdraw")
    if broadcast.kind != "notice":
        raise Moved("这条通知由活动自动发出，可以取消，不能改。")
    undone: dict[str, Any] = {"submitted_by": "", "submitted_at": None, "approver": "", "decided_at": None}
    undone |= {"valid_until": None, "note": ""}
    if broadcast.not_before is not None and broadcast.not_before <= now:  # as soon as allowed: so it is again
        undone["not_before"] = None
    _move(work, broadcast, "withdraw", "draft", now, **undone)
    note(work, actor, broadcast_id, "withdraw", now)
    return seen(work, actor, broadcast_id)


def approve(
    work: Work,
    actor: Actor,
    broadcast_id: int,
    now: datetime,
    house: House,
    version: int | None = None,
    people: int | None = None,
) -> Broadcast:
    """A second person agrees: scheduled, or `approved` when its time has passed meanwhile (`schedule` chooses another).

    `version`, `people`: what the actor has read, and for how many; it may have been handed in again, or held back
    because it had grown, since. Raises NoBroadcast, NotAllowed, Moved, BadNotice for one's own.
    """
    broadcast = begin(work, actor, broadcast_id, "approve")
    _second(work, actor, broadcast)
    _asked(broadcast, version)
    if people is not None and people != broadcast.expected:
        raise Moved
    state, values = _due(broadcast, broadcast.not_before, now, house)
    _move(work, broadcast, "approve", state, now, approver=name_of(actor), decided_at=now, note="", **values)
    _agree(work, broadcast)
    note(work, actor, broadcast_id, "approve", now, f"{broadcast.expected} people, {state}")
    return seen(work, actor, broadcast_id)


def _agree(work: Work, broadcast: Broadcast) -> None:
    """An occurrence was held back because it had grown: the next ones to the same may have as many."""
    pattern = broadcasts.get(work, broadcast.parent_id) if broadcast.parent_id is not None else None
    if pattern is not None and pattern.segment == broadcast.segment:
        broadcasts.agree(work, pattern.id, broadcast.expected)


def reject(
    work: Work,
    actor: Actor,
    broadcast_id: int,
    words: str,
    now: datetime,
    house: House,
    version: int | None = None,
) -> Broadcast:
    """A second person does not agree and says why. Raises NoBroadcast, NotAllowed, Moved, BadNotice."""
    broadcast = begin(work, actor, broadcast_id, "reject")
    _second(work, actor, broadcast)
    _asked(broadcast, version)
    words = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    if not 1 <= len(words) <= NOTE_CHARS:
        raise BadNotice(f"请写明退回的原因，最多{NOTE_CHARS}个字。")
    _move(work, broadcast, "reject", "rejected", now, approver=name_of(actor), decided_at=now, note=words)
    note(work, actor, broadcast_id, "reject", now)
    return seen(work, actor, broadcast_id)


def barred(work: Work, actor: Actor, broadcast: Broadcast) -> str:
    """Why an actor may not decide about it whatever their right: they wrote it, handed it in, or wrote it anew as it is
    now for somebody else to hand in. Words for staff; empty for everybody else."""
    if actor == CLI:
        return ""
    if name_of(actor) in (broadcast.author, broadcast.submitted_by):
        return "自己写的或自己提交的通知，要请另一位审核人审核。"
    written = (name_of(actor), "broadcast_change", f"broadcast:{broadcast.id}", f"version {broadcast.version}")
    return "这一稿是您改的，要请另一位审核人审核。" if audit.did(work, *written) else ""


def _second(work: Work, actor: Actor, broadcast: Broadcast, words: str = "") -> None:
    """Raises BadNotice, with these words or with why, for who is `barred`."""
    if why := barred(work, actor, broadcast):
        raise BadNotice(words or why)


def schedule(
    work: Work, actor: Actor, broadcast_id: int, at: datetime | None, now: datetime, house: House
) -> Broadcast:
    """Another time for what was approved after its own (None: as soon as allowed). Raises as `submit`."""
    broadcast = begin(work, actor, broadcast_id, "schedule")
    if at is not None:
        check_moment(at, broadcast.any_hour or broadcast.repeat is not None, now, house.hours)
    state, values = _due(broadcast, at, now, house)
    if state != "scheduled":
        raise BadNotice("重复的日期都已经过去了，请修改通知的截止日期。")
    _move(work, broadcast, "schedule", state, now, **values)
    note(work, actor, broadcast_id, "schedule", now)
    return seen(work, actor, broadcast_id)


def pause(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> Broadcast:
    """Nothing more is sent (what has left has left) until it is resumed, no reminder either. Raises NoBroadcast,
    NotAllowed, Moved."""
    begin(work, actor, broadcast_id, "pause")
    if not broadcasts.pause_one(work, broadcast_id, DEEDS["pause"].origins, now):
        raise Moved
    if _has_asked(work, broadcast_id):
        broadcast_reminders.hold(work, CANCEL_AT_ONCE)
    note(work, actor, broadcast_id, "pause", now)
    return seen(work, actor, broadcast_id)


def _has_asked(work: Work, *broadcast_ids: int) -> bool:
    """Whether reminders for 收到 of any of these may wait. Asked before they are looked for: while those of another
    notice wait for the morning, that would read every one of them."""
    return any(audit.done_to(work, f"broadcast:{each}", "broadcast_nudge") for each in broadcast_ids)


def stop_all(work: Work, actor: Actor, now: datetime) -> list[int]:
    """Pause all of the actor's branch that is going out, or is due within `SOON`; their ids. Raises NotAllowed.

    To go on takes another approver than who wrote it (`resume`), also where an editor had paused it before. Reminders
    of notices that have ended cannot be paused: those that wait are cancelled, and their notices named, too.
    """
    require(actor, "approve")
    asking = broadcast_reminders.stop_below(work, actor.path, now, CANCEL_AT_ONCE)
    for broadcast_id in asking:
        note(work, actor, broadcast_id, "unask", now, "stop word")
    paused = broadcasts.pause_below(work, actor.path, now + SOON, now)
    for broadcast_id in paused:
        note(work, actor, broadcast_id, "pause", now, "stop word")
    if _has_asked(work, *paused):
        broadcast_reminders.hold(work, CANCEL_AT_ONCE)
    return paused + asking


def most_hours(work: Work, actor: Actor, broadcast: Broadcast) -> int:
    """For how many hours an actor may let it go on or send it again. What somebody has approved for so many gets more
    only from who could approve it now; where nobody had to, every editor may choose as when it was written."""
    free = not broadcast.approver or (actor.may("approve") and not barred(work, actor, broadcast))
    return HOURS_MOST if free else broadcast.hours


def check_hours(work: Work, actor: Actor, broadcast: Broadcast, hours: int) -> None:
    """Raises BadNotice for hours that this actor may not give it; the words say who may."""
    if not 1 <= hours <= HOURS_MOST:
        raise BadNotice(f"有效时间要在1到{HOURS_MOST}小时之间。")
    if hours > most_hours(work, actor, broadcast):
        raise BadNotice(MORE_HOURS.format(hours=broadcast.hours))


def resume(
    work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House, hours: int | None = None
) -> Broadcast:
    """Go on where it stopped; a pattern with its next occurrence.

    `hours`: worth sending so long from the moment on at which it goes on, which is not at night and not before its own
    time; at most `most_hours`. After 停止发送 it takes the right `approve`, and who wrote it or handed it in may not.

    Raises NoBroadcast, NotAllowed, Moved, BadNotice (it is out of date and no new `hours` are given, or more than this
    actor may give; one's own after 停止发送).
    """
    broadcast = begin(work, actor, broadcast_id, "resume")
    if broadcast.emergency:
        require(actor, "approve")
        _second(work, actor, broadcast, STOPPED)
    values: dict[str, Any] = {"emergency": False}
    if hours is not None:
        check_hours(work, actor, broadcast, hours)
        begin_at = max(now, broadcast.not_before or now)
        begin_at = begin_at if broadcast.any_hour else daytime(begin_at, house.hours)
        values["valid_until"] = begin_at + timedelta(hours=hours)
    elif broadcast.valid_until is not None and broadcast.valid_until <= now:
        raise BadNotice("这条通知已经过了有效时间。要接着发，请填写还要发送几个小时；不发了请取消。")
    if broadcast.repeat is not None:
        state, times = _due(broadcast, broadcast.not_before, now, house)
        if state != "scheduled":
            raise BadNotice("重复的日期都已经过去了，请取消，或复制成一条新的。")
        values.update(times)
    state = broadcast.paused_from or "sending"
    _move(work, broadcast, "resume", state, now, paused_from="", **values)
    note(work, actor, broadcast_id, "resume", now, state)
    return seen(work, actor, broadcast_id)


def cancel(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> Broadcast:
    """Stop it for good: who has not got it will not. Raises NoBroadcast, NotAllowed, Moved.

    What a sender holds at this moment may still arrive. Of many recipients some are marked later, by the job.
    """
    broadcast = begin(work, actor, broadcast_id, "cancel")
    _move(work, broadcast, "cancel", "cancelled", now, ended_at=now, paused_from="")
    stopped = broadcast_rows.cancel_some(work, broadcast_id, now, CANCEL_AT_ONCE)
    if _has_asked(work, broadcast_id):
        stopped += broadcast_reminders.cancel_some(work, broadcast_id, now, CANCEL_AT_ONCE)
    note(work, actor, broadcast_id, "cancel", now, f"from {broadcast.state}, {stopped} at once")
    return seen(work, actor, broadcast_id)
