"""What staff may choose from while they write a notice: events of their branch."""

from typing import Any

import sqlalchemy as sa

from storage import scope
from storage.base import table
from storage.events import Event
from storage.work import Work


def events(work: Work, path: str | None, limit: int = 50) -> list[tuple[int, str]]:
    """Number and title of the events of the branches below a path (None: everybody's), those that begin last first."""
    row = table(Event)
    query = sa.select(row.c.number, row.c.title).where(row.c.state != "draft", *scope.of_places(row.c.org_id, path))
    found: Any = work.look(query.order_by(row.c.starts_at.desc(), row.c.number.desc()).limit(limit))
    return [(int(number), str(title)) for number, title in found]
