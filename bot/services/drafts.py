"""How an entry is written: drafted by one person, published by another, never by the way.

States and keys are in `storage/revisions.py`. Every step is one transaction with its audit line. Before a publication
the golden questions are run outside the transaction (`trial`); `publish` refuses when the base has moved since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.errors import Refusal
from bot.search import Entry as SearchEntry
from bot.search import Index
from bot.services import clashes, closing, golden, knowledge
from bot.services.actors import Actor, NotAllowed, require, require_branch
from bot.services.answers import day_of
from bot.services.entries import NAMES, BadEntry, columns, content_of, override_columns, validated, validated_override
from bot.services.golden import Broken, Golden
from storage import audit, misses, revisions
from storage import knowledge as base
from storage.revisions import CITY, Revision
from storage.work import Work

REASON = range(4, 201)  # characters
MOVED = "起草人刚刚又改了这份草稿，请刷新页面，看过新的内容再决定。"


class Conflict(Refusal):
    """Somebody else was faster; the words say what to do."""


class BreaksGolden(Refusal):
    """The change would break golden questions, listed in `broken`; `problem` is what is wrong with the reason given."""

    def __init__(self, broken: list[Broken], problem: str = "") -> None:
        super().__init__(f"这次修改会让{len(broken)}个黄金问题答错，没有发布。{problem}")
        self.broken, self.problem = broken, problem


@dataclass(frozen=True, slots=True)
class Despite:
    """How many golden questions are broken knowingly, and why (`REASON` characters); 0 where none is."""

    broken: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a publication would make of the search, and the state of the base it was tried on."""

    state: base.State
    before: Index
    after: Index
    written: datetime | None = None  # when the revision was written last: nothing else may be published with it


def save(
    work: Work,
    actor: Actor,
    entry_id: str,
    org_id: int,
    data: Mapping[str, Any],
    now: datetime,
    index: Index | None = None,
    **more: Any,
) -> Revision:
    """Write a draft, or go on writing the open one. `more`: `note`, `gap_id`. Raises BadEntry, NotAllowed, Conflict.

    A draft that was sent back is from then on meant for the entry as it is now. `index` is the search of this process,
    in which words of other entries are looked for; without it one is built.
    """
    require(actor, "draft")
    require_branch(work, actor, org_id)
    content = _checked(work, entry_id, org_id, data, index)
    draft = revisions.open_of(work, entry_id, org_id, hold=True)
    more = {**more, **_meant(work, actor, entry_id, more)}
    if draft is None:
        more = {**more, "state": "draft", "author": actor.name, "base": _version(work, entry_id, org_id)}
        draft = revisions.add(work, entry_id, org_id, content, now, **more)
    else:
        _rewrite(work, draft, actor, content, now, more)
    audit.write(work, f"staff:{actor.name}", "entry_draft", f"entry:{entry_id}", now, f"revision {draft.number}")
    return draft


def fresh_id(work: Work) -> str:
    """An id for an entry of the union's own, which no other entry has."""
    number, digits = work.new_id(), ""
    while number:
        number, place = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[place] + digits
    return f"own-{digits}"


def start(
    work: Work,
    actor: Actor,
    entry_id: str,
    data: Mapping[str, Any],
    now: datetime,
    index: Index | None = None,
    **more: Any,
) -> Revision:
    """Write the first draft of a new entry of the city. Raises BadEntry also when the id is taken."""
    if base.get(work, entry_id) is not None or revisions.open_all(work, entry_id):
        raise BadEntry([(NAMES["id"], "这个编号已经有了，请换一个")])
    return save(work, actor, entry_id, CITY, data, now, index, **more)


def restore(work: Work, actor: Actor, revision_id: int, now: datetime, index: Index | None = None) -> Revision:
    """An earlier version as a new draft. Raises Conflict while another draft is open, and what `save` raises."""
    found = revisions.get(work, revision_id)
    if found is None:
        raise Conflict("找不到这个版本。")
    if revisions.open_of(work, found.entry_id, found.org_id) is not None:
        raise Conflict("这一条还有没发布的草稿，请先提交或放弃，再恢复旧版本。")
    note = f"恢复第{found.number}版"
    return save(work, actor, found.entry_id, found.org_id, found.content, now, index, note=note)


def _rewrite(
    work: Work, draft: Revision, actor: Actor, content: dict[str, Any], now: datetime, more: Mapping[str, Any]
) -> None:
    if draft.author != actor.name:
        raise Conflict(f"{draft.author}正在改这一条，请等对方提交或放弃后再改。")
    if draft.state == "draft" and draft.review_note:
        draft.base, draft.reviewer, draft.review_note = _version(work, draft.entry_id, draft.org_id), "", ""
    draft.content, draft.state, draft.updated_at = content, "draft", now
    for key, value in more.items():
        setattr(draft, key, value)
    work.session.add(draft)


def _meant(work: Work, actor: Actor, entry_id: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """The note as it fits its column; a gap must be there, about this entry if it is about one, and the actor's to deal
    with. It may be closed: then nobody is told of it by a publication."""
    checked: dict[str, Any] = {"note": str(more["note"]).strip()[:200]} if "note" in more else {}
    if more.get("gap_id") is not None:
        gap = misses.gap(work, more["gap_id"])
        if gap is None or (gap.kind == "review" and gap.entry_id != entry_id):
            raise Conflict("没有这一组问题，请刷新页面看看。")
        closing.require_asked(work, actor, gap.id)
    return checked


def _checked(work: Work, entry_id: str, org_id: int, data: Mapping[str, Any], index: Index | None) -> dict[str, Any]:
    if org_id == CITY:
        written = validated({**data, "id": entry_id})
        if problems := clashes.problems(work, written, index or knowledge.build(work).index):
            raise BadEntry(problems)
        return content_of(written)
    entry = base.get(work, entry_id)
    if entry is None:
        raise BadEntry([("id", "本市还没有这一条，下级工会只能在本市条目的基础上补充。")])
    return validated_override(data, {each["key"] for each in entry.fields or ()})


def _version(work: Work, entry_id: str, org_id: int) -> int:
    row = base.get(work, entry_id) if org_id == CITY else base.override_of(work, entry_id, org_id)
    return row.version if row else 0


def hand_in(work: Work, actor: Actor, revision_id: int, now: datetime) -> Revision:
    """Ask for publication. Raises NotAllowed, Conflict."""
    revisions.held(work, revision_id)
    draft = _open(work, actor, "draft", revision_id, "draft")
    if draft.author != actor.name:
        raise NotAllowed(f"只有起草人{draft.author}可以提交。")
    return _step(work, actor, draft, "pending", "entry_hand_in", now)


def discard(work: Work, actor: Actor, revision_id: int, now: datetime) -> Revision:
    """Give a draft up; its author, or whoever may approve. Raises NotAllowed, Conflict."""
    revisions.held(work, revision_id)
    draft = _open(work, actor, "draft", revision_id, *revisions.OPEN)
    if draft.author != actor.name and not actor.may("approve"):
        raise NotAllowed(f"只有起草人{draft.author}或审核人可以放弃这份草稿。")
    return _step(work, actor, draft, "discarded", "entry_discard", now)


def reject(work: Work, actor: Actor, revision_id: int, note: str, now: datetime, seen: str = "") -> Revision:
    """Send a pending revision back to its author, with the reason, as a draft. Raises NotAllowed, Conflict."""
    revisions.held(work, revision_id)
    pending = decidable(work, actor, revision_id, seen)
    if not note.strip():
        raise Conflict("请写明退回的原因。")
    pending.reviewer, pending.review_note = actor.name, note.strip()[:200]
    return _step(work, actor, pending, "draft", "entry_reject", now)


def decidable(work: Work, actor: Actor, revision_id: int, seen: str = "") -> Revision:
    """The pending revision, if this actor may publish or reject it. Raises NotAllowed, Conflict.

    `seen` is `updated_at` (ISO) of what was looked at: nobody decides on words they have not read.
    """
    pending = _pending(work, actor, revision_id)
    if seen and seen != pending.updated_at.isoformat():
        raise Conflict(MOVED)
    return pending


def _out_of_date(revision: Revision, now: datetime) -> bool:
    said = revision.content
    in_force = said["status"] == "published" if revision.org_id == CITY else said["active"]
    return bool(in_force) and date.fromisoformat(said["review_by"]) < day_of(now)


def _pending(work: Work, actor: Actor, revision_id: int) -> Revision:
    """A pending revision that this actor may decide: never one's own."""
    pending = _open(work, actor, "approve", revision_id, "pending")
    if pending.author == actor.name:
        raise NotAllowed("自己起草的内容要由另一位审核人发布。")
    return pending


def _open(work: Work, actor: Actor, right: str, revision_id: int, *states: str) -> Revision:
    require(actor, right)
    found = revisions.get(work, revision_id)
    if found is None or found.state not in states:
        raise Conflict("这份草稿已经处理过了，请刷新页面看看。")
    require_branch(work, actor, found.org_id)
    return found


def _step(work: Work, actor: Actor, revision: Revision, state: str, action: str, now: datetime) -> Revision:
    revision.state, revision.updated_at = state, now
    work.session.add(revision)
    audit.write(work, f"staff:{actor.name}", action, f"entry:{revision.entry_id}", now, f"revision {revision.number}")
    return revision


def trial(work: Work, revision_id: int) -> Trial:
    """The search before and after a revision. Reads only; building takes some milliseconds.

    Raises Conflict, also where the words have meanwhile become another entry's. As `publish` wants the base as it was
    here, that holds there too.
    """
    revision = revisions.get(work, revision_id)
    if revision is None:
        raise Conflict("找不到这份草稿。")
    now = knowledge.build(work)
    if revision.org_id != CITY:
        return Trial(now.state, now.index, now.index, revision.updated_at)
    if problems := clashes.problems(work, validated({**revision.content, "id": revision.entry_id}), now.index):
        raise Conflict(f"{BadEntry(problems).words}。请退回修改。")
    kept = {entry.id: knowledge.searched(entry) for entry in base.published(work) if entry.id != revision.entry_id}
    if revision.content["status"] == "published":
        said = revision.content
        kept[revision.entry_id] = SearchEntry(revision.entry_id, said["question"], tuple(said["phrasings"]))
    return Trial(now.state, now.index, Index(kept.values(), previous=now.index), revision.updated_at)


def examine(tried: Trial, questions: Golden, reason: str = "") -> Despite:
    """Run the golden questions. Takes about a second, so never inside a unit of work.

    Raises BreaksGolden where some break and nobody says why the change is right all the same.
    """
    broken, reason = golden.broken(questions, tried.before, tried.after), reason.strip()
    if broken and len(reason) not in REASON:
        raise BreaksGolden(broken, f"理由要写{REASON[0]}到{REASON[-1]}个字。" if reason else "")
    return Despite(len(broken), reason if broken else "")


def publish(
    work: Work, actor: Actor, revision_id: int, tried: Trial, now: datetime, despite: Despite | None = None
) -> Revision:
    """Put a pending revision in force and answer whoever waited for it. Raises NotAllowed, Conflict.

    `despite` is what `examine` said; golden questions that are broken knowingly are noted in the audit.
    """
    work.alone(base.CHANGING)
    revisions.held(work, revision_id)
    pending = _pending(work, actor, revision_id)
    if pending.updated_at != tried.written:
        raise Conflict(MOVED)
    if base.state(work) != tried.state:
        raise Conflict("知识库刚刚有别的改动，请再点一次发布。")
    if _out_of_date(pending, now):
        raise Conflict("复核期限已经过了，发布了也不会回答职工，请退回修改。")
    if _version(work, pending.entry_id, pending.org_id) != pending.base:
        raise Conflict("起草之后这一条又改过，请退回给起草人，在新内容上重新修改。")
    before = None
    if pending.org_id == CITY:
        before = closing.earlier(base.get(work, pending.entry_id), now)
        base.put(work, pending.entry_id, columns(pending.content), now)
    else:
        base.put_override(work, pending.entry_id, pending.org_id, override_columns(pending.content), now)
    if despite is not None and despite.broken:
        _note_broken(work, actor, pending.entry_id, despite, now)
    pending.reviewer, pending.decided_at = actor.name, now
    closing.published(work, actor, pending, before, now)
    return _step(work, actor, pending, "published", "entry_publish", now)


def _note_broken(work: Work, actor: Actor, entry_id: str, despite: Despite, now: datetime) -> None:
    """Two lines: a reason fills one."""
    for note in (f"{despite.broken} golden questions broken", despite.reason):
        audit.write(work, f"staff:{actor.name}", "entry_publish_despite_golden", f"entry:{entry_id}", now, note)
