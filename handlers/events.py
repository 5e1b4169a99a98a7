"""活动: what there is, registering, cancelling, one's own, check-in, what it was like."""

import re

from bot import event_texts as texts
from bot.contract import Choice
from bot.router import Key, Pattern, Router, Scene, Words
from bot.services import attendance, event_words, events, registrations
from bot.services.event_refusals import NoEvent
from bot.turn import Turn
from handlers import event_form, event_marks, group
from storage import registrations as stored
from storage.events import ENDED, Event, Registration

router = Router("events")
SHOWN = 8
SHOW = "event:"  # topic of a turn that showed one event
LIST = Words(
    *("活动", "最近活动", "近期活动", "看活动", "查活动", "活动列表", "有什么活动", "有啥活动", "有哪些活动"),
    *("最近有什么活动", "最近有啥活动", "最近有哪些活动", "工会有什么活动", "活动报名", "参加活动", "我要参加活动"),
)
# numerals before 活动 are holidays (五一活动, 十一活动), and N号活动 is what there is on that day
DETAIL = Pattern(
    rf"(?:查?看)?(?:活动\s*{event_marks.NUMBER}|(?P<number_too>\d{{1,6}})活动)(?:的?详情)?"
    rf"|(?:活动\s*)?(?P<number_how>\d{{1,6}})号?(?:活动)?(?:怎么|如何)(?:报名|参加)[呢啊呀]?"
)
ON_DAY = Pattern(r"(?:看|查)?(?:\d{1,2}月)?\d{1,2}[号日](?:都?有|的)?(?:没有|什么|啥|哪些)?活动[吗呢]?")
LIST_ASKED = Pattern(
    r"(?:请问|工会|你们|咱们|我们|最近|近期|现在|今天|明天|本周|这周|这?周末|下周|这个?月|本月|下个?月|"
    r"(?:这个?|下个?)?(?:周|星期|礼拜)[一二三四五六日天]| |,){0,4}"
    r"(?:还?有没有|还?有)(?:什么|啥|哪些|新的?|好的?)*活动(?:可以|能)?(?:参加|报名)?(?:的|了|啊|呀)?(?:没得|没有)?[吗呢么嘛哇咯]?"
)
WISH = r"(?:(?:我们?|要|想要?|帮我们?|给我|请|麻烦) ?){0,4}"
TAIL = r"(?:[吧了啊呀哈]|一下|谢谢|[,。 ]){0,4}"
_DIGITS = r"(?P<number>\d{1,6})"
_NUMERALS = r"(?P<number_said>[一二三四五六七八九十百]{1,5})"
JOIN = Pattern(
    rf"{WISH}(?:(?:报个?名)(?:参加)?(?:活动)?|参加(?:活动)?)\s*{_DIGITS}\s*号?(?:活动)?(?:报名)?{TAIL}"
    rf"|{WISH}(?:(?:报个?名)(?:参加)?(?:活动)?|参加活动)\s*{_NUMERALS}号?{TAIL}"
    rf"|{WISH}(?P<number_too>\d{{1,6}})号?(?:活动)?报名{TAIL}"
)
_AND = r"\s*(?:和|跟|与|及|还有|[、,;/+ ])\s*"
SEVERAL = Pattern(
    rf"{WISH}(?:(?:报个?名)(?:参加)?(?:活动)?|参加(?:活动)?)\s*(?P<numbers>\d{{1,6}}(?:号?{_AND}\d{{1,6}}){{1,9}})号?{TAIL}"
)
BARE = Pattern(rf"{WISH}(?:报个?名|报一下名|报名参加|参加)(?:(?:工会|你们)?的?活动)?{TAIL}")
_OFF = "(?:取消|撤销|退出)"
CANCEL = Pattern(
    rf"{WISH}{_OFF}(?:活动)?(?:报名|候补)(?:活动)?\s*{_DIGITS}\s*号?(?:活动)?{TAIL}"
    rf"|{WISH}{_OFF}(?:活动)?(?:报名|候补)(?:活动)?\s*{_NUMERALS}号?{TAIL}"
    rf"|{WISH}{_OFF}\s*(?P<number_too>\d{{1,6}})\s*号?(?:活动)?的?(?:报名|候补){TAIL}"
    rf"|{WISH}(?:取消|退出)(?:活动\s*(?P<number_of>\d{{1,6}})|\s*(?P<number_alone>\d{{2,6}})(?:活动)?){TAIL}"
)
CANCEL_BARE = Pattern(
    rf"{WISH}(?:取消|撤销|退出|退掉)(?:一下)?(?:我的|所有的?|全部的?)?(?:活动)?的?(?:报名|候补){TAIL}"
    rf"|(?:活动)?报名(?:取消|退掉){TAIL}|不报名了?{TAIL}"
)
MINE = Words(
    "我的活动", "我的报名", "我报名的活动", "我报的活动", "我报了什么活动", "我报了哪些活动", "报名查询", "查报名"
)
MINE_ASKED = Pattern(
    r"(?:我想|帮我|请|麻烦)?(?:看看?|查一?下?|查查)?我(?:都)?报(?:名)?了?(?:哪些|什么|啥|的活动)(?:活动)?[啊呢呀]?"
)
MENU = Key("events")
IN_GROUP = (JOIN, SEVERAL, BARE, CANCEL, CANCEL_BARE, MINE, MINE_ASKED)
COMMANDS = (LIST, LIST_ASKED, ON_DAY, DETAIL, *IN_GROUP)


@router.on(Scene("checkin_"))
def scanned(turn: Turn, scene: str) -> None:
    """The code at the door was scanned."""
    event_marks.say_checked_in(turn, attendance.by_scene(turn.work, scene, turn.person.person_id, turn.now))


@router.on(LIST, MENU)
def show_list(turn: Turn, word: str) -> None:
    """What one can go to."""
    found = coming(turn)
    if not found:
        turn.say(texts.NONE_OPEN)
        return
    lines = _lines(turn, found[:SHOWN])
    turn.say(texts.LIST.format(lines=lines, number=found[0].number))
    if len(found) > SHOWN:
        turn.say(texts.MORE.format(count=len(found) - SHOWN))
    if turn.private:
        turn.offer(*(_tap(f"活动 {each.number}") for each in found[:3]))
    if len(found) == 1:
        turn.topic = f"{SHOW}{found[0].id}"


@router.on(LIST_ASKED, ON_DAY)
def show_list_asked(turn: Turn, found: re.Match[str]) -> None:
    """最近有没有活动？12号有什么活动？"""
    show_list(turn, found.string)


@router.on(DETAIL)
def show(turn: Turn, found: re.Match[str]) -> None:
    """One event in full, and how the person stands."""
    show_event(turn, events.find(turn.work, event_marks.number_of(found)))


def show_event(turn: Turn, event: Event) -> None:
    """All about it, and how the person stands."""
    turn.topic = f"{SHOW}{event.id}"
    counts = stored.counts(turn.work, [event.id]).get(event.id, stored.Counts())
    turn.say(event_words.detail(event, counts, turn.now))
    if not turn.private:
        turn.say(texts.GROUP_SHOW.format(number=event.number))
        group.hop(turn)
        return
    if event.state in ENDED or event.ends_at <= turn.now:
        return
    mine = registrations.standing(turn.work, event, turn.person.person_id)
    if mine is not None:
        words = texts.MINE_IN if mine.state == "registered" else texts.MINE_WAITING
        turn.say(words.format(number=event.number, rank=mine.rank), _tap(f"取消报名 {event.number}"))
    elif registrations.is_open(event, turn.now) and not turn.reask:
        turn.offer(_tap(f"报名 {event.number}"))


@router.on(JOIN)
def join(turn: Turn, found: re.Match[str]) -> None:
    """报名 12."""
    if not group.elsewhere(turn, texts.GROUP):
        event_form.begin(turn, events.find(turn.work, event_marks.number_of(found)))


@router.on(BARE)
def join_some(turn: Turn, word: re.Match[str]) -> None:
    """报名: the event that was just shown, the only one there is, or which?"""
    if not group.elsewhere(turn, texts.GROUP):
        join_shown(turn)


def join_shown(turn: Turn) -> None:
    """Register for what is meant without a name or a number, or ask which."""
    event, found = meant(turn)
    if event is not None:
        event_form.begin(turn, event)
    elif found:
        ask_which(turn, found)
    else:
        turn.say(texts.NONE_OPEN)


def meant(turn: Turn) -> tuple[Event | None, list[Event]]:
    """Which event 报名 alone is about, where that is sure, and what one can register for."""
    found = can_join(turn)
    just, told = just_seen(turn, found), event_marks.noticed(turn)
    if just is None and told is not None:
        just = next((each for each in found if each.id == told.event_id), None)
    sure = len(found) == 1 and told is None  # 报名 after a notice may be meant for that: say what there is
    return just or (found[0] if sure else None), found


@router.on(SEVERAL)
def join_several(turn: Turn, found: re.Match[str]) -> None:
    """报名 11 和 12: one after the other, for each may ask something."""
    if group.elsewhere(turn, texts.GROUP):
        return
    numbers = dict.fromkeys(int(each) for each in re.findall(r"\d+", found["numbers"]))
    ask_which(turn, [events.find(turn.work, each) for each in numbers], texts.ONE_BY_ONE)


def can_join(turn: Turn) -> list[Event]:
    """What somebody can register for now, the next one first."""
    return [each for each in coming(turn) if registrations.is_open(each, turn.now)]


def ask_which(turn: Turn, found: list[Event], words: str = texts.WHICH) -> None:
    """Ask which of several to register for; a bare number is the answer, too."""
    turn.say(words.format(lines=_lines(turn, found[:SHOWN]), number=found[0].number))
    turn.offer(*(_tap(f"报名 {each.number}") for each in found[:SHOWN]))


def just_seen(turn: Turn, found: list[Event]) -> Event | None:
    """The one that is being registered for, or was just shown."""
    there = event_form.under_way(turn)
    seen = str(there.id) if there else event_marks.last_topic(turn).removeprefix(SHOW)
    return next((each for each in found if str(each.id) == seen), None)


@router.on(CANCEL)
def cancel(turn: Turn, found: re.Match[str]) -> None:
    """取消报名 12."""
    if not group.elsewhere(turn, texts.GROUP):
        cancel_one(turn, events.find(turn.work, event_marks.number_of(found)))


@router.on(CANCEL_BARE)
def cancel_some(turn: Turn, found: re.Match[str]) -> None:
    """取消报名: the form that is open, the only registration, or which?"""
    if group.elsewhere(turn, texts.GROUP) or (turn.reask and event_form.give_up(turn)):
        return
    mine = [event for each, event in own(turn) if each.state in stored.ACTIVE]
    if not mine:
        raise NoEvent(texts.NOTHING_TO_CANCEL)
    if len(mine) == 1:
        cancel_one(turn, mine[0])
        return
    turn.say(texts.CANCEL_WHICH.format(lines="\n".join(map(_title, mine)), number=mine[0].number))
    turn.offer(*(_tap(f"取消报名 {each.number}") for each in mine))


@router.on(MINE)
def show_mine(turn: Turn, word: str) -> None:
    """What one has registered for and is not over."""
    if group.elsewhere(turn, texts.GROUP):
        return
    mine = [(each, event) for each, event in own(turn) if each.state in stored.ACTIVE]
    if not mine:
        turn.say(texts.MINE_NONE)
        return
    lines = [
        texts.MINE_LINE.format(
            state=texts.STATE["attended" if each.attended_at else each.state], **event_words.facts(event)
        )
        for each, event in mine
    ]
    turn.say(texts.MINE.format(lines="\n".join(lines)))
    turn.offer(*(_tap(f"取消报名 {event.number}") for each, event in mine[:3] if each.attended_at is None))


@router.on(MINE_ASKED)
def show_mine_asked(turn: Turn, found: re.Match[str]) -> None:
    """我报了啥？"""
    show_mine(turn, found.string)


def cancel_one(turn: Turn, event: Event) -> None:
    """Give up the place, the waiting, or the form that asks for one."""
    mine = registrations.standing(turn.work, event, turn.person.person_id)
    if mine is None and event_form.give_up(turn, event):
        return
    left = registrations.cancel(turn.work, event.id, turn.person.person_id, turn.now)
    words = texts.CANCELLED_WAITING if mine and mine.state == "waiting" else texts.CANCELLED
    turn.say(words.format(title=event.title, number=event.number))
    if left.companions:
        turn.say(texts.CANCELLED_TOO.format(count=left.companions))


def own(turn: Turn) -> list[tuple[Registration, Event]]:
    """Of events that are not over, the next one first."""
    found = stored.of_person(turn.work, turn.person.person_id)
    return [(each, event) for each, event in reversed(found) if event.ends_at > turn.now and event.state != "cancelled"]


def coming(turn: Turn) -> list[Event]:
    """What there is for this person that is not over, the next one first; in a group for everybody."""
    return list(events.coming(turn.work, turn.person.org_id if turn.private else None, turn.now, 50))


def _lines(turn: Turn, found: list[Event]) -> str:
    counts = stored.counts(turn.work, [each.id for each in found])
    return "\n".join(event_words.line(each, counts.get(each.id, stored.Counts()), turn.now) for each in found)


def _title(event: Event) -> str:
    return f"{event.number}. {event.title}，{event_words.when(event)}"


def _tap(words: str) -> Choice:
    return Choice(words, words)
