"""Forms in a conversation: opening one, continuing it, a question in the middle, and what completing means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.contract import Choice
from bot.errors import Refusal
from bot.forms import engine
from bot.forms.model import BadProgress, Form, FormChanged, Progress, Step
from bot.turn import Turn
from storage import conversations
from storage.seal import Unsealable


@dataclass(frozen=True, slots=True)
class Flow:
    """A form with what happens at its end; `done` calls a service and says what came of it.

    `watch` sees the answers so far after every turn; a Refusal it raises ends the form at once and nothing is kept.
    """

    form: Form
    done: Callable[[Turn, Mapping[str, Any]], None]
    watch: Callable[[Turn, Mapping[str, Any]], None] = lambda turn, answers: None


@dataclass(frozen=True, slots=True)
class Aside:
    """What may come in the middle of a form without being an answer: known questions, commands, emergencies."""

    knows: Callable[[Turn], bool]
    answer: Callable[[Turn], bool]
    commands: frozenset[str]
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
        asked = engine.repeat(flow.form, progress)
        mine = progress.state == "paused" or turn.message.text.strip() in asked.expects
        if self._aside.urgent(turn):
            return False  # not the moment to ask anything again
        if not mine and (turn.message.key or turn.words in self._aside.commands):
            turn.reask = asked.say  # an old button or a command: let others answer, then ask again
            return False
        if not mine and self._aside.knows(turn):
            step = Step("question", progress=progress)
        else:
            step = engine.advance(flow.form, progress, turn.message.text, turn.now)
        if step.outcome == "question":
            turn.topic = f"aside:{flow.form.name}"
            self._aside.answer(turn)
            step = engine.repeat(flow.form, step.progress or progress)
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
        self._follow(turn, flow, engine.start(turn.form, turn.now, turn.given))
        turn.form = None

    def _open(self, turn: Turn, sealed: bytes) -> tuple[Flow, Progress] | None:
        try:
            data = json.loads(turn.work.seal.open(sealed, conversations.PURPOSE))
            progress = Progress.from_json(data)
        except (BadProgress, FormChanged, Unsealable, ValueError):
            return None
        flow = self._flows.get(progress.form)
        return (flow, progress) if flow else None

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
