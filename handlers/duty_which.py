"""A bare number right after the bot asked which duty is meant, or its line of the list: what was said before is done.

Asked for a number, 2号 is one. 2项 is not: it may be two of them.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.router import Filter, Pattern, Router
from bot.turn import Turn, plain_words
from handlers import duties, duty_orders, duty_percent, duty_requests, duty_titled, duty_undoing, evidence
from handlers.duty_asking import WHICH, last_said, listing, say_again

router = Router("duty_which")
Answer = Callable[[Turn, re.Match[str], int | None], None]
WAYS: tuple[tuple[Pattern, Answer], ...] = (
    (duty_orders.DONE, duties.complete),
    (duty_percent.PROGRESS, duty_percent.progress),
    (duty_percent.PLAIN, duty_percent.plain),
    (duty_requests.EXTEND, duty_requests.extend),
    (duty_requests.EXTEND_HOW, duty_requests.how),
    (duty_requests.HAND, duty_requests.hand_over),
    (duty_requests.OFF, duty_requests.call_off),
    (duty_requests.OFF_AFTER, duty_requests.call_off),
    (evidence.SUMMARY, evidence.summary),
    (evidence.WITHOUT, evidence.without),
    (duty_orders.UNDO, duty_undoing.reopen),
    (duty_orders.UNDO_UNSURE, duty_undoing.reopen),
    (duty_orders.UNSURE, duties.complete),
    (duty_titled.ENDED, duties.complete),
    (duty_titled.ENDS, duties.complete),
)
_COPIED = duty_titled.Copied()
_SEVERAL = Pattern(r"\d{1,3} ?[项个件条]")


class Before(NamedTuple):
    """What is to be done, and for which number; without one the words say which."""

    answer: Answer
    found: re.Match[str]
    number: int | None


class Meant(Filter[Before]):
    """A number, when which one is meant was the last thing asked; several where something is done."""

    def match(self, turn: Turn) -> Before | None:
        """The words of the message before, taken again."""
        numbers, several = duty_orders.NUMBERS.read(turn.words), _SEVERAL.takes(turn.words)
        line = None if numbers or several else _COPIED.match(turn)
        if not turn.private or not (numbers or several or line):
            return None
        last = last_said(turn)
        if last.topic != WHICH:
            return None
        numbers = duty_orders.NUMBERS.read(str(line.number)) if line else numbers
        words = plain_words(last.words)
        return next((before for pattern, answer in WAYS if (before := _before(pattern, answer, words, numbers))), None)


def _before(pattern: Pattern, answer: Answer, words: str, numbers: re.Match[str] | None) -> Before | None:
    found = pattern.read(words)
    if found is None:
        return None
    if numbers is None:
        return Before(again, found, None)
    if answer is duties.complete:
        return Before(answer, numbers, None)
    one = re.findall(r"\d+", numbers["numbers"])
    return Before(answer, found, int(one[0])) if len(one) == 1 else Before(again, found, None)


def again(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """2项 for an answer: the second, or two of them? The whole order is asked for, what was said before is far away."""
    lists = listing(turn)
    say_again(turn, lists.open or lists.entries)


@router.on(Meant())
def go_on(turn: Turn, before: Before) -> None:
    """Do it."""
    before.answer(turn, before.found, before.number)
