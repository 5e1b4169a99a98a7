"""Put every miss into the gap that means the same, each in its own transaction.

Comparing words takes its time, so it is done beside the writer; what changed meanwhile is looked at again.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.search.grouping import Subjects
from bot.services import misses
from bot.services.house import House
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 50


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of misses that joined a gap or opened one. What is left over comes with the next tick."""
    counts = {"joined": 0, "opened": 0, "gone": 0, "failed": 0}
    subjects = Subjects()
    for miss_id in database.look(lambda work: misses.waiting(work, moment.now, BATCH)):
        counts[_group(database, miss_id, moment.now, subjects)] += 1
    return counts


def _group(database: Database, miss_id: int, now: datetime, subjects: Subjects) -> str:
    """Group one miss; one that cannot be must not hold up the others."""
    try:
        guessed = database.look(partial(misses.guess, miss_id=miss_id, subjects=subjects))
        return database.writer.run(partial(misses.group, miss_id=miss_id, now=now, guessed=guessed))
    except Exception:
        log.exception("miss not grouped", extra={"miss": miss_id})
        return "failed"


JOB = Job("group_misses", timedelta(seconds=20), run)
