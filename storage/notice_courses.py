"""What became of a broadcast's recipients over time, for charts: counted by the database in steps of equal length."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.recipients import REACHED, Recipient
from storage.work import Work

_rows = table(Recipient)
COURSES = {"sent": _rows.c.settled_at, "acked": _rows.c.acked_at}


def span(work: Work, broadcast_id: int, course: str) -> tuple[datetime, datetime] | None:
    """The first and the last moment of a course (`sent`: reached; `acked`: said 收到); None when there is none yet."""
    moment = COURSES[course]
    ends: sa.Select[Any] = sa.select(sa.func.min(moment), sa.func.max(moment)).where(*_meant(broadcast_id, course))
    found: Any = work.look(ends).one()
    return (found[0], found[1]) if found[0] is not None else None


def steps(work: Work, broadcast_id: int, course: str, start: datetime, seconds: int) -> dict[int, int]:
    """How many people in each step of so many seconds from `start` on; steps in which nothing happened are absent."""
    place = (_epoch(work, COURSES[course]) - _seconds(start)) // seconds
    numbered = sa.select(place.label("place")).where(*_meant(broadcast_id, course)).subquery()
    query: sa.Select[Any] = sa.select(numbered.c.place, sa.func.count()).group_by(numbered.c.place)
    rows: Any = work.look(query).all()
    return {int(row[0]): int(row[1]) for row in rows}


def _meant(broadcast_id: int, course: str) -> list[sa.ColumnElement[bool]]:
    mine = [_rows.c.broadcast_id == broadcast_id, COURSES[course].is_not(None)]
    return [*mine, _rows.c.state.in_(REACHED)] if course == "sent" else mine


def _seconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def _epoch(work: Work, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Whole seconds since 1970."""
    if work.dialect == "postgresql":
        return sa.cast(sa.func.floor(sa.extract("epoch", moment)), sa.BigInteger)
    return sa.cast(sa.func.strftime("%s", moment), sa.BigInteger)
