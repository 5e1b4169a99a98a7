"""What staff may choose from while they write a notice: events of their branch."""

import sqlalchemy as sa

from storage import scope
from storage.base import table
from storage.events import Event
from storage.work import Work


def events(work: Work, path: str | None, limit: int = 50) -> list[tuple[int, str]]:
    """Number and title of the events of the branches below a path (None: everybody's), those that begin last first."""
    row = table(Event)
    query = sa.select(row.c.number, row.c.title).where(row.c.state != "draft", *scope.of_places(row.c.org_id, path))
    found = work.look(query.order_by(row.c.starts_at.desc(), row.c.number.desc()).limit(limit))
    return [(int(each[0]), str(each[1])) for each in found]
