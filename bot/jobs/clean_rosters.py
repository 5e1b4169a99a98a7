"""Forget lists of members that are over or that nobody went on with for a day, and card codes that ran out."""

from datetime import timedelta

from bot.exchange import roster_work
from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import cards, imports
from storage.database import Database

KEPT = timedelta(days=1)


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of lists emptied and of codes dropped."""
    lists = database.look(lambda work: imports.leftovers(work, moment.now - KEPT))
    for import_id in lists:
        roster_work.forget(database, import_id)
    database.writer.run(lambda work: imports.discard_left(work, moment.now - KEPT, moment.now))
    return {"lists": len(lists), "cards": database.writer.run(lambda work: cards.drop_expired(work, moment.now))}


JOB = Job("clean_rosters", timedelta(hours=1), run)
