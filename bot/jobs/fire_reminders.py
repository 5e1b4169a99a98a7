"""Fire every reminder that is due, each in its own transaction."""

import logging
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.reminders import KINDS
from bot.reminders.firing import fire
from bot.services.house import House
from storage import reminders
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by result. A reminder that fails is logged and tried again next time; the others do not wait for it."""
    kinds = {kind.name: kind for kind in KINDS}
    counts = dict.fromkeys(("said", "moot", "missed", "unreachable", "put_off", "gone", "failed"), 0)
    failed: set[int] = set()
    while due := _due(database, moment.now, failed):
        for reminder_id in due:
            one = partial(fire, reminder_id=reminder_id, kinds=kinds, house=house, now=moment.now)
            try:
                result = database.writer.run(one)
            except Exception:
                log.exception("reminder failed", extra={"reminder": reminder_id})
                failed.add(reminder_id)
                result = "failed"
            counts[result] += 1
        if counts["gone"] > BATCH:
            break
    return counts


def _due(database: Database, now: datetime, but: set[int]) -> list[int]:
    found = database.look(lambda work: reminders.due(work, now, BATCH + len(but)))
    return [each for each in found if each not in but]


JOB = Job("fire_reminders", timedelta(minutes=1), run)
