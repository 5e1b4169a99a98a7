"""Registering: what is asked at it (the name where it is not known, the questions of the event), then it is done."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot import event_texts as texts
from bot.contract import Choice
from bot.dialogue import Flow, opened
from bot.forms.model import Confirm, Field, FieldError, Form, Question
from bot.forms.values import Value
from bot.router import Pattern
from bot.services import event_questions, event_words, grants, registration_names, registrations
from bot.services.event_questions import ABOUT
from bot.services.event_refusals import NotNow
from bot.services.registrations import Place
from bot.turn import Turn
from handlers import event_marks
from storage import conversations, events
from storage.events import Event

FORM_NAME = "event_registration"
LEAVE = "event_leave:"  # topic of a turn that asked whether this registration is to be cancelled
YES = Pattern(  # 要 alone may be that they want to come
    r"(?:(?:是|是的|对|对的|嗯+|好的?|行|可以|ok|没错|确定|确认|不去了|退出)(?:要?取消(?:报名)?)?|要?取消(?:报名)?)"
    r"[吧了的啊呀哦,。 ]{0,2}"
)
KEPT = timedelta(days=2)
TAKEN = "+"  # behind the id of the event: an answer was taken from what was said, and is shown before it counts
ENDS = 3  # letters by which a title is named: 招聘会
_ABOUT_IT = re.compile(r"[去来]不[了成]|不[去来想]|不参加|取消|退[出掉]|几点|哪|时间|地[点址]|报上|要带|钱|收费")


def begin(turn: Turn, event: Event, said: Mapping[str, Any] | None = None) -> None:
    """Register at once, or ask first what is not known. `said`: answers to the event's questions, taken from words."""
    person_id = turn.person.person_id
    mine = registrations.standing(turn.work, event, person_id)
    if event.state in events.ENDED or event.ends_at <= turn.now:
        registrations.check_open(event, turn.now)  # nobody has a place at what is over or called off
    if mine is not None:
        say(turn, mine)
        return
    registrations.may_register(turn.work, event, person_id, turn.now)
    if not _questions(turn, event):
        say(turn, registrations.register(turn.work, event.id, person_id, turn.now))
    elif turn.person.conversation is None:
        turn.start(FORM, {ABOUT: f"{event.id}{TAKEN}" if said else str(event.id), **(said or {})})
    elif turn.reask and _is_about(turn, event):  # tapped twice: the question comes once more behind this
        turn.say(texts.STILL_ASKED.format(title=event.title))
    else:
        turn.say(texts.UNFINISHED, Choice("继续", "继续"), Choice("取消", "取消"))


def under_way(turn: Turn) -> Event | None:
    """The event that somebody is registering for just now: its form is open, be it put aside or not."""
    progress = opened(turn, turn.person.conversation) if turn.person.conversation else None
    return _event(turn, progress.answers) if progress and progress.form == FORM_NAME else None


def _is_about(turn: Turn, event: Event) -> bool:
    there = under_way(turn)
    return there is not None and there.id == event.id


def give_up(turn: Turn, event: Event | None = None) -> bool:
    """End the form of this event (None: of whatever event it is) where one is open; false when none is."""
    there = under_way(turn)
    if there is None or (event is not None and event.id != there.id):
        return False
    conversations.drop(turn.work, turn.person.person_id)
    turn.reask = ()
    turn.say(texts.GIVEN_UP.format(title=there.title, number=there.number))
    return True


def _questions(turn: Turn, event: Event) -> list[Question]:
    """What this person is asked: the name where the union has none, then the questions of the event."""
    ask = texts.ASK_NAME.format(days=turn.house.chat_days)
    known = registration_names.known(turn.work, turn.person.person_id, turn.person.name)
    own = [] if known else [event_questions.name_question(ask, texts.NAME)]
    return [*own, *event_questions.questions(event.questions)]


def _about(shown: str) -> Field:
    def parse(text: str, today: Any) -> Value:
        if not text.removesuffix(TAKEN).isdigit():
            raise FieldError(texts.FIXED)
        return text

    return Field(parse, show=lambda value: shown)


def _form(questions: list[Question], shown: str) -> Form:
    about = Question(ABOUT, texts.ABOUT, _about(shown), labels=(texts.ABOUT,), fixed=True, why=texts.FIXED)
    return Form(
        name=FORM_NAME,
        version=1,
        questions=(*questions, about),
        confirm=Confirm(
            texts.FORM_CONFIRM, when=lambda answers: len(questions) > 1 or _doubtful(answers) or _taken(answers)
        ),
        expires=KEPT,
        title=texts.FORM_TITLE,
    )


def _doubtful(answers: Mapping[str, Any]) -> bool:
    """Whether the name may be something else that was said: nobody gets a place by it without being asked."""
    name = answers.get(event_questions.NAME)
    return name is not None and not event_questions.is_surely_name(str(name))


def _taken(answers: Mapping[str, Any]) -> bool:
    return str(answers.get(ABOUT, "")).endswith(TAKEN)


FORM = _form([], "")


def _event(turn: Turn, answers: Mapping[str, Any]) -> Event | None:
    about = str(answers.get(ABOUT, "")).removesuffix(TAKEN)
    return events.get(turn.work, int(about)) if about.isdigit() else None


def shape(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """The questions of the event that the form is about."""
    event = _event(turn, answers)
    return _form(_questions(turn, event), f"{event.title}（{event_words.when(event)}）") if event else FORM


def watch(turn: Turn, answers: Mapping[str, Any]) -> None:
    """An event that nobody can register for any more ends the form. Raises NotNow."""
    if ABOUT not in answers:  # done or given up
        return
    event = _event(turn, answers)
    if event is None:
        raise NotNow(texts.GONE)
    registrations.check_open(event, turn.now)


def done(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Everything is answered."""
    kept = event_questions.plain({key: each for key, each in answers.items() if key != ABOUT})
    event_id = int(str(answers[ABOUT]).removesuffix(TAKEN))
    say(turn, registrations.register(turn.work, event_id, turn.person.person_id, turn.now, kept))


def say(turn: Turn, place: Place) -> None:
    """Where the person stands now."""
    facts, event = event_words.facts(place.event), place.event
    if place.listed:
        turn.say(texts.FROM_LIST)
    if place.state == "registered":
        turn.say((texts.REGISTERED if place.fresh else texts.ALREADY_IN).format(**facts))
    else:
        turn.say((texts.WAITING if place.fresh else texts.ALREADY_WAITING).format(rank=place.rank, **facts))
    if place.unsure:
        turn.say(texts.LIST_TWICE)
    if place.fresh and event.reminds:
        turn.say(grants.invitation(turn.work, turn.house.reach, turn.person.address_id, "event"))


def leaves(turn: Turn) -> bool:
    """嗯 after 不去了: no yes to the question that the form asked again."""
    return YES.takes(turn.words) and event_marks.last_topic(turn).startswith(LEAVE)


def _names_it(turn: Turn) -> bool:
    """电影夜我去不了了, 取消电影夜的报名, 电影夜几点: about the event of the form, by its title or how that ends."""
    if not _ABOUT_IT.search(turn.words):
        return False
    event = under_way(turn)
    title = registration_names.plain(event.title) if event else ""
    return len(title) >= ENDS and title[-ENDS:] in registration_names.plain(turn.words)


FLOW = Flow(FORM, done, watch, shape, yields=lambda turn: leaves(turn) or _names_it(turn))
