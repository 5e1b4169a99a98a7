"""Changing a duty that was given: its deadline, whose it is, or that it is not to be done.

Each change writes a step and an audit line and arms the reminders anew in the same transaction; a duty that is done
never fires again. Whoever calls these tells the people. Changed dates of the calendar: `duty_moves.py`.
"""

from collections.abc import Collection
from datetime import date, datetime

from bot.calendar import say_date
from bot.errors import Refusal
from bot.services.duty_arming import rearm
from bot.services.duty_ladder import first_rung
from bot.services.house import House
from storage import audit, duties, duty_rows
from storage.duties import OPEN, Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work

__all__ = ["NotOpen", "excuse", "hand_over_all", "move_deadline", "rearm", "reassign"]


class NotOpen(Refusal):
    """The duty is done or excused already."""

    words = "这项任务已经完成或者已经免去，不用再改。"


def move_deadline(work: Work, duty: Duty, day: date, actor: str, now: datetime, house: House) -> None:
    """Give an open duty another last day. Its steps that are still to come are said anew. Raises NotOpen.

    `actor` like `staff:wang`. The day it was issued with stays in `set_on`; that the superior was told is forgotten.
    """
    duty, template = _hold(work, duty, duty.person_id)
    if duty.deadline == day:
        return
    duty.set_on = duty.set_on or duty.deadline
    note = f"{say_date(duty.deadline)}→{say_date(day)}"
    duty.deadline, duty.told_on, duty.escalated, duty.escalated_at = day, None, 0, None
    duty.rung = first_rung(day, house.duties.offsets(template.ladder), now, house.hours)
    _wrote(work, duty, actor, "moved", now, note)
    rearm(work, [duty.person_id], now, house)


def excuse(work: Work, duty: Duty, actor: str, now: datetime, house: House, note: str = "") -> None:
    """This need not be done. `note`: why, without personal data. Raises NotOpen."""
    duty, _ = _hold(work, duty, duty.person_id)
    duty.state, duty.told_on = "excused", None
    _wrote(work, duty, actor, "excused", now, note)
    rearm(work, [duty.person_id], now, house)


def reassign(work: Work, duty: Duty, to_person: int, actor: str, now: datetime, house: House) -> None:
    """From now on it is somebody else's, who has not acknowledged it yet. Raises NotOpen.

    It gets the next number of that person's list. Steps still to come are said to them; whoever calls this tells them.
    """
    before = duty.person_id
    duty, template = _hold(work, duty, before, to_person)
    if before == to_person:
        return
    taken = duties.last_number(work, to_person, duty.period)
    duty.person_id, duty.number = to_person, taken + 1
    duty.state, duty.acknowledged_at, duty.told_id, duty.told_on = "issued", None, None, None
    duty.rung = first_rung(duty.deadline, house.duties.offsets(template.ladder), now, house.hours)
    _wrote(work, duty, actor, "reassigned", now, f"person:{before}→person:{to_person}")
    rearm(work, [before, to_person], now, house)


def hand_over_all(
    work: Work, from_person: int, to_person: int, actor: str, now: datetime, house: House, offices: Collection[int] = ()
) -> int:
    """Everything open of one person goes to another in one step (only of these appointments, where named); how many."""
    moved = 0
    duty_rows.hold(work, [from_person, to_person])
    for duty in duties.open_of(work, from_person):
        if not offices or duty.appointment_id in offices:
            reassign(work, duty, to_person, actor, now, house)
            moved += 1
    return moved


def _hold(work: Work, duty: Duty, *person_ids: int) -> tuple[Duty, DutyTemplate]:
    """Hold the people, then look again: another process may have ended the duty. Raises NotOpen."""
    duty_rows.hold(work, person_ids)
    found = duties.fresh(work, duty.id)
    if found is None or found[0].state not in OPEN:
        raise NotOpen
    return found


def _wrote(work: Work, duty: Duty, actor: str, what: str, now: datetime, note: str) -> None:
    work.session.add(duty)
    work.session.flush()
    duties.step(work, duty.id, actor, what, now, note)
    audit.write(work, actor, f"duty_{what}", f"duty:{duty.id}", now, note)
