"""Choosing one of the suggestions: by a tap, by its number, or none of them."""

import re

from bot import texts
from bot.router import Filter, Pattern, Router, Words
from bot.search import Decision
from bot.services import misses
from bot.turn import Turn
from handlers import faq, spoken

router = Router("picking")


class TappedEntry(Filter[str]):
    """A tapped choice that names a published entry."""

    def match(self, turn: Turn) -> str | None:
        """The entry's id."""
        entry_id = turn.message.key.removeprefix(faq.ENTRY) if turn.message.key.startswith(faq.ENTRY) else ""
        return entry_id if entry_id and turn.house.knowledge.get(entry_id) else None


@router.on(TappedEntry())
def picked(turn: Turn, entry_id: str) -> None:
    """A suggestion was tapped."""
    misses.picked(turn.work, turn.person.person_id, entry_id, turn.now)
    faq.show(turn, entry_id)


@router.on(Pattern(spoken.NUMBER))
def numbered(turn: Turn, found: re.Match[str]) -> None:
    """A suggestion was picked by its number. A number that picks none is asked for again; it is never a miss."""
    ids = misses.open_suggestions(turn.work, turn.person.person_id, turn.now, turn.message.chat)
    place = spoken.place(found[0])
    if not ids:
        unasked(turn)
    elif place is None or not 1 <= place <= len(ids):
        turn.topic = misses.NUMBER
        turn.say(texts.PICK_NUMBER.format(last=len(ids)) if len(ids) > 1 else texts.PICK_ONE)
    elif turn.house.knowledge.get(ids[place - 1]):
        picked(turn, ids[place - 1])
    else:
        turn.say(texts.NUMBER_NOTHING)


def unasked(turn: Turn) -> None:
    """A number without suggestions: a question only where the base surely knows it (996)."""
    result = faq.search(turn)
    if result.decision is Decision.ANSWER:
        faq.show(turn, result.hits[0].id)
    else:
        turn.say(texts.NUMBER_NOTHING)


@router.on(Words(texts.NONE_OF_THESE, "都不是的", "都不对"))
def none_of_these(turn: Turn, word: str) -> None:
    """No suggestion fits."""
    if misses.picked(turn.work, turn.person.person_id, misses.NONE, turn.now):
        faq.decline(turn, "")
    else:
        turn.say(texts.NONE_NOTHING)
