"""通知: what one was told or still has to read, in full by its number; 收到 to those that ask for it."""

import re

from bot import notice_texts as texts
from bot import texts as common
from bot.forms.fold import looks_like_question
from bot.router import Filter, Key, Pattern, Router, Words
from bot.services import notice_items
from bot.services.notice_items import News
from bot.turn import Turn
from handlers import duty_courtesy, group, receipts

router = Router("notices")
LIST = Words("通知", "我的通知", "看通知", "查看通知", "最近通知", "最近的通知", "有什么通知", "有没有通知", "通知列表")
NUMBER = Pattern(r"(?:看|查看|打开)?(?:第 ?)?(?:通知 ?|通知 ?第 ?)(?P<number>\d{1,3}) ?[条号]?(?:全文)?")
NTH = Pattern(r"(?:看|查看|打开)?第 ?(?P<number>\d{1,3}) ?条通知(?:全文)?")
SAID = Words("收到", "已收到", "收到了", "知道了", "已阅", "好的收到", "收到谢谢")  # never an answer to a form
COMMANDS = (LIST, NUMBER, NTH, SAID)
LONGEST = 60
ID = re.compile("[0-9]{1,19}")
_WHAT = r"(?:(?:活动|会议|报名|工会|[以上这些条个的])*(?:通知|消息|信息|短信)+)"
_GOT = r"(?:收到|收悉|知悉|知道|已阅|阅|已读|看到|看见|晓得|明白|了解)"
_SOON = r"(?:会|将|就|马上|一定|准时|按时|届时|到时候?|尽量|争取|保证)"
_COME = r"(?:参加|到场|出席|到|来|去|办理?|落实|转发|转告|通知大家|安排)"
_RECEIVED = re.compile(
    rf"(?:{_WHAT} ?[,:]? ?)?(?:我们?)?(?:全部?|[都均])?(?:已经?)?{_GOT}了?(?: ?[,:]? ?{_WHAT})?了?"
    rf"(?:[ ,。!~;]*(?:我们?)?{_SOON}*{_COME}的?)?"
)


class Received(Filter[bool]):
    """收到 in whatever kind words, from somebody who was told of a notice that asks for it."""

    def match(self, turn: Turn) -> bool | None:
        """True; asks the database only when the words fit."""
        if not turn.private or turn.message.key or not 0 < len(turn.words) <= LONGEST:
            return None
        if looks_like_question(turn.message.text) or not any(map(_RECEIVED.fullmatch, duty_courtesy.ways(turn.words))):
            return None
        return notice_items.asks(turn.work, turn.person.person_id, turn.now) or None


class Tapped(Filter[int]):
    """收到 tapped below a notice: its broadcast; 0 below several."""

    def match(self, turn: Turn) -> int | None:
        """The id."""
        name, _, broadcast_id = turn.message.key.partition(":")
        if name != notice_items.RECEIPT or not turn.private:
            return None
        return int(broadcast_id) if ID.fullmatch(broadcast_id) and int(broadcast_id) < 2**63 else 0


@router.on(Tapped())
def tapped(turn: Turn, broadcast_id: int) -> None:
    """收到 for one notice, or for all that ask for it; never for duties."""
    work, person_id, now = turn.work, turn.person.person_id, turn.now
    if not broadcast_id:
        titles = notice_items.acknowledge(work, person_id, now)
        turn.say(receipts.notices_words(titles) if titles else common.THANKS)
        return
    title, fresh = notice_items.acknowledge_one(work, person_id, broadcast_id, now)
    if not title:
        turn.say(common.THANKS)
        return
    words = texts.RECEIVED_ONE if fresh else texts.RECEIVED_ALREADY
    turn.say(words.format(titles=notice_items.titles([title])))


@router.on(Received())
def received(turn: Turn, found: bool) -> None:
    """收到，谢谢！一定准时参加: for the notices that ask for it, and for duties where there are any."""
    receipts.take(turn)


@router.on(LIST, Key("notices"))
def show(turn: Turn, word: str) -> None:
    """What was told within a month; what waited is told now."""
    if group.elsewhere(turn, texts.GROUP):
        return
    turn.topic = notice_items.LISTED
    _say(turn, notice_items.list_words(turn.work, turn.person.person_id, turn.now))


@router.on(NUMBER, NTH)
def show_one(turn: Turn, found: re.Match[str]) -> None:
    """通知 1: the full text."""
    if group.elsewhere(turn, texts.GROUP):
        return
    _say(turn, notice_items.full_words(turn.work, turn.person.person_id, int(found["number"]), turn.now))


def _say(turn: Turn, news: News) -> None:
    turn.say(news.words, *notice_items.choices(news))
