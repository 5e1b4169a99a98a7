"""Notices to people of an event: to those registered, to those waiting, to those who came. The only place that knows
how such a notice gets on its way."""

from datetime import datetime

from bot import event_texts as texts
from bot.services import broadcast_states, broadcasts, segments
from bot.services.house import House
from storage import audit, broadcast_rows, notice_items
from storage import broadcasts as stored
from storage.events import Event
from storage.work import Work

REGISTERED, WAITING, ATTENDED = "registered", "waiting", "attended"


def tell(
    work: Work,
    event: Event,
    key: str,
    title: str,
    text: str,
    whom: str,
    now: datetime,
    house: House,
    hours: int = 48,
    *,
    urgent: bool = False,
    by: str = "",
) -> bool:
    """Tell those who are `whom` at an event, once per `key`; worth sending for so many hours. False: told before.

    `urgent`: at night, too. `by`: who changed the event, for the trail; nobody where it is only time.
    """
    if broadcasts.by_key(work, broadcasts.SYSTEM, key) is not None:
        return False
    rule = {"all": [{"event": event.number, "in": whom}]}
    made = broadcasts.system_notice(work, event.id, key, title, text, rule, now, hours, house=house, urgent=urgent)
    made.expected = segments.count(work, segments.parse(rule), "", now).reachable  # nobody opts out of their own event
    work.session.flush()
    if by:
        audit.write(work, by, "event_told", f"broadcast:{made.id}", now, f"{made.expected} people")
    return True


def take_back(work: Work, event: Event, prefix: str, now: datetime, whom: str = "") -> bool:
    """What these notices (to those who are `whom`; empty: to anybody) say is not so any more: who has not got one will
    not, nor at their next contact. Whether there may be anybody like that."""
    held = False
    for each in stored.of_event(work, event.id, prefix):
        if each.key.endswith(whom):
            held |= stored.move(work, each.id, _stops(work, each.id), "cancelled", now, ended_at=now, paused_from="")
            held |= broadcast_rows.cancel_some(work, each.id, now, broadcast_states.CANCEL_AT_ONCE) > 0
    return held


def _stops(work: Work, broadcast_id: int) -> tuple[str, ...]:
    """From which states a notice is cancelled: one that went out, too, while somebody waits to be told of it."""
    over = broadcast_states.DEEDS["recall"].origins if notice_items.any_waiting(work, broadcast_id) else ()
    return *broadcast_states.DEEDS["cancel"].origins, *over


def invitation_words(event: Event) -> str:
    """How a broadcast that announces an event ends."""
    return texts.INVITATION.format(number=event.number)
