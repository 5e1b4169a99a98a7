"""Counts over several tables, for overviews."""

from datetime import datetime

import sqlalchemy as sa

from storage import applications
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
    """Cases (of people below a path) that wait for a person."""
    cases = table(Case)
    mine = of_people(cases.c.person_id, path)
    return int(work.look(sa.select(sa.func.count()).where(cases.c.state == "open", *mine)).scalar_one())


def open_applications(work: Work, path: str | None = None) -> int:
    """Applications (to unions below a path) that wait for a decision or an addition."""
    rows = table(Application)
    waiting = [rows.c.state.in_(applications.OPEN), *of_places(rows.c.org_id, path)]
    return int(work.look(sa.select(sa.func.count()).where(*waiting)).scalar_one())
