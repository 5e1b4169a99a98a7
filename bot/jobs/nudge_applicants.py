"""Remind people of applications they have not finished, at most twice; see `bot/services/nudges.py`."""

import logging
from datetime import timedelta
from functools import partial

from bot.calendar import not_quiet
from bot.jobs.job import Job, Moment
from bot.services import nudges
from bot.services.house import House
from storage import applications
from storage.database import Database

log = logging.getLogger(__name__)
BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by result. Each is its own transaction; one that fails is logged and does not hold up the others."""
    counts = {"nudged": 0, "early": 0, "unreachable": 0, "gone": 0, "failed": 0}
    if not_quiet(moment.now, house.hours) > moment.now:
        return counts
    after = 0
    while found := database.look(partial(applications.unfinished, limit=BATCH, after=after)):
        after = found[-1].id
        for row in found:
            if row.answered_at and nudges.due(row.nudges, row.nudged_at, row.answered_at, moment.now):
                counts[_one(database, house, row.id, moment)] += 1
    return counts


def _one(database: Database, house: House, application_id: int, moment: Moment) -> str:
    one = partial(nudges.nudge, application_id=application_id, house=house, now=moment.now)
    try:
        return database.writer.run(one)
    except Exception:
        log.exception("applicant not reminded", extra={"application": application_id})
        return "failed"


JOB = Job("nudge_applicants", timedelta(minutes=10), run)
