"""签到 1234, 评价 5 很好: that somebody was there, and what they thought of it."""

import re
from datetime import timedelta

from bot import event_texts as texts
from bot.contract import Choice
from bot.forms.fold import width
from bot.forms.numerals import whole
from bot.router import SPOKEN, Filter, Pattern, Router, Words
from bot.services import attendance, event_words
from bot.services.attendance import Attended
from bot.services.event_refusals import NoEvent
from bot.turn import Turn
from handlers import group
from storage import inbox

router = Router("event_marks")
NUMBER = r"(?P<number>\d{1,6}|[一二三四五六七八九十百]{1,5})"
NUMBER_TOO = NUMBER.replace("number", "number_too")
CODE = Pattern(r"(?:活动)?签到码?\s*[:：]?\s*(?P<code>\d(?:\s?\d){3,5})")
CODE_BARE = Words("签到", "活动签到", "怎么签到", "我要签到", "签到码")
JUDGED = re.compile(
    r"(?:我要)?评价\s*(?:活动\s*(?P<number>\d{1,6})\s*[:：,，、\s]\s*)?[:：,，\s]*"
    r"(?P<stars>[1-5一二三四五]|[1-5]\.0)(?!\d)\s*(?:分|星|颗星)?[\s,，。.:：!！]*(?P<words>.*)",
    re.DOTALL,
)
JUDGE_BARE = Words("评价", "活动评价", "评价活动", "我要评价")
RECENT = timedelta(minutes=30)
COMMANDS = (CODE, CODE_BARE, JUDGE_BARE)


def number_of(found: re.Match[str]) -> int:
    """The number of an event that a pattern has found, in digits or numerals. Raises NoEvent."""
    parts = found.groupdict()
    said = parts.get("number") or parts.get("number_too") or ""
    number = whole(said)
    if number is None:
        raise NoEvent(texts.NO_SUCH.format(number=said))
    return number


def last_topic(turn: Turn) -> str:
    """What the last message of this person was about."""
    return inbox.last_topic(turn.work, turn.person.person_id, turn.now - RECENT)


class Judged(Filter[re.Match[str]]):
    """评价, a number from 1 to 5, and perhaps words, as they were written."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The parts."""
        if turn.message.kind not in SPOKEN or "评价" not in turn.words:
            return None
        return JUDGED.fullmatch(width(turn.message.text).strip())


@router.on(CODE)
def by_code(turn: Turn, found: re.Match[str]) -> None:
    """The code that is shown there, typed."""
    if group.elsewhere(turn, texts.GROUP):
        return
    code = re.sub(r"\s", "", found["code"])
    say_checked_in(turn, attendance.by_code(turn.work, code, turn.person.person_id, turn.now))


@router.on(CODE_BARE)
def how_to(turn: Turn, word: str) -> None:
    """签到 without a code."""
    turn.say(texts.CODE_HOW)


def say_checked_in(turn: Turn, done: Attended) -> None:
    """Say that it counts."""
    if done.again:
        turn.say(attendance.already_words(done))
    else:
        turn.say((texts.CHECKED_IN_WALK if done.walk_in else texts.CHECKED_IN).format(title=done.event.title))


@router.on(Judged())
def judge(turn: Turn, found: re.Match[str]) -> None:
    """Keep stars and words."""
    if group.elsewhere(turn, texts.GROUP):
        return
    stars, words = whole(found["stars"][0]) or 0, found["words"].strip()
    number = int(found["number"]) if found["number"] else None
    person_id = turn.person.person_id
    event = attendance.judge(turn.work, person_id, number, stars, words, turn.now)
    if event is None:
        ones = [each for mine, each in attendance.to_judge(turn.work, person_id, turn.now) if mine.stars is None]
        lines = "\n".join(f"{each.number}. {each.title}，{event_words.when(each)}" for each in ones)
        turn.say(texts.JUDGE_WHICH.format(lines=lines, number=ones[0].number, stars=stars))
        turn.offer(*(Choice(f"judge{each.number}", f"评价活动 {each.number} {stars} {words}"[:60]) for each in ones))
        return
    more = texts.THANKS_WORDS if words else texts.THANKS_MORE.format(stars=stars)
    turn.say(texts.THANKS.format(title=event.title, stars=stars, more=more))


@router.on(JUDGE_BARE)
def how_to_judge(turn: Turn, word: str) -> None:
    """评价 without stars."""
    turn.say(texts.JUDGE_HOW)
