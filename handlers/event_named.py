"""An event named by words of its title (报名观影), or by a bare number right after the bot showed a list; 怎么报名."""

import re
from dataclasses import dataclass

from bot import event_texts as texts
from bot.forms.fold import looks_like_question, words
from bot.router import SPOKEN, Filter, Pattern, Router
from bot.services import notice_items, registration_names
from bot.turn import Turn
from handlers import event_form, event_marks, events, faq
from storage import events as stored_events
from storage.events import Event

router = Router("event_named")
_HOW = r"(?:怎么|怎样|如何|在哪[里儿]?)(?:报名|参加)"
HOW = Pattern(
    rf"(?:请问|我|要|想|活动|工会活动|这个|那|[, ]){{0,4}}(?:{_HOW}(?:参加)?(?:(?:这个|工会)?活动)?"
    r"|(?:现在)?(?:还?(?:可以|能)报名|还能报)|报名(?:截止|结束|报满|满)了(?=吗|没|么)没?有?|(?:现在)?报名还来得及"
    r"|(?:活动)?报名(?:链接|入口|方式|方法|流程)(?:在哪[里儿]?|是什么|发一下)?)[吗呢啊呀的]{0,2}"
)
_THAT = r"(?:[看听去]|那个|这个|一下|那场|这场|活动|[“\"《 ])*"
TITLED = re.compile(
    rf"{events.WISH}(?P<what>报个?名(?:参加)?|参加)(?:一下)?{_THAT}(?P<title>.{{2,40}}?)[”\"》]?(?:那个|这个)?的?(?:活动|报名)*{events.TAIL}"
    rf"|{events.WISH}{_THAT}(?P<title_too>.{{2,40}}?)[”\"》]?(?:那个|这个)?的?(?:活动)?(?P<how>{_HOW}|报名|我?要?参加){events.TAIL}"
)
# what events in general are called: such a word alone means none of them
COMMON = words(
    "活动 工会 入会 职工 会员 员工 工人 单位 公司 本市 我们 咱们 大家 什么 "
    "哪些 哪个 参加 报名 工会活动 职工活动 一个 两个"
)
_NOT = re.compile(r"[不没别]|取消|退[出掉报]|撤[销回]|已经?|谁|[帮给替](?!我)")
SURE = 4  # letters of a title that leave no doubt
LONGER = 4  # so much longer than the title may be what is said
LISTED = (
    "events.show_list",
    "events.show_list_asked",
    "events.show_mine",
    "events.show_mine_asked",
    "event_spoken.about_any",
)
TO_JOIN = (
    *("events.join_some", "events.join_several", "event_named.titled", "event_named.how_to"),
    "event_company.with_others",
)
TO_CANCEL = ("events.cancel_some", "event_spoken.not_coming", "event_titled.leave")
_NUMBER = re.compile(r"(?:活动|第|选|要|就)? ?(\d{1,6}) ?(?:号|个)?(?:活动)?(?:吧|的)?")
_ELSEWHERE = ("faq:", "suggest", "aside:")  # 怎么报名 then goes on with what was answered


@dataclass(frozen=True, slots=True)
class Named:
    """Events whose titles have the words; `asked`: how to register, not to do it."""

    events: list[Event]
    asked: bool


class Titled(Filter[Named]):
    """报名观影, 我要参加观影, 招聘会怎么报名, while an event that is not over has such a title."""

    def match(self, turn: Turn) -> Named | None:
        """What is meant; asks the database only when the words fit."""
        return named(turn, turn.words) if turn.message.kind in SPOKEN else None


def named(turn: Turn, plain: str) -> Named | None:
    """The events that plain words of this turn mean by a title."""
    found = TITLED.fullmatch(plain)
    if found is None:
        return None
    asked = (found["how"] or "").startswith(("怎", "如", "在"))
    said = registration_names.plain(found["title"] or found["title_too"])
    if (looks_like_question(turn.message.text) and not asked) or said in COMMON or said.isdigit():
        return None
    joins = "报" in (found["what"] or found["how"])
    there = [each for each in events.coming(turn) if fits(said, registration_names.plain(each.title), joins)]
    open_ = [each for each in events.can_join(turn) if each in there]
    if not there or (not joins and faq.knows(turn)):  # 参加社保 is asked of the knowledge base
        return None
    return Named(open_ or there, asked)


def joins(words: str) -> bool:
    """Whether plain words are to register for something that is named: 我要报名招聘会, 招聘会怎么报名."""
    return "报" in words and "名" in words and TITLED.fullmatch(words) is not None


def fits(said: str, title: str, joins: bool) -> bool:
    """Whether these words mean an event of this title; both plain. `joins`: 报名 was said.

    参加 with two or three letters must be how the title ends: 参加社保 is not to go to a 社保政策宣讲. Nobody is
    registered
    by 招聘会我不参加 or 取消招聘会的报名.
    """
    sure = joins or len(said) >= SURE
    if said not in title and _NOT.search(said.replace(title, "", 1)):
        return False
    return (said in title if sure else title.endswith(said)) or (title in said and len(said) - len(title) <= LONGER)


class Picked(Filter[tuple[Event, str]]):
    """A bare number of an event, right after several were listed."""

    def match(self, turn: Turn) -> tuple[Event, str] | None:
        """The event, and what the list was for."""
        found = _NUMBER.fullmatch(turn.words) if turn.private and turn.message.kind in SPOKEN else None
        topic = event_marks.last_topic(turn) if found else ""
        if found is None or topic not in (*LISTED, *TO_JOIN, *TO_CANCEL):
            return None
        if topic in TO_CANCEL and notice_items.interrupted(turn.work, turn.person.person_id, turn.now):
            return None  # a number may be the answer to what came between: no place is lost by it
        event = stored_events.by_number(turn.work, int(found[1]))
        return (event, topic) if event is not None and event.state != "draft" else None


class How(Filter[bool]):
    """怎么报名, unless something else was just answered."""

    def match(self, turn: Turn) -> bool | None:
        """True."""
        if turn.message.kind not in SPOKEN or not HOW.takes(turn.words):
            return None
        return None if event_marks.last_topic(turn).startswith(_ELSEWHERE) else True


@router.on(Titled())
def titled(turn: Turn, found: Named) -> None:
    """The only one with such a title, or which?"""
    if len(found.events) > 1:
        _which(turn, found.events)
    elif found.asked or not turn.private:
        events.show_event(turn, found.events[0])
    else:
        event_form.begin(turn, found.events[0])


@router.on(Picked())
def picked(turn: Turn, found: tuple[Event, str]) -> None:
    """What was asked, with the one that was picked."""
    event, topic = found
    if topic in TO_JOIN:
        event_form.begin(turn, event)
    elif topic in TO_CANCEL:
        events.cancel_one(turn, event)
    else:
        events.show_event(turn, event)


@router.on(How())
def how_to(turn: Turn, found: bool) -> None:
    """怎么报名: the event just shown or the only one, with what to reply; else which?"""
    there = events.can_join(turn)
    just = events.just_seen(turn, there)
    if not there:
        turn.say(texts.NONE_OPEN)
    elif just or len(there) == 1:
        events.show_event(turn, just or there[0])
    else:
        _which(turn, there)


def _which(turn: Turn, found: list[Event]) -> None:
    """In a group only what there is."""
    if turn.private:
        events.ask_which(turn, found)
    else:
        events.show_list(turn, turn.words)
