"""The fields of a form that choose an audience: one of each kind of condition to mean people, one to leave them out.

Names are `a-…` for whom it is and `n-…` for whom it is not. `read` makes the rule's JSON of them, `fields_of` the
fields of a rule; the macro `rule_fields` of `segment_parts.html` draws them from `choices`. No script is needed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from multidict import MultiDict

from bot.console.addresses import number
from bot.services import accounts, tags
from bot.services.actors import Actor
from bot.services.bindings import OFFICES
from bot.services.segments import AT_EVENT, WHO
from bot.services.topics import TOPICS
from storage.work import Work

SIDES = {"a": "all", "n": "none"}
SEVERAL = ("who", "tag", "in")  # fields that hold several values
PLAIN = ("office", "employer")
DAYS = ("seen_days", "not_seen_days")
_BETWEEN = re.compile(r"[\s、，,;；]+")
Fields = dict[str, Any]


def typed(form: MultiDict[str]) -> Fields:
    """What stands in the fields, to be shown again."""
    return {
        f"{side}-{kind}": form.getall(f"{side}-{kind}", [])
        if kind in SEVERAL
        else form.get(f"{side}-{kind}", "").strip()
        for side in SIDES
        for kind in ("who", "below", "office", "tag", "employer", "event", "in", *DAYS)
    }


def read(work: Work, actor: Actor, fields: Fields) -> dict[str, Any]:
    """The rule these fields mean, unchecked (`segments.parse` checks); unions are found by name or code."""
    return {key: list(_terms(work, actor, fields, side)) for side, key in SIDES.items()}


def _terms(work: Work, actor: Actor, fields: Fields, side: str) -> Iterator[dict[str, Any]]:
    found = {
        kind: fields[f"{side}-{kind}"] for kind in ("who", "below", "office", "tag", "employer", "event", "in", *DAYS)
    }
    if found["who"]:
        yield {"who": found["who"]}
    if found["below"]:
        yield {"below": [_code(work, actor, each) for each in _BETWEEN.split(found["below"]) if each]}
    for kind in (*PLAIN, "tag"):
        if found[kind]:
            yield {kind: found[kind]}
    if found["event"]:
        yield {"event": _whole(found["event"]), "in": found["in"] or "registered"}
    for kind in DAYS:
        if found[kind]:
            yield {kind: _whole(found[kind])}


def _whole(text: str) -> int | str:
    """A number, or the text as it is, which is refused with its reason."""
    found = number(text)
    return text if found is None else found


def _code(work: Work, actor: Actor, words: str) -> str:
    """The code of a union of the actor's branch that is called so, else the words."""
    found = accounts.places(work, actor, words)
    return found[0].code if len(found) == 1 else words


def fields_of(raw: Mapping[str, Any]) -> Fields | None:
    """The fields of a rule; None where it says more than the fields can (two conditions of one kind on one side)."""
    fields = typed(MultiDict())
    for side, key in SIDES.items():
        kinds = [kind for term in raw.get(key, ()) for kind in term]
        if len(kinds) != len(set(kinds)):
            return None
        for term in raw.get(key, ()):
            for kind, value in term.items():
                fields[f"{side}-{kind}"] = _shown(kind, value)
    return None if any(isinstance(fields[f"{side}-{kind}"], list) for side in SIDES for kind in PLAIN) else fields


def _shown(kind: str, value: Any) -> Any:
    several = value if isinstance(value, list) else [value]
    if kind in SEVERAL:
        return several
    if kind == "below":
        return "、".join(several)
    return value if isinstance(value, list) else str(value)


def choices(work: Work, actor: Actor) -> dict[str, Any]:
    """What the fields offer."""
    return {
        "who": list(WHO.items()),
        "tags": tags.names(work, actor),
        "offices": [("", "不限"), *((each, each) for each in OFFICES)],
        "states": list(AT_EVENT.items()),
        "topics": [(key, topic.label) for key, topic in TOPICS.items()],
    }
