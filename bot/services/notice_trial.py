"""A notice tried out before it is handed in: whom it would reach, how, and what may be chosen in its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import Refusal
from bot.services import broadcasts, segments
from bot.services.actors import Actor
from bot.services.bindings import OFFICES
from bot.services.broadcasts import Draft
from bot.services.house import House
from bot.services.segments import BadSegment, Counts
from storage import notice_choices, orgs
from storage.work import Work

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """Whom a rule means now; either counts or what is wrong with it."""

    described: str = ""
    counts: Counts | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers, each as value and words."""

    branches: Pairs
    offices: Pairs
    tags: Pairs
    events: Pairs
    segments: Pairs


def choices(work: Work, actor: Actor) -> Choices:
    """What this actor may choose from."""
    return Choices(
        branches=tuple((org.code, org.name) for org in orgs.branches(work, actor.path or "/")),
        offices=tuple((each, each) for each in OFFICES),
        tags=(),
        events=tuple((str(number), f"{number} {title}") for number, title in notice_choices.events(work, actor.path)),
        segments=(),
    )


def audience(work: Work, actor: Actor, raw: Mapping[str, Any], topic: str, now: datetime) -> Trial:
    """Whom a rule means, for this actor; a rule that cannot be used says why."""
    try:
        rule = segments.confine(segments.parse(raw), actor)
        segments.check(work, rule)
    except BadSegment as refusal:
        return Trial(problem=refusal.words)
    return Trial(segments.describe(work, rule), segments.count(work, rule, topic, now))


def problem(work: Work, draft: Draft, now: datetime, house: House) -> Refusal | None:
    """What the rules say against a draft; None for one that can be handed in."""
    try:
        broadcasts.check(work, draft, now, house)
    except Refusal as refusal:
        return refusal
    return None


def saved(work: Work, actor: Actor, segment_id: int) -> Mapping[str, Any]:
    """The rule of a saved segment of the actor's branch. Raises BadSegment."""
    raise BadSegment("没有这个存好的对象。")
