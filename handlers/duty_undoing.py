"""撤销, 没完成 N: what was noted as done is open again; 还没完成 alone changes nothing."""

import re

from bot import duty_texts as texts
from bot.router import Router
from bot.services import duty_answers, duty_words
from bot.services.duty_answers import Entry, Listing, NothingToReopen, WhichDuty
from bot.turn import Turn
from handlers.duty_asking import DID, ask_which, last_said, listing, number_of, unsure
from handlers.duty_orders import NOT_YET, REOPEN, REOPEN_OF, UNDO, UNDO_UNSURE

router = Router("duty_undoing")
COMMANDS = (REOPEN, REOPEN_OF, UNDO, UNDO_UNSURE, NOT_YET)


def reopen(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """The one of a number; 撤销 alone right after one was noted as done is that one, else it is asked which."""
    lists = listing(turn)
    number = number_of(found, number) if number or "number" in found.re.groupindex else _just_done(turn, lists)
    if number is None:
        ask_which(turn, WhichDuty(texts.UNDO_WHICH, duty_answers.finished(lists)))
        return
    entry = duty_answers.reopen(turn.work, turn.person.person_id, number, turn.now, turn.house)
    until = duty_words.until_words(entry.duty.deadline, turn.now)
    turn.say(texts.REOPENED.format(number=entry.number, title=duty_answers.title(entry), until=until))


router.on(REOPEN, REOPEN_OF, UNDO)(reopen)


def _just_done(turn: Turn, lists: Listing) -> int | None:
    said = last_said(turn).topic
    done = (each.number for each in lists.entries if said == f"{DID}{each.duty.id}")
    return next(done, None)


@router.on(UNDO_UNSURE)
def undo_unsure(turn: Turn, found: re.Match[str]) -> None:
    """撤销 2项: two of them, or the second?"""
    unsure(turn, texts.UNDO_UNSURE, duty_answers.finished(listing(turn)))


@router.on(NOT_YET)
def not_yet(turn: Turn, found: re.Match[str]) -> None:
    """还没完成, 还有2项没完成: nothing changes, and how each of the two it may mean is said."""
    lists = listing(turn)
    done = _done(lists)
    if lists.open:
        turn.say(texts.NOT_YET.format(number=lists.open[0].number))
    if done:
        turn.say(texts.NOT_YET_DONE.format(number=done[-1].number))
    if not lists.open and not done:
        lists.pick(None)  # raises what is said when there is nothing


def _done(lists: Listing) -> list[Entry]:
    try:
        return duty_answers.finished(lists)
    except NothingToReopen:
        return []
