"""A duty's deadline comes near and its cadre is silent."""

from datetime import datetime, time

from bot.calendar import at
from bot.clock import local
from bot.reminders.firing import Kind, Said
from bot.services import duties
from bot.services.duties import DUE
from bot.services.house import House
from storage import duties as rows
from storage.duties import OPEN
from storage.reminders import Reminder
from storage.work import Work


def speak(work: Work, reminder: Reminder, house: House, now: datetime) -> Said:
    """Remind until the deadline's evening, climbing the ladder; moot when done, or acknowledged and not yet the day."""
    found = rows.get(work, int(reminder.subject))
    if found is None or found[0].state not in OPEN:
        return Said(None)
    duty, template = found
    next_at = duties.rung_time(duty.deadline, reminder.rung + 1, house.hours)
    if next_at is not None and next_at <= (reminder.next_fire_at or now):
        next_at = None  # before a long holiday both rungs fall on the same working day
    today = local(now).date()
    if duty.state == "acknowledged" and today < duty.deadline and next_at is not None:
        return Said(None, next_at=next_at)
    text = duties.due_words(duty, template, today)
    return Said(text, valid_until=at(duty.deadline, time(23, 59)), next_at=next_at)


KIND = Kind(DUE, speak)
