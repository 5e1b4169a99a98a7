"""What time does to events: registration ends, the day before comes, they are over, opinions are asked, words go."""

from datetime import datetime, timedelta

from bot.calendar import daytime
from bot.services import event_news
from bot.services.house import House
from storage import events, registrations
from storage.events import PUBLIC
from storage.work import Work

AHEAD = timedelta(days=2)  # events that begin sooner are looked at for reminding
BATCH = 500


def move_on(work: Work, now: datetime) -> dict[str, int]:
    """Close what nobody can register for any more, end what is over; how many."""
    closed = events.shift(work, ("open",), "closed", "closes_at", now)
    return {"closed": closed, "over": events.shift(work, PUBLIC, "over", "ends_at", now)}


def to_remind(work: Work, now: datetime, house: House) -> list[int]:
    """Events that begin tomorrow (or still today) and have not been looked at: in daytime only."""
    if daytime(now, house.hours) != now:
        return []
    return events.due(work, PUBLIC, "starts_at", now, now + AHEAD)


def remind(work: Work, event_id: int, now: datetime, house: House) -> bool:
    """Remind those registered for an event whose day before has come; twice is once.

    The event is held: a change or an end that is just being written takes back only a reminder that is there.
    """
    event = events.get(work, event_id, hold=True)
    if event is None or event.state not in PUBLIC or not event.reminds or event_news.eve(event, house.hours) > now:
        return False
    return event_news.remind(work, event, now, house)


def to_ask(work: Work, now: datetime, house: House) -> list[int]:
    """Events that ended lately, in daytime only."""
    if daytime(now, house.hours) != now:
        return []
    return events.due(work, ("over",), "ends_at", now - event_news.ASK_WITHIN, now)


def ask(work: Work, event_id: int, now: datetime, house: House) -> bool:
    """Ask how an event was; twice is once."""
    event = events.get(work, event_id)
    if event is None or event.state != "over" or not event.asks_opinion:
        return False
    return event_news.ask_opinion(work, event, now, house)


def forget(work: Work, now: datetime, house: House) -> int:
    """Empty a batch of registrations of all that was said, `chat_days` after the event; how many."""
    return registrations.forget_before(work, now - timedelta(days=house.chat_days), BATCH)
