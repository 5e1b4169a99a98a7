"""What a month would bring: the reminders that issuing its duties would plant. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.calendar import Hours, at, first_workday
from bot.due_dates import deadline_in
from bot.services.duties import LADDER, rung_time, templates
from storage import orgs
from storage.duty_templates import DutyTemplate
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder that would go out."""

    at: datetime
    unit: str
    office: str
    what: str


def month(work: Work, period: str, hours: Hours) -> list[Planned]:
    """All reminders of a month like `2026-12` if nobody answered, by time."""
    first = date(int(period[:4]), int(period[5:7]), 1)
    lines = templates(work, period)
    planned: list[Planned] = []
    for appointment, org in orgs.office_holders(work, first):
        mine = [line for line in lines if org.level in line.levels]
        if mine:
            start = at(first_workday(period), hours.start)
            planned.append(Planned(start, org.name, appointment.office, f"本月任务 {len(mine)} 项"))
        for line in mine:
            planned.extend(_ladder(line, period, hours, org.name, appointment.office))
    return sorted(planned, key=lambda each: (each.at, each.unit))


def _ladder(line: DutyTemplate, period: str, hours: Hours, unit: str, office: str) -> Iterator[Planned]:
    deadline = deadline_in(period, line.deadline)
    if deadline is None:
        return
    for rung in range(len(LADDER)):
        due_at = rung_time(deadline, rung, hours)
        if due_at is not None:
            yield Planned(due_at, unit, office, f"催办：{line.title}")
