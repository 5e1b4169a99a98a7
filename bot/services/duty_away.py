"""Whether a duty can go to somebody: on leave without a substitute nobody would hear of it."""

from datetime import date

from storage import absences
from storage.absences import Away
from storage.work import Work


def away_until(work: Work, person_id: int, today: date) -> Away | None:
    """The leave somebody is on today: its last day and who stands in (None: nobody hears); None who is there."""
    return next((each for each in absences.on_leave(work, today, [person_id]) if each.person_id == person_id), None)
