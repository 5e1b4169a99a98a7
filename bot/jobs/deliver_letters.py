"""Send letters that wait, and read back how those under way ended."""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import letters as rules
from bot.services.house import House
from storage import letters
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by what became of letters. Each is its own transaction; what is left over comes with the next tick."""
    settled = database.writer.run(lambda work: letters.settle(work, moment.now))
    counts = {"sent": 0, "gone": 0, "failed": 0, **settled}
    for letter_id in database.look(lambda work: letters.waiting(work, BATCH)):
        counts[_send(database, house, letter_id, moment.now)] += 1
    return counts


def _send(database: Database, house: House, letter_id: int, now: datetime) -> str:
    """Send one letter; one that cannot be must not hold up the others."""
    try:
        return database.writer.run(partial(rules.send, letter_id=letter_id, now=now, hours=house.hours))
    except Exception:
        log.exception("letter not sent", extra={"letter": letter_id})
        return "failed"


JOB = Job("deliver_letters", timedelta(seconds=10), run)
