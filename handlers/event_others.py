"""帮李四取消报名, 李四不来了: nobody cancels for somebody else, but who handed a name in takes it off the list again.

The speaker's own registration is never touched by it, and whether the other one is registered is not said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import event_texts as texts
from bot.contract import Choice
from bot.forms.fold import words
from bot.router import SPOKEN, Filter, Router
from bot.services import event_lists, event_questions, event_words, notice_items, registration_names
from bot.turn import Turn
from handlers import event_form, event_leaving, event_marks, event_renaming_words, event_spoken, events, group
from storage import events as stored_events
from storage import registrations as stored
from storage.events import Event, Registration

router = Router("event_others")
sure = Router("event_others")  # before everything else that takes 取消报名
UNKEPT = "form:event_others"  # topic of a turn with the name of somebody else: its words are not kept
ASKED = f"{UNKEPT}:"  # the same with the registration of a list that it was asked about
KEEPS = words("取消 算了 不用了 不取消 不取消了 还来 他还来 还是来 来的 不是 不对 不 不用")
_KIN = (
    "老婆|老公|爱人|媳妇|对象|先生|太太|丈夫|妻子|孩子|小孩|儿子|女儿|娃|爸妈|爸爸?|妈妈?|父母|父亲|母亲|老人|家人"
    "|家属|亲戚|邻居|同事|工友|朋友|师傅|徒弟|同学|室友|搭档|哥哥?|姐姐?|弟弟?|妹妹?"
)
_KINSHIP = frozenset(_KIN.split("|"))
_KNOWN = re.compile(
    rf"(?:我们?|咱)?(?:的?那?一?个)?的?(?:{_KIN})们?|(?:他|她|ta|人家)们?"
    r"|.{1,2}(?:师傅|大哥|大姐|哥|姐|阿姨|工|总|主任)"
)
_NOBODY = re.compile(r"周[一二三四五六日天末]|马上|高温|时间|全家|公司|单位|领导|老板|活动|[大全]家|别人|有人|有些人")
_WHO = r"(?:我的)?(?P<who>[^\d,。!?;: 的把帮替给代取]{1,12}?)"
_ASKS = r"(?:(?:请|麻烦|我要|我想|想要?|要|能不能|能|可以|可不可以|怎么|如何|帮我|给我|帮忙|你好|您好|[, ]){0,4})"
_OFF = r"(?:取消|撤销|退掉|退出|退了|退)(?:掉|一下|了)?"
_NUMBER = r"(?: ?(?:活动)? ?\d{1,6} ?号?(?:活动)?)"
_PLACE = r"(?:(?:的)?(?:活动|参加)?(?:报名|候补|名额|预约))"
_FOR = r"(?:帮|替|给|代)"
_END = r"(?:[吧了啊呀吗么]|一下|谢谢您?|[,。 ]){0,4}"
_GONE = rf"(?:{event_leaving.GONE}了?)"
_WANTS = r"(?:说|要|想|他|她|也|都){0,3}"
_WHY = r"(?:那天|明天|今天|到时候?|临时|家里|突然|有点?事|加班|生病了?|不舒服|可能|[,。 ]){0,5}"
_CANCEL = tuple(
    re.compile(each)
    for each in (
        rf"{_ASKS}{_FOR}{_WHO}(?:把|的| )*{_NUMBER}?{_PLACE}?{_OFF}{_PLACE}?{_NUMBER}?的?{_PLACE}?{_END}",
        rf"{_ASKS}{_OFF} ?{_WHO}(?:的| ){{0,2}}{_NUMBER}?(?:的| )?{_PLACE}{_NUMBER}?{_END}",
        rf"{_ASKS}{_OFF}{_PLACE}{_NUMBER}? ?{_WHO}(?:的)?{_END}",
        rf"{_ASKS}把?{_WHO}{_NUMBER}?{_PLACE}{_NUMBER}?{_OFF}{_END}",
        rf"{_ASKS}把?{_WHO}{_WANTS}{_NUMBER}?{_OFF}{_PLACE}{_NUMBER}?{_END}",
        rf"{_ASKS}把?{_WHO}从?(?:名单|接龙|报名)(?:里|上|中)?(?:去掉|删掉|删除|划掉|拿掉|移除|删了)(?:了)?{_END}",
        rf"{_WHO}{_WANTS}{_WHY}{_NUMBER}?{_GONE}[,。 ]{{0,2}}{_ASKS}(?:{_FOR}[^\d,。 ]{{1,4}}?)?"
        rf"(?:把)?[他她]?们?(?:的)?{_PLACE}?{_OFF}{_PLACE}?{_NUMBER}?{_END}",
    )
)
_GONE_SAID = re.compile(_GONE)
_DIGITS = re.compile(r"\d{1,6}")
_AWAY = re.compile(rf"{_WHO}{_WANTS}{_WHY}{_NUMBER}?{_WHY}{_GONE}{_END}")
_BOTH = re.compile(
    rf"(?:我|我们|咱)(?:和|跟|与|同)(?P<who>.{{1,12}}?)(?:都|也|一起|两个人?|俩){{0,2}}{_WHY}{_GONE}{_END}"
    rf"|{_ASKS}{_FOR}我(?:和|跟|与|同)(?P<who_too>.{{1,12}}?)(?:的|把|都){{0,2}}{_OFF}{_PLACE}{_END}"
    rf"|我{_WHY}{_GONE}[,。 ]{{0,2}}(?P<who_also>[^\d,。 ]{{1,12}}?){_WANTS}{_WHY}{_GONE}{_END}"
)


@dataclass(frozen=True, slots=True)
class Other:
    """Who is said not to come, and to which event where a number was said. `sure`: cancelling was spoken of."""

    name: str
    number: int = 0
    sure: bool = True
    both: bool = False


def read(plain: str) -> Other | None:
    """Somebody other than the speaker who is to be cancelled or does not come, in plain words."""
    for kind, patterns in (("both", (_BOTH,)), ("off", _CANCEL), ("away", (_AWAY,))):
        for pattern in patterns:
            found = pattern.fullmatch(plain)
            parts = found.groupdict() if found else {}
            who = (parts.get("who") or parts.get("who_too") or parts.get("who_also") or "").strip()
            if who and is_somebody(who):
                number = int((_DIGITS.findall(plain) or ("0",))[0])
                named = any(each in plain for each in ("报名", "候补", "活动", "接龙")) or number > 9
                sure = kind == "off" and (named or _GONE_SAID.search(plain) is not None)
                return Other(who, number, sure, kind == "both")
    return None


def is_somebody(who: str) -> bool:
    """Whether words mean somebody other than the speaker: a name, 他, 我老婆, 李师傅, 小王, several of them."""
    return all(map(_is_somebody, re.split("[和跟与、]", who)))


def _is_somebody(who: str) -> bool:
    if who in ("我", "我们", "咱们", "自己", "本人") or _NOBODY.search(who):
        return False
    if len(who) == 2 and who[0] in "小老阿":
        return who in _KINSHIP or event_questions.is_surely_name(f"{who[1]}三")
    return _KNOWN.fullmatch(who) is not None or event_questions.is_surely_name(who)


def takes(plain: str) -> bool:
    """Whether it is surely about the registration of somebody else, whatever was spoken of."""
    said = read(plain) if any(each in plain for each in ("取消", "退", "撤")) else None
    return said is not None and said.sure


class SomebodyElse(Filter[Other]):
    """Such words; without 取消报名 in them only where an event is spoken of, or the speaker has to do with one."""

    def match(self, turn: Turn) -> Other | None:
        """Who it is; asks the database only when the words fit."""
        said = read(turn.words) if turn.message.kind in SPOKEN else None
        if said is None or (not turn.private and not said.sure):
            return None
        if _is_title(turn, said.name):
            return None
        said = replace(said, name=event_renaming_words.as_written(said.name, turn.words, turn.message.text))
        if said.sure or event_marks.last_topic(turn).startswith(("event", "form:event")) or _own(turn):
            return said
        return said if event_lists.handed_in(turn.work, turn.person.person_id, said.name, turn.now) else None


class Confirmed(Filter[int]):
    """确认, 是的 or 取消报名, directly after it was asked whether a name of a list is to be taken off."""

    def match(self, turn: Turn) -> int | None:
        """The registration."""
        fits = event_form.YES.takes(turn.words) or events.CANCEL_BARE.takes(turn.words)
        return _asked(turn) or None if fits and turn.words not in KEEPS else None


class Kept(Filter[int]):
    """算了, 还来; 取消 alone, too, for that may mean the asking."""

    def match(self, turn: Turn) -> int | None:
        """The registration."""
        return _asked(turn) or None if turn.words in KEEPS else None


class Mistaken(Filter[list[Event]]):
    """取消报名 11 directly after somebody else was spoken of: it may be meant for them, and would cancel one's own."""

    def match(self, turn: Turn) -> list[Event] | None:
        """The speaker's own registrations that would be cancelled; asks the database only when the words fit."""
        found, bare = events.CANCEL.read(turn.words), events.CANCEL_BARE.takes(turn.words)
        if not (found or bare) or not _is_private_speech(turn) or not event_marks.last_topic(turn).startswith(UNKEPT):
            return None
        number = event_marks.number_of(found) if found else 0
        return [each for each in _own(turn) if number in (0, each.number)] or None


def _is_title(turn: Turn, word: str) -> bool:
    """Whether what looks like a name is what an event is called by: 取消游泳报名."""
    return any(word in registration_names.plain(each.title) for each in (*_own(turn), *events.coming(turn)))


def _asked(turn: Turn) -> int:
    """The registration that it was just asked about, with nothing told between; 0 for none."""
    topic = event_marks.last_topic(turn) if _is_private_speech(turn) else ""
    asked = topic.removeprefix(ASKED) if topic.startswith(ASKED) else ""
    if not asked.isdigit() or notice_items.interrupted(turn.work, turn.person.person_id, turn.now):
        return 0
    return int(asked)


def _is_private_speech(turn: Turn) -> bool:
    return turn.private and turn.message.kind in SPOKEN


def _own(turn: Turn) -> list[Event]:
    return [event for mine, event in events.own(turn) if mine.state in stored.ACTIVE and mine.attended_at is None]


@sure.on(Confirmed())
def confirmed(turn: Turn, registration_id: int) -> None:
    """Then the name is taken off the list."""
    left = event_lists.withdraw(turn.work, registration_id, turn.person.person_id, turn.now)
    if left is None:
        turn.say(texts.OTHER_GONE)
        return
    turn.say(texts.OTHER_DONE.format(name=left.name, title=left.event.title))
    if left.companions:
        turn.say(texts.OTHER_TOO.format(count=left.companions))


@sure.on(Kept())
def kept(turn: Turn, registration_id: int) -> None:
    """Then it stays."""
    turn.say(texts.OTHER_KEPT)


@sure.on(Mistaken())
def mistaken(turn: Turn, mine: list[Event]) -> None:
    """Ask once whether they mean themselves; nothing is cancelled by it."""
    turn.say(texts.OTHER_SELF)
    event_spoken.not_coming(turn, mine)


@router.on(SomebodyElse())
def somebody_else(turn: Turn, said: Other) -> None:
    """Ask once where it is a name of the speaker's own list; else say who can cancel."""
    turn.topic = UNKEPT
    if group.elsewhere(turn, texts.GROUP):
        return
    there = event_lists.handed_in(turn.work, turn.person.person_id, said.name, turn.now)
    there = [each for each in there if said.number in (0, each[1].number)]
    if there and not said.both and not turn.reask:
        _ask(turn, said.name, there)
    else:
        _refuse(turn, said)


def _ask(turn: Turn, name: str, there: Sequence[tuple[Registration, Event]]) -> None:
    row, event = there[0]
    when = event_words.when(event)
    if len(there) == 1:
        turn.topic = f"{ASKED}{row.id}"
        turn.say(texts.OTHER_ASK.format(name=name, title=event.title, when=when), Choice("确认", "确认"))
        return
    lines = "\n".join(f"{each.number}. {each.title}，{event_words.when(each)}" for _, each in there)
    turn.say(texts.OTHER_WHICH.format(name=name, lines=lines, number=event.number))
    orders = [texts.OTHER_ORDERED.format(name=name, number=each.number) for _, each in there]
    turn.offer(*(Choice(each, each) for each in orders))


def _refuse(turn: Turn, said: Other) -> None:
    event = stored_events.by_number(turn.work, said.number) if said.number else None
    order = texts.OTHER_ORDER.format(number=said.number) if event else texts.OTHER_ORDER_ANY
    turn.say(texts.OTHER_NOT_YOURS.format(order=order))
    if event_lists.may_list(turn.work, turn.person.person_id, turn.now):
        turn.say(texts.OTHER_BY_LIST)
    mine = [] if turn.reask else _own(turn)
    if mine and said.both:  # the last that is said: 好的 is the answer to it
        event_spoken.not_coming(turn, mine)
    elif mine:
        turn.say(texts.OTHER_YOURS_STAYS)
