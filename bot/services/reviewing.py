"""Drafts and versions as people compare them: the publish queue, the history of an entry, what is in force now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.services.actors import Actor, manages, require, sees_drafts
from bot.services.catalogue import place_name
from bot.services.comparing import Change, changes
from bot.services.entries import override_content, row_content
from storage import knowledge, revisions
from storage.revisions import CITY, Revision
from storage.work import Work

STATES = {"draft": "草稿", "pending": "等待审核", "published": "已发布", "rejected": "已退回", "discarded": "已放弃"}
SHOWN = 30  # versions of a history, newest first


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revision that waits for its publication. `own`: the actor wrote it; `stale`: made from an older version."""

    revision: Revision
    question: str
    place: str
    changes: list[Change]
    fresh: bool
    own: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One revision of a history and what it changed in the published version before it."""

    revision: Revision
    state: str
    changes: list[Change]
    first: bool


def queue(work: Work, actor: Actor) -> list[Waiting]:
    """What waits for a second person, the longest waiting first; only the actor's branch. Raises NotAllowed."""
    require(actor, "approve")
    return [
        _waiting(work, actor, each) for each in revisions.in_state(work, "pending") if manages(work, actor, each.org_id)
    ]


def _waiting(work: Work, actor: Actor, revision: Revision) -> Waiting:
    now, version = in_force(work, revision.entry_id, revision.org_id)
    entry = knowledge.get(work, revision.entry_id)
    return Waiting(
        revision=revision,
        question=entry.question if entry else revision.content["question"],
        place=place_name(work, revision.org_id),
        changes=changes(now, revision.content),
        fresh=now is None,
        own=revision.author == actor.name,
        stale=version != revision.base,
    )


def in_force(work: Work, entry_id: str, org_id: int) -> tuple[dict[str, Any] | None, int]:
    """What an entry, or a branch's version of it, says now, as a revision's content; and its version, 0 for none."""
    if org_id == CITY:
        entry = knowledge.get(work, entry_id)
        return (row_content(entry), entry.version) if entry else (None, 0)
    override = knowledge.override_of(work, entry_id, org_id)
    return (override_content(override), override.version) if override else (None, 0)


def history(work: Work, actor: Actor, entry_id: str, org_id: int) -> list[Version]:
    """The versions of an entry (or of a branch's), newest first, each with what it changed; of a branch that is not
    the actor's only what was published."""
    found = revisions.history(work, entry_id, org_id)
    if not sees_drafts(work, actor, org_id):
        found = [each for each in found if each.state == "published"]
    return [_version(each, found[place + 1 :]) for place, each in enumerate(found[:SHOWN])]


def _version(revision: Revision, older: Sequence[Revision]) -> Version:
    before = next((each for each in older if each.state == "published"), None)
    state = STATES.get(revision.state, revision.state)
    if revision.state == "draft" and revision.review_note:
        state = "已退回修改"
    return Version(revision, state, changes(before.content if before else None, revision.content), before is None)
