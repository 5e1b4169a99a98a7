"""After a notice went out: once more to those whom it did not reach, and to those who have not said 收到.

How many these are is asked before, on a snapshot (`missed`, `silent`): for a whole city it takes seconds, in which
nobody else could write. The deed gets the number, and is refused when the notice was touched since.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import notice_texts as texts
from bot.calendar import daytime
from bot.clock import local
from bot.services import delivery, notice_lines, segments
from bot.services.actors import Actor
from bot.services.broadcast_results import is_final
from bot.services.broadcast_states import DEEDS, begin, check_hours, look_at, note
from bot.services.broadcasts import BadNotice, Moved
from bot.services.house import House
from storage import broadcast_again as again
from storage import broadcasts
from storage.audience import Rule
from storage.broadcasts import Broadcast
from storage.recipients import NOT_REACHED
from storage.work import Work

NUDGE_HOURS = 24
NOBODY_MISSED = "没有需要重发的人：没送达的都已退订或转到别的工会，或者都已送达。"
NOBODY_SILENT = "没有需要提醒的人：收到的都回复了，或者已经提醒过一次，或者已退订、转到别的工会。"


@dataclass(frozen=True, slots=True)
class Counted:
    """So many `people` of a notice at this attempt, last touched by staff at that moment."""

    people: int
    attempt: int
    changed_at: datetime | None


def missed(work: Work, actor: Actor, broadcast_id: int, now: datetime, unknown_too: bool = False) -> Counted:
    """How many `resend_failed` would send it to. Raises as that does."""
    broadcast = _missable(_free(work, actor, broadcast_id, "resend"))
    within, states = _within(work, broadcast), _states(unknown_too)
    count = again.missed(work, broadcast_id, _topic(broadcast), states, within, now)
    return Counted(count, broadcast.attempt, broadcast.changed_at)


def silent(work: Work, actor: Actor, broadcast_id: int, now: datetime) -> Counted:
    """How many `nudge_silent` would ask. Raises as that does."""
    broadcast = _nudgeable(_free(work, actor, broadcast_id, "nudge"))
    count = again.silent(work, broadcast_id, _topic(broadcast), _within(work, broadcast), now)
    return Counted(count, broadcast.attempt, broadcast.changed_at)


def _states(unknown_too: bool) -> tuple[str, ...]:
    return (*NOT_REACHED, "unknown") if unknown_too else NOT_REACHED


def _missable(broadcast: Broadcast) -> Broadcast:
    """The same, if its recipients are still known."""
    if is_final(broadcast):
        raise BadNotice("这条通知的发送名单已按保存期限清理，不能再重发。请复制成一条新的。")
    return broadcast


def _nudgeable(broadcast: Broadcast) -> Broadcast:
    """The same, if it asks for 收到."""
    if not broadcast.wants_receipt:
        raise BadNotice("这条通知没有要求回复“收到”。")
    return broadcast


def resend_failed(
    work: Work,
    actor: Actor,
    broadcast_id: int,
    now: datetime,
    house: House,
    counted: Counted,
    unknown_too: bool = False,
    hours: int | None = None,
) -> int:
    """A new attempt for those whose newest row is failed, unreachable or expired, and only for them; how many.

    Who has opted out meanwhile stays out, as does who left the branch whose notice it is. Where the end is unknown they
    may have it already, so they are only asked for with `unknown_too`. In daytime unless it may go out at night, and
    worth `hours` (default: the notice's; at most `most_hours`) from then on. `counted`: what `missed` has found for the
    same `unknown_too`. The first persons are written at once, the others by the job. Raises NoBroadcast, NotAllowed,
    Moved (under way, or somebody was faster), BadNotice (nobody is left; more hours than this actor may give).
    """
    broadcast = _missable(_held(work, actor, broadcast_id, "resend", counted))
    attempt, due = broadcast.attempt + 1, _first_moment(broadcast, now, house)
    if hours is not None:
        check_hours(work, actor, broadcast, hours)
    until = due + timedelta(hours=hours or broadcast.hours)
    values: dict[str, Any] = {"attempt": attempt, "ended_at": None, "valid_until": until, "totals": None, "tally": None}
    values["again"] = again.resend(_states(unknown_too), _within(work, broadcast), due)
    broadcasts.move(work, broadcast_id, DEEDS["resend"].origins, "sending", now, **values)
    _first_piece(work, broadcast_id, now, counted, NOBODY_MISSED)
    note(work, actor, broadcast_id, "resend", now, f"attempt {attempt}, {counted.people} people")
    return counted.people


def _free(work: Work, actor: Actor, broadcast_id: int, name: str) -> Broadcast:
    """The notice of a deed, to be counted. Raises as `begin`, and Moved while another deed of this module is on."""
    return _idle(look_at(work, actor, broadcast_id, name))


def _idle(broadcast: Broadcast) -> Broadcast:
    if broadcast.again is not None:
        raise Moved("上一次的重发或提醒还没有安排完，请过几分钟再来。")
    return broadcast


def _held(work: Work, actor: Actor, broadcast_id: int, name: str, counted: Counted) -> Broadcast:
    """The same, and nobody else changes it until the transaction ends. Raises Moved, too, where it is not as it was
    counted: sent or asked once more since, paused and gone on."""
    broadcast = begin(work, actor, broadcast_id, name)
    if (_idle(broadcast).attempt, broadcast.changed_at) != (counted.attempt, counted.changed_at):
        raise Moved
    return broadcast


def _first_piece(work: Work, broadcast_id: int, now: datetime, counted: Counted, nobody: str) -> None:
    """Raises BadNotice when there was nobody, or nobody is left of few; among many others will be found."""
    if not counted.people:
        raise BadNotice(nobody)
    piece = again.carry_on(work, broadcast_id, now)
    if not piece.people and not piece.more:
        raise BadNotice(nobody)


def _topic(broadcast: Broadcast) -> str:
    """What people may have opted out of; nobody opts out of news of their own event."""
    return broadcast.topic if broadcast.kind == "notice" else ""


def _within(work: Work, broadcast: Broadcast) -> str | None:
    """The branch whose people alone it may reach; those registered for an event may be of any."""
    return segments.confine_to(work, Rule(()), broadcast.org_id).within if broadcast.kind == "notice" else None


def _first_moment(broadcast: Broadcast, now: datetime, house: House) -> datetime:
    return now if broadcast.any_hour else daytime(now, house.hours)


def nudge_silent(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House, counted: Counted) -> int:
    """Ask those who have it and have not said 收到 once more, each only once, in daytime; how many. Who has opted out
    since is left alone, as is who left the branch whose notice it is. `counted`: what `silent` has found. The first
    persons are asked at once, the others by the job.

    Raises NoBroadcast, NotAllowed, Moved, BadNotice (nobody is left, or no 收到 was asked for).
    """
    broadcast = _nudgeable(_held(work, actor, broadcast_id, "nudge", counted))
    due = daytime(now, house.hours)
    day = local(broadcast.started_at or broadcast.not_before or broadcast.created_at)
    stops = notice_lines.opt_out(_topic(broadcast))
    words = texts.NUDGE.format(title=broadcast.title, month=day.month, day=day.day) + (f"\n{stops}" if stops else "")
    fields = delivery.template_fields(f"{broadcast.title}\n{texts.NUDGE_SHORT}", local(now))
    what = again.nudge(words, fields, _within(work, broadcast), now, due, due + timedelta(hours=NUDGE_HOURS))
    broadcasts.move(work, broadcast_id, DEEDS["nudge"].origins, None, now, again=what)
    _first_piece(work, broadcast_id, now, counted, NOBODY_SILENT)
    note(work, actor, broadcast_id, "nudge", now, f"{counted.people} people")
    return counted.people
