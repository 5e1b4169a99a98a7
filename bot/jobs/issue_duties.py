"""Give out this month's duties. Every hour, but only when something has changed that they come from: the month, the
calendar, who is in office where, dates of unions. Giving twice is giving once. Months that came and went while the
bot was down come first."""

import logging
from datetime import timedelta
from functools import partial

from bot.calendar import period_of, unpublished
from bot.clock import local
from bot.jobs.job import Job, Moment
from bot.services import duty_issue
from bot.services.duty_skipped import between
from bot.services.house import House
from storage import jobs
from storage.database import Database

NAME = "issue_duties"
AHEAD = timedelta(days=31)  # the month after the one that begins, so that there is time to renew the package

log = logging.getLogger(__name__)


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of people and duties, of people with open duties who had no reminder, and of duties that nobody was given
    in time because the bot was down (`bot/services/duty_skipped.py`).

    What it was last done for completely is kept with the job's last run; a run that breaks off is done again.
    """
    counts = {"people": 0, "issued": 0, "armed": 0, "skipped": 0}
    period = period_of(moment.now)
    stamp = database.look(partial(duty_issue.stamp, period=period, now=moment.now))
    before = database.look(partial(jobs.stamp, name=NAME))
    if stamp == before:
        return counts
    if not before.startswith(f"{period}:"):
        _warn(moment)
    for each in (*between(before, period), period):
        _give(database, house, moment, each, counts)
    while armed := database.writer.run(partial(duty_issue.arm_forgotten, now=moment.now, house=house)):
        counts["armed"] += armed
    database.writer.run(partial(jobs.put_stamp, name=NAME, value=stamp))
    return counts


def _warn(moment: Moment) -> None:
    """Once a month, when its duties are first given out, until somebody renews the package that knows the holidays."""
    for year in unpublished([local(moment.now).date(), local(moment.now + AHEAD).date()]):
        log.warning("holidays of this year are not known, renew chinesecalendar", extra={"year": year})


def _give(database: Database, house: House, moment: Moment, period: str, counts: dict[str, int]) -> None:
    finished = database.look(partial(jobs.finished, name=NAME)) or moment.now
    since = min(finished, moment.now)  # a clock that was ahead then must not leave out what is due until there
    after = 0
    while True:
        batch = partial(duty_issue.issue_batch, period=period, house=house, now=moment.now, since=since, after=after)
        given = database.writer.run(batch)
        counts["people"] += given.people
        counts["issued"] += given.issued
        counts["skipped"] += given.skipped
        if given.last is None:
            return
        after = given.last


JOB = Job(NAME, timedelta(hours=1), run)
