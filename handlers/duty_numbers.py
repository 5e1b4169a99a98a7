"""Numbers of duties: read from free words, asked for where they are missing, confirmed before anything is kept."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot import duty_texts as texts
from bot.calendar import period_of
from bot.contract import Choice
from bot.dialogue import Flow
from bot.forms.fold import looks_like_question
from bot.forms.model import Confirm, Field, FieldError, Form, Question
from bot.forms.values import Value
from bot.router import SPOKEN, Filter, Router
from bot.services import duty_answers, duty_numbers
from bot.services.duty_answers import Entry
from bot.services.duty_labels import Wanted
from bot.services.duty_reading import LIKELY, Reading, read, value_of
from bot.services.duty_reports import Said, understood
from bot.services.duty_words import month, plain
from bot.turn import Turn, plain_words
from handlers.duty_courtesy import bare
from storage import duty_lists

router = Router("duty_numbers")
ABOUT, NAME = "about", "duty_numbers"
WHICH = "duties.which_numbers"
IN_ORDER = re.compile(r"\d+(?:(?:\s*[、;；]\s*|\s+)\d+)+")
CHANGES = re.compile(r"^\s*(?:修改|更改|更正|改|重填)|改[成为]|(?:错|不对)了?\W*$")  # for the form itself
UNREAD = "…"
KEPT = timedelta(days=3)


class Report(Filter[Said]):
    """Words that hold a number and the name of something that this person's open duties want."""

    def match(self, turn: Turn) -> Said | None:
        """What was read; None for everybody else and everything else."""
        if turn.message.kind not in SPOKEN or turn.message.key or not turn.private:
            return None
        return reading_of(turn, turn.message.text)


def reading_of(turn: Turn, text: str, choice: int | None = None) -> Said | None:
    """What a text says about the numbers of one's duties. `choice`: the duty meant where a name fits several."""
    if looks_like_question(text):
        return None
    return understood(turn.work, turn.person.person_id, text, plain_words(text), turn.now, choice)


class Placed(Filter[Said]):
    """The number of a duty, right after it was asked which one was meant."""

    def match(self, turn: Turn) -> Said | None:
        """The words from before, read again for that duty."""
        number = bare(turn.words)
        if not re.fullmatch(r"\d{1,3}", number) or not turn.private:
            return None
        last = duty_lists.last_said(turn.work, turn.person.person_id, turn.now - timedelta(minutes=30))
        return reading_of(turn, last.words, int(number)) if last.topic == WHICH else None


@router.on(Placed(), Report())
def report(turn: Turn, said: Said) -> None:
    """Show what was understood and ask whether it is right; what was not understood is told."""
    found = said.reading
    if found.doubtful:
        _ask_which(turn, found.doubtful, said.lists.period)
        return
    fresh = _fresh(turn, said)
    for words in [*found.refused, *(texts.NUMBER_UNKNOWN.format(said=each[:30]) for each in found.unknown)]:
        turn.say(words)
    if fresh:
        open_form(turn, list(fresh), fresh)


def _ask_which(turn: Turn, doubtful: Mapping[str, Sequence[Wanted]], period: str) -> None:
    words, ones = next(iter(doubtful.items()))
    one_duty = len({each.duty_id for each in ones}) < len(ones)
    lines = _doubt_lines(ones, period)
    turn.topic = turn.topic if one_duty else WHICH
    turn.say((texts.NUMBER_DOUBT_SAME if one_duty else texts.NUMBER_DOUBT).format(said=words[:30], lines=lines))


def _doubt_lines(ones: Sequence[Wanted], period: str) -> str:
    """One line each, with the month where it is not this one or the names are the same."""
    months = {each.period for each in ones} | {period}
    return "\n".join(
        texts.NUMBER_DOUBT_LINE.format(
            number=each.number,
            month=texts.EARLIER.format(month=int(each.period[5:])) if len(months) > 1 and each.period else "",
            title=each.title,
            label=each.label,
            unit=each.unit,
        )
        for each in ones
    )


def _fresh(turn: Turn, said: Said) -> dict[Wanted, int]:
    """What is new. A number that is held is only changed by 更正."""
    fresh: dict[Wanted, int] = {}
    for each, value in said.reading.given.items():
        before = said.numbers.held.get((each.duty_id, each.key))
        shown = {"label": each.label, "unit": each.unit, "new": plain(value)}
        if before == value:
            turn.say(texts.NUMBER_SAME.format(value=plain(value), **shown))
        elif before is not None and not said.correcting:
            turn.say(texts.NUMBER_HELD.format(value=plain(before), **shown))
        else:
            fresh[each] = value
    return fresh


def open_form(turn: Turn, wanted: Sequence[Wanted], given: Mapping[Wanted, int]) -> None:
    """Ask for these numbers and have them confirmed; `given` are known already."""
    if turn.person.conversation is not None:
        turn.say(texts.UNFINISHED, Choice("继续", "继续"), Choice("取消", "取消"))
        return
    about = " ".join(f"{each.duty_id}.{each.key}" for each in wanted)
    answers: dict[str, Value] = {f"{each.duty_id}.{each.key}": _value(value) for each, value in given.items()}
    turn.start(FORM, {ABOUT: about, **answers})


def ask_missing(turn: Turn, entries: Sequence[Entry]) -> bool:
    """Ask for what these duties still want; False when nothing is missing."""
    missing = duty_numbers.of_entries(turn.work, entries).missing
    if missing:
        open_form(turn, missing, duty_numbers.known_elsewhere(turn.work, missing))
    return bool(missing)


def _value(hundredths: int) -> Value:
    return hundredths // 100 if hundredths % 100 == 0 else Decimal(hundredths) / 100


def _number(each: Wanted, name: str) -> Field:
    """A number in the unit that is wanted; its own name may stand before it."""
    own = re.compile(rf"^\s*(?:{re.escape(name)}|{re.escape(each.label)})\s*[:：=]?\s*")

    def parse(text: str, today: date) -> Value:
        if text == UNREAD:
            raise FieldError(texts.NUMBER_AGAIN)
        return _value(duty_numbers.hundredths(value_of(own.sub("", text, count=1), each.unit, each.signed)))

    def show(value: Value) -> str:
        return f"{value}{each.unit}"

    hint = texts.NUMBER_UNCLEAR.format(unit=each.unit)
    return Field(parse, (int, Decimal), _plain, show, hint)


def _plain(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _about(shown: str) -> Field:
    def parse(text: str, today: date) -> Value:
        if not re.fullmatch(r"\d+\.\w+(?: \d+\.\w+)*", text):
            raise FieldError(texts.FORM_FIXED)
        return text

    return Field(parse, show=lambda value: shown)


def _form(questions: Sequence[Question], shown: str) -> Form:
    about = Question(ABOUT, texts.FORM_TASK, _about(shown), labels=(texts.FORM_TASK,), fixed=True, why=texts.FORM_FIXED)
    return Form(
        name=NAME,
        version=1,
        questions=(*questions, about),
        confirm=Confirm(texts.FORM_CONFIRM),
        expires=KEPT,
        title=texts.FORM_TITLE,
    )


FORM = _form((), "")


def shape(turn: Turn, answers: Mapping[str, Any]) -> Form:
    """One question for each number that the form is about."""
    wanted, shown = _wanted(turn, answers)
    return _form(_questions(wanted, [each for each in wanted if _key(each) not in answers]), "、".join(shown))


def _wanted(turn: Turn, answers: Mapping[str, Any]) -> tuple[list[Wanted], dict[str, None]]:
    """The numbers that the form is about, and what their duties are called."""
    asked = [each.partition(".") for each in str(answers.get(ABOUT, "")).split()]
    rows = duty_lists.by_ids(turn.work, {int(duty_id) for duty_id, _, _ in asked})
    wanted, shown = list[Wanted](), dict[str, None]()
    for duty_id, _, key in asked:
        duty, template = rows.get(int(duty_id), (None, None))
        found = next((each for each in (template.numbers or [] if template else []) if each["key"] == key), None)
        if duty and template and found:
            wanted.append(
                Wanted(duty.id, key, str(found["label"]), str(found["unit"]), duty.number, template.title, duty.period)
            )
            shown[f"{template.title}（{month(duty.period)}）"] = None
    return wanted, shown


def in_its_words(turn: Turn, answers: Mapping[str, Any]) -> str:
    """An answer that names numbers in other words (新增会员12人) with the names the form asks by, else as it is.

    What cannot be read for sure is told here, and nothing of it reaches the form.
    """
    text, (wanted, _) = turn.message.text, _wanted(turn, answers)
    if looks_like_question(text) or CHANGES.search(text) or not LIKELY.search(plain_words(text)):
        return text
    names = dict(zip(wanted, _names(wanted), strict=True))
    found = _in_order(text, wanted, answers) or read(text, wanted, period_of(turn.now))
    if not found.labels:
        return text
    for each in found.unknown:
        turn.say(texts.NUMBER_NOT_HERE.format(said=each[:30]))
    for said, ones in found.doubtful.items():
        turn.say(texts.NUMBER_DOUBT_SAME.format(said=said[:30], lines="\n".join(names[each] for each in ones)))
    for words in found.refused:
        turn.say(words)
    return "；".join(f"{names[each]}：{plain(value)}" for each, value in found.given.items()) or UNREAD


def _in_order(text: str, wanted: Sequence[Wanted], answers: Mapping[str, Any]) -> Reading | None:
    """As many bare numbers as the form has questions, none of them answered yet: 12 0 0 1. They are shown by name."""
    numbers = IN_ORDER.fullmatch(text.strip()) and re.findall(r"\d+", text)
    if not numbers or len(wanted) < 2 or len(numbers) != len(wanted) or any(_key(each) in answers for each in wanted):
        return None
    try:
        return Reading({e: duty_numbers.hundredths(value_of(n, e.unit)) for e, n in zip(wanted, numbers, strict=True)})
    except FieldError:
        return None


def _key(each: Wanted) -> str:
    return f"{each.duty_id}.{each.key}"


def _names(wanted: Sequence[Wanted]) -> list[str]:
    """What the numbers are called: with the duty where two have one label, with the month where duties are alike."""
    labels = [each.label for each in wanted]
    full = [f"{each.title}{each.label}" for each in wanted]
    return [
        label
        if labels.count(label) == 1
        else (name if full.count(name) == 1 else texts.EARLIER.format(month=int(each.period[5:])) + name)
        for each, label, name in zip(wanted, labels, full, strict=True)
    ]


def _questions(wanted: Sequence[Wanted], open_ones: Sequence[Wanted]) -> list[Question]:
    labels = _names(wanted)
    sample = " ".join(f"{each.label}0" for each in open_ones[:3])
    listed = "、".join(f"{each.label}（{each.unit}）" for each in open_ones)
    return [
        Question(
            _key(each),
            texts.FORM_ASK_ALL.format(count=len(open_ones), labels=listed, sample=sample, label=label, unit=each.unit)
            if len(open_ones) > 1 and each == open_ones[0]
            else texts.FORM_ASK.format(label=label, unit=each.unit),
            _number(each, label),
            labels=(label,),
        )
        for each, label in zip(wanted, labels, strict=True)
    ]


def stored(turn: Turn, answers: Mapping[str, Any]) -> None:
    """Confirmed: keep the numbers, and finish what has all of them."""
    values = {
        (int(key.partition(".")[0]), key.partition(".")[2]): duty_numbers.hundredths(value)
        for key, value in answers.items()
        if key != ABOUT
    }
    person_id = turn.person.person_id
    lists = duty_answers.listing(turn.work, person_id, turn.now)
    before = len(lists.open)
    said = duty_numbers.store(turn.work, person_id, values, turn.now, turn.house, lists)
    for words in said or [texts.STORED_NOTHING]:
        turn.say(words)
    if len(lists.open) < before:  # the rows of the list are those that were finished
        turn.say(duty_answers.rest_words(turn.work, person_id, turn.now))


FLOW = Flow(FORM, stored, shape=shape, reads=in_its_words, picture=texts.FORM_PICTURE)


def lacks(turn: Turn, entry: Entry) -> bool:
    """Whether a number of this duty is missing."""
    return bool(duty_numbers.of_entries(turn.work, [entry]).missing)
