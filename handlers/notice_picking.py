"""2, 第一条, 看2: a notice by its bare number, right after the bot showed several with numbers.

Below everything else that a number can be an answer to, and above the suggestions of the FAQ, which are not open then.
"""

import re

from bot.router import SPOKEN, Filter, Router
from bot.services import misses, notice_items
from bot.turn import Turn
from handlers import notices, spoken
from handlers.duty_asking import last_said

router = Router("notice_picking")
_LOOK = re.compile(r"(?:我?(?:要|想)?(?:看一?看|看一?下|查看|打开|点开|看)|通知)? *")


class Picked(Filter[int]):
    """The number, where the last answer had a list of notices."""

    def match(self, turn: Turn) -> int | None:
        """Asks the database only when the words fit."""
        if not turn.private or turn.reask or turn.message.kind not in SPOKEN:
            return None
        number = spoken.place(_LOOK.sub("", turn.words, count=1))
        if number is None or number > notice_items.SHOWN:
            return None
        work, person_id, now = turn.work, turn.person.person_id, turn.now
        if not notice_items.numbered(work, person_id, last_said(turn).topic, now):
            return None
        taken = misses.open_suggestions(work, person_id, now) or notice_items.interrupted(work, person_id, now)
        return None if taken else number


@router.on(Picked())
def picked(turn: Turn, number: int) -> None:
    """It in full."""
    notices.show_number(turn, number)
