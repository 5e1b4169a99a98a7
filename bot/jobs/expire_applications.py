"""End applications nobody came back to: never handed in, or given back and not changed; each in its own transaction."""

import logging
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import joining
from bot.services.house import House
from storage import applications
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """How many ended, and how many could not be (logged, tried again next time)."""
    counts = {"expired": 0, "gone": 0, "failed": 0}
    after = 0
    while found := database.look(partial(applications.unfinished, limit=BATCH, after=after)):
        after = found[-1].id
        for row in found:
            if row.expires_at is None or row.expires_at <= moment.now:
                counts[_one(database, row.id, moment)] += 1
    return counts


def _one(database: Database, application_id: int, moment: Moment) -> str:
    try:
        ended = database.writer.run(partial(joining.expire, application_id=application_id, now=moment.now))
    except Exception:
        log.exception("application not ended", extra={"application": application_id})
        return "failed"
    return "expired" if ended else "gone"


JOB = Job("expire_applications", timedelta(hours=1), run)
