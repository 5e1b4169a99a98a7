"""Whom a notice is for (对象): what a rule says in words, how many it means, which branch confines it; saved ones.

Rules are read by `bot/services/segment_rules.py`. A notice keeps its own copy of the rule: changing or dropping a saved
segment changes no notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.services.actors import NOWHERE, Actor, manages, require, require_branch
from bot.services.segment_rules import AT_EVENT, WHO, BadSegment, as_json, parse
from storage import audience, audit, orgs
from storage import saved_segments as segments
from storage.audience import Rule, Term
from storage.segments import Segment
from storage.work import Work

__all__ = [
    "AT_EVENT",
    "WHO",
    "BadName",
    "BadSegment",
    "Counts",
    "Saved",
    "as_json",
    "check",
    "confine",
    "confine_to",
    "count",
    "describe",
    "drop",
    "holds",
    "listing",
    "one",
    "parse",
    "rename",
    "save",
]
NAME_MOST = 40


class BadName(BadSegment):
    """The rule could be kept, but not under this name."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many `people` a rule means; how many of them may be written to; the others by reason (`reasons.REASONS`).

    `more`: there are more, counting stopped there; then nothing is known of reasons.
    """

    people: int
    reachable: int
    left_out: Mapping[str, int]
    more: bool = False


def check(work: Work, rule: Rule) -> None:
    """Raises BadSegment where a union, tag or event of the rule does not exist: an exclusion of nobody is a trap."""
    codes, tags, numbers = (_named(rule, kind) for kind in ("below", "tag", "event"))
    found = {org.code for org in orgs.of_codes(work, codes)}
    for missing, words in (
        (codes - found, "没有编码为“{}”的组织。"),
        (tags - segments.known_tags(work, tags), "没有名为“{}”的标签，请先在“标签”页建立。"),
        (numbers - segments.known_events(work, numbers), "没有编号为“{}”的活动。"),
    ):
        if missing:
            raise BadSegment(words.format(min(missing)))


def _named(rule: Rule, kind: str) -> set[Any]:
    """What the terms of a kind name; of events the numbers."""
    terms = [term for term in (*rule.every, *rule.none) if term.kind == kind]
    return {value for term in terms for value in (term.values[:1] if kind == "event" else term.values)}


def describe(work: Work, rule: Rule) -> str:
    """The rule in words for staff: whom it means, whom it leaves out, and which branch it is confined to."""
    names = {org.code: org.name for org in orgs.of_codes(work, _named(rule, "below"))}
    words = "，并且".join(_say(term, names) for term in rule.every)
    if rule.none:
        words += f"；不发给：{'、'.join(_say(term, names) for term in rule.none)}"
    if rule.within is None:
        return words
    org = orgs.by_path(work, rule.within)
    return f"{words}（只限{org.name if org else '没有任何组织'}范围内）"


def _say(term: Term, names: Mapping[str, str]) -> str:
    values = term.values
    say: dict[str, Callable[[], str]] = {
        "who": lambda: "或".join(WHO[each] for each in values),
        "below": lambda: "或".join(f"{names.get(each, each)}及下属组织的人" for each in values),
        "office": lambda: f"担任{'或'.join(values)}的人",
        "tag": lambda: f"有标签{'或'.join(f'“{each}”' for each in values)}的人",
        "employer": lambda: f"单位名称含{'或'.join(f'“{each}”' for each in values)}的人",
        "event": lambda: f"活动{values[0]}{'或'.join(AT_EVENT[each] for each in values[1:])}的人",
        "seen_days": lambda: f"最近{values[0]}天内联系过的人",
        "not_seen_days": lambda: f"最近{values[0]}天没有联系过的人",
    }
    return say[term.kind]()


def confine(rule: Rule, actor: Actor) -> Rule:
    """The rule as an actor may use it: a branch's staff reach only their branch, whatever the rule says."""
    if actor.path is None:
        return rule
    inside = rule.within is not None and rule.within.startswith(actor.path)
    outside = rule.within is not None and not inside and not actor.path.startswith(rule.within)
    return rule if inside else replace(rule, within=NOWHERE if outside else actor.path)


def confine_to(work: Work, rule: Rule, org_id: int | None) -> Rule:
    """The rule as the branch that owns a broadcast or event may use it; None or the top of the tree is all of it.

    Jobs use this: who is meant must not depend on who happens to run it. A branch that is gone reaches nobody.
    """
    org = orgs.get(work, org_id) if org_id else None
    if org is None:
        return replace(rule, within=NOWHERE) if org_id else rule
    return rule if org.parent_id is None else replace(rule, within=org.path)


def count(work: Work, rule: Rule, topic: str, now: datetime, channel: str = "", most: int | None = None) -> Counts:
    """How many the rule means now and why some get nothing; `channel` narrows to addresses there.

    With `most` it looks at no more people than that, for those who wait: a whole city takes seconds.
    """
    by_reason = audience.count(work, rule, topic, now, channel, None if most is None else most + 1)
    people, reachable = sum(by_reason.values()), by_reason.pop("", 0)
    if most is not None and people > most:
        return Counts(most, 0, MappingProxyType({}), more=True)
    return Counts(people, reachable, MappingProxyType(by_reason))


def holds(work: Work, rule: Rule, person_id: int, now: datetime) -> bool:
    """Whether one person is meant and not excluded (who may register for an event)."""
    return audience.holds(work, rule, person_id, now)


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved segment as staff see it. `mine`: theirs to change; `unit`: the branch that keeps it, empty: the city."""

    id: int
    name: str
    unit: str
    words: str
    raw: Mapping[str, Any]
    by: str
    changed_at: datetime
    mine: bool


def listing(work: Work, actor: Actor) -> list[Saved]:
    """The city's and those of the actor's branch, by name. Raises NotAllowed."""
    require(actor, "draft")
    return [_saved(work, actor, each) for each in segments.listed(work, actor.path)]


def one(work: Work, actor: Actor, segment_id: int) -> Saved:
    """One of those that `listing` shows. Raises NotAllowed, BadSegment."""
    found = next((each for each in listing(work, actor) if each.id == segment_id), None)
    if found is None:
        raise BadSegment("没有这个对象，可能已经删除了。")
    return found


def save(work: Work, actor: Actor, name: str, raw: object, now: datetime, segment_id: int | None = None) -> int:
    """Keep a rule under a name, new or in place of a saved one; its id. Raises NotAllowed, BadSegment."""
    require(actor, "draft")
    rule = parse(raw)
    check(work, rule)
    row = _held(work, actor, segment_id) if segment_id else None
    home = row.org_id if row else _home(actor)
    values: dict[str, Any] = {"name": _free_name(work, name, home, segment_id), "rule": as_json(rule)}
    row = row or Segment(id=work.new_id(), org_id=home, by="", changed_at=now, **values)
    _put(work, actor, row, now, "segment_save", **values)
    return row.id


def rename(work: Work, actor: Actor, segment_id: int, name: str, now: datetime) -> None:
    """Another name for a saved segment. Raises NotAllowed, BadSegment."""
    row = _held(work, actor, segment_id)
    _put(work, actor, row, now, "segment_save", name=_free_name(work, name, row.org_id, segment_id))


def drop(work: Work, actor: Actor, segment_id: int, now: datetime) -> None:
    """Forget a saved segment. Raises NotAllowed, BadSegment."""
    row = _held(work, actor, segment_id)
    work.session.delete(row)
    audit.write(work, f"staff:{actor.name}", "segment_drop", f"segment:{row.id}", now, row.name)


def _home(actor: Actor) -> int:
    return actor.org_id if actor.path is not None and actor.org_id else 0


def _held(work: Work, actor: Actor, segment_id: int) -> Segment:
    require(actor, "draft")
    row = segments.held(work, segment_id)
    if row is None:
        raise BadSegment("没有这个对象，可能已经删除了。")
    require_branch(work, actor, row.org_id)
    return row


def _free_name(work: Work, name: str, org_id: int, segment_id: int | None) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= NAME_MOST or not words.isprintable():
        raise BadName(f"名称要写1到{NAME_MOST}个字。")
    work.alone("segments")
    if segments.named(work, words, org_id) not in (None, segment_id):
        raise BadName(f"已经有名为“{words}”的对象，请换一个名称。")
    return words


def _put(work: Work, actor: Actor, row: Segment, now: datetime, action: str, **values: Any) -> None:
    for key, value in values.items():
        setattr(row, key, value)
    row.by, row.changed_at = f"staff:{actor.name}", now
    work.session.add(row)
    audit.write(work, row.by, action, f"segment:{row.id}", now, row.name)


def _saved(work: Work, actor: Actor, row: Segment) -> Saved:
    org = orgs.get(work, row.org_id) if row.org_id else None
    words, mine = describe(work, parse(row.rule)), manages(work, actor, row.org_id)
    by = row.by.partition(":")[2] or row.by
    return Saved(row.id, row.name, org.name if org else "", words, row.rule, by, row.changed_at, mine)
