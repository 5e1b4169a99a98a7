"""One firing of one reminder, as one transaction.

States of a reminder: armed (`next_fire_at` set) → fired → armed for the next rung, or at rest (null). Written order,
all in one transaction: Firing row (UNIQUE reminder, due time) · outbox row (UNIQUE key `r:<reminder>:<rung>`) · next
rung. A crash before the commit leaves the reminder armed; after it, nothing is left to do. Two processes: the row is
locked, the second finds nothing due.

Late policy: a due time older than the catch-up window, or with words no longer worth saying, is written down as
`missed`. Inside the window a reminder that is due in quiet hours is put off to the next moment that is not quiet, and
asked again then: what was done meanwhile is not reminded of, and the words are as of that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import not_quiet
from bot.services.house import House
from storage import outbox, people, reminders
from storage.reminders import Reminder
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Said:
    """What a due reminder says, until when it is worth saying, and when the next rung is due."""

    text: str | None
    valid_until: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of reminder. `speak` is asked when it is due; a text of None means there is nothing left to say."""

    name: str
    speak: Callable[[Work, Reminder, House, datetime], Said]


def fire(work: Work, reminder_id: int, kinds: dict[str, Kind], house: House, now: datetime) -> str:
    """Fire one reminder if it is still due; returns said, moot, missed, unreachable, put_off or gone."""
    reminder = reminders.take(work, reminder_id, now)
    if reminder is None or reminder.next_fire_at is None:
        return "gone"
    due_at = reminder.next_fire_at
    said = kinds[reminder.kind].speak(work, reminder, house, now)
    stale = said.valid_until is not None and said.valid_until < now
    late = stale or now - due_at > timedelta(hours=house.catch_up_hours)
    may_speak = not_quiet(now, house.hours)
    work.session.add(reminder)
    if said.text is not None and not late and may_speak > now:
        reminder.next_fire_at = may_speak
        return "put_off"
    result = "missed" if late and said.text is not None else _say(work, reminder, said, now)
    reminders.fired(work, reminder, result, now)
    reminder.rung += 1
    after = now if result == "said" else due_at  # two rungs may fall on one morning: that is said once
    reminder.next_fire_at = said.next_at if said.next_at is not None and said.next_at > after else None
    return result


def _say(work: Work, reminder: Reminder, said: Said, now: datetime) -> str:
    if said.text is None:
        return "moot"
    reachable = [each for each in people.addresses_of(work, reminder.person_id) if each.following and not each.refused]
    if not reachable:
        return "unreachable"
    outbox.put(
        work,
        person_id=reminder.person_id,
        address_id=reachable[0].id,
        text=said.text,
        state="queued",
        now=now,
        lane=outbox.REMINDER,
        valid_until=said.valid_until,
        template="reminder",
        dedupe=f"r:{reminder.id}:{reminder.rung}",
    )
    return "said"
