"""A notice that went out, called off for those who were to be told at their next contact.

It is `done` while they wait, for up to two weeks; a mistake that is found in it must not be shown to them all the same.
"""

from datetime import datetime

from bot.services.actors import Actor
from bot.services.broadcast_states import CANCEL_AT_ONCE, DEEDS, begin, note
from bot.services.broadcasts import BadNotice, Moved, seen
from bot.services.house import House
from storage import broadcast_reminders, broadcast_rows, broadcasts, notice_items
from storage.broadcasts import Broadcast
from storage.work import Work


def recall(work: Work, actor: Actor, broadcast_id: int, now: datetime, house: House) -> Broadcast:
    """Who has not been told yet is not told any more, at once; it is `cancelled` then. Who has it has it.

    Rows of many are marked later, by the job that does so for every cancelled notice. Raises NoBroadcast, NotAllowed
    (right `draft`), Moved, BadNotice (nobody waits for it).
    """
    broadcast = begin(work, actor, broadcast_id, "recall")
    if not notice_items.any_waiting(work, broadcast_id):
        raise BadNotice("没有人在等下次联系时告知这条通知，不用停了。")
    if not broadcasts.move(work, broadcast_id, DEEDS["recall"].origins, "cancelled", now, ended_at=now):
        raise Moved
    stopped = broadcast_rows.cancel_some(work, broadcast_id, now, CANCEL_AT_ONCE)
    broadcast_reminders.cancel_some(work, broadcast_id, now, CANCEL_AT_ONCE)
    note(work, actor, broadcast_id, "cancel", now, f"from {broadcast.state}, {stopped} at once")
    return seen(work, actor, broadcast_id)
