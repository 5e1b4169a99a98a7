"""Changing a duty that was given: its deadline, whose it is, or that it is not to be done.

Each change writes a step and an audit line and arms the reminders anew in the same transaction; a duty that is done
never fires again. Whoever calls these tells the people. Changed dates of the calendar: `duty_moves.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot import duty_texts as texts
from bot.calendar import say_date, say_day
from bot.clock import local
from bot.due_dates import deadline_in, field_of
from bot.errors import Refusal
from bot.services import duty_places, letters
from bot.services.duty_arming import rearm
from bot.services.duty_ladder import reached_by
from bot.services.house import House
from storage import audit, duties, duty_rows, duty_templates, reminders
from storage.duties import ELSEWHERE, OPEN, Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work


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
    _move(work, duty, template, day, actor, now, house)


def follow(work: Work, org_id: int, days: Mapping[str, date], actor: str, now: datetime, house: House) -> int:
    """Dates of a union (by field) are other ones: its open duties that count from them have another last day; how many.

    Not those whose day staff have set: this year's date of the line, or a deadline that was moved. What the rule would
    not give in its month any more stays as it is; staff excuse it. Whoever has the duty is told by a letter.
    """
    moved = 0
    for duty, template in duties.open_in(work, org_id):
        field = field_of(template.deadline)
        own = duty_templates.dates_of(work, duty.period)
        if field is None or field not in days or template.id in own or duty.set_on is not None:
            continue
        day = deadline_in(duty.period, template.deadline, days[field])
        if day is None or day == duty.deadline:
            continue
        duty, template = _hold(work, duty, duty.person_id)
        before = say_day(duty.deadline)
        _move(work, duty, template, day, actor, now, house)
        words = texts.DESK_MOVED.format(title=template.title, day=say_day(day), before=before)
        tell(work, duty, duty.person_id, words, now)
        moved += 1
    return moved


def tell(work: Work, duty: Duty, person_id: int, words: str, now: datetime) -> None:
    """Owe somebody words about a duty; who has left the office it is vacant in hears nothing."""
    if person_id != duty.person_id or not duties.is_vacant(work, duty, local(now).date()):
        letters.plant(work, f"duty:{duty.id}:{work.new_id()}", person_id, words, now)


def _move(work: Work, duty: Duty, template: DutyTemplate, day: date, actor: str, now: datetime, house: House) -> None:
    note = f"{say_date(duty.deadline)}→{say_date(day)}"
    duty.deadline, duty.told_on, duty.escalated, duty.escalated_at = day, None, 0, None
    duty.reached = reached_by(day, house.duties.offsets(template.ladder), now, house.hours)
    _wrote(work, duty, actor, "moved", now, note)
    rearm(work, [duty.person_id], now, house)


def change_ladder(work: Work, template: DutyTemplate, before: Sequence[int], now: datetime, house: House) -> None:
    """The steps of a line's open duties are others from now on; a new one whose moment has passed is not said."""
    after = house.duties.offsets(template.ladder)
    if tuple(before) == after:
        return
    new = [each for each in after if each not in before]
    for deadline in duty_rows.deadlines(work, template.id):
        duty_rows.climb(work, template.id, deadline, reached_by(deadline, new, now, house.hours))
    reminders.look_again(work, now)


def excuse(work: Work, duty: Duty, actor: str, now: datetime, house: House, note: str = "") -> None:
    """This need not be done. `note`: why, without personal data. Raises NotOpen."""
    duty, _ = _hold(work, duty, duty.person_id)
    duty.state, duty.told_on = "excused", None
    _wrote(work, duty, actor, "excused", now, note)
    rearm(work, [duty.person_id], now, house)


def reassign(work: Work, duty: Duty, to_person: int, actor: str, now: datetime, house: House) -> None:
    """From now on it is somebody else's, who has not acknowledged it yet. Raises NotOpen.

    Its number in their list is for `duty_places` to say. Steps still to come are said to them; whoever calls this tells
    them.
    """
    before = duty.person_id
    duty, template = _hold(work, duty, before, to_person)
    if before == to_person:
        return
    duty.number, duty.person_id = duty_places.hand_on(work, duty, to_person, now), to_person
    duty.state, duty.acknowledged_at, duty.told_id, duty.told_on = "issued", None, ELSEWHERE, None
    duty.reached = reached_by(duty.deadline, house.duties.offsets(template.ladder), now, house.hours)
    _wrote(work, duty, actor, "reassigned", now, f"person:{before}→person:{to_person}")
    rearm(work, [before, to_person], now, house)


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
