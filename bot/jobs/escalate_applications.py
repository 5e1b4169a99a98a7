"""Tell the superior union of applications that nobody decided within twice the working days, each by itself."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import escalation
from bot.services.house import House
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of applications that got a due date and of those the superior union was told of."""
    counts = {"dated": 0, "escalated": 0, "gone": 0, "failed": 0}
    for each in database.look(escalation.undated):
        counts[_one(database, partial(escalation.set_due, application_id=each, house=house))] += 1
    for each in database.look(partial(escalation.due, house=house, now=moment.now)):
        deed = partial(escalation.escalate, application_id=each, house=house, now=moment.now)
        counts[_one(database, deed)] += 1
    return counts


def _one(database: Database, deed: Callable[[Work], str]) -> str:
    """One that cannot be dealt with must not hold up the others."""
    try:
        return database.writer.run(deed)
    except Exception:
        log.exception("application not escalated")
        return "failed"


JOB = Job("escalate_applications", timedelta(hours=1), run)
