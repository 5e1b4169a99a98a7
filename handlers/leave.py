"""请假、销假: a cadre goes away and says who stands in; and is back."""

import re
from datetime import date, timedelta

from bot import cadre_texts as texts
from bot.clock import local
from bot.router import Filter, Router, Words
from bot.services import absences, cadres, duty_answers
from bot.services.absences import NoLeave, say_period
from bot.turn import Turn
from handlers import group

router = Router("leave")
_SOON = {"今天": 0, "明天": 1, "后天": 2}
_DAY = r"(?:今天|明天|后天|(?:\d{4}[年./-])?\d{1,2}[月./-]\d{1,2}[日号]?)"
_ASKED = re.compile(
    rf"(?:我要|我想|我)?请假(?:[:：,，\s]*从?\s*(?P<first>{_DAY})"
    rf"(?:\s*(?:到|至|-|—|~)\s*(?P<last>{_DAY}|\d{{1,2}}[日号]))?)?"
    r"[,，;；\s]*(?:[由请让]?\s*(?P<who>[^\d,，]{1,20}?)\s*(?:来?代班|来?代办|代理|来?代))?"
)
_PARTS = re.compile(r"(?:(\d{4})[年./-])?(\d{1,2})[月./-](\d{1,2})[日号]?")


BACK = Words("销假", "提前回来了", "我要销假", "取消请假")


def takes(words: str) -> bool:
    """Whether these plain words are about one's own leave, whoever says them."""
    return words == "请假" or BACK.takes(words) or bool((found := _ASKED.fullmatch(words)) and found["first"])


class Leave(Filter[re.Match[str]]):
    """请假 with days; without any, only from somebody in office: workers ask about leave as such."""

    def match(self, turn: Turn) -> re.Match[str] | None:
        """The parts of what was said."""
        found = _ASKED.fullmatch(turn.words) if "请假" in turn.words else None
        if found is None or found["first"]:
            return found
        return found if cadres.in_office(turn.work, turn.person.person_id, turn.now) else None


@router.on(Leave())
def ask(turn: Turn, found: re.Match[str]) -> None:
    """Note the leave, or say how it is said."""
    if group.elsewhere(turn, texts.LEAVE_PRIVATE):
        return
    person_id, today = turn.person.person_id, local(turn.now).date()
    if not cadres.in_office(turn.work, person_id, turn.now):
        raise duty_answers.NotCadre
    if not found["first"]:
        there = cadres.colleagues(turn.work, person_id, today)
        how = texts.LEAVE_HOW.format(lines=absences.listed(there)) if there else texts.LEAVE_HOW_ALONE
        turn.say(how)
        return
    first = _day(found["first"], today)
    last = _day(found["last"], first) if found["last"] else first
    who = absences.named(turn.work, person_id, found["who"], today) if found["who"] else None
    substitute = who.person_id if who else None
    absences.take(turn.work, person_id, first, last, substitute, f"person:{person_id}", turn.now, turn.house)
    period = say_period(first, last)
    name = absences.name_of(turn.work, substitute) if substitute is not None else ""
    turn.say(texts.LEAVE_NOTED.format(period=period, who=name) if who else texts.LEAVE_ALONE.format(period=period))


def _day(written: str, since: date) -> date:
    """The day that is meant, not before `since` where no year is said. Raises NoLeave for none."""
    if written in _SOON:
        return since + timedelta(days=_SOON[written])
    parts = _PARTS.fullmatch(written)
    try:
        if parts is None:  # 10日, of the same month
            return since.replace(day=int(written[:-1]))
        day = date(int(parts[1] or since.year), int(parts[2]), int(parts[3]))
        half_a_year_ago = not parts[1] and (since - day).days > 183
        return day.replace(year=day.year + 1) if half_a_year_ago else day
    except ValueError:
        raise NoLeave(texts.LEAVE_DATES) from None


@router.on(BACK)
def back(turn: Turn, word: str) -> None:
    """The leave ends today."""
    if group.elsewhere(turn, texts.LEAVE_PRIVATE):
        return
    ended = absences.back(turn.work, turn.person.person_id, turn.now, turn.house)
    ahead = ended.from_on > local(turn.now).date()
    turn.say(texts.BACK_NEXT.format(period=say_period(ended.from_on, ended.until_on)) if ahead else texts.BACK)
