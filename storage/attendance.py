"""Counts of who came to events and what they thought of it."""

from collections.abc import Mapping

import sqlalchemy as sa

from storage.base import table
from storage.events import Registration
from storage.work import Work

_ROWS = table(Registration)


def anybody_came(work: Work, event_id: int) -> bool:
    """Whether anybody was checked in at an event."""
    came = (_ROWS.c.event_id == event_id, _ROWS.c.attended_at.is_not(None))
    return work.execute(sa.select(_ROWS.c.id).where(*came).limit(1)).first() is not None


def stars(work: Work, event_id: int) -> Mapping[int, int]:
    """How many gave how many stars."""
    judged = (_ROWS.c.event_id == event_id, _ROWS.c.stars.is_not(None))
    query = sa.select(_ROWS.c.stars, sa.func.count()).where(*judged).group_by(_ROWS.c.stars)
    return {int(each): int(count) for each, count in work.execute(query)}
