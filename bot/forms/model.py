"""What forms are made of and what one turn comes to: plain frozen data. `engine` does the talking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.forms import texts
from bot.forms.progress import SUMMARY, BadProgress, FormChanged, Progress, State
from bot.forms.values import Value

__all__ = [
    "SUMMARY",
    "Answers",
    "BadProgress",
    "Confirm",
    "Field",
    "FieldError",
    "Form",
    "FormChanged",
    "Outcome",
    "Progress",
    "Question",
    "State",
    "Step",
    "Value",
]

Outcome = Literal[
    "asking",  # a question is open
    "confirming",  # the summary is shown
    "done",  # `answers` are complete and confirmed
    "cancelled",  # given up; forget the progress
    "paused",  # put aside; keep the progress
    "passed",  # not meant for the form (转人工, or anything while paused): let others answer
    "expired",  # too old; forget the progress
    "outdated",  # the form changed; what still fits was kept and the open question asked
    "person_offered",  # three wrong answers to one question
    "question",  # the person asks something: answer it, then `repeat`
]


class FieldError(ValueError):
    """An answer that does not fit. `words` is a whole, kind Chinese sentence that never repeats the answer."""

    def __init__(self, words: str) -> None:
        super().__init__(type(self).__name__)
        self.words = words


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of answer.

    `parse(text, today)` returns the value or raises FieldError, `today` being the date in China. `write(value)` is the
    canonical text: `parse(write(v), today) == v`. `show(value)` is for people, masked where `masks`. `expects` are
    answers to tap. `labels` are names of the thing when pasted (手机号:…). `claims` are words (folded) that are an
    answer even where they would also be a command. `free` text takes nearly anything. `size` is how many
    characters an answer always has, where it does.
    """

    parse: Callable[[str, date], Value]
    kinds: tuple[type, ...] = (str,)
    write: Callable[[Value], str] = str
    show: Callable[[Value], str] = str
    hint: str = ""
    expects: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    claims: frozenset[str] = frozenset()
    free: bool = False
    masks: bool = False
    size: int = 0

    def accept(self, value: Value, today: date) -> Value:
        """A value from elsewhere (stored, or known before) checked again. Text is parsed. Raises FieldError."""
        if type(value) in self.kinds:
            return self.parse(self.write(value), today)
        if isinstance(value, str):
            return self.parse(value, today)
        raise FieldError(self.hint)


Answers = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    `when(answers)` decides whether it is asked; every question before it is answered or skipped by then (skipped keys
    are absent). `labels` name the answer in the summary (the first one), in 修改… and when pasted; default: the
    field's. `secret` answers are not shown, `fixed` ones are shown but cannot be changed, `why` tells those who try.
    `offer` is what is said after three wrong answers, where a person is not the only other way.
    """

    key: str
    ask: str
    field: Field
    optional: bool = False
    when: Callable[[Answers], bool] | None = None
    hint: str = ""
    secret: bool = False
    labels: tuple[str, ...] = ()
    fixed: bool = False
    why: str = ""
    offer: str = texts.OFFER_PERSON

    @property
    def names(self) -> tuple[str, ...]:
        """What the answer may be called."""
        return self.labels or self.field.labels or (self.key,)

    def shown(self, answers: Answers) -> str:
        """The answer as it may appear in a chat: masked where the field masks, hidden where secret."""
        if self.key not in answers:
            return texts.NOT_FILLED
        if self.secret and not self.field.masks:
            return texts.SECRET
        return self.field.show(answers[self.key])


@dataclass(frozen=True, slots=True)
class Confirm:
    """A last look before the end; `{summary}` in `ask` is where the numbered, masked answers go.

    `when(answers)` decides whether there is anything to look at.
    """

    ask: str = texts.CONFIRM
    when: Callable[[Answers], bool] = lambda answers: True


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in order. Raise `version` whenever keys or fields change. `expires` counts from the last answer."""

    name: str
    version: int
    questions: tuple[Question, ...]
    confirm: Confirm | None = None
    expires: timedelta = timedelta(days=7)
    title: str = texts.THE_FORM

    def __post_init__(self) -> None:
        """Raises ValueError for a form that cannot be walked."""
        keys = [each.key for each in self.questions]
        if not keys or "" in keys or len(set(keys)) < len(keys):
            raise ValueError(f"form {self.name}: question keys must be present and unique")
        if self.expires <= timedelta(0):
            raise ValueError(f"form {self.name}: expires must be positive")

    def question(self, key: str) -> Question | None:
        """The question of that key."""
        return next((each for each in self.questions if each.key == key), None)


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn came to: paragraphs to say, progress to store (None: forget it), answers to tap.

    `answers` are there when done: only questions that apply and were answered.
    """

    outcome: Outcome
    say: tuple[str, ...] = ()
    progress: Progress | None = None
    answers: Mapping[str, Value] | None = None
    expects: tuple[str, ...] = ()
