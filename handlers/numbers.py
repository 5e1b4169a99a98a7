"""Numbers of people where they must not be: in a group, or in private before they are asked for. None is kept."""

import re

from bot import joining_texts as texts
from bot.errors import Refusal
from bot.forms.fold import width
from bot.forms.personal import of_person
from bot.router import SPOKEN, Router
from bot.turn import Turn

router = Router("numbers")
_ID = re.compile(r"(?<![0-9])[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{6}[ -]?[0-9]{3}[0-9Xx](?![0-9])")


class NumberShown(Refusal):
    """Somebody has shown a number that should not be read by others, or not yet; the turn keeps no words."""


class Shown:
    """An ID number, in a group a mobile number as well. Taps carry none."""

    def match(self, turn: Turn) -> str | None:
        """What is to be said about it."""
        said = width(turn.message.text) if turn.message.kind in SPOKEN and not turn.message.key else ""
        if not turn.private:
            return texts.NUMBER_IN_GROUP if of_person(said) else None
        if not _ID.search(said):
            return None
        return texts.NUMBER_TOO_EARLY if turn.person.conversation is None else texts.NUMBER_PAUSED


@router.on(Shown())
def warn(turn: Turn, words: str) -> None:
    """Say it; a refusal, so that nothing of the message is written down."""
    hop = turn.house.private_link if not turn.private else ""
    raise NumberShown(f"{words}\n{texts.NUMBER_HOP.format(link=hop)}" if hop else words)
