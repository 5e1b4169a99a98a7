"""接龙: a list pasted from a group. Which event it is for is asked, then it is shown, confirmed and registered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot import event_texts as texts
from bot.contract import Choice
from bot.dialogue import Flow, opened
from bot.forms.fields import Option, choice
from bot.forms.model import Confirm, Field, FieldError, Form, Question
from bot.forms.values import MAX_TEXT, Value
from bot.router import SPOKEN, Filter, Router, Words
from bot.services import event_lists, jielong, registration_names
from bot.services.event_list_plan import GONE, IN, KNOWN, OUT, STAYS, WAITS, Plan
from bot.services.event_refusals import NoList
from bot.services.jielong import Parsed
from bot.turn import Turn
from handlers import group
from storage import conversations, events
from storage.events import Event

router = Router("event_lists")
FORM_NAME, LIST, WHICH = "event_list", "list", "which"
KEPT = timedelta(hours=6)
UNKEPT = "form:event_list"  # topic of a turn with other people's names: its words are not kept
SHOWN = 12  # names in the summary
HOW = Words(
    *("接龙", "#接龙", "群接龙", "#群接龙", "怎么接龙", "接龙怎么登记", "接龙怎么弄", "登记接龙", "接龙登记"),
    *("怎么登记接龙", "接龙名单", "接龙报名", "发接龙", "我要接龙"),
)
_HEAD = re.compile(r"[^\n]{0,12}#? ?(?:群?接龙|group note)")
NAMED = re.compile(r"(?:活动|报名|接龙)\s*[:：]?\s*(\d{1,6})(?!\d|\s*[.、月日号人年：:])")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A list and where it was found to begin."""

    text: str
    parsed: Parsed


class AList(Filter[Pasted]):
    """A message that says 接龙 in its first line and has names, or is nothing but numbered names."""

    def match(self, turn: Turn) -> Pasted | None:
        """The list."""
        text = turn.message.text
        if turn.message.kind not in SPOKEN or not any(each.isdigit() or each == "接" for each in text):
            return None
        if jielong.is_list(text) or jielong.is_bare_list(text):
            return Pasted(text, jielong.parse(_readable(text.strip())))
        return None


def takes(words: str, form: str) -> bool:
    """Whether plain words look like a pasted list: never an answer to a form. In its own form it need not say so."""
    if form == FORM_NAME and "\n" in words and jielong.is_bare_list(words):
        return True
    return _HEAD.match(words) is not None and any(each.isdigit() for each in words)


class Nameless(Filter[bool]):
    """A message that begins as WeChat begins a 接龙, and has no name in it."""

    def match(self, turn: Turn) -> bool | None:
        """True."""
        text = turn.message.text.strip()
        return True if turn.message.kind in SPOKEN and text.startswith(("#接龙", "＃接龙", "#群接龙")) else None


@router.on(HOW)
def how(turn: Turn, word: str) -> None:
    """接龙 without a list."""
    _say_how(turn)


@router.on(AList())
def pasted(turn: Turn, found: Pasted) -> None:
    """Ask what is not known and have it confirmed."""
    if group.elsewhere(turn, texts.LIST_GROUP):
        turn.topic = UNKEPT
        return
    person_id = turn.person.person_id
    if not event_lists.may_list(turn.work, person_id, turn.now):
        turn.topic = UNKEPT
        turn.say(texts.LIST_NOT_CADRE)
        return
    if turn.person.conversation is not None and not _in_place_of(turn):
        turn.topic = UNKEPT
        turn.say(texts.UNFINISHED, Choice("继续", "继续"), Choice("取消", "取消"))
        return
    text = found.text.strip()
    if len(text) > MAX_TEXT:
        raise NoList(texts.LIST_LONG.format(most=MAX_TEXT))
    there = event_lists.choices(turn.work, person_id, turn.now)
    if not there:
        raise NoList(texts.LIST_NO_EVENT)
    meant = _meant(text, found.parsed, there)
    turn.start(FORM, {LIST: text, **({WHICH: str(meant.id)} if meant else {})})


def _in_place_of(turn: Turn) -> bool:
    """Drop a list that waits to be confirmed: the group has gone on, and the newer one is meant."""
    there = opened(turn, turn.person.conversation) if turn.person.conversation else None
    if there is None or there.form != FORM_NAME:
        return False
    conversations.drop(turn.work, turn.person.person_id)
    turn.reask = ()
    turn.say(texts.LIST_NEWER)
    return True


@router.on(Nameless())
def nameless(turn: Turn, found: bool) -> None:
    """Only the head of a list was copied."""
    turn.topic = UNKEPT
    _say_how(turn)


def _say_how(turn: Turn) -> None:
    if group.elsewhere(turn, texts.LIST_GROUP):
        return
    may = event_lists.may_list(turn.work, turn.person.person_id, turn.now)
    turn.say(texts.LIST_HOW if may else texts.LIST_NOT_CADRE)


def _meant(text: str, parsed: Parsed, there: Sequence[Event]) -> Event | None:
    """The event that a list names by number or title; None when none or several are."""
    head = text.partition("\n")[0] + " " + parsed.title
    numbers = {int(each) for each in NAMED.findall(head)}
    by_number = [each for each in there if each.number in numbers]
    title = registration_names.plain(parsed.title)
    by_title = [each for each in there if title and registration_names.plain(each.title) in title]
    found = by_number or by_title or (there if len(there) == 1 else [])
    return found[0] if len(found) == 1 else None


def _list(text: str, today: date) -> Value:
    found = jielong.parse(_readable(text))
    if not found.entries and not found.away:
        raise FieldError(texts.LIST_FIXED)
    return text


def _readable(text: str) -> str:
    return f"#{text}" if text.startswith("接龙") else text


def _shown(value: Value) -> str:
    found = jielong.parse(_readable(str(value)))
    entries, away = found.entries, "、".join(each.name for each in found.away[:SHOWN])
    names = "、".join(each.name + (f"+{each.count - 1}" if each.count > 1 else "") for each in entries[:SHOWN])
    more = "等" if len(entries) > SHOWN else ""
    shown = texts.LIST_SHOWN.format(count=sum(each.count for each in entries), names=names + more)
    return shown + (texts.LIST_AWAY.format(count=len(found.away), names=away) if away else "")


def _form(options: Sequence[Event], count: int = 0) -> Form:
    named = [Option(str(each.id), f"{each.number}. {each.title}", (str(each.number), each.title)) for each in options]
    ask = texts.LIST_ASK_WHICH.format(count=count)
    about = Field(_list, show=_shown, free=True)
    return Form(
        name=FORM_NAME,
        version=1,
        questions=(
            Question(LIST, texts.LIST_TEXT, about, labels=(texts.LIST_TEXT,), fixed=True, why=texts.LIST_FIXED),
            Question(WHICH, ask, choice(*(named or [Option(texts.LIST_WHICH)])), labels=(texts.LIST_WHICH,)),
        ),
        confirm=Confirm(texts.LIST_CONFIRM),
        expires=KEPT,
        title=texts.LIST_FORM,
    )


FORM = _form(())


def shape(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """With the events there are to choose from."""
    entries = jielong.parse(_readable(str(answers.get(LIST, "")))).entries
    there = event_lists.choices(turn.work, turn.person.person_id, turn.now)
    return _form(_apart(there), sum(each.count for each in entries))


def _apart(there: Sequence[Event]) -> list[Event]:
    """Only events that can be told apart by title and number."""
    seen: dict[str, Event] = {}
    for each in there:
        seen.setdefault(registration_names.plain(each.title), each)
    return list(seen.values())


def done(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Confirmed."""
    parsed = jielong.parse(_readable(str(answers[LIST])))
    person_id, event_id = turn.person.person_id, int(answers[WHICH])
    came = event_lists.take(turn.work, event_id, parsed.entries, person_id, turn.now, parsed.away)
    event = events.get(turn.work, event_id)
    if event is not None:
        turn.say(_told(event, came))
    if parsed.problems:
        turn.say(texts.LIST_PROBLEMS.format(lines="\n".join(parsed.problems)))


def _told(event: Event, came: Plan) -> str:
    """What came of it, without names."""
    said = [texts.LIST_DONE.format(title=event.title, registered=came.count(IN))]
    for words, count in (
        (texts.LIST_WAITING, came.count(WAITS)),
        (texts.LIST_MERGED, came.count(KNOWN)),
        (texts.LIST_GONE, came.count(GONE)),
        (texts.LIST_OUT, came.count(OUT)),
    ):
        said += [words.format(count=count)] if count else []
    stays = [str(each.place) for each in came.names if each.becomes == STAYS]
    if stays:
        said.append(texts.LIST_STAYS.format(places="、".join(stays), number=event.number))
    if came.fresh:
        said.append(
            (texts.LIST_TOLD if came.reached else texts.LIST_NOT_TOLD).format(count=came.reached, number=event.number)
        )
    return "\n".join(said)


FLOW = Flow(FORM, done, shape=shape)
