"""Send letters that wait, and read back how those under way ended."""

from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import letters as rules
from bot.services.house import House
from storage import letters
from storage.database import Database

BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by what became of letters. Each is its own transaction; what is left over comes with the next tick."""
    counts = {"sent": 0, "gone": 0, **database.writer.run(lambda work: letters.settle(work, moment.now))}
    for letter_id in database.look(lambda work: letters.waiting(work, BATCH)):
        effect = database.writer.run(partial(rules.send, letter_id=letter_id, now=moment.now, hours=house.hours))
        counts[effect] += 1
    return counts


JOB = Job("deliver_letters", timedelta(seconds=10), run)
