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
from bot.services.duty_answers import Entry, WhichDuty
from bot.turn import Turn
from handlers.duty_asking import DUTY, ONE, N, OfCadre, ask_which, entry_of, listing, number_of, say_again
from handlers.duty_courtesy import bare

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
_END = r"(?:同志|老师)?(?:做|办|来做|来办|处理|负责)?(?:谢谢|辛苦了?|拜托了?)?"
_WHO = rf"[(\[【「《“\"@]?\s*{_NAME}{_END}\s*[)\]】」》”\"]?"
HAND = OfCadre(rf"{_GIVE}\s*{_WHO}(?:\s*{ONE})?")
HAND_OF = OfCadre(rf"(?:把|将)?\s*{ONE}\s*{_GIVE}\s*{_WHO}")
HAND_IT = OfCadre(rf"{_GIVE}\s*{ONE}\s*{_WHO}")
_OFF = "(?:取消|撤回|撤销|收回|不要)"
_LATER = "(?:延期|延后|推迟)的?(?:申请)?"
_GONE = "(?:不用|不要|不需要|不延期?|取消|撤回|撤销|作废|算)了?"
OFF = OfCadre(rf"{_OFF}(?:我的)?\s*{_LATER}\s*[,:]?\s*{DUTY}了?")
OFF_OF = OfCadre(rf"{_OFF}\s*{ONE}\s*的?\s*{_LATER}了?")
OFF_AFTER = OfCadre(rf"(?:{ONE}\s*[,:]?\s*)?(?:的?{_LATER}\s*{_GONE}|{_OFF}{_LATER}|不(?:用|需要|要|想)?{_LATER})了?")
OFF_LAST = OfCadre(rf"{_LATER}\s*{ONE}\s*[,:]?\s*{_GONE}")
_ITEMS = r"\d{1,3} ?项"  # so many duties, or that one
SEVERAL = OfCadre(
    rf"[把将]?{_ITEMS}(?:任务)? ?都?(?:的?进度|{_MOVE}|{_GIVE}).*"
    rf"|(?:(?:{_OFF})?{_MOVE}|{_GIVE}{_NAME}|进度) ?{_ITEMS}.*"
)
NUMBERED = (EXTEND, EXTEND_OF, EXTEND_HOW, OFF, OFF_OF, OFF_AFTER, OFF_LAST, HAND, HAND_OF, HAND_IT)
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
    why = why if bare(why) else ""  # 谢谢 is no reason
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


def call_off(turn: Turn, found: re.Match[str], number: int | None = None) -> None:
    """取消延期: what was asked for is not wanted any more; without a number the only duty that waits for a decision."""
    lists, number = listing(turn), number_of(found, number)
    try:
        entry = lists.pick(number) if number is not None else duty_requests.asked_later(turn.work, lists)
    except WhichDuty as which:
        ask_which(turn, which)
        return
    turn.say(duty_requests.call_off(turn.work, turn.person.person_id, entry, turn.now))


router.on(OFF, OFF_OF, OFF_AFTER, OFF_LAST)(call_off)


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


router.on(HAND, HAND_OF, HAND_IT)(hand_over)


@router.on(SEVERAL)
def several(turn: Turn, found: re.Match[str]) -> None:
    """2项转给李四: two of them, or the second?"""
    lists = listing(turn)
    say_again(turn, lists.open or [lists.pick(None)])
