"""Read back from the outbox whether cadres heard of their duties, and who cannot be reached."""

from datetime import timedelta

from bot.jobs.job import Job, Moment
from bot.services.house import House
from storage import duty_told
from storage.database import Database
from storage.work import Work


def run(database: Database, house: House, moment: Moment) -> dict[str, int]:
    """Counts of duties delivered and of people who cannot, or can again, be reached."""

    def note(work: Work) -> dict[str, int]:
        return {
            "delivered": duty_told.delivered(work, moment.now),
            "untold": duty_told.untold(work),
            "reachable": duty_told.reachable(work),
            "unreachable": duty_told.unreachable(work, moment.now),
        }

    return database.writer.run(note)


JOB = Job("note_deliveries", timedelta(minutes=5), run)
