"""Work on lists of members that staff brought in: check their rows, make the switch. Every process looks for itself."""

from datetime import timedelta
from functools import partial

from bot.exchange import roster_work
from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import imports
from storage.database import Database


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of steps, and of these by the state they ended in."""
    counts = {"steps": 0}
    for import_id in database.look(lambda work: imports.due(work, moment.now)):
        claimed = database.writer.run(partial(imports.claim, import_id=import_id, now=moment.now))
        if claimed is not None:
            state = roster_work.work_on(database, claimed, moment.now).state
            counts["steps"] += 1
            counts[state] = counts.get(state, 0) + 1
    return counts


JOB = Job("import_rosters", timedelta(seconds=2), run, shared=False)
