"""Make the notices of patterns that repeat, each at its moment; what is late has a policy (`broadcast_repeats`)."""

from collections import Counter
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import broadcast_repeats
from bot.services.house import House
from storage import broadcasts
from storage.database import Database

MOST = 100  # in one tick; the next one goes on


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of notices made and of patterns whose occurrence was missed."""
    done: Counter[str] = Counter()
    for pattern_id in database.look(partial(broadcasts.patterns_due, now=moment.now, limit=MOST)):
        step = partial(broadcast_repeats.step, pattern_id=pattern_id, house=house, now=moment.now)
        done[database.writer.run(step)] += 1
    return {"made": done["made"], "missed": done["missed"]}


JOB = Job("repeat_broadcasts", timedelta(minutes=1), run)
