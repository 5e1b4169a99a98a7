"""A notice tried out before it is handed in: whom it would reach, how, and what may be chosen in its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import Refusal
from bot.services import broadcasts, notice_preview, route_plan, segments, tags
from bot.services.actors import Actor
from bot.services.bindings import OFFICES
from bot.services.broadcasts import Draft
from bot.services.house import House
from bot.services.plans import Plan, Words
from bot.services.segments import BadSegment, Counts
from storage import notice_choices, orgs
from storage.audience import Rule
from storage.broadcasts import Broadcast
from storage.work import Work

Pairs = tuple[tuple[str, str], ...]
QUICK = 20_000  # people who are counted while somebody still chooses


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
        tags=tuple((each, each) for each in tags.names(work, actor)),
        events=tuple((str(number), f"{number} {title}") for number, title in notice_choices.events(work, actor.path)),
        segments=tuple((str(each.id), each.name) for each in segments.listing(work, actor)),
    )


def audience(work: Work, actor: Actor, raw: Mapping[str, Any], topic: str, now: datetime) -> Trial:
    """Whom a rule means, for this actor, counted up to QUICK people; a rule that cannot be used says why."""
    try:
        rule = _usable(work, actor, raw)
    except BadSegment as refusal:
        return Trial(problem=refusal.words)
    return Trial(segments.describe(work, rule), segments.count(work, rule, topic, now, most=QUICK))


def _usable(work: Work, actor: Actor, raw: Mapping[str, Any]) -> Rule:
    """Raises BadSegment."""
    rule = segments.confine(segments.parse(raw), actor)
    segments.check(work, rule)
    return rule


def testing(work: Work, actor: Actor) -> Pairs:
    """On whom a notice may be tried: one's own phone, the people of a tag."""
    return ((notice_preview.ME, "我的手机"), *((tag, f"有标签“{tag}”的人") for tag in tags.names(work, actor)))


def planned(work: Work, actor: Actor, draft: Draft, house: House, now: datetime) -> tuple[Trial, Plan | None]:
    """Whom a draft of this actor would reach, by which routes and at what cost: all of them, with one statement.

    No plan for a rule that cannot be used.
    """
    try:
        rule = _usable(work, actor, draft.rule)
    except BadSegment as refusal:
        return Trial(problem=refusal.words), None
    words = Words(draft.title, draft.text, draft.said)
    more: dict[str, Any] = {"at": draft.at, "hours": draft.hours, "any_hour": draft.any_hour}
    plan = route_plan.plan(work, rule, draft.topic, draft.routes, house, now, words=words, **more)
    told = plan.people - sum(plan.left_out.values())
    return Trial(segments.describe(work, rule), Counts(plan.people, told, plan.left_out)), plan


def plan_kept(work: Work, row: Broadcast, house: House, now: datetime) -> Plan | None:
    """The same of a notice that was written and has not begun; the branch it belongs to says whom it may reach."""
    try:
        rule = broadcasts.rule_of(work, row)
    except BadSegment:
        return None
    words = Words(row.title, broadcasts.body(row), row.text)
    topic = row.topic if row.kind == "notice" else ""  # nobody opts out of news of their own event
    more: dict[str, Any] = {"at": row.not_before, "hours": row.hours, "any_hour": row.any_hour, "kind": row.kind}
    return route_plan.plan(work, rule, topic, row.routes, house, now, words=words, **more)


def problem(work: Work, draft: Draft, now: datetime, house: House) -> Refusal | None:
    """What the rules say against a draft; None for one that can be handed in."""
    try:
        broadcasts.check(work, draft, now, house)
    except Refusal as refusal:
        return refusal
    return None


def saved(work: Work, actor: Actor, segment_id: int) -> Mapping[str, Any]:
    """The rule of a saved segment of the actor's branch. Raises NotAllowed, BadSegment."""
    return segments.one(work, actor, segment_id).raw
