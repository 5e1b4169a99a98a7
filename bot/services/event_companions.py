"""Who comes along with somebody: rows of their own by a list (张三带的人1), an answer in a chat (带几人)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot import event_texts as texts
from bot.services import registration_names
from bot.services.jielong_lines import MOST_TOGETHER
from storage import registrations as rows
from storage.events import Event, Registration
from storage.registrations import ACTIVE
from storage.work import Work

_ALONG = re.compile(r"带|随行|陪同|同行|家属|携")
_IN_ALL = re.compile(r"(?:几|多少)个?[人位]|人数|[总一]?共")
_CHILDREN = re.compile(r"孩|娃|儿|女|小朋友|宝")


def is_asked(kept: object) -> bool:
    """Whether the questions of an event (as kept) ask who comes along, in whatever way."""
    return any(_ALONG.search(_words(each)) or _is_number(each) for each in _each(kept))


def answer(kept: object, brought: int, whom: str) -> dict[str, Any]:
    """The answer to the question that asks how many come along, or how many in all; empty where none fits.

    `whom` is how they were called: how many children is not answered by how many others.
    """
    for each in _each(kept):
        words = _words(each)
        if _CHILDREN.search(words) and not _CHILDREN.search(whom):
            continue
        if _is_number(each):
            return {str(each["key"]): brought if _ALONG.search(words) else brought + 1}
        if each.get("kind") == "text" and _ALONG.search(words):
            return {str(each["key"]): texts.COMPANY_ANSWER.format(count=brought)}
    return {}


def _each(kept: object) -> Sequence[Mapping[str, Any]]:
    return kept if isinstance(kept, list) else ()


def _words(question: Mapping[str, Any]) -> str:
    return f"{question.get('ask', '')} {question.get('label', '')}"


def _is_number(question: Mapping[str, Any]) -> bool:
    words = _words(question)
    return question.get("kind") == "number" and bool(_ALONG.search(words) or _IN_ALL.search(words))


def of(work: Work, event: Event, names: Iterable[str]) -> list[tuple[str, Registration]]:
    """Those in or waiting who come along with somebody called so, and have not been checked in; the event is held."""
    called = [
        texts.COMPANION.format(name=name, place=place)
        for name in dict.fromkeys(names)
        for place in range(1, MOST_TOGETHER)
    ]
    keys = {registration_names.key(work, each): each for each in called}
    found = rows.named(work, event.id, keys) if keys else {}
    return [
        (keys[key], each)
        for key, each in sorted(found.items(), key=lambda pair: pair[1].place)
        if each.state in ACTIVE and each.person_id is None and each.attended_at is None
    ]
