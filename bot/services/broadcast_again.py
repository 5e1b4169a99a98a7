"""After a notice went out: once more to those whom it did not reach, and to those who have not said 收到."""

from datetime import datetime, timedelta
from typing import Any

from bot import notice_texts as texts
from bot.calendar import daytime
from bot.clock import local
from bot.services import delivery
from bot.services.actors import Actor
from bot.services.broadcast_results import is_final
from bot.services.broadcast_states import DEEDS, begin, note
from bot.services.broadcasts import BadNotice, Moved
from bot.services.house import House
from storage import broadcast_again as again
from storage import broadcasts
from storage.broadcasts import Broadcast
from storage.recipients import NOT_REACHED
from storage.work import Work

NUDGE_HOURS = 24


def resend_failed(
    work: Work,
    actor: Actor,
    broadcast_id: int,
    now: datetime,
    house: House,
    unknown_too: bool = False,
    hours: int | None = None,
) -> int:
    """A new attempt for those whose newest row is failed, unreachable or expired, and only for them; how many.

    Who has opted out meanwhile stays out. Where the end is unknown they may have it already, so they are only asked
    for with `unknown_too`. In daytime unless it may go out at night, and worth `hours` (default: the notice's) from
    then on. Raises NoBroadcast, NotAllowed, Moved (under way, or somebody was faster), BadNotice (nobody is left).
    """
    broadcast = begin(work, actor, broadcast_id, "resend")
    attempt, due = broadcast.attempt + 1, _first_moment(broadcast, now, house)
    until = due + timedelta(hours=broadcast.hours if hours is None else max(1, min(hours, 336)))
    values: dict[str, Any] = {"attempt": attempt, "ended_at": None, "valid_until": until, "totals": None, "tally": None}
    if is_final(broadcast):
        raise BadNotice("这条通知的发送名单已按保存期限清理，不能再重发。请复制成一条新的。")
    if not broadcasts.move(work, broadcast_id, DEEDS["resend"].origins, "sending", now, broadcast.version, **values):
        raise Moved
    states = (*NOT_REACHED, "unknown") if unknown_too else NOT_REACHED
    count = again.resend(work, broadcast_id, _topic(broadcast), states, attempt, due)
    if not count:
        raise BadNotice("没有需要重发的人：没送达的都已退订，或者都已送达。")
    note(work, actor, broadcast_id, "resend", now, f"attempt {attempt}, {count} people")
    return count


def _topic(broadcast: Broadcast) -> str:
    """What people may have opted out of; nobody opts out of news of their own event."""
    return broadcast.topic if broadcast.kind == "notice" else ""


def _first_moment(broadcast: Broadcast, now: datetime, house: House) -> datetime:
    return now if broadcast.any_hour else daytime(now, house.hours)


def nudge_silent(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> int:
    """Ask those who have it and have not said 收到 once more, each only once, in daytime; how many. Who has opted out
    since is left alone.

    Raises NoBroadcast, NotAllowed, Moved, BadNotice (nobody is left, or no 收到 was asked for).
    """
    broadcast = begin(work, actor, broadcast_id, "nudge")
    if not broadcast.wants_receipt:
        raise BadNotice("这条通知没有要求回复“收到”。")
    due = daytime(now, house.hours)
    day = local(broadcast.started_at or broadcast.not_before or broadcast.created_at)
    words = texts.NUDGE.format(title=broadcast.title, month=day.month, day=day.day)
    fields = delivery.template_fields(f"{broadcast.title}\n{texts.NUDGE_SHORT}", local(now))
    if broadcasts.held(work, broadcast_id) is None:
        raise Moved
    count = again.nudge(
        work, broadcast_id, _topic(broadcast), words, fields, now, due, due + timedelta(hours=NUDGE_HOURS)
    )
    if not count:
        raise BadNotice("没有需要提醒的人：收到的都回复了，或者已经提醒过一次。")
    note(work, actor, broadcast_id, "nudge", now, f"{count} people")
    return count
