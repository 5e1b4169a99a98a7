"""Applications nobody decided in time: after as many working days again the superior union hears of it.

Due is `House.review_workdays` after it was handed in; what passes its due date by that much once more is marked, comes
first in the lists, and those in office at the superior union get a letter. It is still a person who decides.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot import texts
from bot.calendar import add_workdays, say_date
from bot.clock import local
from bot.services import letters
from bot.services.house import House
from storage import admissions, applications, audit, orgs
from storage.applications import Application
from storage.orgs import Organisation
from storage.work import Work

ACTOR = "job:escalate_applications"
YEARS = timedelta(days=3 * 366)  # further back no working days are counted: such a date is past in any case


def due_of(handed_in: datetime, house: House) -> date:
    """The last working day for an answer."""
    return add_workdays(local(handed_in).date(), house.review_workdays)


def told_after(due: date, house: House) -> date:
    """The last working day before the superior union is told."""
    return add_workdays(due, house.review_workdays)


def undated(work: Work) -> Sequence[int]:
    """Waiting applications without a due date."""
    return admissions.undated(work)


def set_due(work: Work, application_id: int, house: House) -> str:
    """Give a waiting application its due date; returns `dated` or `gone`."""
    application = admissions.hold(work, application_id)
    if application is None or application.state not in admissions.WAITING or application.due_on is not None:
        return "gone"
    since = admissions.handed_in(work, [application.id]).get(application.id)
    application.due_on = due_of(since or application.submitted_at or application.created_at, house)
    work.session.add(application)
    return "dated"


def due(work: Work, house: House, now: datetime) -> list[int]:
    """Applications that the superior union is to be told of now, the longest overdue first."""
    today = local(now).date()
    found = admissions.late(work, today)
    return [each for each, due_on in found if due_on < today - YEARS or told_after(due_on, house) < today]


def escalate(work: Work, application_id: int, house: House, now: datetime) -> str:
    """Tell the superior union, once; returns `escalated` or `gone` (decided, or told meanwhile)."""
    application = admissions.hold(work, application_id)
    if application is None or application.state not in admissions.WAITING or application.escalated_at is not None:
        return "gone"
    if application.due_on is None or application.due_on >= local(now).date():
        return "gone"
    unit, superior = _places(work, application)
    application.escalated_at = now
    where = superior.name if superior else house.union
    applications.move(work, application, application.state, ACTOR, now, f"超期没有审核，上报{where}")
    note = f"organisation:{superior.id}" if superior else ""
    audit.write(work, ACTOR, "application_escalate", f"application:{application.id}", now, note)
    _tell_applicant(work, application, where, now)
    if superior is not None:
        _tell(work, application, unit.name if unit else house.union, superior, now)
    return "escalated"


def _places(work: Work, application: Application) -> tuple[Organisation | None, Organisation | None]:
    """Whose application it is, and who is above; the top union is above itself."""
    unit = orgs.get(work, application.org_id) if application.org_id is not None else None
    above = orgs.get(work, unit.parent_id) if unit and unit.parent_id is not None else unit
    return unit, above


def _tell_applicant(work: Work, application: Application, where: str, now: datetime) -> None:
    words = texts.LETTER_LATE.format(number=application.number, where=where)
    letters.plant(work, f"application:{application.id}:{application.round}:late", application.person_id, words, now)


def _tell(work: Work, application: Application, unit: str, superior: Organisation, now: datetime) -> None:
    """A letter to everybody in office there: which application, never whose."""
    due_on = say_date(application.due_on) if application.due_on else ""
    words = texts.LETTER_ESCALATED.format(unit=unit, number=application.number, day=due_on)
    key = f"application:{application.id}:{application.round}:up"
    owed = {f"{key}:{each}": (each, words) for each in orgs.holders_of(work, superior.id, local(now).date())}
    letters.plant_all(work, owed, now)
