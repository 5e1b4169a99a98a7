"""How far one person has come in a form, and its JSON. Stored progress is checked as if a stranger had written it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

from bot.forms.values import Value, dump, load

State = Literal["open", "paused", "cancelling", "restarting"]
STATES = frozenset({"open", "paused", "cancelling", "restarting"})
SUMMARY = ""  # the position behind the last question
LAYOUT = 1
_MAX_KEYS, _MAX_KEY, _MAX_COUNT = 200, 80, 10**6


class BadProgress(ValueError):
    """Stored progress that nobody can have written in good faith. The message holds no values."""


class FormChanged(ValueError):
    """Stored progress in another layout, or of another form: start anew."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person is. Times are aware UTC; never changed in place.

    `position` is the key of the open question or SUMMARY. `editing`: an earlier answer is being changed out of turn.
    `given` are keys known before the form began; `attempts` counts wrong answers in a row per key.
    """

    form: str
    version: int
    position: str
    started_at: datetime
    updated_at: datetime
    answers: Mapping[str, Value] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    attempts: Mapping[str, int] = field(default_factory=dict)
    editing: bool = False
    state: State = "open"

    def to_json(self) -> dict[str, Any]:
        """A plain dict for json.dumps. It holds personal data: seal it."""
        return {
            "layout": LAYOUT,
            "form": self.form,
            "version": self.version,
            "position": self.position,
            "started_at": self.started_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "answers": {key: dump(value) for key, value in self.answers.items()},
            "skipped": sorted(self.skipped),
            "given": sorted(self.given),
            "attempts": dict(self.attempts),
            "editing": self.editing,
            "state": self.state,
        }

    @classmethod
    def from_json(cls, data: object) -> "Progress":
        """The progress again. Raises FormChanged for another layout, BadProgress for anything malformed."""
        if not isinstance(data, Mapping):
            raise BadProgress("not an object")
        layout = data.get("layout")
        if type(layout) is int and layout != LAYOUT:
            raise FormChanged("layout")
        _must(type(layout) is int, "layout")
        return cls(
            form=_key(data.get("form"), "form"),
            version=_count(data.get("version"), "version"),
            position=_key(data.get("position"), "position", empty=True),
            started_at=_moment(data.get("started_at"), "started_at"),
            updated_at=_moment(data.get("updated_at"), "updated_at"),
            answers=_answers(data.get("answers")),
            skipped=_keys(data.get("skipped"), "skipped"),
            given=_keys(data.get("given"), "given"),
            attempts={key: _count(each, "attempts") for key, each in _table(data.get("attempts"), "attempts").items()},
            editing=_truth(data.get("editing")),
            state=_state(data.get("state")),
        )


def _must(condition: bool, name: str) -> None:
    if not condition:
        raise BadProgress(name)


def _key(data: object, name: str, empty: bool = False) -> str:
    if isinstance(data, str) and len(data) <= _MAX_KEY and (data or empty):
        return data
    raise BadProgress(name)


def _count(data: object, name: str) -> int:
    if type(data) is int and 0 <= data <= _MAX_COUNT:
        return data
    raise BadProgress(name)


def _truth(data: object) -> bool:
    if isinstance(data, bool):
        return data
    raise BadProgress("editing")


def _state(data: object) -> State:
    if isinstance(data, str) and data in STATES:
        return cast(State, data)
    raise BadProgress("state")


def _moment(data: object, name: str) -> datetime:
    if not isinstance(data, str) or len(data) > 40:
        raise BadProgress(name)
    try:
        moment = datetime.fromisoformat(data)
        _must(moment.tzinfo is not None, name)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadProgress(name) from None


def _table(data: object, name: str) -> dict[str, object]:
    if not isinstance(data, Mapping) or len(data) > _MAX_KEYS:
        raise BadProgress(name)
    return {_key(key, name): value for key, value in data.items()}


def _keys(data: object, name: str) -> frozenset[str]:
    if not isinstance(data, list) or len(data) > _MAX_KEYS:
        raise BadProgress(name)
    return frozenset(_key(each, name) for each in data)


def _answers(data: object) -> dict[str, Value]:
    try:
        return {key: load(value) for key, value in _table(data, "answers").items()}
    except ValueError:
        raise BadProgress("answers") from None
