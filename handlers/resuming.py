"""换手机: going on with a form on another phone or channel by a six-digit code."""

import re

from bot import joining_texts as texts
from bot import texts as common
from bot.clock import local
from bot.contract import Choice
from bot.router import Filter, Pattern, Router, Words
from bot.services import membership, resuming
from bot.turn import Turn
from handlers import group

router = Router("resuming")
ELSEWHERE = (
    "换手机",
    "换个手机",
    "换一个手机",
    "换微信",
    "换个微信",
    "换号",
    "换手机接着填",
    "换微信接着填",
    "换个手机接着填",
)
CODE = Pattern(r"接着填\s*[:,]?\s*(?P<code>\d{6})")


class BareCode(Filter[str]):
    """Six digits and nothing else, when the bot has just told somebody to send them."""

    def match(self, turn: Turn) -> str | None:
        """The digits."""
        if not re.fullmatch(r"[0-9]{6}", turn.words) or not turn.private:
            return None
        return turn.words if resuming.awaited(turn.work, turn.person.person_id, turn.now) else None


@router.on(Words(*ELSEWHERE))
def show_code(turn: Turn, word: str) -> None:
    """Give a code for the other phone."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    turn.say(texts.CODE.format(code=resuming.code_for(turn.work, turn.person, turn.now)))


@router.on(Words("接着填", "继续填", "接着办"))
def how(turn: Turn, word: str) -> None:
    """Nothing is open here: perhaps it is on another phone."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    turn.say(texts.CODE_HOW)


@router.on(CODE)
def take(turn: Turn, found: re.Match[str]) -> None:
    """The code of another phone."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    _go_on(turn, found["code"])


@router.on(BareCode())
def take_bare(turn: Turn, code: str) -> None:
    """The same without words."""
    _go_on(turn, code)


def _go_on(turn: Turn, code: str) -> None:
    turn.person = resuming.go_on(turn.work, turn.person, code, turn.house, turn.now)
    turn.topic = "form:resumed"  # the digits are not kept
    if turn.person.conversation is not None:
        turn.say(texts.JOINED + texts.JOINED_OPEN, Choice("继续", "继续"))
    else:
        told = membership.progress_words(turn.work, turn.person.person_id, local(turn.now).date())
        turn.say(f"{texts.JOINED}\n{told}")
