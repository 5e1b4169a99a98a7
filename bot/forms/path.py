"""The way through a form: which questions apply, which one is open, what of stored progress still fits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

from bot.forms import texts
from bot.forms.model import SUMMARY, FieldError, Form, Progress, Question, Value

V = TypeVar("V")
_CHINA = timezone(timedelta(hours=8))


def today(now: datetime) -> date:
    """The day in China. Raises ValueError for a naive moment."""
    if now.tzinfo is None:
        raise ValueError("naive datetime")
    return now.astimezone(_CHINA).date()


def walk(form: Form, progress: Progress) -> tuple[list[Question], Question | None]:
    """The questions that apply, up to the first open one, and that one (None: all are answered or skipped)."""
    passed: list[Question] = []
    known: dict[str, Value] = {}  # a condition sees no answers to questions that do not apply themselves
    for each in form.questions:
        if each.when is not None and not each.when(known):
            continue
        passed.append(each)
        if each.key in progress.answers:
            known[each.key] = progress.answers[each.key]
        elif each.key not in progress.skipped:
            return passed, each
    return passed, None


def complete(form: Form, progress: Progress) -> dict[str, Value]:
    """The answers that count at the end: to questions that apply."""
    return {each.key: progress.answers[each.key] for each in items(form, progress) if each.key in progress.answers}


def items(form: Form, progress: Progress) -> list[Question]:
    """What the summary numbers from 1."""
    return walk(form, progress)[0]


def settle(form: Form, progress: Progress) -> Progress:
    """Go to the first open question or the summary; answers to questions that no longer apply are forgotten."""
    passed, opened = walk(form, progress)
    gone = {each.key for each in _before(form, opened)} - {each.key for each in passed}
    return replace(
        progress,
        answers=_without(progress.answers, gone),
        skipped=progress.skipped - gone,
        attempts=_without(progress.attempts, gone),
        position=opened.key if opened else SUMMARY,
        editing=False,
        state="open",
    )


def current(form: Form, progress: Progress) -> Question | None:
    """The question whose answer is awaited; None at the summary."""
    return form.question(progress.position) if progress.position else None


def previous(form: Form, progress: Progress) -> Question | None:
    """The question before the current one, leaving out what was known before."""
    earlier: Question | None = None
    for each in items(form, progress):
        if each.key == progress.position:
            break
        earlier = earlier if each.key in progress.given else each
    return earlier


def answered(form: Form, progress: Progress, question: Question, value: Value) -> Progress:
    """With this answer, gone on to the next open question."""
    return settle(
        form,
        replace(
            progress,
            answers={**progress.answers, question.key: value},
            skipped=progress.skipped - {question.key},
            attempts=_without(progress.attempts, {question.key}),
        ),
    )


def skipped(form: Form, progress: Progress, question: Question) -> Progress:
    """Without an answer to this one, gone on to the next open question."""
    return settle(
        form,
        replace(
            progress,
            answers=_without(progress.answers, {question.key}),
            skipped=progress.skipped | {question.key},
            attempts=_without(progress.attempts, {question.key}),
        ),
    )


def refit(form: Form, progress: Progress, day: date) -> Progress:
    """Stored progress checked against this form: what does not fit any more is forgotten and asked again."""
    fitting: dict[str, Value] = {}
    for each in form.questions:
        if each.key in progress.answers:
            try:
                fitting[each.key] = each.field.accept(progress.answers[each.key], day)
            except FieldError:
                continue
    keys = {each.key for each in form.questions}
    optional = {each.key for each in form.questions if each.optional}
    checked = replace(
        progress,
        version=form.version,
        answers=fitting,
        skipped=(progress.skipped & optional) - fitting.keys(),
        given=progress.given & fitting.keys(),
        attempts={key: count for key, count in progress.attempts.items() if key in keys},
    )
    passed, opened = walk(form, checked)
    reached = progress.position in {each.key for each in passed} or (progress.position == SUMMARY and opened is None)
    moved = settle(form, checked)
    if not reached:
        return replace(moved, state=progress.state)
    return replace(moved, position=progress.position, editing=progress.editing, state=progress.state)


def reachable(form: Form, progress: Progress, question: Question) -> bool:
    """Whether an answer may be taken now: a conditional question's never before its condition is known to hold."""
    if question.when is None:
        return True
    watched = _Watched(complete(form, progress))
    try:
        holds = question.when(watched)
    except KeyError:
        return False
    return holds and watched.missed <= progress.skipped


class _Watched(Mapping[str, Value]):
    """Answers that remember which missing ones were looked for: a condition that did is not decided yet."""

    def __init__(self, answers: Mapping[str, Value]) -> None:
        self._answers = answers
        self.missed: set[str] = set()

    def __getitem__(self, key: str) -> Value:
        if key not in self._answers:
            self.missed.add(key)
        return self._answers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)


def summary(form: Form, progress: Progress) -> str:
    """The numbered, masked answers."""
    return "\n".join(_line(number, each, progress) for number, each in enumerate(items(form, progress), 1))


def changeable(form: Form, progress: Progress) -> dict[int, str]:
    """The lines of the summary that may be changed, by their number there."""
    numbered = enumerate(items(form, progress), 1)
    return {number: _line(number, each, progress) for number, each in numbered if not each.fixed}


def _line(number: int, question: Question, progress: Progress) -> str:
    shown = question.shown(progress.answers)
    return texts.SUMMARY_LINE.format(number=number, name=question.names[0], shown=shown)


def _before(form: Form, opened: Question | None) -> tuple[Question, ...]:
    return form.questions[: form.questions.index(opened)] if opened else form.questions


def _without(table: Mapping[str, V], keys: set[str]) -> dict[str, V]:
    return {key: value for key, value in table.items() if key not in keys}
