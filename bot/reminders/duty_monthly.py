"""The list of the month's duties, on the first working day."""

from datetime import datetime, timedelta

from bot.reminders.firing import Kind, Said
from bot.services import duties
from bot.services.duties import MONTHLY, NotCadre
from bot.services.house import House
from storage.duties import OPEN
from storage.reminders import Reminder
from storage.work import Work


def speak(work: Work, reminder: Reminder, house: House, now: datetime) -> Said:
    """The list, unless the office is gone or everything is done. Worth saying for a week."""
    try:
        org, mine = duties.of_month(work, reminder.person_id, now)
    except NotCadre:
        return Said(None)
    if not any(duty.state in OPEN and duty.period == reminder.subject for duty, _ in mine):
        return Said(None)
    return Said(duties.list_words(org, mine, now), valid_until=now + timedelta(days=7))


KIND = Kind(MONTHLY, speak)
