"""What the handlers of duties share: who they are for, and asking back which duty is meant."""

import re
from datetime import timedelta

from bot.router import Pattern
from bot.services import duty_answers
from bot.services.duty_answers import Entry, Listing, WhichDuty
from bot.turn import Turn
from storage import duty_lists

WHICH = "duties.which"
PROOF = "duties.proof:"
PATIENCE = timedelta(minutes=30)  # how long a bare number belongs to the question before it
ONE = r"(?:第|任务|编号)?\s*(?P<number>\d{1,3})\s*[项号]?"
DUTY = rf"(?:{ONE})?"


class OfCadre(Pattern):
    """Words that mean something only from somebody with duties, in private; everybody else is not disturbed."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The match; asks the database only when the words fit."""
        found = super().match(turn)
        if found is None or not turn.private or turn.message.key:
            return None
        return found if duty_answers.is_cadre(turn.work, turn.person.person_id, turn.now) else None


def listing(turn: Turn) -> Listing:
    """The list of whoever writes. Raises NotCadre."""
    return duty_answers.listing(turn.work, turn.person.person_id, turn.now)


def number_of(found: re.Match[str], number: int | None = None) -> int | None:
    """The number said afterwards, or the one in the words."""
    if number is not None:
        return number
    return int(found["number"]) if found["number"] else None


def ask_which(turn: Turn, which: WhichDuty) -> None:
    """Ask; a bare number right after this is the answer."""
    turn.topic = WHICH
    turn.say(which.words)


def entry_of(turn: Turn, number: int | None) -> Entry | None:
    """The duty that is meant; None after asking which. Raises NotCadre, NoSuchDuty."""
    try:
        return listing(turn).pick(number)
    except WhichDuty as which:
        ask_which(turn, which)
        return None


def last_said(turn: Turn, patience: timedelta = PATIENCE) -> duty_lists.LastSaid:
    """What the message before this one was taken for."""
    return duty_lists.last_said(turn.work, turn.person.person_id, turn.now - patience)
