"""Read back from the outbox whether cadres heard of their duties, and who cannot be reached."""

from datetime import timedelta
from functools import partial

from bot.jobs.job import Job, Moment
from bot.services import duty_recall
from bot.services.duty_arming import arm
from bot.services.house import House
from storage import duty_recall as lost
from storage import duty_told
from storage.database import Database
from storage.work import Work

BATCH = 250  # messages in one transaction


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of duties delivered and of people who cannot, or can again, be reached; `expired`: messages that could not
    leave while it was office hours, said anew or missed at the next tick."""
    counts = {"expired": _expired(database, house, moment)}

    def note(work: Work) -> dict[str, int]:
        again = duty_told.reachable(work)
        found = {
            "delivered": duty_told.delivered(work, moment.now),
            "untold": duty_told.untold(work),
            "reachable": len(again),
            "unreachable": duty_told.unreachable(work, moment.now),
        }
        arm(work, again, moment.now, house)
        return found

    return counts | database.writer.run(note)


def _expired(database: Database, house: House, moment: Moment) -> int:
    found = sorted(database.look(partial(lost.expired, now=moment.now)).items())
    count = 0
    for start in range(0, len(found), BATCH):
        batch = dict(found[start : start + BATCH])
        count += database.writer.run(partial(duty_recall.expire, lost=batch, now=moment.now, house=house))
    return count


JOB = Job("note_deliveries", timedelta(minutes=5), run)
