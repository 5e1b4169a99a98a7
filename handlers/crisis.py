"""Somebody speaks of taking their own life: a person, hotlines and a case, before anything else and in private."""

import re

from bot import texts
from bot.router import Filter, Router
from bot.services import cases
from bot.turn import Turn

router = Router("crisis")
_SIGNS = re.compile(r"不想活|活不下去|活着没意思|自杀|轻生|想死|寻短见|一了百了|跳楼算了")


def urgent(turn: Turn) -> bool:
    """Whether a form must step back for this."""
    return _SIGNS.search(turn.words) is not None


class Despair(Filter[bool]):
    """Words of despair anywhere in the message."""

    def match(self, turn: Turn) -> bool | None:
        """True when there are some."""
        return True if urgent(turn) else None


@router.on(Despair())
def stay(turn: Turn, found: bool) -> None:
    """Stay with the person: hotlines first, and a case for the staff."""
    cases.hand_over(turn.work, turn.person.person_id, "crisis", turn.now)
    turn.say(texts.CRISIS.format(hotline=turn.house.hotline))
