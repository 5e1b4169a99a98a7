"""Forms in a conversation: opening one, continuing it, a question in the middle, and what completing means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot import texts
from bot.contract import Choice, Kind
from bot.errors import Refusal
from bot.forms import engine
from bot.forms.model import BadProgress, Form, FormChanged, Progress, Step
from bot.turn import Turn
from storage import conversations
from storage.seal import Unsealable

SEEN = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.FILE, Kind.LOCATION})  # what is sent instead of an answer
_PASSES = frozenset({"passed", "question", "paused", "cancelled", "expired"})  # what needs no leave to go on


class Leave(Enum):
    """Whether a form may go on: it may, not yet (why was said), it asks the open question again, or it is over."""

    GRANTED = "granted"
    ASKED = "asked"
    RENEWED = "renewed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Flow:
    """A form with what happens around it; `done` calls a service and says what came of it.

    `watch` sees the answers so far after every turn; a Refusal it raises ends the form at once and nothing is kept.
    `shape` gives the form as it is for this person and these answers (more or fewer questions, others to choose from).
    `leave` is asked before an answer is taken. `reached` hears of the turns that end in `confirming`, `cancelled` and
    `expired`. `reads` puts an answer in the words of the form. `yields`: whether these words, after what was said just
    before, are for others to answer. `picture` is said to a picture in the middle.
    """

    form: Form
    done: Callable[[Turn, Mapping[str, Any]], None]
    watch: Callable[[Turn, Mapping[str, Any]], None] = lambda turn, answers: None
    shape: Callable[[Turn, Mapping[str, Any]], Form] | None = None
    leave: Callable[[Turn], Leave] = lambda turn: Leave.GRANTED
    reached: Callable[[Turn, str], None] = lambda turn, outcome: None
    picture: str = texts.MEDIA
    reads: Callable[[Turn, Mapping[str, Any]], str] = lambda turn, answers: turn.message.text
    yields: Callable[[Turn], bool] = lambda turn: False

    def at(self, turn: Turn, answers: Mapping[str, Any]) -> Form:
        """The form as it is now."""
        return self.shape(turn, answers) if self.shape else self.form


@dataclass(frozen=True, slots=True)
class Aside:
    """What may come in the middle of a form without being an answer: known questions, commands, emergencies.

    `commands` is given the plain words and the name of the form: what is an answer to one may be an order in another.
    """

    knows: Callable[[Turn], bool]
    answer: Callable[[Turn], bool]
    commands: Callable[[str, str], bool]
    urgent: Callable[[Turn], bool]


class Dialogue:
    """The open form of each person, sealed in the database. Holds no state itself."""

    def __init__(self, flows: tuple[Flow, ...], aside: Aside) -> None:
        self._flows = {flow.form.name: flow for flow in flows}
        self._aside = aside

    def resume(self, turn: Turn, sealed: bytes) -> bool:
        """Give the words to the open form; False when the form does not want them (paused, expired, gone)."""
        opened = self._open(turn, sealed)
        if opened is None:
            conversations.drop(turn.work, turn.person.person_id)
            return False
        flow, progress = opened
        form = flow.at(turn, progress.answers)
        if turn.message.kind in SEEN or (turn.message.kind is Kind.VOICE and not turn.message.text.strip()):
            return _wordless(turn, flow, form, progress)
        asked = engine.repeat(form, progress)
        said = turn.message.text
        mine = progress.state == "paused" or said.strip() in asked.expects
        if self._aside.urgent(turn):
            return False  # not the moment to ask anything again
        yields = not mine and flow.yields(turn)
        mine = mine or engine.claims(form, progress, said)
        if yields or (not mine and (turn.message.key or self._aside.commands(turn.words, form.name))):
            turn.reask = asked.say  # an old button or a command: let others answer, then ask again
            return False
        if not mine and self._aside.knows(turn):
            step = Step("question", progress=progress)
        else:
            step = self._advance(turn, flow, form, progress)
        if step.outcome == "question":
            turn.topic = f"aside:{flow.form.name}"
            self._aside.answer(turn)
            step = engine.repeat(form, step.progress or progress)
        if step.outcome == "passed":
            return False
        turn.topic = turn.topic or f"form:{flow.form.name}"
        self._follow(turn, flow, step)
        return True

    def begin(self, turn: Turn) -> None:
        """Open the form a handler asked for, if any."""
        if turn.form is None:
            return
        flow = self._flows[turn.form.name]
        turn.topic = f"form:{turn.form.name}"
        self._follow(turn, flow, engine.start(flow.at(turn, turn.given), turn.now, turn.given))
        turn.form = None

    def _open(self, turn: Turn, sealed: bytes) -> tuple[Flow, Progress] | None:
        progress = opened(turn, sealed)
        flow = self._flows.get(progress.form) if progress else None
        return (flow, progress) if flow and progress else None

    def _advance(self, turn: Turn, flow: Flow, form: Form, progress: Progress) -> Step:
        """What the words come to, when the form may go on."""
        asking = progress.state == "open"
        said = flow.reads(turn, progress.answers) if asking else turn.message.text
        step = engine.advance(form, progress, said, turn.now)
        if step.outcome in _PASSES:
            return step
        leave = flow.leave(turn)
        if leave is Leave.ASKED:
            return Step("asking", progress=progress)
        if leave is Leave.ENDED:
            return Step("cancelled")
        if leave is Leave.RENEWED:
            return engine.repeat(form, progress)
        if flow.shape and step.progress:
            step = engine.reshaped(flow.at(turn, step.progress.answers), form, step, turn.now)
        return step

    def _follow(self, turn: Turn, flow: Flow, step: Step) -> None:
        """Say what the form says; keep, finish or drop its progress."""
        try:
            flow.watch(turn, step.progress.answers if step.progress else {})
        except Refusal as refusal:
            conversations.drop(turn.work, turn.person.person_id)
            turn.topic = f"refused:{type(refusal).__name__}"
            turn.say(refusal.words)
            return
        for words in step.say:
            turn.say(words)
        turn.offer(*(Choice(each, each) for each in step.expects))
        if step.outcome == "done":
            conversations.drop(turn.work, turn.person.person_id)
            flow.done(turn, step.answers or {})
        elif step.progress is None:
            conversations.drop(turn.work, turn.person.person_id)
        else:
            sealed = turn.work.seal.seal_json(step.progress.to_json(), conversations.PURPOSE)
            until = turn.now + flow.form.expires
            conversations.put(turn.work, turn.person.person_id, flow.form.name, sealed, turn.now, until)
        flow.reached(turn, step.outcome)


def opened(turn: Turn, sealed: bytes) -> Progress | None:
    """How far an open form has come; None where that cannot be read any more."""
    try:
        return Progress.from_json(json.loads(turn.work.seal.open(sealed, conversations.PURPOSE)))
    except (BadProgress, FormChanged, Unsealable, ValueError):
        return None


def _wordless(turn: Turn, flow: Flow, form: Form, progress: Progress) -> bool:
    """A picture, a position or a voice without a transcript is no answer: say so and ask again."""
    if progress.state == "paused":
        return False
    turn.topic = f"form:{form.name}"
    other = {Kind.VOICE: texts.VOICE, Kind.LOCATION: texts.LOCATION_IN_FORM}
    turn.say(other.get(turn.message.kind, flow.picture))
    step = engine.repeat(form, progress)
    for words in step.say:
        turn.say(words)
    turn.offer(*(Choice(each, each) for each in step.expects))
    return True
