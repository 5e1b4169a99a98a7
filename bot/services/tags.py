"""标签: words that staff put on people to choose whom a notice is for. Never anything sensitive (PIPL art. 28).

Tags are the same in the whole union; whom they are put on, taken off and counted for is of the actor's branch only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import Refusal
from bot.services import segments
from bot.services.actors import Actor, NotAllowed, require
from storage import audit, tags
from storage import saved_segments as rules
from storage.audience import Rule
from storage.segments import Tag
from storage.tags import FIRST, Piece
from storage.work import Work

NAME_MOST, NUMBERS_MOST = 20, 2000
SENSITIVE = re.compile(
    r"病|癌|残|艾滋|HIV|孕|流产|精神|抑郁|宗教|信教|信仰|信访|上访|前科|犯罪|吸毒|戒毒|民族|性取向|同性", re.I
)
USED_IN = {"segment": "对象", "broadcast": "通知", "event": "活动"}


class BadTag(Refusal):
    """The tag cannot be made, changed or put on; the words say why."""

    words = "没有这个标签，可能已经删除了。"


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag; `people`: how many of the actor's branch have it."""

    id: int
    name: str
    people: int
    by: str
    created_at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Put:
    """What came of a list of member numbers: tags put on (or taken off), unknown numbers, members who do not chat."""

    done: int
    unknown: Sequence[str]
    silent: int


def listing(work: Work, actor: Actor) -> list[TagLine]:
    """All tags by name. Raises NotAllowed."""
    require(actor, "draft")
    return [_line(actor, row) for row in tags.listed(work, actor.path)]


def names(work: Work, actor: Actor) -> list[str]:
    """The tags there are, by name, without counting anybody. Raises NotAllowed."""
    require(actor, "draft")
    return tags.names(work)


def one(work: Work, actor: Actor, tag_id: int) -> TagLine:
    """One tag. Raises NotAllowed, BadTag."""
    require(actor, "draft")
    found = tags.listed(work, actor.path, tag_id)
    if not found:
        raise BadTag
    return _line(actor, found[0])


def of_person(work: Work, person_id: int) -> list[str]:
    """The tags of one person, by name."""
    return tags.of_person(work, person_id)


def create(work: Work, actor: Actor, name: str, now: datetime) -> int:
    """A new tag; its id. Raises NotAllowed, BadTag."""
    require(actor, "draft")
    row = Tag(id=work.new_id(), name=_free_name(work, name), by=f"staff:{actor.name}", created_at=now)
    work.session.add(row)
    audit.write(work, row.by, "tag_create", f"tag:{row.id}", now, row.name)
    return row.id


def rename(work: Work, actor: Actor, tag_id: int, name: str, now: datetime) -> None:
    """Another name; not while a rule names it. Raises NotAllowed, BadTag."""
    row = _changeable(work, actor, tag_id)
    row.name = _free_name(work, name)
    work.session.add(row)
    audit.write(work, f"staff:{actor.name}", "tag_rename", f"tag:{tag_id}", now, row.name)


def drop(work: Work, actor: Actor, tag_id: int, now: datetime) -> int:
    """Take a tag off everybody who is left and forget it; how many had it; not while a rule names it. What many have is
    taken off them before (`may_drop`, `clear_some`). Raises NotAllowed, BadTag."""
    row = _changeable(work, actor, tag_id)
    count = tags.take_off_all(work, tag_id)
    work.session.delete(row)
    audit.write(work, f"staff:{actor.name}", "tag_drop", f"tag:{tag_id}", now, f"{row.name} {count}")
    return count


def put_on_numbers(work: Work, actor: Actor, tag_id: int, typed: str, now: datetime, take_off: bool = False) -> Put:
    """Put a tag on (or take it off) members of the actor's branch, by number. Raises NotAllowed, BadTag."""
    row = _held(work, actor, tag_id)
    numbers = list(dict.fromkeys(typed.split()))
    if not 1 <= len(numbers) <= NUMBERS_MOST:
        raise BadTag(f"请写1到{NUMBERS_MOST}个会员编号，一行一个；现在是{len(numbers)}个。")
    found: Mapping[str, int | None] = tags.chatting(work, numbers, actor.path)
    persons = [each for each in found.values() if each is not None]
    done = (tags.take_off if take_off else tags.put_on)(work, row.id, persons)
    _note(work, actor, "tag_off" if take_off else "tag_on", row, done, now)
    return Put(done, [each for each in numbers if each not in found], len(found) - len(persons))


def lacking(work: Work, actor: Actor, tag_id: int, raw: object, now: datetime) -> int:
    """How many of the actor's branch whom a rule means lack a tag; asked before `put_on_some`, beside the writer.

    Raises NotAllowed, BadTag, BadSegment.
    """
    row = _known(actor, tags.get(work, tag_id))
    return tags.lacking(work, row.id, _usable(work, actor, raw), now)


def put_on_some(
    work: Work, actor: Actor, tag_id: int, raw: object, people: int, now: datetime, after: int = FIRST
) -> Piece:
    """Put a tag on the next ones of the actor's branch whom a rule means; again with `last` as `after` until that is
    None. The first time the trail says on how many (`people`: `lacking`).

    Raises NotAllowed, BadTag, BadSegment.
    """
    row = _held(work, actor, tag_id)
    if after == FIRST:
        _note(work, actor, "tag_on", row, people, now)
    return tags.put_on_some(work, row.id, _usable(work, actor, raw), now, after)


def _usable(work: Work, actor: Actor, raw: object) -> Rule:
    rule = segments.confine(segments.parse(raw), actor)
    segments.check(work, rule)
    return rule


def may_drop(work: Work, actor: Actor, tag_id: int) -> int:
    """How many of the actor's branch have a tag that may be dropped; asked before, beside the writer.

    Raises NotAllowed, BadTag.
    """
    _check_changeable(work, actor, _known(actor, tags.get(work, tag_id)))
    return one(work, actor, tag_id).people


def clear_some(
    work: Work, actor: Actor, tag_id: int, people: int, now: datetime, after: int = FIRST, to_drop: bool = False
) -> Piece:
    """Take a tag off the next ones of the actor's branch; again with `last` as `after` until that is None. The first
    time the trail says of how many (`people`: as `one` has counted).

    `to_drop`: only while no rule names it. Raises NotAllowed, BadTag.
    """
    row = _held(work, actor, tag_id)
    if to_drop:
        _check_unused(work, row)
    if after == FIRST:
        _note(work, actor, "tag_off", row, people, now)
    return tags.take_off_some(work, row.id, actor.path, after)


def _note(work: Work, actor: Actor, action: str, row: Tag, count: int, now: datetime) -> None:
    audit.write(work, f"staff:{actor.name}", action, f"tag:{row.id}", now, f"{row.name} {count}")


def _held(work: Work, actor: Actor, tag_id: int) -> Tag:
    return _known(actor, tags.held(work, tag_id))


def _known(actor: Actor, row: Tag | None) -> Tag:
    require(actor, "draft")
    if row is None:
        raise BadTag
    return row


def _changeable(work: Work, actor: Actor, tag_id: int) -> Tag:
    """The tag, when the actor may change it for everybody and no rule names it. Raises NotAllowed, BadTag."""
    row = _held(work, actor, tag_id)
    _check_changeable(work, actor, row)
    return row


def _check_changeable(work: Work, actor: Actor, row: Tag) -> None:
    if actor.path is not None and (row.by != f"staff:{actor.name}" or tags.beyond(work, row.id, actor.path)):
        raise NotAllowed("这个标签别的工会也在用，请联系市总工会修改或删除。")
    _check_unused(work, row)


def _check_unused(work: Work, row: Tag) -> None:
    used = [f"{USED_IN[kind]}“{title}”" for kind, title, rule in rules.rules_in_use(work) if _names(rule, row.name)]
    if used:
        raise BadTag(f"标签正在被{'、'.join(used[:3])}{'等' if len(used) > 3 else ''}使用，请先改掉那里的条件。")


def _names(rule: Any, name: str) -> bool:
    """Whether a stored rule names a tag; rules from before segments had tags do not."""
    terms = [*rule.get("all", ()), *rule.get("none", ())] if isinstance(rule, Mapping) else []
    named = [each.get("tag", ()) for each in terms if isinstance(each, Mapping)]
    return any(name == each or (isinstance(each, list) and name in each) for each in named)


def _free_name(work: Work, name: str) -> str:
    words = name.strip()
    if not 1 <= len(words) <= NAME_MOST or not words.isprintable() or any(each in words for each in '，、,;；“”"'):
        raise BadTag(f"标签要写1到{NAME_MOST}个字，不带标点。")
    if SENSITIVE.search(words):
        raise BadTag("标签里不能有健康、宗教、信访等敏感信息。要通知这样的一批人，请用活动报名，或者由专人单独联系。")
    work.alone("tags")
    if tags.by_name(work, words) is not None:
        raise BadTag(f"已经有标签“{words}”。")
    return words


def _line(actor: Actor, row: Any) -> TagLine:
    mine = actor.path is None or row.by == f"staff:{actor.name}"
    return TagLine(row.id, row.name, row.people, row.by.partition(":")[2] or row.by, row.created_at, mine)
