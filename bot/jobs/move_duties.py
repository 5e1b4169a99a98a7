"""Open duties follow changed dates of the calendar, batch by batch; then whoever knew the old date is told."""

import logging
from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import duty_moves as rules
from bot.services.house import House
from storage import duty_moves
from storage.database import Database

log = logging.getLogger(__name__)
NAME = "move_duties"


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of duties that followed, people told, and changes that failed; the others do not wait for those."""
    counts = {"moved": 0, "told": 0, "failed": 0}
    for move_id in database.look(lambda work: [each.id for each in duty_moves.every(work)]):
        try:
            counts["moved"] += _follow(database, house, moment, move_id)
        except Exception:
            log.exception("duties do not follow a changed date", extra={"move": move_id})
            counts["failed"] += 1
    if database.look(partial(rules.may_tell, now=moment.now, house=house)):
        while told := database.writer.run(partial(rules.tell, now=moment.now)):
            counts["told"] += told
    return counts


def _follow(database: Database, house: House, moment: Moment, move_id: int) -> int:
    count = 0
    while moved := database.writer.run(partial(rules.follow, move_id=move_id, now=moment.now, house=house)):
        count += moved
    return count


JOB = Job(NAME, timedelta(seconds=10), run)
