"""What people say about an event without naming it, where what was just said or a registration of theirs makes it sure.

Nothing here is met in a group, or while neither is there: then it is a question like any other. Only where one can go
to something, and nothing else was spoken of, what they ask is answered with what there is.
"""

from bot import event_texts as texts
from bot.contract import Choice
from bot.router import SPOKEN, Filter, Pattern, Router
from bot.services import event_words, notice_items, registration_names
from bot.turn import Turn
from handlers import event_form, event_leaving, event_marks, events
from handlers.event_form import LEAVE, YES
from storage import events as stored_events
from storage import registrations as stored
from storage.events import Event
from storage.notices_told import Told

router = Router("event_spoken")
NAMED = (
    "event_named.titled",
    "event_named.picked",
    "event_spoken.not_coming",
    "event_titled.leave",
    "event_titled.tell",
)
OWN = (
    "events.join",
    "events.join_some",
    "events.show_mine",
    "events.show_mine_asked",
    "events.cancel_some",
    "form:event_registration",
    *NAMED,
)
NEAR = ("event", "form:event", "notice")


class _NotComing(Pattern):
    """不去了, with a number or without, and the same in one breath."""

    def takes(self, words: str) -> bool:
        """Whether these plain words say so."""
        return super().takes(words) or event_leaving.meant(words)


NOT_COMING = _NotComing(
    r"(?:我|那天|到时候?|抱歉|不好意思|临时|家里|突然|有事|有点事|可能|[,。 ]){0,6}"
    rf"(?:(?:活动)? ?(?P<number>\d{{1,6}})号?(?:活动)?[,。 ]?我?)?{event_leaving.GONE}(?:了|啊|吧|活动|[,。 ]){{0,3}}"
    r"|(?:我要|我想|帮我)?(?:取消|退出|退掉)(?:这个|那个|我的)?(?:活动|预约)(?:了|吧)?|退报名"
    r"|我?不想?(?:再?参加|去)(?:这个|那个)?活动了?|(?:请问)?(?:怎么|如何|怎样|在哪里?)(?:取消|退掉?)(?:活动)?的?(?:报名|候补|活动)[呢啊]?"
)
GIVEN_UP = Pattern(
    r"取消(?:吧|了|一下|掉)?|退出(?:排队)?|算了|不要了|(?:我?已经)?不需要了|我?有(?:别的|其他|其它)的?(?:安排|事)了?|"
    r"(?:我|那天|到时候?|抱歉|不好意思|临时|加班|有事|[,。 ]){0,4}"
    r"(?:没空|没时间|没有时间|不参加|不去|不来)(?:了|啊|呢|来|去|参加)?"
)
MINE_WORDS = (
    r"(?:帮我|看看?|查一?下|查查){0,3}我?有没有(?:报上|报好|报名成功)名?|(?:请问|帮我|看看?|查一?下|查查){0,3}我?(?:到底|有没有|已经){0,2}报(?:上名|上|名成功|名|好名?|成功)了?(?:活动)?(?:吗|没有?|么)"
    r"|(?:我|候补|现在|在){0,3}(?:排到?|候补到?)第?(?:几|多少)[位名个号]?了?|我?在(?:不在)?候补(?:里|吗|里吗)"
    r"|(?:候补)?(?:能|会)?(?:不能)?(?:轮到|补上|排到|排上|等到)我?了?(?:吗|没有?)"
    r"|我?(?:的)?前面还?有?(?:几|多少)个?人(?:在(?:等|排))?[呢啊]?"
)
MINE = Pattern(MINE_WORDS)
ABOUT_WORDS = (
    r"(?:请问|那|这个?|活动|是|,| ){0,4}(?:还有(?:没有)?(?:名额|位置|位子)|有(?:没有)?名额|名额满了|"
    r"几点(?:开始|结束|集合)?|什么时候(?:开始|截止)?|什么时间(?:开始)?|时间|哪天|几号|几号截止|"
    r"(?:在|去)?哪[里儿]?(?:集合|举办|举行|办)?|地[点址](?:在哪[里儿]?)?|(?:怎么|咋)(?:过?去|走)|"
    r"(?:发个|发一下)?地址(?:发一下|发我|发给我)?|"
    r"可以带(?:家属|孩子|小孩|人)|能(?:不能)?带(?:家属|孩子|小孩|娃|人)|带(?:家属|孩子|小孩)(?:可以|行)|"
    r"(?:要|需要)带(?:什么|啥|哪些|身份证|证件|东西|材料)(?:材料|东西|证件)?|要(?:交|花)?钱|收费|免费|"
    r"(?:会不会|是不是|有没有)(?:取消|延期|改期)了?|"
    r"(?:取消|延期|改期|照常)了?(?=吗|没)没?有?|还(?:办|开|举行)(?=吗|不|么)不?)"
    r"[吗呢么啊呀的不]{0,2}"
)
ABOUT = Pattern(ABOUT_WORDS)


def takes(words: str) -> bool:
    """Whether it is about the event somebody is registering for; never their name."""
    return any(each.takes(words) for each in (NOT_COMING, MINE, ABOUT))


class About(Filter[list[Event]]):
    """Words that mean the event just shown or being registered for, or one's own registrations."""

    def __init__(self, words: Pattern, own: bool, after: tuple[str, ...] = ()) -> None:
        self._words, self._own, self._after = words, own, after

    def match(self, turn: Turn) -> list[Event] | None:
        """The events that may be meant."""
        if not turn.private or turn.message.kind not in SPOKEN or not self._words.takes(turn.words):
            return None
        there = event_form.under_way(turn) if turn.reask else None
        if there is not None:
            return [there]
        topic = event_marks.last_topic(turn)
        shown = topic.startswith(events.SHOW)
        if self._after and not shown and topic not in self._after:
            return None
        if topic and not topic.startswith(NEAR) and not self._own:  # 在哪里 belongs to whatever was just spoken of
            return None
        mine = _mine(turn)
        told = None if shown or self._own else event_marks.noticed(turn)
        if told is not None:
            event = stored_events.get(turn.work, told.event_id) if told.event_id is not None else None
            return [event] if event is not None else None
        seen = topic.removeprefix(events.SHOW) if shown else ""
        event = stored_events.get(turn.work, int(seen)) if seen.isdigit() else None
        if event is not None and (not self._own or event.id in {each.id for each in mine}):
            return [event]
        return mine or None


class Sure(Filter[Event]):
    """是的, 取消吧, directly after it was asked whether to cancel a registration, with nothing told between."""

    def match(self, turn: Turn) -> Event | None:
        """The event."""
        if not turn.private or turn.message.kind not in SPOKEN or not YES.takes(turn.words):
            return None
        topic = event_marks.last_topic(turn)
        asked = topic.removeprefix(LEAVE) if topic.startswith(LEAVE) else ""
        if asked and notice_items.interrupted(turn.work, turn.person.person_id, turn.now):  # 轮到您了: 好的
            return None
        return stored_events.get(turn.work, int(asked)) if asked.isdigit() else None


class OfNotice(Filter[Told]):
    """The same right after a notice that is about no event: 几点, 在哪里 is asked of that, not of some event."""

    def match(self, turn: Turn) -> Told | None:
        """The notice."""
        if not turn.private or turn.reask or turn.message.kind not in SPOKEN or not ABOUT.takes(turn.words):
            return None
        told = event_marks.noticed(turn)
        return told if told is not None and told.event_id is None else None


class WhatThere(Filter[list[Event]]):
    """The same about nothing in particular, while there is something one can go to."""

    def match(self, turn: Turn) -> list[Event] | None:
        """What there is."""
        if not turn.private or turn.message.kind not in SPOKEN or not ABOUT.takes(turn.words):
            return None
        topic = event_marks.last_topic(turn)
        return events.coming(turn) or None if not topic or topic.startswith(NEAR) else None


class NotIn(Filter[str]):
    """我报名了吗, 取消活动, or after an event 不去了, from somebody who has not registered for anything."""

    def match(self, turn: Turn) -> str | None:
        """What to say."""
        if not turn.private or turn.message.kind not in SPOKEN:
            return None
        if MINE.takes(turn.words):
            return texts.MINE_NONE if "报" in turn.words else None
        if not NOT_COMING.takes(turn.words):
            return None
        told = event_marks.noticed(turn)
        event = stored_events.get(turn.work, told.event_id) if told is not None and told.event_id is not None else None
        if event is not None and event.state == "cancelled":  # 不去了, after 活动取消 was told
            return texts.NOTHING_TO_LEAVE.format(**event_words.facts(event))
        came = [event for each, event in events.own(turn) if each.attended_at is not None]
        if came:
            return texts.CAME_ALREADY.format(title=came[0].title)
        sure = "活动" in turn.words or "报名" in turn.words or event_marks.last_topic(turn).startswith("event")
        return texts.NOTHING_TO_CANCEL if sure else None


def _mine(turn: Turn) -> list[Event]:
    return [event for each, event in events.own(turn) if each.state in stored.ACTIVE and each.attended_at is None]


@router.on(Sure())
def sure(turn: Turn, event: Event) -> None:
    """Then it is cancelled, or the form that asks for it is over."""
    events.cancel_one(turn, event)


@router.on(About(NOT_COMING, own=True), About(GIVEN_UP, own=True, after=OWN))
def not_coming(turn: Turn, found: list[Event]) -> None:
    """不去了: which registration is to be cancelled is said back; nothing is cancelled by it."""
    there = event_form.under_way(turn) if turn.reask else None
    if there is not None and there.id == found[0].id:
        turn.topic = f"{LEAVE}{found[0].id}"
        turn.say(texts.GIVE_UP_ASK.format(title=found[0].title))
        return
    found = _numbered(turn.words, found)
    numbers = [each.number for each in found]
    about = _other(turn, found)
    if about is not None:
        turn.say(texts.NOT_OF_NOTICE.format(title=about.title))
    if len(found) == 1:
        # 嗯 is no yes to what they did not speak of: no place is lost by it
        turn.topic = "" if about else f"{LEAVE}{found[0].id}"
        words = texts.CANCEL_OTHER if about else texts.CANCEL_ASK
        turn.say(words.format(title=found[0].title, when=event_words.when(found[0]), number=numbers[0]))
    else:
        lines = "\n".join(f"{each.number}. {each.title}，{event_words.when(each)}" for each in found)
        turn.say(texts.CANCEL_WHICH.format(lines=lines, number=numbers[0]))
    turn.offer(*(Choice(f"取消报名 {each}", f"取消报名 {each}") for each in numbers))


def _other(turn: Turn, found: list[Event]) -> Told | None:
    """The notice that 去不了 was an answer to, where that is about no event and none was named."""
    if _named(turn.words, found):
        return None
    told = event_marks.noticed(turn)
    return told if told is not None and told.event_id is None and not _named(told.title, found) else None


def _named(words: str, found: list[Event]) -> bool:
    """Whether one of these is named, by its number or by letters of its title."""
    plain = registration_names.plain(words)
    return any(str(each.number) in plain or registration_names.plain(each.title)[-2:] in plain for each in found)


def _numbered(words: str, found: list[Event]) -> list[Event]:
    """Only the one that is named by its number, where one is."""
    named = NOT_COMING.read(words)
    number = named["number"] if named else None
    return [each for each in found if str(each.number) == number] or found


@router.on(OfNotice())
def of_notice(turn: Turn, told: Told) -> None:
    """What there is to know stands in it."""
    news = notice_items.full(turn.work, turn.person.person_id, told, turn.now)
    turn.topic = f"{notice_items.READ}{news.about}"
    turn.say(news.words, *notice_items.choices(news))


@router.on(About(MINE, own=True), About(ABOUT, own=False))
def about(turn: Turn, found: list[Event]) -> None:
    """几点开始, 在哪里, 我报名了吗: the event as it is and how one stands; of several, one's own."""
    if turn.reask and MINE.takes(turn.words) and event_form.under_way(turn):
        turn.say(texts.GIVE_UP_ASK.format(title=found[0].title))
    elif len(found) == 1:
        events.show_event(turn, found[0])
    else:
        events.show_mine(turn, turn.words)


@router.on(NotIn())
def not_in(turn: Turn, words: str) -> None:
    """No, and there is nothing to cancel."""
    turn.say(words)


@router.on(WhatThere())
def about_any(turn: Turn, found: list[Event]) -> None:
    """还有名额吗, out of the blue or after the list: the only event there is, or the list with times and places."""
    if len(found) == 1:
        events.show_event(turn, found[0])
    else:
        events.show_list(turn, turn.words)
