"""通知: what one was told or still has to read, in full by its number; 收到 to those that ask for it."""

import re
from collections.abc import Sequence

from bot import notice_texts as texts
from bot import texts as common
from bot.forms.fold import looks_like_question
from bot.forms.numerals import whole
from bot.router import SPOKEN, Filter, Key, Pattern, Router, Words
from bot.services import notice_items
from bot.services.notice_items import News
from bot.turn import Turn
from handlers import event_spoken, events, group, receipts, received
from handlers.received import Said
from storage.events import Event
from storage.notices_told import Told
from storage.registrations import ACTIVE

router = Router("notices")
LIST = Words("通知", "我的通知", "看通知", "查看通知", "最近通知", "最近的通知", "有什么通知", "有没有通知", "通知列表")
_N = r"(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})"
NUMBER = Pattern(rf"(?:看|查看|打开)?(?:第 ?)?(?:通知 ?|通知 ?第 ?){_N} ?[条号]?(?:全文)?")
NTH = Pattern(rf"(?:看|查看|打开)?第 ?{_N} ?条通知(?:全文)?")
SAID = Words("收到", "已收到", "收到了", "知道了", "已阅", "好的收到", "收到谢谢")  # never an answer to a form
COMMANDS = (LIST, NUMBER, NTH, SAID)
ID = re.compile("[0-9]{1,19}")
READ = notice_items.READ


class Received(Filter[Said]):
    """收到 in whatever kind words, from somebody who was told of a notice that asks for it."""

    def match(self, turn: Turn) -> Said | None:
        """What is said; asks the database only when the words fit."""
        said = heard(turn)
        if said is None or not said.got:
            return None
        return said if notice_items.asks(turn.work, turn.person.person_id, turn.now) else None


def heard(turn: Turn) -> Said | None:
    """What a message says of a notice, in private; None for a question and for anything else."""
    if not turn.private or turn.message.key or turn.message.kind not in SPOKEN:
        return None
    return None if looks_like_question(turn.message.text) else received.read(turn.words)


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
def acknowledge(turn: Turn, said: Said) -> None:
    """收到，谢谢！一定准时参加: for the notices that ask for it, and for duties where there are any."""
    meant = notice_items.asking(turn.work, turn.person.person_id, turn.now)
    receipts.take(turn)
    if said.absent:
        not_coming(turn, meant)


def to_come(turn: Turn) -> list[Event]:
    """What somebody has registered for or waits for, and is not at already."""
    return [event for each, event in events.own(turn) if each.state in ACTIVE and each.attended_at is None]


def not_coming(turn: Turn, meant: Sequence[Told]) -> None:
    """收到，我不去: how to cancel the registration, of the event of the notice first; nothing is cancelled by it."""
    mine = to_come(turn)
    told = {each.event_id for each in meant}
    about = [event for event in mine if event.id in told]
    if mine:
        event_spoken.not_coming(turn, about or mine)
    else:
        turn.say(texts.ABSENT)


@router.on(LIST, Key("notices"))
def show(turn: Turn, word: str) -> None:
    """What was told within a month; what waited is told now."""
    if group.elsewhere(turn, texts.GROUP):
        return
    turn.topic = notice_items.LISTED
    _say(turn, notice_items.list_words(turn.work, turn.person.person_id, turn.now))


@router.on(NUMBER, NTH)
def show_one(turn: Turn, found: re.Match[str]) -> None:
    """通知 1, 通知一: the full text."""
    if not group.elsewhere(turn, texts.GROUP):
        show_number(turn, whole(found["number"]) or 0)


def show_number(turn: Turn, number: int) -> None:
    """The notice of that number in full. Raises NoSuchNotice."""
    news = notice_items.full_words(turn.work, turn.person.person_id, number, turn.now)
    turn.topic = f"{READ}{news.about}"
    _say(turn, news)


def _say(turn: Turn, news: News) -> None:
    turn.say(news.words, *notice_items.choices(news))
