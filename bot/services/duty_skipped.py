"""Months in which nobody was given anything, because the bot was down: staff see what was left out.

What is still ahead when the bot is back is given out late like any other duty (`duty_issue.py`). What was due before is
written as an excused duty with a step that says why, and as a missed list on the month's first working day: it counts
as 免 on the board, as not asked for in sheets and indicators, and stands under the missed reminders of that month.
Nobody is told of it or asked for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.calendar import at, clamped, first_workday, period_of
from bot.clock import local
from bot.services.duty_ladder import LIST
from bot.services.house import House
from storage import duties, duty_issuing, reminders
from storage.duty_issuing import Holder
from storage.work import Work

ACTOR = "job:issue_duties"
WHY = "停机期间没有下发"
MOST = 12  # months looked back at
TICK = timedelta(microseconds=1)


class Named(Protocol):
    """A line of the calendar."""

    @property
    def id(self) -> str:
        """Its id."""


def between(stamp: str, period: str) -> list[str]:
    """The months after the one a stamp of `duty_issue.stamp` is for and before this one, at most MOST."""
    last, found = stamp.partition(":")[0], list[str]()
    if len(last) != len(period):
        return found
    each = _next(last)
    while each < period:
        found.append(each)
        each = _next(each)
    return found[-MOST:]


def _next(period: str) -> str:
    return f"{clamped(period, 31) + timedelta(days=1):%Y-%m}"


def note(work: Work, period: str, missing: Iterable[tuple[Holder, date, Named]], now: datetime, house: House) -> int:
    """Write down what of a month that is over was due before today and never given; how many duties."""
    if period >= period_of(now):
        return 0
    lost: dict[int, list[int]] = defaultdict(list)
    for holder, deadline, line in _over(missing, local(now).date()):
        values = {"template_id": line.id, "period": period, "appointment_id": holder.appointment_id}
        more = {"person_id": holder.person_id, "number": 0, "deadline": deadline, "org_id": holder.org_id}
        told = {"told_id": duties.ELSEWHERE, "created_at": now}
        duty_id = duty_issuing.give(work, {**values, **more, **told, "state": "excused"})
        duties.step(work, duty_id, ACTOR, "excused", now, WHY)
        lost[holder.person_id].append(duty_id)
    _miss(work, lost, at(first_workday(period), house.hours.start), now)
    return sum(map(len, lost.values()))


def _over(missing: Iterable[tuple[Holder, date, Named]], today: date) -> Iterator[tuple[Holder, date, Named]]:
    return (each for each in missing if each[1] < today)


def _miss(work: Work, lost: dict[int, list[int]], due_at: datetime, now: datetime) -> None:
    """The list of that month, missed, for each of these people."""
    armed = {person_id: each.id for person_id, each in reminders.of_people(work, lost).items()} if lost else {}
    for person_id in lost.keys() - armed.keys():
        armed[person_id] = reminders.plant(work, person_id, None)
    taken = reminders.fired_since(work, armed.values(), due_at) if lost else set()
    for person_id, ids in lost.items():
        reminder_id, moment = armed[person_id], due_at
        while (reminder_id, moment) in taken:  # a second office, or a month that was half given out
            moment += TICK
        reminders.fired(work, reminder_id, moment, "missed", now, [(each, LIST) for each in ids])
