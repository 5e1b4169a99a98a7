"""Counts over several tables, for overviews."""

from datetime import date, datetime

import sqlalchemy as sa

from storage import admissions
from storage.applications import Application
from storage.base import table, tally
from storage.cases import Case
from storage.inbox import Inbound
from storage.scope import of_people, of_places
from storage.work import Work


def topics(work: Work, since: datetime, path: str | None = None) -> dict[str, int]:
    """What people (below a path) did since a moment, by what became of it; no receipts.

    The kinds are answered, suggest, miss and other.
    """
    inbound = table(Inbound)
    spoken = inbound.c.kind != "receipt"
    kind = sa.case(
        (inbound.c.topic.like("faq:%"), "answered"),
        (inbound.c.topic.in_(("suggest", "miss")), inbound.c.topic),
        else_="other",
    )
    mine = of_people(inbound.c.person_id, path)
    query = sa.select(kind, sa.func.count()).where(spoken, inbound.c.received_at >= since, *mine)
    return tally(work.look(query.group_by(kind)))


def open_cases(work: Work, path: str | None = None) -> int:
    """Cases (of unions below a path) that wait for a person."""
    cases = table(Case)
    own, of_person = of_places(cases.c.org_id, path), of_people(cases.c.person_id, path)
    mine = [sa.or_(*own, sa.and_(cases.c.org_id.is_(None), *of_person))] if path is not None else []
    return int(work.look(sa.select(sa.func.count()).where(cases.c.state == "open", *mine)).scalar_one())


def open_applications(work: Work, path: str | None = None) -> int:
    """Applications (to unions below a path) that wait for a reviewer."""
    rows = table(Application)
    waiting = [rows.c.state.in_(admissions.WAITING), *of_places(rows.c.org_id, path)]
    return int(work.look(sa.select(sa.func.count()).where(*waiting)).scalar_one())


def overdue_applications(work: Work, today: date, path: str | None = None) -> int:
    """Applications that wait for a reviewer and are past their due date, as of a day in China."""
    rows = table(Application)
    late = [rows.c.state.in_(admissions.WAITING), rows.c.due_on < today, *of_places(rows.c.org_id, path)]
    return int(work.look(sa.select(sa.func.count()).where(*late)).scalar_one())
