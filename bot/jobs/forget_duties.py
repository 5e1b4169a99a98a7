"""Forget what cadres gave with their duties when its time is over; what is the union's record of work stays.

Photos, files and words given as evidence are emptied after two years, reasons of requests `timing.chat_days` after the
decision, leave is dropped after a year, names go with codes that ran out and a year after the last office. Each batch
is a transaction: a crash leaves the rest to the next run, and running twice is running once. The log has counts only.
"""

from collections import Counter
from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services import duty_forgetting
from bot.services.house import House
from storage.database import Database

MOST = 200  # batches of a run; what is left waits for the next one


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of pieces of evidence, reasons, leave, codes and names."""
    counts: Counter[str] = Counter()
    for _ in range(MOST):
        found = database.writer.run(lambda work: duty_forgetting.lapse(work, moment.now, house))
        counts.update(found)
        if not any(found.values()):
            break
    return dict(counts)


JOB = Job("forget_duties", timedelta(hours=6), run)
