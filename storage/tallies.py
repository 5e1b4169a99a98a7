"""Counts over several tables, for overviews."""

from datetime import date, datetime

import sqlalchemy as sa

from storage import admissions
from storage.applications import Application
from storage.base import table, tally
from storage.cases import Case
from storage.inbox import Inbound
from storage.work import Work


def topics(work: Work, since: datetime) -> dict[str, int]:
    """What people did since a moment by what became of it: answered, suggest, miss, other. No receipts."""
    inbound = table(Inbound)
    spoken = inbound.c.kind != "receipt"
    kind = sa.case(
        (inbound.c.topic.like("faq:%"), "answered"),
        (inbound.c.topic.in_(("suggest", "miss")), inbound.c.topic),
        else_="other",
    )
    return tally(
        work.look(sa.select(kind, sa.func.count()).where(spoken, inbound.c.received_at >= since).group_by(kind))
    )


def open_cases(work: Work) -> int:
    """Cases that wait for a person."""
    cases = table(Case)
    return int(work.look(sa.select(sa.func.count()).where(cases.c.state == "open")).scalar_one())


def open_applications(work: Work) -> int:
    """Applications that wait for a reviewer."""
    rows = table(Application)
    return int(work.look(sa.select(sa.func.count()).where(rows.c.state.in_(admissions.WAITING))).scalar_one())


def overdue_applications(work: Work, today: date) -> int:
    """Applications that wait for a reviewer and are past their due date, as of a day in China."""
    rows = table(Application)
    late = sa.and_(rows.c.state.in_(admissions.WAITING), rows.c.due_on < today)
    return int(work.look(sa.select(sa.func.count()).where(late)).scalar_one())
