"""Cadres' duties of a month: issuing, listing, receipts, completion, and when to remind whom.

Reminding follows the written policy: the list on the first working day of the month at the start of office hours, then
three days before a deadline and on the day itself, only to those who have not answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot import texts
from bot.calendar import Hours, at, first_workday, period_of, previous_workday, say_date, say_day
from bot.clock import local
from bot.due_dates import deadline_in
from bot.errors import Refusal
from storage import audit, duties, duty_templates, orgs, reminders
from storage.duties import OPEN, Duty
from storage.duty_templates import DutyTemplate
from storage.work import Work

LADDER = (3, 0)  # days before the deadline
MONTHLY, DUE = "duty_monthly", "duty_due"
RULES = {
    "monthly": range(1, 13),
    "even_months": range(2, 13, 2),
    "quarterly": range(3, 13, 3),
    "half_yearly": (6, 12),
}


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


def issue(work: Work, period: str, now: datetime, hours: Hours) -> dict[str, int]:
    """Issue the month's duties to everybody in office and plant their reminders; twice is once. Counts."""
    month = templates(work, period)
    counts = {"people": 0, "issued": 0}
    for appointment, org in orgs.office_holders(work, local(now).date()):
        fresh = _issue_one(work, appointment, org, month, period, now, hours)
        counts["issued"] += len(fresh)
        if fresh:
            counts["people"] += 1
            first = at(first_workday(period), hours.start)
            reminders.plant(work, MONTHLY, period, appointment.person_id, first)
    return counts


def templates(work: Work, period: str) -> list[DutyTemplate]:
    """The live lines of a period, by deadline."""
    lines = duty_templates.of_month(work, int(period[5:7]))
    return sorted(lines, key=lambda each: (deadline_in(period, each.deadline), each.id))


def _plant_due(work: Work, duty: Duty, now: datetime, hours: Hours) -> None:
    """Arm the first rung that is still to come; a duty issued after its last rung is in the list, not nagged about."""
    for rung in range(len(LADDER)):
        due_at = rung_time(duty.deadline, rung, hours)
        if due_at is not None and due_at > now:
            reminders.plant(work, DUE, str(duty.id), duty.person_id, due_at, rung)
            return


def _issue_one(
    work: Work,
    appointment: orgs.Appointment,
    org: orgs.Organisation,
    month: Sequence[DutyTemplate],
    period: str,
    now: datetime,
    hours: Hours,
) -> list[Duty]:
    """The duties an appointment does not have yet, with their reminders armed."""
    have = duties.issued_for(work, appointment, period)
    number = len(duties.of_person(work, appointment.person_id, period))
    fresh: list[Duty] = []
    for template in month:
        if org.level not in template.levels or template.id in have:
            continue
        number += 1
        duty = Duty(
            id=work.new_id(),
            template_id=template.id,
            period=period,
            appointment_id=appointment.id,
            person_id=appointment.person_id,
            number=number,
            state="issued",
            deadline=deadline_in(period, template.deadline),
            org_id=org.id,
            created_at=now,
        )
        duties.add(work, duty)
        fresh.append(duty)
    work.session.flush()
    for duty in fresh:
        _plant_due(work, duty, now, hours)
    return fresh


def rung_time(deadline: date, rung: int, hours: Hours) -> datetime | None:
    """When the n-th reminder of a duty is due: on a working day at the start of office hours."""
    if rung >= len(LADDER):
        return None
    return at(previous_workday(deadline - timedelta(days=LADDER[rung])), hours.start)


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
    """完成 N: note one duty as done and stop its reminders. Raises NotCadre, NoSuchDuty, WhichDuty."""
    _, mine = of_month(work, person_id, now)
    duty, template = _pick(mine, number)
    if duty.state in OPEN:
        duty.state, duty.done_at = "done", now
        work.session.add(duty)
        reminders.disarm(work, DUE, str(duty.id))
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
    lines = [
        texts.DUTY_LINE.format(
            number=duty.number,
            title=template.title,
            deadline=say_day(duty.deadline),
            state=_state(duty, local(now).date()),
        )
        for duty, template in mine
    ]
    return "\n".join([head, *lines, texts.DUTY_HOW])


def _state(duty: Duty, today: date) -> str:
    state = texts.DUTY_STATES[duty.state]
    return f"{state}，{texts.DUTY_LATE}" if duty.state in OPEN and today > duty.deadline else state


def due_words(duty: Duty, template: DutyTemplate, today: date) -> str:
    """The sentence that reminds of one duty."""
    days = (duty.deadline - today).days
    left = texts.LEFT_DAYS.format(days=days) if days > 0 else texts.LEFT_TODAY
    if days < 0:
        left = texts.LEFT_LATE.format(days=-days)
    return texts.REMIND_DUE.format(title=template.title, deadline=say_day(duty.deadline), left=left, number=duty.number)


def issue_for(work: Work, appointment: orgs.Appointment, org: orgs.Organisation, now: datetime, hours: Hours) -> None:
    """This month's duties of somebody who has an office from now on; they hear the list at once."""
    period = period_of(now)  # the list is said at once, so no monthly reminder is planted for this month
    _issue_one(work, appointment, org, templates(work, period), period, now, hours)


def load_calendar(work: Work, lines: Iterable[Mapping[str, Any]]) -> int:
    """Bring the yearly calendar (as `content/calendar.yaml` has it) into the database; idempotent."""
    count = 0
    for line in lines:
        given = duty_templates.get(work, line["id"])
        if given is not None and given.origin != "file":
            continue
        months = [line["month"]] if "month" in line else list(RULES[line["rule"]])
        values = {key: line.get(key) for key in ("title", "what", "evidence", "numbers", "levels", "ladder")}
        rule = line.get("deadline") or {"day": line["deadline_day"]}
        more = {"months": months, "basis": line["basis"], "deadline": rule, "role": line.get("role", "")}
        duty_templates.put_template(work, line["id"], {**values, **more})
        count += 1
    return count


def done_words(completed: Completed) -> str:
    """What a cadre hears after 完成 N."""
    day = say_date(local(completed.duty.done_at).date()) if completed.duty.done_at else ""
    rest = texts.DONE_REST.format(left=completed.left) if completed.left else texts.DONE_ALL
    return texts.DONE.format(number=completed.duty.number, title=completed.template.title, day=day, rest=rest)
