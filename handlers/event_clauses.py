"""One order to register within a message that says more: 报名11 张伟, 我要看电影，报名12, 报名11，顺便问年假.

A name said with it is an answer, and shown before it counts; somebody else's name registers nobody (帮老婆报名11). A
question about whether one may come is answered first. Nothing is taken from words of doubt (要是不下雨就报名11).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot import event_texts as texts
from bot.forms.fold import looks_like_question, words
from bot.router import SPOKEN, Filter, Router
from bot.services import event_questions, registration_names
from bot.services import events as finding
from bot.turn import Turn
from handlers import event_form, event_marks, event_others, event_renaming_words, event_spoken, events, group
from storage.events import Event

router = Router("event_clauses")
TOPIC = f"form:{event_form.FORM_NAME}"  # there is a name in it: its words are not kept
LONGEST = 120
_CUT = re.compile(r"[,。;!?~、\n]+")
_INTRODUCED = re.compile(r"(?:我的?名字[叫是]?|姓名[:是]?|我叫|我是|本人) ?(?P<name>[^\d ]{2,12})")
_BEHIND = re.compile(r"(?P<order>.*\d ?号?(?:活动)?(?:报名)?) ?(?P<name>[^\d号 ][^\d ]{1,11})")
_BEFORE = re.compile(r"(?P<name>[^\d ]{2,4}?) ?(?P<order>(?:报名|参加).*\d ?号?(?:活动)?)")
_FOR = re.compile(
    r"(?:我要|我想|想|要|请|麻烦){0,2}[帮替给代](?P<whom>[^\d ]{1,8}?) ?(?P<order>(?:报个?名|参加).*\d ?号?(?:活动)?)"
)
_DOUBT = re.compile(r"[不没别]|取消|退|算了|如果|要是|万一|再说|等|已经?|改|换|[帮替给代](?!我)|除了|上次|昨天|谁")
_MAY = re.compile(r"[能行]|可以|得不得|条件|资格")
_ASIDE = re.compile(r"问|咨询|想知道|了解")
COURTESY = words(
    "你好 您好 谢谢 谢谢您 多谢 麻烦了 麻烦您了 辛苦了 辛苦您了 好的 好 嗯 请问 老师好 收到 早上好 下午好 工会你好"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The order, the name said with it (perhaps none), and whatever else was said. `other`: it is for somebody else."""

    order: re.Match[str]
    name: str
    rest: tuple[str, ...]
    other: bool = False


def read(plain: str) -> Said | None:
    """The only order in plain words that say more than that; None where there is doubt."""
    if len(plain) > LONGEST or not any(each in plain for each in ("报名", "参加")):
        return None
    clauses = [each.strip() for each in _CUT.split(plain) if each.strip()]
    read_ = [(each, _order(each)) for each in clauses]
    orders = [found for _, found in read_ if found is not None]
    rest = [each for each, found in read_ if found is None and each not in COURTESY]
    others = [found for each in clauses if (found := _for_other(each))]
    if others:
        return Said(others[0], "", (), other=True) if len(others) == 1 and not orders else None
    if len(orders) != 1 or any(_DOUBT.search(each) and not looks_like_question(each) for each in rest):
        return None
    names = [name for name in (orders[0][1], *map(_introduced, rest)) if name]
    left = tuple(each for each in rest if not _introduced(each))
    return Said(orders[0][0], names[0] if names else "", left) if len(names) < 2 else None


def _order(clause: str) -> tuple[re.Match[str], str] | None:
    """An order by number, and the name that stands before or behind it."""
    if alone := events.JOIN.read(clause):
        return alone, ""
    for pattern in (_BEHIND, _BEFORE):
        found = pattern.fullmatch(clause)
        order = events.JOIN.read(found["order"]) if found else None
        if found and order and event_questions.is_surely_name(found["name"]) and found["name"][0] not in "帮替给代":
            return order, found["name"]
    return None


def _for_other(clause: str) -> re.Match[str] | None:
    """帮老婆报名 11: the order."""
    found = _FOR.fullmatch(clause)
    return events.JOIN.read(found["order"]) if found and event_others.is_somebody(found["whom"]) else None


def _introduced(clause: str) -> str:
    found = _INTRODUCED.fullmatch(clause)
    said = found["name"] if found else clause
    return said if event_questions.is_surely_name(said) and not _DOUBT.search(said) else ""


def takes(plain: str) -> bool:
    """Whether it is such a message, and no plain order."""
    return not events.JOIN.takes(plain) and read(plain) is not None


class Among(Filter[Said]):
    """Such words; a name that is what an event is called by is none."""

    def match(self, turn: Turn) -> Said | None:
        """What was said; asks the database only when the words fit."""
        said = read(turn.words) if turn.message.kind in SPOKEN else None
        if said is None or not said.name:
            return said
        called = (registration_names.plain(each.title) for each in events.coming(turn))
        return None if any(said.name in each for each in called) else said


@router.on(Among())
def join(turn: Turn, said: Said) -> None:
    """Register, or first answer what that depends on."""
    turn.topic = TOPIC if said.name else ""
    if group.elsewhere(turn, texts.GROUP):
        return
    event = finding.find(turn.work, event_marks.number_of(said.order))
    if said.other:
        turn.say(texts.OTHER_JOINS.format(number=event.number))
        return
    asked = [each for each in said.rest if looks_like_question(each) or _ASIDE.search(each)]
    if any(_MAY.search(each) or event_spoken.ABOUT.takes(each) for each in asked):
        events.show_event(turn, event)
        turn.say(texts.FIRST_READ.format(number=event.number))
        return
    _begin(turn, event, said.name, asked)


def _begin(turn: Turn, event: Event, name: str, asked: Sequence[str]) -> None:
    known = registration_names.known(turn.work, turn.person.person_id, turn.person.name)
    plain = registration_names.plain
    if name and known and plain(name) != plain(known):
        turn.say(texts.OTHER_JOINS.format(number=event.number))
        return
    said = event_renaming_words.as_written(name, turn.words, turn.message.text) if name and not known else ""
    event_form.begin(turn, event, {event_questions.NAME: said} if said else None)
    if said and turn.form is not None:
        turn.say(texts.NAME_KEPT.format(days=turn.house.chat_days))
    if asked:
        turn.say(texts.ONE_AT_A_TIME)
