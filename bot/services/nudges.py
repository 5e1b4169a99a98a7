"""Reminding people of an application they have not finished: three and ten days after the last answer, never again.

The count on the application is raised in the transaction that writes the message (UNIQUE key `n:<id>:<count>`), so
that a crash, a second process or a clock that jumps cannot remind twice. Two reminders in an application's life,
whatever is answered in between. Only in office hours of working days; who cannot be reached is not counted.
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
    if application is None or application.state not in applications.UNSENT or form is None:
        return "gone"
    if not due(application.nudges, application.nudged_at, form.updated_at, now) or not_quiet(now, house.hours) > now:
        return "early"
    addresses = people.addresses_of(work, application.person_id)
    address = next((each for each in addresses if each.following and not each.refused), None)
    if address is None:
        return "unreachable"
    _say(work, application, form, address.id, now)
    application.nudges, application.nudged_at = application.nudges + 1, now
    work.session.add(application)
    return "nudged"


def due(nudges: int, nudged_at: datetime | None, answered_at: datetime, now: datetime) -> bool:
    """Whether the next reminder is due; after the second one never."""
    if nudges >= len(AFTER):
        return False
    return now >= answered_at + AFTER[nudges] and (nudged_at is None or now >= nudged_at + APART)


def _say(work: Work, application: Application, form: Conversation, address_id: int, now: datetime) -> None:
    left = max(1, (form.expires_at - now).days)
    words = texts.NUDGE[application.nudges].format(day=say_date(local(form.updated_at).date()), left=left)
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
        fields=delivery.template_fields(f"{title}\n{texts.NUDGE_HOW}", local(now)),
        dedupe=f"n:{application.id}:{application.nudges + 1}",
        valid_until=now + WORTH,
    )
