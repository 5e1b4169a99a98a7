"""Changing whose a duty is, and what is reminded of after a duty has changed."""

from collections.abc import Collection
from datetime import datetime, time

from bot.calendar import at, clamped, period_of
from bot.clock import local
from bot.services.duties import DUE, LADDER, rung_time
from bot.services.house import House
from storage import duties, duty_lists, reminders
from storage.duties import OPEN, Duty
from storage.work import Work


def rearm(work: Work, person_ids: Collection[int], now: datetime, house: House) -> None:
    """After duties of these people have changed: a done one is not reminded of, an open one from its next step on."""
    period = period_of(now)
    since = at(clamped(period, 1), time())
    for duty, _ in duty_lists.of_people(work, person_ids, period, since, local(now).date()):
        _rearm_one(work, duty, now, house)


def _rearm_one(work: Work, duty: Duty, now: datetime, house: House) -> None:
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
    before = duty.person_id
    taken = [each.number for each, _ in duties.of_person(work, to_person_id, duty.period)]
    duties.step(work, duty.id, actor, "reassigned", now, f"person:{before}→person:{to_person_id}")
    duty.person_id, duty.number = to_person_id, max(taken, default=0) + 1
    duty.state, duty.acknowledged_at = "issued", None
    work.session.add(duty)
    work.session.flush()
    rearm(work, [before, to_person_id], now, house)
