"""An event by words of its title, with what is wanted of it: 招聘会几点, 招聘会我不去了, 取消招聘会的报名.

A title that is no event of now, and what the knowledge base surely knows, is left to others.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.forms.fold import looks_like_question
from bot.router import SPOKEN, Filter, Router
from bot.services import registration_names
from bot.turn import Turn
from handlers import event_form, event_leaving, event_named, event_spoken, events, faq
from storage import registrations as stored
from storage.events import Event

router = Router("event_titled")
_THAT = r"(?:请问|那个|这个|那|我报(?:名|了)?的?|我的|[“\"《, ])*"
_BEHIND = r"[”\"》]?(?:那个|这个)?的?(?:活动)?"
_DROP, _PLACE = r"(?:取消|退出|退掉|撤销)", r"的?(?:报名|候补)"
CANCEL = re.compile(
    rf"{events.WISH}{_DROP}{_THAT}(?P<title>.{{2,40}}?){_BEHIND}(?P<sure>{_PLACE})?{events.TAIL}"
    rf"|(?:我们?)?(?:不想?|不能)(?:再?去|来|参加|报名?)(?:了|参加)?{_THAT}(?P<title_not>.{{2,40}}?){_BEHIND}{events.TAIL}"
    rf"|{_THAT}(?P<title_too>.{{2,40}}?){_BEHIND}(?P<sure_too>{_PLACE})?(?:帮我|给我|麻烦|请|,| )*{_DROP}{events.TAIL}"
)
_LEAD, _ENDS = re.compile(_THAT), re.compile(rf"{_BEHIND}[, ]*$")
_NUMBER = re.compile(r"(?:活动)?(\d{2,6})号?(?:活动)?")
LONGEST = 40  # characters of a title
_ASKS = rf"(?:{event_spoken.ABOUT_WORDS}|{event_spoken.MINE_WORDS})"
ASKED = re.compile(rf"{_THAT}(?P<title>.{{2,40}}?){_BEHIND}(?:是|[,? ])*{_ASKS}(?:来着|[啊呀])?")


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a title, and whether 报名 was said with them."""

    title: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """Registrations whose titles have the words; `sure`: 报名 was said with it."""

    events: list[Event]
    sure: bool


def _named(said: str, there: Iterable[Event], loose: bool) -> list[Event]:
    """Those that words mean. `loose`: any words of a title, else the whole of it or its end."""
    words = registration_names.plain(said)
    if number := _NUMBER.fullmatch(words):
        return [each for each in there if each.number == int(number[1])]
    if len(words) < 2 or words in event_named.COMMON or words.isdigit():
        return []
    return [each for each in there if _fits(words, registration_names.plain(each.title), loose)]


def _fits(said: str, title: str, loose: bool) -> bool:
    longer = title in said and len(said) - len(title) <= event_named.LONGER
    return longer or (said in title if loose else title.endswith(said))


class Leaving(Filter[Meant]):
    """That somebody does not come to what they have registered for, or wants it cancelled."""

    def match(self, turn: Turn) -> Meant | None:
        """Asks the database only when the words fit."""
        if not turn.private or turn.message.kind not in SPOKEN or looks_like_question(turn.message.text):
            return None
        said = _cancelled(turn.words) or _gone(turn.words)
        if said is None:
            return None
        there = event_form.under_way(turn) if turn.reask else None
        mine = [there] if there else _registered(turn)
        meant = _named(said.title, mine, loose=True)
        if not meant and said.sure:
            meant = _named(said.title, events.coming(turn), loose=True)
        return Meant(meant, said.sure and len(meant) == 1) if meant else None


def _registered(turn: Turn) -> list[Event]:
    return [event for each, event in events.own(turn) if each.state in stored.ACTIVE and each.attended_at is None]


def _cancelled(words: str) -> Said | None:
    found = CANCEL.fullmatch(words)
    if found is None or _gone(words) is not None:
        return None
    return Said(found["title"] or found["title_not"] or found["title_too"], bool(found["sure"] or found["sure_too"]))


def _gone(words: str) -> Said | None:
    """Words of a title and behind it, in one breath, that they do not come."""
    for end in range(2, min(len(words) - 1, LONGEST)):
        if event_leaving.of_named(words[end:]):
            title = _LEAD.sub("", words[:end])
            return Said(_ENDS.sub("", title), False)
    return None


class Asked(Filter[list[Event]]):
    """招聘会几点, 我报的招聘会在哪里: of an event that is called so, one's own first."""

    def match(self, turn: Turn) -> list[Event] | None:
        """Asks the database only when the words fit."""
        found = ASKED.fullmatch(turn.words) if turn.message.kind in SPOKEN else None
        if found is None:
            return None
        told = stored.of_person(turn.work, turn.person.person_id) if turn.private else []
        own = [event for _, event in told if event.ends_at > turn.now]  # also what was called off: 招聘会还办吗
        meant = _named(found["title"], own, loose=False) or _named(found["title"], events.coming(turn), loose=False)
        return meant if meant and not faq.knows(turn) else None


@router.on(Leaving())
def leave(turn: Turn, found: Meant) -> None:
    """取消招聘会的报名 cancels; 招聘会我不去了 is asked back."""
    if found.sure:
        events.cancel_one(turn, found.events[0])
    else:
        event_spoken.not_coming(turn, found.events)


@router.on(Asked())
def tell(turn: Turn, found: list[Event]) -> None:
    """All about it; of several what there is."""
    if len(found) == 1:
        events.show_event(turn, found[0])
    else:
        events.show_list(turn, turn.words)
