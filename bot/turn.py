"""One turn: everything a handler may touch while answering one message."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.contract import Choice, Inbound
from bot.forms.model import Form
from bot.search import unify
from bot.services.house import House
from storage.people import Known
from storage.work import Work

_EDGES = re.compile(
    r"^[\s。，！？、；：,.!?;:~～…\"'“”‘’「」【】（）()]+|[\s。，！？、；：,.!?;:~～…\"'“”‘’「」【】（）()]+$"
)


@dataclass(slots=True)
class Turn:
    """One message being answered. Handlers read it, call services with `work` and `now`, and `say` things.

    `words` is the message for comparing: one width, one script, lower case, no punctuation at its ends. `topic` may
    be set by a handler to tell what the message was taken for. Nothing here commits or sends.
    """

    message: Inbound
    person: Known
    work: Work
    house: House
    now: datetime
    inbound_id: int
    words: str = ""
    topic: str = ""
    said: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    hand_over: bool = False
    form: Form | None = None
    reask: tuple[str, ...] = ()  # what an open form waits for, when this turn is not its answer
    given: Mapping[str, Any] = field(default_factory=dict)
    vector: Sequence[float] | None = None  # an embedding of the text, where the union has switched that on
    grave: bool = False  # a death, despair …: nothing else is said beside it

    def say(self, text: str, *choices: Choice) -> None:
        """Add a paragraph to the answer, with things to tap. All of one turn goes out as one message where it fits."""
        self.said.append(text)
        self.offer(*choices)

    def offer(self, *choices: Choice) -> None:
        """Add things to tap; the same words are offered once."""
        have = {choice.label for choice in self.choices}
        self.choices.extend(each for each in choices if each.label not in have)

    def start(self, form: Form, given: Mapping[str, Any] | None = None) -> None:
        """Open a form after this handler; `given` are answers already known."""
        self.form, self.given = form, given or {}

    @property
    def private(self) -> bool:
        """Whether nobody else reads along. Personal data belongs only here."""
        return not self.message.chat


def plain_words(text: str) -> str:
    """The text for comparing with command words: NFKC, simplified, lower case, bare ends, at most 500 characters."""
    if text.isascii() and text.isalnum():
        return text.lower()[:500]
    return _EDGES.sub("", unify(text[:500]))
