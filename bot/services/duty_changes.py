"""Changing a duty that was given: its deadline, whose it is, or that it is not to be done. Each writes a step."""

from datetime import date, datetime

from bot.calendar import say_date
from bot.errors import Refusal
from bot.services.house import House
from storage import audit, duties, reminders
from storage.duties import OPEN, Duty
from storage.work import Work


class NotOpen(Refusal):
    """The duty is done or excused already."""

    words = "这项任务已经完成或者已经免去，不用再改。"


def move_deadline(work: Work, duty: Duty, day: date, actor: str, now: datetime, house: House) -> None:
    """Give an open duty another last day; `actor` like `staff:wang`. Raises NotOpen."""
    _demand_open(duty)
    if duty.deadline == day:
        return
    note = f"{say_date(duty.deadline)}→{say_date(day)}"
    duty.set_on, duty.deadline = duty.set_on or duty.deadline, day
    duty.escalated, duty.escalated_at = 0, None
    _wrote(work, duty, actor, "moved", now, note)


def excuse(work: Work, duty: Duty, actor: str, now: datetime, house: House, note: str = "") -> None:
    """This need not be done. `note`: why, without personal data. Raises NotOpen."""
    _demand_open(duty)
    duty.state = "excused"
    reminders.disarm(work, "duty_due", str(duty.id))
    _wrote(work, duty, actor, "excused", now, note)


def reassign(work: Work, duty: Duty, to_person: int, actor: str, now: datetime, house: House) -> None:
    """From now on it is somebody else's, who has not acknowledged it yet. Raises NotOpen."""
    _demand_open(duty)
    before = duty.person_id
    if before == to_person:
        return
    taken = [each.number for each, _ in duties.of_person(work, to_person, duty.period)]
    duty.person_id, duty.number = to_person, max(taken, default=0) + 1
    duty.state, duty.acknowledged_at, duty.told_id = "issued", None, None
    _wrote(work, duty, actor, "reassigned", now, f"person:{before}→person:{to_person}")


def _demand_open(duty: Duty) -> None:
    if duty.state not in OPEN:
        raise NotOpen


def _wrote(work: Work, duty: Duty, actor: str, what: str, now: datetime, note: str) -> None:
    work.session.add(duty)
    work.session.flush()
    duties.step(work, duty.id, actor, what, now, note)
    audit.write(work, actor, f"duty_{what}", f"duty:{duty.id}", now, note)
