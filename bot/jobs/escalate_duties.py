"""Tell superior unions of duties that are open long after their deadline: one letter each, in office hours."""

import logging
from datetime import timedelta
from functools import partial

from bot.calendar import not_quiet
from bot.jobs.job import Job, Moment
from bot.services import duty_escalation
from bot.services.house import House
from storage.database import Database

log = logging.getLogger(__name__)


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of duties told, of those that nobody above is in office to be told of, and of letters that failed; the
    others do not wait for those."""
    counts = {"escalated": 0, "untold": 0, "failed": 0}
    if not_quiet(moment.now, house.hours) > moment.now:
        return counts
    found = database.look(partial(duty_escalation.due, house=house, now=moment.now))
    for group in found:
        try:
            told = database.writer.run(partial(duty_escalation.tell, group=group, now=moment.now))
        except Exception:
            log.exception("late duties not escalated", extra={"org": min(group)[0]})
            counts["failed"] += 1
            continue
        counts["escalated"] += told.escalated
        counts["untold"] += told.untold
    return counts


JOB = Job("escalate_duties", timedelta(hours=1), run)
