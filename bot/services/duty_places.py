"""One numbering: the number under which a person knows a duty, in reminders, lists and answers alike.

A number means one duty to one person for as long as the duty can be in their list: while it is open, in its month, and
in the month it was done in. It does not move when another duty is done, handed on or issued. New duties count on behind
the highest number that still means something; when nothing is left from before, a month begins with 1.

`duty.number` is the number of whose it is. Who stands in for a colleague on leave knows the duty by a number of their
own list (`duty_place`), given when it is first shown; it stays when the leave is over and begins again. Who hands a
duty on keeps its number there, so that it is not given to another one, and has it again when the duty comes back.

Two duties with one number (lists from before there was one numbering; given by two processes at once) are told apart
when they are shown: this month's keeps it, the other gets the next one for good.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Protocol

from bot.calendar import at, clamped, period_of
from storage import duty_places
from storage.duties import OPEN, Duty
from storage.work import Work


class Numbered(Protocol):
    """What is known of a duty to number it."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def person_id(self) -> int:
        """Whose it is."""

    @property
    def period(self) -> str:
        """Its month."""

    @property
    def number(self) -> int:
        """The number in the list of whose it is."""

    @property
    def state(self) -> str:
        """As in `storage/duties.py`."""


def since(period: str) -> datetime:
    """What was done from this moment on is in the list of a month."""
    return at(clamped(period, 1), time())


def highest(work: Work, people: Collection[int], period: str) -> dict[int, int]:
    """The number after which new duties of these people count on; 0 for who is left out."""
    return duty_places.highest(work, people, period, since(period))


def numbers(work: Work, person_id: int, rows: Sequence[Numbered], now: datetime) -> dict[int, int]:
    """Under which number a person knows each of these duties, by id. Who has none yet gets one, for good.

    `rows`: their own, and those of whom they stand in for. The person must be held by the transaction.
    """
    period = period_of(now)
    others = [each.id for each in rows if each.person_id != person_id]
    told = duty_places.of_person(work, person_id, others) if others else {}
    found: dict[int, int] = {}
    left: list[Numbered] = []
    for row in sorted(rows, key=lambda each: _worth(each, person_id, period)):
        number = row.number if row.person_id == person_id else told.get(row.id)
        if number is None or number in found.values():
            left.append(row)
        else:
            found[row.id] = number
    if left:
        found |= _more(work, person_id, left, max(found.values(), default=0), period)
    return found


def _worth(row: Numbered, person_id: int, period: str) -> tuple[bool, bool, int, bool, int]:
    """Of two with one number the first keeps it: this month's, then what is open, the newest first."""
    month = -int(row.period.replace("-", ""))
    return row.period != period, row.state not in OPEN, month, row.person_id != person_id, row.id


def _more(work: Work, person_id: int, left: Sequence[Numbered], shown: int, period: str) -> dict[int, int]:
    last = max(shown, highest(work, [person_id], period).get(person_id, 0))
    ordered = sorted(left, key=lambda each: (each.person_id != person_id, each.period, each.person_id, each.number))
    found = {each.id: number for number, each in enumerate(ordered, last + 1)}
    for row in ordered:
        if row.person_id == person_id:
            duty_places.renumber(work, row.id, found[row.id])
        else:
            duty_places.keep(work, person_id, row.id, found[row.id])
    return found


def hand_on(work: Work, duty: Duty, to_person: int, now: datetime) -> int:
    """The number of a duty for who has it from now on; the giver's is kept. Both people must be held."""
    duty_places.keep(work, duty.person_id, duty.id, duty.number)
    known = duty_places.of_person(work, to_person, [duty.id]).get(duty.id)
    return known or highest(work, [to_person], period_of(now)).get(to_person, 0) + 1
