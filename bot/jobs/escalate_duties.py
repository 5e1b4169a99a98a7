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
    """Counts of duties told, and of unions whose letter failed; the others do not wait for those."""
    counts = {"escalated": 0, "failed": 0}
    if not_quiet(moment.now, house.hours) > moment.now:
        return counts
    found = database.look(partial(duty_escalation.due, house=house, now=moment.now))
    for (superior, level), ids in sorted(found.items()):
        deed = partial(duty_escalation.tell, superior=superior, level=level, ids=ids, now=moment.now)
        try:
            counts["escalated"] += database.writer.run(deed)
        except Exception:
            log.exception("late duties not escalated", extra={"org": superior})
            counts["failed"] += 1
    return counts


JOB = Job("escalate_duties", timedelta(hours=1), run)
