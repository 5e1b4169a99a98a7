"""What changes a duty that is under way: here, that it goes to somebody else."""

from datetime import datetime

from bot.services.house import House
from storage import duties
from storage.duties import Duty
from storage.work import Work


def reassign(work: Work, duty: Duty, to_person_id: int, actor: str, now: datetime, house: House) -> None:
    """A duty goes to somebody else: row and appointment stay, it takes the next place in their list of the period."""
    theirs = duties.of_person(work, to_person_id, duty.period)
    was = duty.person_id
    duty.person_id, duty.number = to_person_id, max((each.number for each, _ in theirs), default=0) + 1
    work.session.add(duty)
    work.session.flush()
    duties.step(work, duty.id, actor, "reassigned", now, f"person:{was} → person:{to_person_id}")
