"""Manners in a group: short, nothing about anybody, and one tap to where nobody reads along."""

from bot import texts
from bot.contract import Kind
from bot.forms.personal import of_person
from bot.router import SPOKEN, Router
from bot.turn import Turn

router = Router("group")
UNKEPT = "form:group"  # words of such a turn are not kept


class PersonalNumber:
    """A mobile or an ID number that somebody writes where others read along."""

    def match(self, turn: Turn) -> Kind | None:
        """The kind of message."""
        found = not turn.private and turn.message.kind in SPOKEN and of_person(turn.message.text)
        return turn.message.kind if found else None


@router.on(PersonalNumber())
def number(turn: Turn, kind: Kind) -> None:
    """Nothing of it is taken or kept in a group; it can still be recalled."""
    turn.topic = UNKEPT
    elsewhere(turn, texts.GROUP_NUMBER)


def hop(turn: Turn) -> None:
    """One tap from a group to the private chat, where the union has a link for it."""
    if turn.house.private_link:
        turn.say(texts.GROUP_HOP.format(link=turn.house.private_link))


def elsewhere(turn: Turn, words: str) -> bool:
    """In a group say these words and show the way to the private chat; returns whether this is one."""
    if turn.private:
        return False
    turn.say(words)
    hop(turn)
    return True
