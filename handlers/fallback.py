"""Whatever nobody else took: pictures, voices without words, empty messages, places."""

from bot import texts
from bot.contract import Kind
from bot.router import Anything, Event, Router
from bot.turn import Turn

router = Router("fallback")


@router.on(Event(Kind.VOICE))
def voice(turn: Turn, kind: Kind) -> None:
    """A voice message that was not turned into words."""
    turn.say(texts.VOICE)


@router.on(Event(Kind.IMAGE, Kind.VIDEO, Kind.FILE, Kind.LINK))
def media(turn: Turn, kind: Kind) -> None:
    """Something we cannot read yet."""
    turn.say(texts.MEDIA)


@router.on(Event(Kind.LOCATION))
def place(turn: Turn, kind: Kind) -> None:
    """A position."""
    turn.say(texts.LOCATION)


@router.on(Anything())
def anything(turn: Turn, kind: Kind) -> None:
    """Never leave somebody without an answer."""
    turn.say(texts.EMPTY)
