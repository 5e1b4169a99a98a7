"""Put every miss into the gap that means the same, each in its own transaction."""

from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import misses
from bot.services.house import House
from storage.database import Database

BATCH = 200


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of misses that joined a gap or opened one. What is left over comes with the next tick."""
    counts = {"joined": 0, "opened": 0, "gone": 0}
    for miss_id in database.look(lambda work: misses.waiting(work, moment.now, BATCH)):
        counts[database.writer.run(partial(misses.group, miss_id=miss_id))] += 1
    return counts


JOB = Job("group_misses", timedelta(seconds=20), run)
