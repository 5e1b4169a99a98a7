"""Make the notices of patterns that repeat, each at its moment; what is late has a policy (`broadcast_repeats`)."""

import logging
from collections import Counter
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import broadcast_repeats
from bot.services.house import House
from storage import broadcasts
from storage.database import Database

log = logging.getLogger(__name__)
MOST = 100  # in one tick; the next one goes on


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of notices made, of patterns whose occurrence was missed, and of those that raised: they hold up no other
    and are tried again by the next tick."""
    done: Counter[str] = Counter()
    for pattern_id in database.look(partial(broadcasts.patterns_due, now=moment.now, limit=MOST)):
        step = partial(broadcast_repeats.step, pattern_id=pattern_id, house=house, now=moment.now)
        try:
            done[database.writer.run(step)] += 1
        except Exception:
            log.exception("a notice that repeats was not made", extra={"broadcast": pattern_id})
            done["failed"] += 1
    return {name: done[name] for name in ("made", "missed", "failed")}


JOB = Job("repeat_broadcasts", timedelta(minutes=1), run)
