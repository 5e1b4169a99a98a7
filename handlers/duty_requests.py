"""延期 and 转给: what a cadre asks for about a duty."""

import re
from datetime import date, timedelta

from bot import duty_texts as texts
from bot.clock import local
from bot.forms.dates import date as date_field
from bot.forms.model import FieldError
from bot.forms.numerals import whole
from bot.router import Router
from bot.services import duty_requests
from bot.services.duty_answers import Entry
from bot.turn import Turn
from handlers.duty_asking import DUTY, ONE, N, OfCadre, entry_of, listing, number_of, say_again

router = Router("duty_requests")
_COUNT = rf"{N}|[一二两三四五六七八九十]{{1,3}}"
_WHEN = rf"(?:(?:到|至)\s*(?P<day>[^,。;!因由]{{1,20}}?)|(?P<count>{_COUNT})\s*(?P<per>天|日|周|个?星期))"
_WHY = r"(?:[\s,。;:]*(?:因为|因|由于|原因是?|理由是?)[\s:,]*(?P<why>.*)|[\s,。;]+(?P<rest>.+))?"
_MOVE = r"(?:申请)?(?:延期|延后|延长|推迟|延)"
EXTEND = OfCadre(rf"{_MOVE}\s*{DUTY}\s*[,:]?\s*{_WHEN}{_WHY}")
EXTEND_OF = OfCadre(rf"{ONE}\s*[,:]?\s*{_MOVE}\s*{_WHEN}{_WHY}")
EXTEND_HOW = OfCadre(rf"{_MOVE}\s*{DUTY}|{_MOVE}\s*(?:因为|由于).*")
_NAME = r"(?!谁|哪|什么|别人|其他)(?P<name>[\u4e00-\u9fff·]{2,12}?)"
_GIVE = r"(?:转交给|转给|移交给|交给|转交)"
_END = r"(?:同志|做|办|来做|来办|处理|负责)?"
HAND = OfCadre(rf"{_GIVE}\s*{_NAME}{_END}(?:\s*{ONE})?")
HAND_OF = OfCadre(rf"(?:把|将)?\s*{ONE}\s*{_GIVE}\s*{_NAME}{_END}")
_ITEMS = r"\d{1,3} ?项"  # so many duties, or that one
SEVERAL = OfCadre(
    rf"[把将]?{_ITEMS}(?:任务)? ?都?(?:的?进度|{_MOVE}|{_GIVE}).*|(?:{_MOVE}|{_GIVE}{_NAME}|进度) ?{_ITEMS}.*"
)
NUMBERED = (EXTEND, EXTEND_OF, EXTEND_HOW, HAND, HAND_OF)
COMMANDS = (*NUMBERED, SEVERAL)
_DATE = date_field()
HALF_A_YEAR = 183  # in December, 1月5日 is meant to come


def extend(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """Ask for a later deadline: a day, or so much later than the present one. It needs a reason."""
    entry = entry_of(turn, number_of(found, number))
    if entry is None:
        return
    day = _day(turn, entry, found)
    why = (found["why"] or found["rest"] or "").strip()
    if day is None:
        turn.say(texts.EXTEND_DAY.format(number=entry.number))
    elif not why:
        turn.say(texts.EXTEND_WHY.format(number=entry.number))
    else:
        turn.say(duty_requests.extend(turn.work, turn.person.person_id, entry, day, why, turn.now))


router.on(EXTEND, EXTEND_OF)(extend)


def how(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """延期 without a day."""
    entry = entry_of(turn, number_of(found, number))
    if entry is not None:
        turn.say(texts.EXTEND_DAY.format(number=entry.number))


router.on(EXTEND_HOW)(how)


def _day(turn: Turn, entry: Entry, found: re.Match[str]) -> date | None:
    """The day that is meant; a missing year is that of the next such day."""
    if found["count"]:
        days = (whole(found["count"]) or 0) * (1 if found["per"] in ("天", "日") else 7)
        return entry.duty.deadline + timedelta(days=days) if days else None
    today = local(turn.now).date()
    try:
        day = _DATE.parse(found["day"], today)
        long_ago = isinstance(day, date) and (today - day).days > HALF_A_YEAR
        if long_ago and not re.search(r"\d{4}|年", found["day"]):
            day = date_field(past=False).parse(found["day"], today)
    except FieldError:
        return None
    return day if isinstance(day, date) else None


def hand_over(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """A colleague of the same union does it from now on."""
    entry = entry_of(turn, number_of(found, number))
    if entry is not None:
        work, person_id = turn.work, turn.person.person_id
        turn.say(duty_requests.hand_over(work, person_id, entry, found["name"], turn.now, turn.house))


router.on(HAND, HAND_OF)(hand_over)


@router.on(SEVERAL)
def several(turn: Turn, found: re.Match[str]) -> None:
    """2项转给李四: two of them, or the second?"""
    lists = listing(turn)
    say_again(turn, lists.open or [lists.pick(None)])
