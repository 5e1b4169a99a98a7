"""Give out this month's duties; running it every hour costs little, because giving twice is giving once."""

from datetime import timedelta
from functools import partial

from bot.calendar import period_of
from bot.jobs.job import Job, Moment
from bot.services import duty_issue
from bot.services.house import House
from storage import jobs
from storage.database import Database

NAME = "issue_duties"


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of people and duties, and of people with open duties who had no reminder."""
    period, after = period_of(moment.now), 0
    finished = database.look(partial(jobs.finished, name=NAME)) or moment.now
    since = min(finished, moment.now)  # a clock that was ahead then must not leave out what is due until there
    counts = {"people": 0, "issued": 0, "armed": 0}
    while True:
        batch = partial(duty_issue.issue_batch, period=period, house=house, now=moment.now, since=since, after=after)
        given = database.writer.run(batch)
        counts["people"] += given.people
        counts["issued"] += given.issued
        if given.last is None:
            break
        after = given.last
    while armed := database.writer.run(partial(duty_issue.arm_forgotten, now=moment.now, house=house)):
        counts["armed"] += armed
    return counts


JOB = Job(NAME, timedelta(hours=1), run)
