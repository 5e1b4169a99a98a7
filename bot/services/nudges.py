"""Reminding people of an application they have not finished: three and ten days after the last answer, never again.

The count on the application is raised in the transaction that writes the message (UNIQUE key `n:<id>:<count>`, with the
round for one that was given back), so that a crash, a second process or a clock that jumps cannot remind twice. Two
reminders before it is handed in and two each time it is given back, whatever is answered in between. Only in office
hours of working days; who cannot be reached is not counted.
"""

from datetime import datetime, timedelta

from bot import joining_texts as texts
from bot.calendar import not_quiet, say_date
from bot.clock import local
from bot.services import delivery
from bot.services.house import House
from storage import applications, conversations, outbox, people
from storage.applications import Application
from storage.conversations import Conversation
from storage.work import Work

AFTER = (timedelta(days=3), timedelta(days=10))  # since the last answer
APART = timedelta(days=4)  # between the two, when the server was down
WORTH = timedelta(days=1)


def nudge(work: Work, application_id: int, house: House, now: datetime) -> str:
    """Remind once if it is time; returns `nudged`, `early`, `unreachable` or `gone`."""
    application = applications.held(work, application_id)
    form = conversations.of_person(work, application.person_id) if application else None
    since = _since(application, form) if application else None
    if application is None or since is None:
        return "gone"
    if not due(application.nudges, application.nudged_at, since, now) or not_quiet(now, house.hours) > now:
        return "early"
    addresses = people.addresses_of(work, application.person_id)
    address = next((each for each in addresses if each.following and not each.refused), None)
    if address is None:
        return "unreachable"
    _say(work, application, since, address.id, now)
    application.nudges, application.nudged_at = application.nudges + 1, now
    work.session.add(application)
    return "nudged"


def due(nudges: int, nudged_at: datetime | None, answered_at: datetime, now: datetime) -> bool:
    """Whether the next reminder is due; after the second one never."""
    if nudges >= len(AFTER):
        return False
    return now >= answered_at + AFTER[nudges] and (nudged_at is None or now >= nudged_at + APART)


def _since(application: Application, form: Conversation | None) -> datetime | None:
    """The last answer, or when it was given back; None for one that waits for nobody."""
    if application.state == "returned":
        return applications.waits_since(application, form)
    return form.updated_at if application.state in applications.UNSENT and form is not None else None


def _say(work: Work, application: Application, since: datetime, address_id: int, now: datetime) -> None:
    returned = application.state == "returned"
    said, how = (texts.NUDGE_AGAIN, texts.NUDGE_AGAIN_HOW) if returned else (texts.NUDGE, texts.NUDGE_HOW)
    left = max(1, (since + applications.RETURNED_DAYS - now).days)
    words = said[application.nudges].format(day=say_date(local(since).date()), left=left, number=application.number)
    title = words.partition("\n")[0]
    outbox.put(
        work,
        person_id=application.person_id,
        address_id=address_id,
        text=words,
        state="queued",
        now=now,
        lane=outbox.REMINDER,
        template="notice",
        fields=delivery.template_fields(f"{title}\n{how}", local(now)),
        dedupe=f"n:{application.id}:{f'{application.round}:' if returned else ''}{application.nudges + 1}",
        valid_until=now + WORTH,
    )
