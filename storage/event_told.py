"""What the software told people of events by itself, for who would have approved it."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import scope
from storage.base import table
from storage.broadcasts import Broadcast
from storage.events import Event
from storage.work import Work


class Told(NamedTuple):
    """One notice of an event. `expected`: people when it was made; `recipients`: once they are written."""

    id: int
    title: str
    created_at: datetime
    state: str
    expected: int
    recipients: int
    started_at: datetime | None
    event_id: int
    number: int
    event: str


def since(work: Work, moment: datetime, path: str | None, limit: int) -> list[Told]:
    """Those made from a moment on, of the branches below a path (None: everybody's), the newest first."""
    row, event = table(Broadcast), table(Event)
    columns: tuple[Any, ...] = tuple(row.c[name] for name in Told._fields[:8])
    query = (
        sa.select(*columns, event.c.number, event.c.title.label("event"))
        .select_from(row.join(event, event.c.id == row.c.event_id))
        .where(row.c.kind == "event", row.c.created_at >= moment, *scope.of_places(row.c.org_id, path))
    )
    newest = query.order_by(row.c.created_at.desc(), row.c.id.desc()).limit(limit)
    return [Told._make(found) for found in work.look(newest)]
