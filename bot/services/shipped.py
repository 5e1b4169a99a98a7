"""The base that comes with the software, brought in at a start; what an operator or staff have touched is left alone.

An entry is the software's as long as nothing but shipped content has ever been published or drafted of it. What came
from files before shipped content had a name of its own (`import`) counts as an operator's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.services import entries
from bot.services.actors import SHIPPED
from storage import audit, knowledge, revisions
from storage.work import Work


def load(work: Work, shipped: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Bring validated entries in where they are new or the software's still; idempotent. Counts by effect.

    `kept` are entries that are somebody else's. A load that changed the base has its line in the audit.
    """
    work.alone(knowledge.CHANGING)
    owners = revisions.owners(work)
    foreign = {each.id for each in knowledge.every(work)} | owners.keys()
    foreign -= {entry_id for entry_id, names in owners.items() if names == {SHIPPED.name}}
    every = list(shipped)
    mine = [each for each in every if each["id"] not in foreign]
    counts = {**entries.load(work, mine, now, SHIPPED), "kept": len(every) - len(mine)}
    if counts["new"] or counts["changed"]:
        note = "{new} new, {changed} changed, {kept} kept".format(**counts)
        audit.write(work, "cli", "faq_shipped", "entries", now, note)
    return counts
