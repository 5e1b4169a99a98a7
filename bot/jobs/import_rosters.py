"""Work on lists of members that staff brought in: check their rows, make the switch. Every process looks for itself."""

from datetime import timedelta

from bot.exchange import roster_work
from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import imports
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of steps by the state they ended in."""
    counts: dict[str, int] = {}
    for import_id in database.look(lambda work: imports.due(work, moment.now)):
        done = roster_work.work_on(database, import_id, moment.now)
        if done is not None:
            counts[done.state] = counts.get(done.state, 0) + 1
    return counts


JOB = Job("import_rosters", timedelta(seconds=2), run, shared=False)
