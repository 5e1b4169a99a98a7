"""Notices to people of an event: to those registered, to those waiting, to those who came. The only place that knows
how such a notice gets on its way."""

from datetime import datetime

from bot import event_texts as texts
from bot.services import letters
from bot.services.house import House
from storage import registrations
from storage.events import Event
from storage.work import Work

REGISTERED, WAITING, ATTENDED = "registered", "waiting", "attended"


def tell(
    work: Work, event: Event, key: str, title: str, text: str, whom: str, now: datetime, house: House, hours: int = 48
) -> bool:
    """Tell those who are `whom` at an event, once per `key`; worth sending for so many hours. False: told before."""
    state = WAITING if whom == WAITING else REGISTERED
    owed = {
        f"{key}:{each.id}": (each.person_id, text)
        for each, _ in registrations.roster(work, event.id, (state,))
        if each.person_id is not None and (whom != ATTENDED or each.attended_at is not None)
    }
    return letters.plant_all(work, owed, now) > 0


def invitation_words(event: Event) -> str:
    """How a broadcast that announces an event ends."""
    return texts.INVITATION.format(number=event.number)
