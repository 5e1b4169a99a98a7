"""Manners in a group: short, nothing about anybody, and one tap to where nobody reads along."""

from bot import texts
from bot.turn import Turn


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
