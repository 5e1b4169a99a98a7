"""Events go on by themselves: registration closes, people are reminded the day before, it ends, opinions are asked.

Every step is a state or a notice with a key of its own, so twice is once; a run that crashes leaves the rest to the
next. One event that fails does not hold up the others.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.jobs.job import Job, Moment
from bot.services import event_tending
from bot.services.house import House
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)
MOST = 200  # batches of forgetting in a run


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of events closed, over, reminded of and asked about, of registrations emptied, and of failures."""
    now = moment.now
    counts = Counter(database.writer.run(lambda work: event_tending.move_on(work, now)))
    for event_id in database.look(lambda work: event_tending.to_remind(work, now, house)):
        counts[_one(database, house, now, event_id, event_tending.remind, "reminded")] += 1
    for event_id in database.look(lambda work: event_tending.to_ask(work, now, house)):
        counts[_one(database, house, now, event_id, event_tending.ask, "asked")] += 1
    for _ in range(MOST):
        emptied = database.writer.run(lambda work: event_tending.forget(work, now, house))
        counts["emptied"] += emptied
        if not emptied:
            break
    return {key: count for key, count in counts.items() if key}


def _one(
    database: Database,
    house: House,
    now: datetime,
    event_id: int,
    do: Callable[[Work, int, datetime, House], bool],
    what: str,
) -> str:
    """Under which name this event counts; empty when there was nothing to do."""
    try:
        return what if database.writer.run(lambda work: do(work, event_id, now, house)) else ""
    except Exception:
        log.exception("an event is not tended", extra={"event": event_id})
        return "failed"


JOB = Job("tend_events", timedelta(minutes=1), run)
