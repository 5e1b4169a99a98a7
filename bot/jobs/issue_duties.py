"""Issue this month's duties; running it every hour costs nothing, because issuing twice is issuing once."""

from datetime import timedelta

from bot.calendar import period_of
from bot.jobs.job import Job, Moment
from bot.services import duties
from bot.services.house import House
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of people and duties."""
    period = period_of(moment.now)
    return database.writer.run(lambda work: duties.issue(work, period, moment.now, house.hours))


JOB = Job("issue_duties", timedelta(hours=1), run)
