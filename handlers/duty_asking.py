"""What the handlers of duties share: who they are for, and asking back which duty is meant."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from bot import duty_texts
from bot.forms.fold import looks_like_question
from bot.forms.numerals import whole
from bot.router import Pattern
from bot.services import duty_answers
from bot.services.duty_answers import Entry, Listing, WhichDuty
from bot.turn import Turn
from handlers import duty_courtesy
from storage import duty_lists

WHICH = "duties.which"
PROOF = "duties.proof:"
DID = "duties.done:"  # what was said noted this one duty as done
PATIENCE = timedelta(minutes=30)  # how long a bare number belongs to the question before it
LONGEST = 500
SHOWN = 20  # so much of what was said is repeated
_BLANKS = re.compile(r"\s+")
_ORDINAL = re.compile(r"第([一二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?)(?=[项号、,和与及]|$|\s)")
_REASON = re.compile(r"因为|由于|原因|理由|小结|总结")
N = r"(?<!\d)\d{1,3}(?!\d)"  # digits are never split: 延期15天 is not 1 and 5
_SAID = rf"(?:(?P<nth>第)|(?P<named>任务|编号))?\s*(?P<number>{N})"
# One duty by its number. 2项 may be two of them: 项 only after 第. 2号 may be a day: `SURE` takes it only after a word.
SURE = rf"{_SAID}(?:\s*号任务|(?(nth)\s*[项号]?(?:任务)?|(?(named)\s*号?)))"
ONE = rf"{_SAID}(?:\s*号(?:任务)?|(?(nth)\s*项?(?:任务)?))"
DUTY = rf"(?:{ONE})?"


class Order(Pattern):
    """A pattern for words with single blanks and ordinals in digits (第二项), at most `LONGEST` characters.

    So whatever is typed is read in no time. Kind words around an order count only where somebody with duties says it.
    """

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The match; named groups hold the parts."""
        found = self.read(turn.words) if turn.words else None
        return found if found and (found.string == _flat(turn.words) or for_cadre(turn)) else None

    def read(self, words: str) -> re.Match[str] | None:
        """How these plain words match, whoever said them and when."""
        for each in duty_courtesy.ways(_flat(words)):
            found = super().read(each)
            if found is not None:
                return found
        return None


class OfCadre(Order):
    """Words that mean something only from somebody with duties, in private; everybody else is not disturbed."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The match; asks the database only when the words fit."""
        found = self.read(turn.words) if turn.words else None
        return found if found and for_cadre(turn) else None


@lru_cache(maxsize=8)
def _flat(words: str) -> str:
    return _ORDINAL.sub(lambda each: f"第{whole(each[1])}", _BLANKS.sub(" ", words[:LONGEST]))


def for_cadre(turn: Turn) -> bool:
    """Whether it is something said in private by somebody with duties, and no question."""
    if not turn.private or turn.message.key or asks(turn.message.text):
        return False
    return duty_answers.is_cadre(turn.work, turn.person.person_id, turn.now)


def asks(text: str) -> bool:
    """Whether it is a question about such a thing rather than an order; a reason may sound like anything."""
    return looks_like_question(_REASON.split(text, maxsplit=1)[0])


def listing(turn: Turn) -> Listing:
    """The list of whoever writes. Raises NotCadre."""
    return duty_answers.listing(turn.work, turn.person.person_id, turn.now)


def number_of(found: re.Match[str], number: int | None = None) -> int | None:
    """The number said afterwards, or the one in the words."""
    if number is not None:
        return number
    return int(found["number"]) if found["number"] else None


def ask_which(turn: Turn, which: WhichDuty) -> None:
    """Ask; a bare number right after this is the answer. In a form it would be an answer to the form."""
    if turn.person.conversation is None:
        turn.topic = WHICH
        turn.say(which.words)
        return
    said = turn.message.text.strip()[:SHOWN]
    count, number = len(which.numbers), which.numbers[0]
    turn.say(duty_texts.WHICH_IN_FORM.format(count=count, number=number, said=said, lines=which.lines))


def unsure(turn: Turn, words: str, candidates: Sequence[Entry]) -> None:
    """Ask which one of these is meant by words that may mean a number, a day or how many."""
    said = turn.message.text.strip()[:SHOWN]
    if turn.person.conversation is None:
        ask_which(turn, WhichDuty(words, candidates, said))
    else:
        say_again(turn, candidates)


def say_again(turn: Turn, candidates: Sequence[Entry]) -> None:
    """Ask for the whole order with a number that can mean only one."""
    turn.say(WhichDuty(duty_texts.ASK_UNSURE, candidates, turn.message.text.strip()[:SHOWN]).words)


def entry_of(turn: Turn, number: int | None) -> Entry | None:
    """The duty that is meant; None after asking which. Raises NotCadre, NoSuchDuty."""
    try:
        return listing(turn).pick(number)
    except WhichDuty as which:
        ask_which(turn, which)
        return None


def last_said(turn: Turn, patience: timedelta = PATIENCE) -> duty_lists.LastSaid:
    """What the message before this one was taken for."""
    return duty_lists.last_said(turn.work, turn.person.person_id, turn.now - patience)
