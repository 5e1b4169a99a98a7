"""Changing who does a duty and when it is due, with what is reminded of."""

from datetime import datetime

from bot.services.duties import DUE, LADDER, rung_time
from bot.services.house import House
from storage import duties, reminders
from storage.duties import OPEN, Duty
from storage.work import Work


def rearm(work: Work, duty: Duty, now: datetime, house: House) -> None:
    """After a duty has changed: a done one is not reminded of any more, an open one from its next step on."""
    reminders.disarm(work, DUE, str(duty.id))
    if duty.state not in OPEN:
        return
    moments = [(rung, rung_time(duty.deadline, rung, house.hours)) for rung in range(len(LADDER))]
    coming = next(((rung, moment) for rung, moment in moments if moment is not None and moment > now), None)
    if coming is None:
        return
    reminders.plant(work, DUE, str(duty.id), duty.person_id, coming[1], coming[0])
    for each in reminders.of_subject(work, DUE, str(duty.id)):
        if each.person_id == duty.person_id:
            each.rung, each.next_fire_at = coming
            work.session.add(each)


def reassign(work: Work, duty: Duty, to_person_id: int, actor: str, now: datetime, house: House) -> None:
    """Give a duty to somebody else: it is new to them, keeps its deadline and gets a free number of their list."""
    taken = [each.number for each, _ in duties.of_person(work, to_person_id, duty.period)]
    duties.step(work, duty.id, actor, "reassigned", now, f"{duty.person_id} -> {to_person_id}")
    duty.person_id, duty.number = to_person_id, max(taken, default=0) + 1
    if duty.state in OPEN:
        duty.state, duty.acknowledged_at = "issued", None
    work.session.add(duty)
    work.session.flush()
    rearm(work, duty, now, house)
