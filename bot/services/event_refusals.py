"""What rules about events do not allow."""

from bot import event_texts as texts
from bot.errors import Refusal


class NoEvent(Refusal):
    """There is no such event, or none that is meant."""


class BadEvent(Refusal):
    """An event cannot be written or changed so; the words say what to do."""


class NotNow(Refusal):
    """Nobody can register for it now, or this person cannot."""


class NotRegistered(Refusal):
    """There is no registration to cancel."""

    words = texts.NOTHING_TO_CANCEL


class NoCheckIn(Refusal):
    """This check-in does not count; the words say why."""


class WrongCode(NoCheckIn):
    """No event that is not over has this code; these are counted."""

    words = texts.CODE_WRONG


class NoOpinion(Refusal):
    """There is nothing to judge, or it was not understood."""


class NoList(Refusal):
    """A pasted list cannot be registered."""
