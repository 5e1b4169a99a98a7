"""Fire every reminder that is due, each in its own transaction."""

from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.reminders import KINDS
from bot.reminders.firing import fire
from bot.services.house import House
from storage import reminders
from storage.database import Database

BATCH = 500


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts by result."""
    kinds = {kind.name: kind for kind in KINDS}
    counts = {"said": 0, "moot": 0, "missed": 0, "unreachable": 0, "gone": 0}
    while due := database.look(lambda work: reminders.due(work, moment.now, BATCH)):
        for reminder_id in due:
            one = partial(fire, reminder_id=reminder_id, kinds=kinds, house=house, now=moment.now)
            result = database.writer.run(one)
            counts[result] += 1
        if counts["gone"] > BATCH:
            break
    return counts


JOB = Job("fire_reminders", timedelta(minutes=1), run)
