"""What people of events were told today without an approval: changed, called off, tomorrow, how was it.

News of an event does not wait for a second person, or people would come in vain. So the words are the software's, from
the event's own facts and a reason of at most `events.NOTE_CHARS` characters; they go to those registered or waiting
alone; who caused them and how many they are for is in the trail; and who approves notices is told here.
"""

from dataclasses import dataclass
from datetime import datetime, time

from bot import calendar
from bot.clock import local
from bot.services import catalogue, notice_desk
from bot.services.actors import Actor, require
from bot.services.broadcast_lists import STATE_WORDS
from storage import audit, event_told
from storage.work import Work

CHANGED = "event_told"  # the action of a deed of staff in the trail
MOST = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One notice. `who`: who changed or called off the event; 系统 where nobody did, because it was time."""

    id: int
    title: str
    at: datetime
    state: str
    people: int
    who: str
    event_id: int
    number: int
    event: str


def today(work: Work, actor: Actor, now: datetime) -> list[Told]:
    """Those of today in Shanghai to anybody in the actor's branch, the newest first, at most `MOST`. Raises NotAllowed
    (right `approve`)."""
    require(actor, "approve")
    found = event_told.since(work, calendar.at(local(now).date(), time()), actor.path, MOST)
    called = catalogue.names(work)
    by = audit.actors(work, [f"broadcast:{each.id}" for each in found], CHANGED)
    lines = (
        Told(
            id=each.id,
            title=each.title,
            at=each.created_at,
            state=STATE_WORDS.get(each.state, each.state),
            people=each.recipients if each.started_at else each.expected,
            who=notice_desk.who(by.get(f"broadcast:{each.id}", "system"), called),
            event_id=each.event_id,
            number=each.number,
            event=each.event,
        )
        for each in found
    )
    return [each for each in lines if each.people]
