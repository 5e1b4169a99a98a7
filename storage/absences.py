"""Cadres on leave and who stands in for them. While it lasts, what they would be told is told to the substitute.

States: `open` → `ended` (cut short). An open one counts from `from_on` to `until_on`, both included, in China.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.work import Work


class Absence(Row, table=True):
    """One leave. Without a substitute nothing is said until it is over, and the superior's list says so."""

    __tablename__ = "absence"
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    substitute_id: int | None = Field(default=None, foreign_key="person.id", index=True, sa_type=BigId)
    from_on: date
    until_on: date = Field(index=True)
    state: str = Field(default="open", max_length=8, sa_column_kwargs=default("open"))
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


OPEN = col(Absence.state) == "open"


def on(day: date) -> tuple[sa.ColumnElement[bool], ...]:
    """That a leave counts on a day."""
    return OPEN, col(Absence.from_on) <= day, col(Absence.until_on) >= day


def get(work: Work, absence_id: int) -> Absence | None:
    """One leave by id."""
    return work.session.get(Absence, absence_id)


def add(work: Work, **values: Any) -> Absence:
    """A new leave; its id comes from here."""
    made = Absence(id=work.new_id(), **values)
    work.session.add(made)
    work.session.flush()
    return made


def of_person(work: Work, person_id: int, limit: int = 20) -> Sequence[Absence]:
    """A person's leaves, open or ended, the latest first."""
    query = select(Absence).where(Absence.person_id == person_id).order_by(col(Absence.from_on).desc(), col(Absence.id))
    return work.session.exec(query.limit(limit)).all()


def meeting(work: Work, person_id: int, from_on: date, until_on: date) -> Sequence[Absence]:
    """Open leaves of a person, or for which the person stands in, that share a day with these; by first day."""
    whose = sa.or_(col(Absence.person_id) == person_id, col(Absence.substitute_id) == person_id)
    shared = (OPEN, col(Absence.from_on) <= until_on, col(Absence.until_on) >= from_on)
    return work.session.exec(select(Absence).where(whose, *shared).order_by(col(Absence.from_on))).all()


def present_or_next(work: Work, person_id: int, day: date) -> Absence | None:
    """The open leave a person is on, or else the next one."""
    query = select(Absence).where(Absence.person_id == person_id, OPEN, col(Absence.until_on) >= day)
    return work.session.exec(query.order_by(col(Absence.from_on)).limit(1)).first()


def away(work: Work, day: date, person_ids: Collection[int] | None = None) -> dict[int, int | None]:
    """Who is on leave on a day (of these people, or of all), each with the substitute or None."""
    rows = table(Absence)
    query = sa.select(rows.c.person_id, rows.c.substitute_id).where(*on(day)).order_by(rows.c.id)
    if person_ids is not None:
        query = query.where(rows.c.person_id.in_(person_ids))
    return {int(row.person_id): row.substitute_id for row in work.execute(query)}


def stood_in_for(work: Work, person_id: int, day: date) -> list[int]:
    """The people on leave for whom a person stands in on a day."""
    rows = table(Absence)
    query = sa.select(rows.c.person_id).where(rows.c.substitute_id == person_id, *on(day))
    return [int(each) for each in work.execute(query.order_by(rows.c.person_id)).scalars()]


def of_leaver(work: Work, person_id: int, day: date) -> None:
    """Somebody leaves their last office: their leaves end, and nobody is told that they stand in."""
    rows = table(Absence)
    ahead = (rows.c.state == "open", rows.c.until_on >= day)
    work.session.flush()
    work.execute(sa.update(rows).where(rows.c.person_id == person_id, *ahead).values(state="ended"))
    work.execute(sa.update(rows).where(rows.c.substitute_id == person_id, *ahead).values(substitute_id=None))
