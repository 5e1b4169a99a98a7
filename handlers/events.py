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
DETAIL = Pattern(rf"(?:查?看)?(?:活动\s*{event_marks.NUMBER}|{event_marks.NUMBER_TOO}号?活动)(?:的?详情)?")
LIST_ASKED = Pattern(
    r"(?:请问|工会|你们|咱们|我们|最近|近期|现在|今天|明天|本周|这周|这?周末|下周|这个?月|本月|下个?月| |,){0,4}"
    r"(?:还?有没有|还?有)(?:什么|啥|哪些|新的?|好的?)*活动(?:可以|能)?(?:参加|报名)?(?:的|了|啊|呀)?[吗呢么嘛]?"
)
_WISH = r"(?:(?:我们?|要|想要?|帮我们?|给我|请|麻烦) ?){0,4}"
_TAIL = r"(?:[吧了啊呀哈]|一下|谢谢|[,。 ]){0,4}"
JOIN = Pattern(
    rf"{_WISH}(?:(?:报个?名)(?:参加)?(?:活动)?|参加(?:活动)?)\s*{event_marks.NUMBER}\s*号?(?:活动)?(?:报名)?{_TAIL}"
    rf"|{_WISH}(?P<number_too>\d{{1,6}})号?(?:活动)?报名{_TAIL}"
)
BARE = Pattern(rf"{_WISH}(?:报个?名|报一下名|报名参加|参加)(?:活动)?{_TAIL}")
CANCEL = Pattern(
    rf"{_WISH}(?:取消|撤销|退出)(?:活动)?(?:报名|候补)(?:活动)?\s*{event_marks.NUMBER}\s*号?(?:活动)?{_TAIL}"
    rf"|{_WISH}(?:取消|撤销|退出)\s*(?P<number_too>\d{{1,6}})\s*号?(?:活动)?的?(?:报名|候补){_TAIL}"
)
CANCEL_BARE = Pattern(
    rf"{_WISH}(?:取消|撤销|退出|退掉)(?:我的)?(?:活动)?的?(?:报名|候补){_TAIL}|(?:活动)?报名(?:取消|退掉){_TAIL}|不报名了?{_TAIL}"
)
MINE = Words(
    "我的活动", "我的报名", "我报名的活动", "我报的活动", "我报了什么活动", "我报了哪些活动", "报名查询", "查报名"
)
MENU = Key("events")
IN_GROUP = (JOIN, BARE, CANCEL, CANCEL_BARE, MINE)
COMMANDS = (LIST, LIST_ASKED, DETAIL, *IN_GROUP)


@router.on(Scene("checkin_"))
def scanned(turn: Turn, scene: str) -> None:
    """The code at the door was scanned."""
    event_marks.say_checked_in(turn, attendance.by_scene(turn.work, scene, turn.person.person_id, turn.now))


@router.on(LIST, MENU)
def show_list(turn: Turn, word: str) -> None:
    """What one can go to."""
    found = _coming(turn)
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


@router.on(LIST_ASKED)
def show_list_asked(turn: Turn, found: re.Match[str]) -> None:
    """最近有没有活动？"""
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
    elif registrations.is_open(event, turn.now):
        turn.offer(_tap(f"报名 {event.number}"))


@router.on(JOIN)
def join(turn: Turn, found: re.Match[str]) -> None:
    """报名 12."""
    if not group.elsewhere(turn, texts.GROUP):
        event_form.begin(turn, events.find(turn.work, event_marks.number_of(found)))


@router.on(BARE)
def join_some(turn: Turn, word: re.Match[str]) -> None:
    """报名: the event that was just shown, the only one there is, or which?"""
    if group.elsewhere(turn, texts.GROUP):
        return
    found = [each for each in _coming(turn) if registrations.is_open(each, turn.now)]
    seen = event_marks.last_topic(turn).removeprefix(SHOW)
    just = [each for each in found if str(each.id) == seen]
    if not found:
        turn.say(texts.NONE_OPEN)
    elif just or len(found) == 1:
        event_form.begin(turn, (just or found)[0])
    else:
        turn.say(texts.WHICH.format(lines=_lines(turn, found[:SHOWN]), number=found[0].number))
        turn.offer(*(_tap(f"报名 {each.number}") for each in found[:SHOWN]))


@router.on(CANCEL)
def cancel(turn: Turn, found: re.Match[str]) -> None:
    """取消报名 12."""
    if not group.elsewhere(turn, texts.GROUP):
        _cancel(turn, events.find(turn.work, event_marks.number_of(found)))


@router.on(CANCEL_BARE)
def cancel_some(turn: Turn, found: re.Match[str]) -> None:
    """取消报名: the only registration, or which?"""
    if group.elsewhere(turn, texts.GROUP):
        return
    mine = [event for each, event in own(turn) if each.state in stored.ACTIVE]
    if not mine:
        raise NoEvent(texts.NOTHING_TO_CANCEL)
    if len(mine) == 1:
        _cancel(turn, mine[0])
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


def _cancel(turn: Turn, event: Event) -> None:
    registrations.cancel(turn.work, event.id, turn.person.person_id, turn.now)
    turn.say(texts.CANCELLED.format(title=event.title, number=event.number))


def own(turn: Turn) -> list[tuple[Registration, Event]]:
    """Of events that are not over, the next one first."""
    found = stored.of_person(turn.work, turn.person.person_id)
    return [(each, event) for each, event in reversed(found) if event.ends_at > turn.now and event.state != "cancelled"]


def _coming(turn: Turn) -> list[Event]:
    return list(events.coming(turn.work, turn.person.org_id if turn.private else None, turn.now, 50))


def _lines(turn: Turn, found: list[Event]) -> str:
    counts = stored.counts(turn.work, [each.id for each in found])
    return "\n".join(event_words.line(each, counts.get(each.id, stored.Counts()), turn.now) for each in found)


def _title(event: Event) -> str:
    return f"{event.number}. {event.title}，{event_words.when(event)}"


def _tap(words: str) -> Choice:
    return Choice(words, words)
