"""A bare number right after the bot asked which duty is meant: what was said before is done for that one."""

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.router import Filter, Pattern, Router
from bot.turn import Turn, plain_words
from handlers import duties, duty_requests, evidence
from handlers.duty_asking import WHICH, last_said

router = Router("duty_which")
Answer = Callable[[Turn, re.Match[str], int | None], None]
WAYS: tuple[tuple[Pattern, Answer], ...] = (
    (duties.DONE, duties.complete),
    (duties.PROGRESS, duties.progress),
    (duty_requests.EXTEND, duty_requests.extend),
    (duty_requests.EXTEND_HOW, duty_requests.how),
    (duty_requests.HAND, duty_requests.hand_over),
    (evidence.SUMMARY, evidence.summary),
    (evidence.WITHOUT, evidence.without),
)
_NUMBER = re.compile(r"(?:第|任务)?\s*(\d{1,3})\s*[项号]?")


class Before(NamedTuple):
    """What is to be done, and for which number."""

    answer: Answer
    found: re.Match[str]
    number: int


class Meant(Filter[Before]):
    """A number, when which one is meant was the last thing asked."""

    def match(self, turn: Turn) -> Before | None:
        """The words of the message before, taken again."""
        number = _NUMBER.fullmatch(turn.words)
        if number is None or not turn.private:
            return None
        last = last_said(turn)
        if last.topic != WHICH:
            return None
        words = plain_words(last.words)
        for pattern, answer in WAYS:
            found = pattern.read(words)
            if found is not None:
                return Before(answer, found, int(number[1]))
        return None


@router.on(Meant())
def go_on(turn: Turn, before: Before) -> None:
    """Do it."""
    before.answer(turn, before.found, before.number)
