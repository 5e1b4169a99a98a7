"""算我一个, 我要去, right after an event or the list was shown; 换成12, which is two steps.

算我一个 means something only there; 换成12 only from somebody who has registered for something.
"""

import re

from bot import event_texts as texts
from bot.contract import Choice
from bot.router import SPOKEN, Filter, Pattern, Router
from bot.turn import Turn
from handlers import event_marks, event_named, events
from storage import events as stored_events
from storage import registrations as stored
from storage.events import Event

router = Router("event_near")
SHOWN = (
    "events.show_list",
    "events.show_list_asked",
    "event_spoken.about",
    "event_spoken.about_any",
    "event_titled.tell",
)
COMES = Pattern(
    r"(?:好的?|行|那|嗯|[,! ]){0,3}"
    r"(?:我们?(?:也|要|想|都){0,3}(?:去|参加|报|报上|报一?个)|(?:算|加)(?:上|我)?(?:一个)?我?(?:一个)?"
    r"|(?:也?帮我|也?给我)(?:报一个|报上|报一下|报个|报)|报上?|报一个|就(?:这|那)个)(?:吧|了|啊|哈|谢谢|[,! ]){0,3}"
)
_ON = r"(?P<on>\d{2,6})号?(?:活动)?"
_OFF = r"(?:取消(?:报名)?|把|不去|退掉?)? ?(?P<off>\d{2,6})号?(?:活动)?(?:的?报名)?(?:我?不去了|取消|退掉)?"
_TO = r"(?:换成|换到|换|改报|改成|改为|改去|报名|报|参加|去)"
_BEHIND = r"(?P<on_too>\d{2,6})号?(?:帮我|给我|我)?(?:报一下|报名|报上|要去|参加)"
SWAP = Pattern(rf"{events.WISH}(?:{_OFF})?[,和 ]*(?:{events.WISH}{_TO} ?{_ON}|{_BEHIND}){events.TAIL}")
_CHANGES = re.compile(r"换|改|取消|不去|退")


class Coming(Filter[bool]):
    """算我一个, in private, right after an event or the list of them."""

    def match(self, turn: Turn) -> bool | None:
        """True."""
        if not turn.private or turn.reask or turn.message.kind not in SPOKEN or not COMES.takes(turn.words):
            return None
        topic = event_marks.last_topic(turn)
        return True if topic.startswith(events.SHOW) or topic in (*SHOWN, *event_named.TO_JOIN) else None


class Instead(Filter[tuple[Event, Event]]):
    """换成12, 取消11报名12: from somebody with a registration, for an event there is."""

    def match(self, turn: Turn) -> tuple[Event, Event] | None:
        """What is given up, and what is wanted."""
        found = SWAP.read(turn.words) if turn.private and turn.message.kind in SPOKEN else None
        if found is None or not _CHANGES.search(turn.words):
            return None
        wanted = stored_events.by_number(turn.work, int(found["on"] or found["on_too"]))
        mine = [event for each, event in events.own(turn) if each.state in stored.ACTIVE and each.attended_at is None]
        there = [each for each in mine if not found["off"] or each.number == int(found["off"])]
        if wanted is None or wanted.state == "draft" or len(there) != 1 or wanted.id == there[0].id:
            return None
        return there[0], wanted


@router.on(Coming())
def come(turn: Turn, found: bool) -> None:
    """As 报名."""
    events.join_shown(turn)


@router.on(Instead())
def instead(turn: Turn, found: tuple[Event, Event]) -> None:
    """Nothing is given up before the other place is sure."""
    off, on = found
    turn.say(texts.ONE_FOR_OTHER.format(on=on.number, off=off.number))
    turn.offer(*(Choice(each, each) for each in (f"报名 {on.number}", f"取消报名 {off.number}")))
