"""Bringing entries in from files: what would change, whether it may, and the change itself in one transaction.

Everything is looked at on a snapshot (`plan`), the golden questions are run outside any transaction (`examine`), and
`write` refuses when the base has moved since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.content import FaqEntry
from bot.search import Entry as SearchEntry
from bot.search import Index
from bot.services import clashes, golden, knowledge
from bot.services import entries as rules
from bot.services.clashes import Clash
from bot.services.drafts import Conflict, Trial
from bot.services.golden import Broken, Golden, Question
from storage import audit
from storage import knowledge as base
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Plan:
    """What bringing these entries in would do. `dangling` are (entry, related entry that is nowhere)."""

    entries: tuple[FaqEntry, ...]
    changes: frozenset[str]
    empty: bool  # whether there is nothing in the base yet
    trial: Trial
    clashes: tuple[Clash, ...]
    dangling: tuple[tuple[str, str], ...]


def plan(work: Work, entries: Sequence[FaqEntry]) -> Plan:
    """Reads only. Where the base is not empty the search is built as it is and as it would be."""
    kept = {row.id: row for row in base.every(work)}
    changes = frozenset(each.id for each in entries if _changes(kept.get(each.id), each))
    now = knowledge.build(work)
    return Plan(
        entries=tuple(entries),
        changes=changes,
        empty=not kept,
        trial=Trial(now.state, now.index, _after(kept, entries, now.index) if kept and changes else now.index),
        clashes=tuple(clashes.found(kept.values(), entries, changes)),
        dangling=tuple(_dangling({*kept, *(each.id for each in entries)}, entries)),
    )


def _changes(row: base.Entry | None, entry: FaqEntry) -> bool:
    return row is None or rules.of_row(row) != entry.model_dump()


def _after(kept: Mapping[str, base.Entry], entries: Sequence[FaqEntry], before: Index) -> Index:
    """The search as it would be."""
    published = {row.id: knowledge.searched(row) for row in kept.values() if row.status == "published"}
    for each in entries:
        published.pop(each.id, None)
        if each.status == "published":
            published[each.id] = SearchEntry(each.id, each.question, tuple(each.phrasings))
    return Index(published.values(), previous=before)


def _dangling(known: set[str], entries: Sequence[FaqEntry]) -> Iterator[tuple[str, str]]:
    return ((each.id, other) for each in entries for other in each.related if other not in known)


def examine(planned: Plan, questions: Golden) -> list[Broken]:
    """Golden questions that the change would break; takes about a second. A base that is being filled breaks none."""
    if planned.empty or not planned.changes:
        return []
    return golden.broken(questions, planned.trial.before, planned.trial.after)


def apart(planned: Plan, questions: Golden) -> list[Question]:
    """Golden questions that no entry may answer any more once these are brought in; they break nothing."""
    return golden.apart(questions, planned.trial.before, planned.trial.after)


def write(work: Work, planned: Plan, now: datetime, broken: int = 0) -> dict[str, int]:
    """Make the change, with its revisions and its audit lines. Counts by effect. Raises Conflict.

    `broken` is how many golden questions are broken knowingly; that has its own line in the audit.
    """
    if base.state(work) != planned.trial.state:
        raise Conflict("知识库刚刚有别的改动，没有导入，请再试一次。")
    counts = rules.load(work, (each.model_dump() for each in planned.entries), now)
    if counts["new"] or counts["changed"]:
        note = f"{counts['new']} new, {counts['changed']} changed"
        audit.write(work, "cli", "faq_import", "entries", now, note)
    if broken:
        audit.write(work, "cli", "faq_import_despite_golden", "entries", now, f"{broken} golden questions broken")
    return counts
