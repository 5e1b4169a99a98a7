"""Notices in the chat: what waited for somebody's visit, what they were told lately, and their 收到.

What waits is shown once, with the next answer in private; then it counts as told (route `inbox`). The list of 通知 is
what somebody was told within `DAYS` days, by whatever route, the newest first; its numbers hold for `PATIENCE` after it
was shown, whatever comes meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import notice_texts as texts
from bot.calendar import say_day
from bot.clock import local
from bot.contract import Choice
from bot.errors import Refusal
from bot.services import notice_lines
from storage import inbox, notice_items, notices_told
from storage.notice_items import Item
from storage.notices_told import Told
from storage.work import Work

DAYS = 30  # how far the list goes back
SHOWN = 20  # notices in the list
AT_ONCE = 5  # notices of one visit with their first line
TAPS = 3  # notices that may be tapped
TITLES = 5  # titles in one sentence
FIRST_LINE = 30  # characters of a notice beside its title
READ = "notices.read:"  # topic of a turn that showed one notice in full, with the broadcast's id
ASKED_WITHIN = timedelta(days=7)  # 收到 is for what was told since then
PATIENCE = timedelta(minutes=30)
LISTED = "notices.listed"  # topic of a turn that showed the list
RECEIPT = "received"  # id of the choice 收到; with a broadcast's id it is for that one


class NoSuchNotice(Refusal):
    """There is no notice of that number."""


@dataclass(frozen=True, slots=True)
class News:
    """What is said of notices. `asks`: some of them want a 收到. `numbers`: those that may be asked for in full.

    `about`: the broadcast where it is one that was asked for.
    """

    words: str
    asks: bool
    numbers: tuple[int, ...] = ()
    about: int = 0


def receipt(broadcast_id: int) -> Choice:
    """The choice 收到 that goes out with a notice; tapped, it is for this one alone."""
    return Choice(f"{RECEIPT}:{broadcast_id}", texts.RECEIPT)


def choices(news: News, beside: bool = False) -> list[Choice]:
    """What may be tapped below it: its first notices in full (not `beside` other choices), 收到."""
    numbers = () if beside else news.numbers[:TAPS]
    full = [texts.NUMBERED.format(number=each) for each in numbers]
    return [*(Choice(each, each) for each in full), *([Choice(RECEIPT, texts.RECEIPT)] if news.asks else [])]


def body(notice: Item | Told) -> str:
    """A notice's text without its title in front and without the lines about 收到 and opting out."""
    return notice_lines.bare(notice.text, notice.topic).strip().removeprefix(f"【{notice.title}】").strip()


def bring(work: Work, person_id: int, now: datetime) -> News | None:
    """What waited for this person, as words; it counts as told now. None when nothing may be shown."""
    items = notice_items.waiting(work, person_id, now)
    shown = notice_items.show(work, items, now) if items else []
    if not shown:
        return None
    if len(shown) == 1:
        notice_items.opened(work, shown[0].broadcast_id, person_id, now)
        return _alone(shown[0])
    lines = [texts.ITEMS.format(count=len(shown))]
    lines += [_line(number, each) for number, each in enumerate(shown[:AT_ONCE], start=1)]
    if len(shown) > AT_ONCE:
        lines.append(texts.ITEM_MORE.format(count=len(shown) - AT_ONCE))
    asking = [each.title for each in shown if each.wants_receipt]
    stops = any(notice_lines.stops(each.text, each.topic) for each in shown)
    lines.append(texts.ITEM_HOW.format(number=1) + (texts.ITEM_STOP if stops else ""))
    if asking:
        lines.append(texts.ASKS_FOR.format(titles=titles(asking)))
    return News("\n".join(lines), bool(asking), tuple(range(1, min(len(shown), AT_ONCE) + 1)))


def _alone(item: Item) -> News:
    full = texts.FULL.format(title=item.title, body=body(item))
    asks = f"\n{texts.ASKS}" if item.wants_receipt else ""
    stops = f"\n{notice_lines.opt_out(item.topic)}" if notice_lines.stops(item.text, item.topic) else ""
    return News(f"{texts.ITEM_ONE}\n{full}{asks}{stops}", item.wants_receipt)


def _line(number: int, item: Item) -> str:
    first = body(item).partition("\n")[0].strip()
    cut = first if len(first) <= FIRST_LINE else f"{first[: FIRST_LINE - 1]}…"
    words = texts.ITEM_LINE if cut else texts.ITEM_BARE
    return words.format(number=number, title=item.title, first=cut)


def titles(names: Sequence[str]) -> str:
    """Titles in one sentence; of many the first ones, and how many they are."""
    said = "".join(texts.QUOTED.format(title=each) for each in names[:TITLES])
    return said + (texts.AND_MORE.format(count=len(names)) if len(names) > TITLES else "")


def list_words(work: Work, person_id: int, now: datetime) -> News:
    """The list; what waited is in it and counts as told now."""
    notice_items.show(work, notice_items.waiting(work, person_id, now), now)
    told = _told(work, person_id, now, now)
    if not told:
        return News(texts.LIST_NONE.format(days=DAYS), False)
    lines = [texts.LIST_HEAD.format(days=DAYS, count=len(told))]
    for number, each in enumerate(told, start=1):
        words = texts.LIST_ASKS if _still_asks(each, now) else texts.LIST_LINE
        lines.append(words.format(number=number, title=each.title, day=_day(each)))
    lines.append(texts.ITEM_HOW.format(number=1))
    return News("\n".join(lines), any(_still_asks(each, now) for each in told), tuple(range(1, len(told) + 1)))


def full_words(work: Work, person_id: int, number: int, now: datetime) -> News:
    """One notice of the list as it was last shown, in full. Raises NoSuchNotice."""
    fresh = notice_items.show(work, notice_items.waiting(work, person_id, now), now)
    shown = now if fresh else _last_shown(work, person_id, now)
    told = _told(work, person_id, shown, now) if shown else []
    if not 1 <= number <= len(told):
        told = _told(work, person_id, now, now)
    if not 1 <= number <= len(told):
        raise NoSuchNotice(texts.NO_SUCH.format(number=number) if told else texts.LIST_NONE.format(days=DAYS))
    return full(work, person_id, told[number - 1], now)


def full(work: Work, person_id: int, notice: Told, now: datetime) -> News:
    """One notice in full, again."""
    notice_items.opened(work, notice.broadcast_id, person_id, now)
    asks = _still_asks(notice, now)
    acked = texts.TOLD_ACKED if notice.acked else texts.TOLD_AT
    full = texts.FULL.format(title=notice.title, body=body(notice))
    lines = [full, acked.format(day=_day(notice)), *([texts.ASKS] if asks else [])]
    return News("\n".join(lines), asks, about=notice.broadcast_id)


def _still_asks(notice: Told, now: datetime) -> bool:
    """Whether a 收到 would be taken for it."""
    return notice.asks and notice.at >= now - ASKED_WITHIN


def _told(work: Work, person_id: int, until: datetime, now: datetime) -> list[Told]:
    return notices_told.told(work, person_id, now - timedelta(days=DAYS), until, SHOWN)


def _last_shown(work: Work, person_id: int, now: datetime) -> datetime | None:
    """When numbers were last said to this person, and still mean what they meant then."""
    since = now - PATIENCE
    moments = (notice_items.last_shown(work, person_id, since), inbox.last_at(work, person_id, LISTED, since))
    return max((each for each in moments if each is not None), default=None)


def numbered(work: Work, person_id: int, topic: str, now: datetime) -> bool:
    """Whether the last answer (`topic`: of its turn) had notices with numbers: the list, one of it, 您有2条通知."""
    if topic == LISTED:
        return True
    if topic.startswith(READ):
        return _last_shown(work, person_id, now) is not None
    return beside(work, person_id, now)


def beside(work: Work, person_id: int, now: datetime) -> bool:
    """Whether several notices that had waited were shown with the last answer, whatever that was about."""
    last = notices_told.last_word(work, person_id, now - PATIENCE)
    return last is not None and notice_items.count_shown(work, person_id, last) > 1


def _day(notice: Told) -> str:
    return say_day(local(notice.at).date())


def asking(work: Work, person_id: int, now: datetime) -> list[Told]:
    """The notices that a 收到 of this person would be about, the oldest first."""
    return notices_told.asking(work, person_id, now - ASKED_WITHIN)


def asks(work: Work, person_id: int, now: datetime) -> bool:
    """Whether a 收到 of this person would be about a notice."""
    return bool(asking(work, person_id, now))


def just_told(work: Work, person_id: int, now: datetime) -> list[Told]:
    """Those of them that were the last thing between this person and us, so that 好的 answers them.

    Told since the person last said anything, with nothing else told to them after it.
    """
    found = asking(work, person_id, now)
    if not found:
        return []
    since = now - ASKED_WITHIN
    last = notices_told.last_word(work, person_id, since)
    just = [each for each in found if last is None or each.at >= last]
    if not just or notices_told.spoken_since(work, person_id, just[-1].at):
        return []
    newest = notices_told.told(work, person_id, since, now, 1)
    return just if newest and newest[0].at <= just[-1].at else []


def last_told(work: Work, person_id: int, now: datetime, unanswered: bool = False) -> Told | None:
    """The notice that was the last thing this person got from us; None where the last thing was something else.

    `unanswered`: only while they have said nothing since.
    """
    newest = next(iter(notices_told.told(work, person_id, now - ASKED_WITHIN, now, 1)), None)
    if newest is None or notices_told.spoken_since(work, person_id, newest.at):
        return None
    if unanswered and notices_told.answered_since(work, person_id, newest.at):
        return None
    return newest


def spoken_of(work: Work, person_id: int, topic: str, now: datetime) -> Told | None:
    """The notice that is being spoken of: the one just read (`topic` is that of the last turn), nodded at, or told."""
    read = topic.removeprefix(READ) if topic.startswith(READ) else ""
    if read.isdigit():
        return notices_told.of_broadcast(work, person_id, int(read))
    if topic.startswith("notice"):
        return next(iter(notices_told.told(work, person_id, now - ASKED_WITHIN, now, 1)), None)
    return last_told(work, person_id, now, unanswered=True)


def last_written(work: Work, person_id: int, now: datetime) -> bool:
    """Whether a letter (轮到您了) was the last thing between this person and us."""
    last = notices_told.last_word(work, person_id, now - ASKED_WITHIN)
    return last is not None and notices_told.written_since(work, person_id, last)


def interrupted(work: Work, person_id: int, now: datetime) -> bool:
    """Whether they got something by itself since they last said anything: 好的 may then be about that."""
    last = notices_told.last_word(work, person_id, now - ASKED_WITHIN)
    return last is None or notices_told.pushed_since(work, person_id, last)


def acknowledge(work: Work, person_id: int, now: datetime) -> list[str]:
    """收到 for everything this person was told lately and that wants it; the titles, the oldest first."""
    return acknowledge_these(work, asking(work, person_id, now), now)


def acknowledge_these(work: Work, found: Sequence[Told], now: datetime) -> list[str]:
    """收到 for these; their titles."""
    if found:
        notices_told.acknowledge(work, [each.recipient_id for each in found], now)
    return [each.title for each in found]


def acknowledge_one(work: Work, person_id: int, broadcast_id: int, now: datetime) -> tuple[str, bool]:
    """收到 tapped below one notice, whenever that was: its title (empty: not theirs), and whether it was new."""
    found = notices_told.of_broadcast(work, person_id, broadcast_id)
    if found is None:
        return "", False
    if found.asks:
        notices_told.acknowledge(work, [found.recipient_id], now)
    return found.title, found.asks
