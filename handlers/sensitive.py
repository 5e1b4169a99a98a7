"""Sensitive matters (despair, harassment, a death …): a person, a hotline and a case before any search."""

from bot import texts
from bot.contract import Choice
from bot.router import SPOKEN, Filter, Router
from bot.services import cases
from bot.services.sensitive import Matter
from bot.turn import Turn
from handlers import faq, group

router = Router("sensitive")


def urgent(turn: Turn) -> bool:
    """Whether a form must step back for this."""
    return _found(turn) is not None


def _found(turn: Turn) -> Matter | None:
    return turn.house.sensitive.find(turn.message.text) if turn.message.kind in SPOKEN else None


class Sign(Filter[Matter]):
    """Words that are a sign of a sensitive matter, anywhere in the message; what was tapped is no sign."""

    def match(self, turn: Turn) -> Matter | None:
        """The matter."""
        return None if turn.message.key else _found(turn)


@router.on(Sign())
def stay(turn: Turn, matter: Matter) -> None:
    """Stay with the person: hotlines, a case for the staff, and only then what the rules say, to be tapped.

    In a group nothing of the matter is repeated.
    """
    house = turn.house
    turn.topic = f"sensitive:{matter.id}"
    turn.grave = True
    fresh = cases.hand_over(turn.work, turn.person.person_id, matter.id, turn.now, urgent=matter.urgent)
    if group.elsewhere(turn, texts.GROUP_SENSITIVE.format(hotline=house.hotline)):
        return
    turn.say(matter.words.format(hotline=house.hotline, office=house.office))
    turn.say((texts.SENSITIVE_CASE if fresh else texts.SENSITIVE_CASE_AGAIN).format(office=house.office))
    known = house.knowledge.questions(matter.entries, turn.now)
    if known:
        turn.say(texts.SENSITIVE_MORE, *(Choice(faq.ENTRY + entry_id, question) for entry_id, question in known[:3]))
