"""Cadres' duties of a month: listing, receipts, completion, binding, and the words for it.

Giving them out is in `duty_issue.py`, when to remind whom in `duty_ladder.py`. What is answered here needs no
disarming: a reminder that comes due asks the duties as they are then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot import texts
from bot.calendar import period_of, say_date, say_day
from bot.clock import local
from bot.errors import Refusal
from storage import audit, duties, orgs
from storage.duties import OPEN, Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work


class Line(Protocol):
    """What a line of the list is made from."""

    @property
    def number(self) -> int:
        """Its place in the person's list."""

    @property
    def state(self) -> str:
        """As in `storage/duties.py`."""

    @property
    def deadline(self) -> date:
        """The last day."""


class NotCadre(Refusal):
    """Only somebody with an office has duties."""

    words = texts.NOT_CADRE


class NoSuchDuty(Refusal):
    """There is no duty of that number this month."""


class WhichDuty(Refusal):
    """Several are open; the number is missing."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What was noted as done."""

    duty: Duty
    template: DutyTemplate
    left: int


def of_month(
    work: Work, person_id: int, now: datetime
) -> tuple[orgs.Organisation, Sequence[tuple[Duty, DutyTemplate]]]:
    """A cadre's organisation and this month's duties. Raises NotCadre."""
    offices = orgs.offices_of(work, person_id, local(now).date())
    if not offices:
        raise NotCadre
    return offices[0][1], duties.of_person(work, person_id, period_of(now))


def acknowledge(work: Work, person_id: int, now: datetime) -> int:
    """收到: every newly issued duty of the month counts as received; returns how many. Raises NotCadre."""
    _, mine = of_month(work, person_id, now)
    fresh = [duty for duty, _ in mine if duty.state in ("issued", "delivered")]
    for duty in fresh:
        duty.state, duty.acknowledged_at = "acknowledged", now
        work.session.add(duty)
        audit.write(work, f"person:{person_id}", "acknowledge", f"duty:{duty.id}", now)
    return len(fresh)


def complete(work: Work, person_id: int, number: int | None, now: datetime) -> Completed:
    """完成 N: note one duty as done; it is not reminded of any more. Raises NotCadre, NoSuchDuty, WhichDuty."""
    _, mine = of_month(work, person_id, now)
    duty, template = _pick(mine, number)
    if duty.state in OPEN:
        duty.state, duty.done_at = "done", now
        work.session.add(duty)
        audit.write(work, f"person:{person_id}", "complete", f"duty:{duty.id}", now)
    elif duty.done_at is not None:
        raise NoSuchDuty(texts.DONE_ALREADY.format(day=say_day(local(duty.done_at).date())))
    left = sum(1 for each, _ in mine if each.state in OPEN)
    return Completed(duty, template, left)


def _pick(mine: Sequence[tuple[Duty, DutyTemplate]], number: int | None) -> tuple[Duty, DutyTemplate]:
    left = [pair for pair in mine if pair[0].state in OPEN]
    if number is not None:
        for pair in mine:
            if pair[0].number == number:
                return pair
        raise NoSuchDuty(texts.NO_SUCH_DUTY.format(number=number))
    if len(left) == 1:
        return left[0]
    if not left:
        raise NoSuchDuty(texts.DONE_ALL if mine else texts.NO_DUTIES.format(period="本月"))
    lines = "\n".join(f"{duty.number}. {template.title}" for duty, template in left)
    raise WhichDuty(texts.WHICH_DUTY.format(count=len(left), number=left[0][0].number, lines=lines))


def list_words(org: orgs.Organisation, mine: Sequence[tuple[Duty, DutyTemplate]], now: datetime) -> str:
    """The month's duties as one message."""
    period = local(now).strftime("%Y年%-m月")
    if not mine:
        return texts.NO_DUTIES.format(period=period)
    left = sum(1 for duty, _ in mine if duty.state in OPEN)
    head = texts.DUTY_LIST.format(unit=org.name, period=period, count=len(mine), left=left)
    today = local(now).date()
    return "\n".join([head, *(line_words(duty, template.title, today) for duty, template in mine), texts.DUTY_HOW])


def line_words(duty: Line, title: str, today: date) -> str:
    """One line of a list."""
    return texts.DUTY_LINE.format(
        number=duty.number, title=title, deadline=say_day(duty.deadline), state=_state(duty, today)
    )


def _state(duty: Line, today: date) -> str:
    state = texts.DUTY_STATES[duty.state]
    return f"{state}，{texts.DUTY_LATE}" if duty.state in OPEN and today > duty.deadline else state


def left_words(deadline: date, today: date) -> str:
    """How much time is left until a day, or how long it has passed."""
    days = (deadline - today).days
    if days < 0:
        return texts.LEFT_LATE.format(days=-days)
    return texts.LEFT_DAYS.format(days=days) if days else texts.LEFT_TODAY


def due_words(duty: Line, title: str, today: date) -> str:
    """The sentence that reminds of one duty."""
    left = left_words(duty.deadline, today)
    return texts.REMIND_DUE.format(title=title, deadline=say_day(duty.deadline), left=left, number=duty.number)


def done_words(completed: Completed) -> str:
    """What a cadre hears after 完成 N."""
    day = say_date(local(completed.duty.done_at).date()) if completed.duty.done_at else ""
    rest = texts.DONE_REST.format(left=completed.left) if completed.left else texts.DONE_ALL
    return texts.DONE.format(number=completed.duty.number, title=completed.template.title, day=day, rest=rest)
