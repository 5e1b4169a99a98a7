"""How far a duty is: 进度 2 50%, 进度 50, 2完成了50%. A lone number that may be a duty's is asked back."""

import re

from bot import duty_texts
from bot.forms.numerals import whole
from bot.router import Router
from bot.services import duty_answers, duty_words
from bot.services.duty_answers import Listing, WhichDuty
from bot.turn import Turn
from handlers.duty_asking import ONE, SHOWN, SURE, OfCadre, entry_of, listing, number_of

router = Router("duty_percent")
_HALF = r"(?:(?P<percent>\d{1,4})\s*%|(?P<half>一半)|百分之(?P<han>[零一二两三四五六七八九十百]{1,4}))了?"
_AT = r"(?:任务)?进度\s*(?:到|是|为|:)?\s*"
_DONE = r"[,:]?\s*(?:我)?(?:已经?)?(?:完成|做完|做|办)了?\s*到?"
PROGRESS = OfCadre(rf"{_AT}(?:{ONE}\s*(?:[:,]|\s)\s*)?{_HALF}")
PROGRESS_OF = OfCadre(rf"{ONE}\s*的?\s*进度\s*(?:到|是|为|:|,)?\s*{_HALF}")
DONE_PARTLY = OfCadre(rf"{SURE}\s*{_DONE}\s*{_HALF}")
PARTLY_DONE = OfCadre(rf"(?:已经?)?完成了?\s*{SURE}(?:\s*[,:]\s*|\s+){_HALF}")
PLAIN = OfCadre(rf"{_AT}(?:{ONE}\s*(?:[:,]|\s)\s*)?(?P<bare>\d{{1,4}})")
PLAIN_OF = OfCadre(rf"{ONE}\s*的?\s*进度\s*(?:到|是|为|:|,)?\s*(?P<bare>\d{{1,4}})")
_ANY = r"[\d零一二两三四五六七八九十百半成第项号个%.,、:和~/+\-\s]"
UNCLEAR = OfCadre(
    rf"(?=.*[\d零一二两三四五六七八九十百半]){_ANY}*的?{_AT}(?:{_ANY}|差不多|大概|大约|左右|多|了|百分之)+"
)
NUMBERED = (PROGRESS, PROGRESS_OF, DONE_PARTLY, PARTLY_DONE, PLAIN, PLAIN_OF)
COMMANDS = (*NUMBERED, UNCLEAR)


def progress(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """进度 N 50%."""
    percent = 50 if found["half"] else whole(found["percent"] or found["han"] or "")
    _note(turn, number_of(found, number), percent)


router.on(PROGRESS, PROGRESS_OF, DONE_PARTLY, PARTLY_DONE)(progress)


def plain(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """进度 2 50 is 50%, and 进度 50 is; 进度 2 may be of the second duty, 进度 2 3 of two."""
    lists, said = listing(turn), int(found["bare"])
    if number is None and any(each.number == said for each in lists.entries):
        _unclear(turn, lists)
    else:
        _note(turn, number_of(found, number), said)


router.on(PLAIN, PLAIN_OF)(plain)


@router.on(UNCLEAR)
def unclear(turn: Turn, found: re.Match[str]) -> None:
    """进度 2、3, 进度五成: nothing is noted."""
    _unclear(turn, listing(turn))


def _unclear(turn: Turn, lists: Listing) -> None:
    said = turn.message.text.strip()[:SHOWN]
    turn.say(WhichDuty(duty_texts.PROGRESS_UNSURE, lists.open or [lists.pick(None)], said).words)


def _note(turn: Turn, number: int | None, percent: int | None) -> None:
    entry = entry_of(turn, number)
    if entry is None:
        return
    said = percent if percent is not None else -1
    entry = duty_answers.progress(turn.work, turn.person.person_id, entry.number, said, turn.now)
    words = duty_texts.PROGRESS_FULL if percent == 100 else duty_texts.PROGRESS
    until = duty_words.until_words(entry.duty.deadline, turn.now)
    turn.say(words.format(number=entry.number, title=duty_answers.title(entry), percent=percent, until=until))
