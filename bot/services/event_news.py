"""What those registered and those waiting are told about an event: it changed, it is cancelled, it is tomorrow, how it
was. Dates are said in full, for a notice may be read days later."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import event_texts as texts
from bot.calendar import Hours, at, daytime
from bot.clock import local
from bot.services import event_notices, event_words
from bot.services.event_notices import ATTENDED, REGISTERED, WAITING
from bot.services.house import House
from storage import attendance
from storage.events import Event
from storage.work import Work

ASK_WITHIN = timedelta(days=3)  # later than that nobody is asked how it was
ON_THE_WAY = timedelta(hours=2)  # who hears so late that something changed may be on the way already
_HOUR = timedelta(hours=1)


def facts(event: Event) -> dict[str, str]:
    """What people are told a change of: time, place, places."""
    capacity = texts.UNLIMITED if event.capacity is None else str(event.capacity)
    return {texts.WHEN: event_words.when(event), texts.PLACE: event.place, texts.SEATS: capacity}


def changed(
    work: Work, event: Event, was: Mapping[str, str], began: datetime, by: str, now: datetime, house: House
) -> None:
    """Tell of another time or place; who still waits also of more or fewer places. Nothing changed: nobody is told.

    News of an earlier change that have not arrived are taken back: both would go out together, in any order, and what
    is read last is believed. So what comes instead says the whole of it. `began`: when it would have begun before.
    `by`: who changed it.
    """
    lines = {
        what: texts.WAS_NOW.format(what=what, was=was[what], now=new)
        for what, new in facts(event).items()
        if was[what] != new
    }
    if {texts.WHEN, texts.PLACE} & lines.keys():
        event_notices.take_back(work, event, f"event:{event.id}:eve:", now)
    key = f"event:{event.id}:change:"
    for whom, words in ((REGISTERED, texts.CHANGED), (WAITING, texts.CHANGED_WAITING)):
        told = [line for what, line in lines.items() if what != texts.SEATS or whom == WAITING]
        if told:
            if event_notices.take_back(work, event, key, now, f":{whom}"):
                told.append(texts.COUNTS.format(**_facts(event)))
            text = words.format(title=event.title, lines="\n".join(told), number=event.number)
            _tell(work, event, f"{key}{event.version}:{whom}", texts.TITLE_CHANGED, text, whom, now, house, began, by)


def called_off(work: Work, event: Event, by: str, now: datetime, house: House) -> None:
    """Tell that it does not take place. `by`: who called it off."""
    for what in ("eve", "change"):
        event_notices.take_back(work, event, f"event:{event.id}:{what}:", now)
    text = texts.CALLED_OFF_NOTICE.format(**_facts(event))
    for whom in (REGISTERED, WAITING):
        key = f"event:{event.id}:cancel:{whom}"
        _tell(work, event, key, texts.TITLE_CALLED_OFF, text, whom, now, house, by=by)


def eve(event: Event, hours: Hours) -> datetime:
    """From when on people are reminded: the day before, in the morning."""
    return at(local(event.starts_at).date() - timedelta(days=1), hours.start)


def remind(work: Work, event: Event, now: datetime, house: House) -> bool:
    """Remind those registered, once for a date; false when they were reminded before."""
    text = texts.EVE.format(checkin=texts.EVE_CHECKIN, **_facts(event))
    key = f"event:{event.id}:eve:{local(event.starts_at):%Y%m%d%H%M}"
    return _tell(work, event, key, texts.TITLE_EVE, text, REGISTERED, now, house)


def ask_opinion(work: Work, event: Event, now: datetime, house: House) -> bool:
    """Ask those who came how it was; everybody registered where nobody was checked in. False: asked before."""
    whom = ATTENDED if attendance.anybody_came(work, event.id) else REGISTERED
    text = texts.ASK_OPINION.format(title=event.title)
    key = f"event:{event.id}:opinion"
    return event_notices.tell(work, event, key, texts.TITLE_OPINION, text, whom, now, house, 72)


def _facts(event: Event) -> dict[str, str]:
    return event_words.facts(event)


def _tell(
    work: Work,
    event: Event,
    key: str,
    title: str,
    text: str,
    whom: str,
    now: datetime,
    house: House,
    began: datetime | None = None,
    by: str = "",
) -> bool:
    """Worth sending until it begins (ends, where it has begun); at night, too, where the morning would be too late.

    `began`: when people would come who hear nothing, where that is another time than it begins now.
    """
    until = event.starts_at if event.starts_at > now else event.ends_at
    hours = max(int((until - now) / _HOUR), 1)
    come = min(event.starts_at, began or event.starts_at)
    urgent = now < come <= daytime(now, house.hours) + ON_THE_WAY
    return event_notices.tell(
        work, event, key, title, text, whom, now, house, min(hours, 24 * 14), urgent=urgent, by=by
    )
