"""退订, 订阅 and 我的订阅: which notices somebody wants. TD and T, as people type it to stop messages, mean 退订."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import texts as common
from bot import topic_texts as texts
from bot.calendar import say_date
from bot.clock import local
from bot.contract import Choice
from bot.forms.fold import looks_like_question
from bot.notice_texts import STOP_HINT
from bot.router import Filter, Key, Router, Words
from bot.services import notice_items, staff_phones, stop_word, topic_choices, topics
from bot.services.topics import OPTIONAL, TOPICS
from bot.turn import Turn
from handlers import group, spoken, topic_net
from handlers.duty_asking import last_said

router = Router("topics")
ASKED, STOPPED, PATIENCE = "topics.ask", "topics.stop", timedelta(minutes=30)
ALL = ("全部", "所有", "全部通知", "所有通知", "全部消息", "所有消息", "一切", "都", "全都")
LIST = (
    *(
        "退订",
        "td",
        "t",
        "回复td",
        "回td",
        "回复t",
        "回t",
        "unsubscribe",
        "我要退订",
        "我想退订",
        "怎么退订",
        "如何退订",
    ),
    *(
        "退订通知",
        "退订消息",
        "取消订阅",
        "怎么取消订阅",
        "如何取消订阅",
        "取消通知",
        "关闭通知",
        "屏蔽通知",
        "通知太多",
    ),
    *(
        "不想收通知",
        "不想收到通知",
        "不想收消息",
        "不想收到消息",
        "不收通知",
        "不要发了",
        "不要再发了",
        "别发了",
        "别再发了",
    ),
    *("别给我发消息", "别再给我发消息了", "不要给我发消息", "不要再给我发消息了", "不要打扰我", "别打扰我", "消息太多"),
)
MINE = (
    "我的订阅",
    "订阅",
    "查订阅",
    "订阅管理",
    "通知订阅",
    "通知设置",
    "我订阅了什么",
    "我退订了什么",
    "我退订了啥",
    "我退订了哪些",
    "订阅列表",
    "我要订阅",
    "我想订阅",
    *("怎么订阅", "如何订阅", "取消退订", "撤销退订", "不退订了", "恢复订阅", "重新订阅", "恢复通知", "恢复接收通知"),
)
_LEAD = r"(?:我要|我想要?|请|麻烦|帮我|请帮我)?"
_SURE_STOP = re.compile(rf"{_LEAD}(?:退[订定]|取消订阅)[:：\s]*(?P<named>.{{1,40}})")
_NO_MORE = r"(?:不要|别|不用)(?:再|老是?|总是?|一直)?(?:给我)?(?:发送?|推送?)"
_STOP = re.compile(
    rf"{_LEAD}(?:td|我?不想再?收到?|我?不再?收到?|拒收|屏蔽|{_NO_MORE})[:：\s]*(?P<named>.{{1,40}})"
    rf"|{_LEAD}(?P<before>[^,。!?;]{{1,20}}?)(?:的|类的?)?(?:都|也)?(?:{_NO_MORE}(?:给我)?|不想再?(?:收到?|看))了?[吧啊]?"
)
_STOP_ALL = re.compile(rf"{_LEAD}(?:全部|所有(?:通知)?|都)(?:退订|取消订阅|不要再?发|别再?发)了?")
_SURE_RESUME = re.compile(rf"{_LEAD}(?:重新|恢复)?(?:订阅|取消退订)[:：\s]*(?P<named>.{{1,40}})")
_RESUME = re.compile(
    rf"{_LEAD}恢复[:：\s]*(?P<named>.{{1,40}})"
    rf"|{_LEAD}我?(?:(?:又|还是?)(?:想|要)+|重新|继续)(?:接收|收到|收)(?P<more>.{{1,40}})"
)
# 别给我发招聘信息了，我找到工作了: why does not matter; 不要发福利，要发钱 says something else
_WHY = re.compile(r"[,。!;] ?(?:因为|我?已经?|我[都不没]|烦|太|谢谢|用不|没用|不需要|没兴趣)[^?？]*$")
_BETWEEN = re.compile(r"[、,;/\s]+|和|与|及|还有")
_NUMBERS = re.compile(r"第?[1-9一二三四五六][个项号类]?(?:(?:[、,/\s]+|和)第?[1-9一二三四五六][个项号类]?){0,5}")
_NOT_WANTED = re.compile(
    r"^(?:退订?|退掉|取消|不要|不想?收)|(?:的?(?:都|也|通通)?(?:退订?|退掉|不想?要|不想?收))?[了吧啊。,! ]*$"
)
_ALL_OFF = re.compile(
    r"(?:全都?|都|全部|所有|通通)(?:的|通知|消息)?(?:都|也)?(?:退订?|退掉|取消|不想?要|不想?收)[了吧啊]*"
)
LONGEST_NAMES = 30  # of topics named right after the list
_REGRET = re.compile(
    r"(?:我|不好意思|抱歉|刚才|[,。 ]){0,3}"
    r"(?:[点按发退弄搞选打]错了?|恢复|撤[销回]|反悔了?|不退了?|还是?要?收|又想收|还要|取消)"
    r"(?:一下|它|吧|了|啊|刚才的?|[,。! ]){0,3}"
)
_TAIL = re.compile(r"(?:了|吧|谢谢)+$")


@dataclass(slots=True)
class Named:
    """What somebody named: keys of topics in their order, and words that are none."""

    topics: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read(words: str) -> Named:
    """The topics of plain words: by name, by another word for it, by the number of the list, or all of them."""
    named = Named()
    for each in filter(None, _BETWEEN.split(_TAIL.sub("", words.strip()))):
        found = _one(each)
        named.topics += [key for key in found if key not in named.topics]
        named.unknown += [] if found else [each]
    return named


def _one(words: str) -> Sequence[str]:
    if words in ALL:
        return OPTIONAL
    place = spoken.place(words) or 0
    if 1 <= place <= len(OPTIONAL):
        return (OPTIONAL[place - 1],)
    key = topics.by_words(words)
    return (key,) if key else ()


class _Order(Filter[Named]):
    """An order about topics. After a `sure` verb a name that nobody knows is met, too, if it looks like no question."""

    def __init__(self, sure: re.Pattern[str], soft: re.Pattern[str]) -> None:
        self._sure, self._soft = sure, soft

    def match(self, turn: Turn) -> Named | None:
        """What is named."""
        return self.read(turn.words)

    def read(self, words: str) -> Named | None:
        """What plain words name, whoever said them."""
        if found := self._sure.fullmatch(words):
            named = read(found["named"])
            short = len(found["named"]) <= 8 and not looks_like_question(words)
            return named if named.topics or (named.unknown and short) else None
        if found := self._soft.fullmatch(_WHY.sub("", words)):
            named = read(next(filter(None, found.groups())))
            return named if named.topics and not named.unknown else None
        return None


class _StopAll(Filter[Named]):
    """全部退订: the verb behind."""

    def match(self, turn: Turn) -> Named | None:
        """All topics."""
        return Named(list(OPTIONAL)) if _STOP_ALL.fullmatch(turn.words) else None


class _Net(Filter[bool]):
    """That somebody wants nothing any more, in words that no other order has."""

    def match(self, turn: Turn) -> bool | None:
        """True where every word belongs to it."""
        return topic_net.meant(turn.words) or topic_net.alone(turn.words) or None


class _Picked(Filter[Named]):
    """Numbers or names alone, right after the list, with nothing told between that may be answered by a number."""

    def match(self, turn: Turn) -> Named | None:
        """What they stand for in the list; None where one of them stands for nothing."""
        words = _NOT_WANTED.sub("", turn.words)
        may = _NUMBERS.fullmatch(words) or (len(words) <= LONGEST_NAMES and not spoken.is_number(words))
        words = ALL[0] if _ALL_OFF.fullmatch(turn.words) else words
        named = read(words) if turn.private and may and not looks_like_question(turn.message.text) else Named()
        if not named.topics or named.unknown or last_said(turn, PATIENCE).topic != ASKED:
            return None
        work, person_id, now = turn.work, turn.person.person_id, turn.now
        if notice_items.interrupted(work, person_id, now) or notice_items.beside(work, person_id, now):
            return None  # 1 may be the first of 您有2条通知, which stood below the list
        return named


class _Regret(Filter[bool]):
    """点错了, 恢复, directly after topics were stopped."""

    def match(self, turn: Turn) -> bool | None:
        """True."""
        if not turn.private or turn.reask or not _REGRET.fullmatch(turn.words):
            return None
        return True if last_said(turn, PATIENCE).topic == STOPPED else None


STOP, RESUME = _Order(_SURE_STOP, _STOP), _Order(_SURE_RESUME, _RESUME)


def takes(words: str) -> bool:
    """Whether these plain words are about topics: never an answer to an open form."""
    alone = words in LIST or words in MINE or _STOP_ALL.fullmatch(words) is not None
    return alone or STOP.read(words) is not None or RESUME.read(words) is not None or topic_net.meant(words)


@router.on(Words(*LIST), Key("topics_stop"))
def ask(turn: Turn, word: str) -> None:
    """What can be stopped, with what one gets of it."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    _list(turn)
    if stop_word.may(staff_phones.actor_of(turn.work, turn.person.person_id)):
        turn.say(STOP_HINT)


@router.on(Words(*MINE), Key("topics"))
def mine(turn: Turn, word: str) -> None:
    """What somebody gets now, and what not."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    off = topic_choices.stopped(turn.work, turn.person.person_id)
    on = [key for key in TOPICS if key not in off]
    lines = [texts.MINE, *(texts.MINE_LINE.format(label=TOPICS[key].label, about=TOPICS[key].about) for key in on)]
    if off:
        lines.append(texts.MINE_STOPPED)
        lines += [texts.MINE_STOPPED_LINE.format(label=TOPICS[key].label, day=_day(at)) for key, at in off.items()]
    how = [texts.MINE_HOW.format(label=TOPICS[key].label) for key in on if key in OPTIONAL][:1]
    how += [texts.MINE_HOW_BACK.format(label=TOPICS[key].label) for key in off][:1]
    turn.say("\n".join([*lines, "".join(how)]))
    turn.offer(*(_back(key) for key in off))


@router.on(STOP, _StopAll(), _Picked())
def stop(turn: Turn, named: Named) -> None:
    """Stop these topics, say since when others are stopped and which cannot be."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    done = topic_choices.stop(turn.work, turn.person.person_id, named.topics, turn.now)
    if done.now:
        turn.say(_stopped(turn, done.now))
    for key, at in done.before.items():
        turn.say(texts.ALREADY.format(label=TOPICS[key].label, day=_day(at)), _back(key))
    for key in done.exempt:
        turn.say(texts.CANNOT.format(label=TOPICS[key].label))
    _unknown(turn, named)


def _stopped(turn: Turn, keys: Sequence[str]) -> str:
    day = _day(turn.now)
    stays = texts.ASKED_STAYS + (texts.WORK_STAYS if "work" in keys else "")
    if len(topic_choices.stopped(turn.work, turn.person.person_id)) == len(OPTIONAL):
        turn.offer(Choice("topic_all", "订阅 全部"))
        urgent = TOPICS["urgent"].label
        return texts.STOPPED_ALL.format(day=day, count=len(OPTIONAL), stays=stays, urgent=urgent)
    turn.offer(*map(_back, keys))
    back = texts.STOPPED_BACK.format(label=TOPICS[keys[0]].label)
    return texts.STOPPED.format(day=day, topics=_quoted(keys)) + stays + back


@router.on(RESUME)
def resume(turn: Turn, named: Named) -> None:
    """These topics again."""
    if group.elsewhere(turn, common.GROUP_PRIVATE):
        return
    back, always = topic_choices.resume(turn.work, turn.person.person_id, named.topics)
    if back:
        turn.say(texts.RESUMED.format(topics=_quoted(back)))
    elif always:
        turn.say(texts.ALWAYS.format(topics=_quoted(always)))
    _unknown(turn, named)


@router.on(_Regret())
def back(turn: Turn, found: bool) -> None:
    """点错了: what was stopped, and how it comes back."""
    mine(turn, turn.words)


@router.on(_Net())
def ask_kindly(turn: Turn, found: bool) -> None:
    """别再给我发这些了: the list says how."""
    ask(turn, turn.words)


def _unknown(turn: Turn, named: Named) -> None:
    if named.unknown:
        turn.say(texts.UNKNOWN.format(words="、".join(named.unknown)[:20]))
        _list(turn)


def _list(turn: Turn) -> None:
    turn.topic = ASKED
    off = topic_choices.stopped(turn.work, turn.person.person_id)
    lines = [texts.ASK]
    for number, key in enumerate(OPTIONAL, 1):
        state = texts.SINCE.format(day=_day(off[key])) if key in off else ""
        topic = TOPICS[key]
        lines.append(texts.LINE.format(number=number, label=topic.label, about=topic.about, state=state))
    left = [key for key in OPTIONAL if key not in off]
    lines.append(texts.HOW.format(label=TOPICS[(left or OPTIONAL)[0]].label))
    stay = (texts.URGENT.format(label=each.label, about=each.about) for each in TOPICS.values() if each.exempt)
    turn.say("\n".join([*lines, "".join([*stay, texts.ASKED_STAYS])]))
    turn.offer(*(Choice(f"topic_stop:{key}", f"退订 {TOPICS[key].label}") for key in left))


def _back(key: str) -> Choice:
    return Choice(f"topic:{key}", f"订阅 {TOPICS[key].label}")


def _quoted(keys: Sequence[str]) -> str:
    return "、".join(f"“{label}”" for label in topic_choices.labels(keys))


def _day(moment: datetime) -> str:
    return say_date(local(moment).date())
