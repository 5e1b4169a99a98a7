"""名字写错了: the name somebody gave at a registration is said back, asked for where it was not said, and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot import event_texts as texts
from bot.contract import Choice
from bot.dialogue import Flow, opened
from bot.forms.model import Confirm, Field, FieldError, Form, Question
from bot.forms.values import Value
from bot.router import SPOKEN, Filter, Router
from bot.services import event_questions, event_words, registration_names, registration_renaming
from bot.turn import Turn
from handlers import event_marks, event_renaming_words, events, group
from handlers.event_renaming_words import Said
from storage import registrations as stored
from storage.events import Event

router = Router("event_renaming")
FORM_NAME, OLD = "event_renaming", "old"
UNKEPT = f"form:{FORM_NAME}"  # topic of a turn with somebody's name: its words are not kept
KEPT = timedelta(hours=6)
# where names are written as well: right after these, a name without 报名 beside it may be that one
_ELSEWHERE = ("membership", "members", "form:m", "aside:", "resuming", "consent", "privacy", "faq:join", "suggest")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: say `words`, or write `new` (asked for where it is empty) where `old` stands."""

    words: str = ""
    old: str = ""
    new: str = ""


class WrongName(Filter[Wish]):
    """Words about a wrong name, from somebody who has a registration they can be about. In a group only the way out."""

    def match(self, turn: Turn) -> Wish | None:
        """The wish; asks the database only when the words fit."""
        said = event_renaming_words.read(turn.words, turn.message.text) if turn.message.kind in SPOKEN else None
        if said is None or not (turn.private or said.sure):
            return None
        if not turn.private:
            return Wish(texts.GROUP)
        topic = event_marks.last_topic(turn)
        if not said.sure and (_is_busy(turn) or topic.startswith(_ELSEWHERE)):
            return None
        return _wish(turn, said, topic)


def _is_busy(turn: Turn) -> bool:
    """Whether another form is open; one of this kind that was put aside begins anew."""
    there = opened(turn, turn.person.conversation) if turn.person.conversation else None
    return there is not None and there.form != FORM_NAME


def _wish(turn: Turn, said: Said, topic: str) -> Wish | None:
    names = registration_renaming.said(turn.work, turn.person.person_id, turn.now)
    old = _meant(names, said, topic)
    if old and registration_renaming.may_be(turn.work, turn.person.person_id, said.new or old):
        return Wish(old=old, new=said.new)
    if said.old and not old and said.new in names:
        return Wish(texts.RENAME_SAME.format(name=said.new))
    known = registration_names.vouched(turn.work, turn.person.person_id)
    if old and not said.new:  # what they said before they joined: the union knows better by now
        return Wish(old=old, new=known)
    if not said.sure and not (topic.startswith(("event", "form:event")) and events.own(turn) and not said.old):
        return Wish(texts.RENAME_RECORD) if old else None
    there = [event.number for mine, event in events.own(turn) if registration_renaming.is_open(mine, event, turn.now)]
    if said.number and said.number not in there:
        return Wish(texts.RENAME_NOT_IN.format(number=said.number))
    if not there:
        came = any(mine.attended_at is not None for mine, _ in events.own(turn))
        return Wish(texts.RENAME_CAME if came else texts.MINE_NONE) if said.sure else None
    return Wish(texts.RENAME_RECORD if known else texts.RENAME_LIST)


def _meant(names: Mapping[str, registration_renaming.Mine], said: Said, topic: str) -> str:
    """Which of the names they have said is meant; empty for none of them."""
    if said.old:
        return next((name for name in names if registration_renaming.is_same(name, said.old)), "")
    for name, mine in names.items():
        if any(event.number == said.number or f"{events.SHOW}{event.id}" == topic for _, event in mine):
            return name
    return "" if said.number else next(iter(names), "")


@router.on(WrongName())
def wrong_name(turn: Turn, wish: Wish) -> None:
    """Write it anew, ask for it, or say where it is changed."""
    if not turn.private:
        turn.topic = UNKEPT
        group.elsewhere(turn, wish.words)
    elif wish.words:
        turn.topic = UNKEPT
        turn.say(wish.words)
    elif _is_busy(turn):
        turn.topic = UNKEPT
        turn.say(texts.RENAME_LATER, Choice("继续", "继续"), Choice("取消", "取消"))
    else:
        turn.start(FORM, {OLD: wish.old, **({event_questions.NAME: wish.new} if wish.new else {})})


def _form(ask: str, shown: str, *, look: bool) -> Form:
    """`look`: whatever the name is, it is shown before it counts."""

    def is_doubtful(answers: Mapping[str, Any]) -> bool:
        return look or not event_questions.is_surely_name(str(answers.get(event_questions.NAME, "")))

    name = event_questions.name_question(ask, texts.NAME, texts.RENAME_NO_NAME)
    old = Question(OLD, texts.RENAME_OLD, _old(shown), labels=(texts.RENAME_OLD,), fixed=True, why=texts.RENAME_FIXED)
    confirm = Confirm(texts.RENAME_CONFIRM, when=is_doubtful)
    return Form(FORM_NAME, 1, (name, old), confirm, KEPT, texts.RENAME_TITLE)


def _old(shown: str) -> Field:
    def parse(text: str, today: date) -> Value:
        if not text:
            raise FieldError(texts.RENAME_FIXED)
        return text

    return Field(parse, show=lambda value: shown)


FORM = _form("", "", look=True)


def shape(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """With the name that stands there, and where."""
    person_id, old = turn.person.person_id, str(answers.get(OLD, ""))
    names = registration_renaming.said(turn.work, person_id, turn.now)
    titles = "".join(f"“{event.title}”" for _, event in names.get(old, ()))
    ask = texts.RENAME_ASK.format(titles=titles, old=old)
    look = len(names) > 1 or bool(registration_names.vouched(turn.work, person_id))
    return _form(ask, texts.RENAME_WHERE.format(old=old, titles=titles), look=look)


def reads(turn: Turn, answers: Mapping[str, Any]) -> str:
    """The name in what was said (应该是张三), or that it stays."""
    if turn.words in event_renaming_words.KEEPS and event_questions.NAME not in answers:
        return "取消"
    return event_renaming_words.answer(turn.words, turn.message.text)


def done(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Then it stands there; whether it stands on a list, too, is not said."""
    old, new = str(answers[OLD]), str(answers[event_questions.NAME])
    if old == new:
        turn.say(texts.RENAME_SAME.format(name=new))
        return
    if not registration_renaming.may_be(turn.work, turn.person.person_id, new):
        turn.say(texts.RENAME_RECORD)
        return
    changed = registration_renaming.rename(turn.work, turn.person.person_id, old, new, turn.now)
    if not changed:
        turn.say(texts.RENAME_GONE)
        return
    turn.say(texts.RENAMED.format(old=old, new=new, lines=_lines(changed)))
    if any(stored.any_named(turn.work, each.id) for each in changed):
        turn.say(texts.LIST_TWICE)


def _lines(changed: Sequence[Event]) -> str:
    return "\n".join(f"{each.number}. {each.title}，{event_words.when(each)}" for each in changed)


FLOW = Flow(FORM, done, shape=shape, reads=reads)
