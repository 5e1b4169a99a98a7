"""Ask for a review of every entry that has passed its date: it does not answer any more until somebody has read it."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services import misses
from bot.services.house import House
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """How many reviews were asked for."""
    return {"asked": database.writer.run(lambda work: misses.ask_reviews(work, moment.now))}


JOB = Job("review_entries", timedelta(hours=1), run)
