"""This year's own dates of the calendar.

Table and constraint are in `storage/duty_templates.py`.
"""

from datetime import date, datetime

from sqlmodel import col, select

from storage.duty_templates import DutyDate
from storage.work import Work


def get(work: Work, template_id: str, period: str) -> DutyDate | None:
    """A template's own date in a period."""
    query = select(DutyDate).where(DutyDate.template_id == template_id, DutyDate.period == period)
    return work.session.exec(query).first()


def put(work: Work, template_id: str, period: str, deadline: date | None, by: str, now: datetime) -> None:
    """Set or replace it; None skips the period."""
    each = get(work, template_id, period) or DutyDate(
        id=work.new_id(), template_id=template_id, period=period, by=by, at=now
    )
    each.deadline, each.by, each.at = deadline, by, now
    work.session.add(each)
    work.session.flush()


def drop(work: Work, template_id: str, period: str) -> bool:
    """Back to what the rule gives; whether there was an own date."""
    each = get(work, template_id, period)
    if each is None:
        return False
    work.session.delete(each)
    work.session.flush()
    return True


def of_year(work: Work, year: int) -> dict[tuple[str, str], DutyDate]:
    """A year's own dates by template and period."""
    query = select(DutyDate).where(col(DutyDate.period).between(f"{year}-01", f"{year}-12"))
    return {(each.template_id, each.period): each for each in work.session.exec(query)}
