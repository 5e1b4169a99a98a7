"""Forget what applications held when no membership came of them, and names of people who left.

30 days after an application was rejected, withdrawn or expired: name, employer, status and flags are emptied, the ID
number, the mobile and the optional answers (sealed) dropped with their hashes; the name of the person too, unless they
are a member or apply again. 30 days after somebody stopped following on every address: their name, likewise.
Rows, numbers, states, steps and consents stay as proof without content. Members' records are not touched while the
membership lasts, nor for three years after; then name, number, union and dates stay. The log has counts only. Each
batch is a transaction: a crash leaves the rest to the next run, and running twice is running once.
"""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services import forgetting
from bot.services.house import House
from storage.database import Database

MOST = 200  # batches of a run; what is left waits for the next one


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of applications emptied, of ended memberships emptied, and of names forgotten."""
    counts = {"applications": 0, "ended": 0, "names": 0}
    for _ in range(MOST):
        emptied, names = database.writer.run(lambda work: forgetting.lapse(work, moment.now))
        left = database.writer.run(lambda work: forgetting.leave(work, moment.now))
        ended = database.writer.run(lambda work: forgetting.ended(work, moment.now))
        counts["applications"] += emptied
        counts["ended"] += ended
        counts["names"] += names + left
        if not emptied and not left and not ended:
            break
    return counts


JOB = Job("forget_applications", timedelta(hours=1), run)
