"""停止发送: an approver's own phone pauses what is going out, after being asked back once.

What is paused: every broadcast of the account's branch (all of them for the city's accounts) that is being sent or
prepared, or is due within `broadcast_states.SOON`; where staff have paused one before, it is held as firmly. Reminders
of notices that have ended are taken back. Who of such a notice is only told at the next contact is told all the same:
the words name those notices, and that the console calls them off. Going on is for the console alone.
"""

from datetime import datetime, timedelta

from bot import notice_texts as texts
from bot.clock import local
from bot.services import broadcast_states
from bot.services.actors import Actor
from bot.services.broadcast_states import DEEDS
from storage import broadcast_reminders, broadcasts, inbox, notice_items
from storage.broadcasts import Broadcast
from storage.work import Work

PATIENCE = timedelta(minutes=10)  # how long 确定停止 belongs to the question
ASKED = "stopping.asked"  # topic of the turn that asked
DONE = "stopping.done"  # topic of the turn that paused
LINES = 10
LATELY = timedelta(days=1)  # what ended before that is no emergency any more
_MOST = 500


def may(actor: Actor | None) -> bool:
    """Whether somebody with this account may stop sending."""
    return actor is not None and actor.may("approve")


def ask_words(work: Work, actor: Actor, now: datetime) -> str:
    """What would be paused, and how to say so; empty when there is nothing."""
    going = broadcasts.listed(work, actor.path, ("resolving", "sending", "scheduled", "paused"), _MOST, 0)
    soon = now + broadcast_states.SOON
    meant = [each for each in going if not each.emergency and (not _waits(each) or (each.not_before or now) <= soon)]
    meant += broadcast_reminders.asking(work, actor.path, _MOST)
    if not meant:
        return ""
    minutes = int(PATIENCE.total_seconds() // 60)
    return texts.STOP_ASK.format(count=len(meant), lines=_lines(meant), minutes=minutes)


def asked(work: Work, person_id: int, now: datetime) -> bool:
    """Whether this person was asked a moment ago."""
    return inbox.has_topic(work, person_id, ASKED, now - PATIENCE)


def waits(work: Work, person_id: int, now: datetime) -> bool:
    """Whether this person was asked a moment ago and has not paused anything since."""
    since = now - PATIENCE
    when = inbox.last_at(work, person_id, ASKED, since)
    done = inbox.last_at(work, person_id, DONE, since)
    return when is not None and (done is None or done < when)


def stop(work: Work, actor: Actor, now: datetime) -> str:
    """Pause all of it; the words for it, which name what was paused. Raises NotAllowed."""
    found = (broadcasts.get(work, each) for each in broadcast_states.stop_all(work, actor, now))
    paused = [each for each in found if each is not None]
    words = texts.STOPPED.format(count=len(paused), lines=_lines(paused)) if paused else texts.STOP_NONE
    return words + still_told(work, actor, now)


def still_told(work: Work, actor: Actor, now: datetime) -> str:
    """A paragraph that names what has ended lately and is still told to some at their next contact; perhaps empty."""
    ended = broadcasts.listed(work, actor.path, DEEDS["recall"].origins, LINES, 0)
    lately = (each for each in ended if each.ended_at is not None and each.ended_at >= now - LATELY)
    titles = "、".join(f"“{each.title}”" for each in lately if notice_items.any_waiting(work, each.id))
    return f"\n\n{texts.STOP_STILL_TOLD.format(titles=titles)}" if titles else ""


def _waits(broadcast: Broadcast) -> bool:
    """Whether it has not begun."""
    return "scheduled" in (broadcast.state, broadcast.paused_from)


def _lines(rows: list[Broadcast]) -> str:
    lines = [texts.STOP_LINE.format(title=each.title, state=_state(each)) for each in rows[:LINES]]
    if len(rows) > LINES:
        lines.append(texts.STOP_MORE.format(count=len(rows) - LINES))
    return "\n".join(lines)


def _state(broadcast: Broadcast) -> str:
    """How it was, before the stop word if that has paused it."""
    state = broadcast.paused_from if broadcast.emergency else broadcast.state
    at = f"{local(broadcast.not_before):%H:%M}" if broadcast.not_before else ""
    return texts.STOP_STATES.get(state, state).format(at=at)
