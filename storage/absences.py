"""Cadres on leave and who stands in for them. While it lasts, what they would be told is told to the substitute.

States: `open` → `ended` (cut short). An open one counts from `from_on` to `until_on`, both included, in China.
*Absent* on a day is who has an open leave on it; of several the one that lasts longest counts. Its substitute *stands
in*, unless they are absent themselves: then nobody does, and the duties wait. Only `on_leave` says so.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.people import Person
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


class Away(NamedTuple):
    """Somebody absent: who stands in (None: nobody), the last day of it, and their name as they told it."""

    person_id: int
    substitute_id: int | None
    until_on: date
    name: str


def on_leave(work: Work, day: date, person_ids: Collection[int] | None = None) -> list[Away]:
    """Who is absent on a day: of these people and those for whom they might stand in, or of all."""
    rows, people = table(Absence), table(Person)
    query = sa.select(rows.c.person_id, rows.c.substitute_id, rows.c.until_on, people.c.name)
    query = query.join(people, people.c.id == rows.c.person_id).where(*on(day))
    if person_ids is not None:
        query = query.where(sa.or_(rows.c.person_id.in_(person_ids), rows.c.substitute_id.in_(person_ids)))
    found = {row.person_id: Away(*row) for row in work.execute(query.order_by(rows.c.until_on, rows.c.id))}
    instead = {each.substitute_id for each in found.values()} - {None}
    gone = _absent(work, day, instead) if instead else set()
    return [each._replace(substitute_id=None) if each.substitute_id in gone else each for each in found.values()]


def _absent(work: Work, day: date, person_ids: Collection[int | None]) -> set[int | None]:
    rows = table(Absence)
    return set(work.execute(sa.select(rows.c.person_id).where(*on(day), rows.c.person_id.in_(person_ids))).scalars())


def stood_in_for(work: Work, person_id: int, day: date) -> list[int]:
    """The absent people for whom a person stands in on a day."""
    return sorted(each.person_id for each in on_leave(work, day, [person_id]) if each.substitute_id == person_id)


def of_leaver(work: Work, person_id: int, day: date) -> list[int]:
    """Somebody leaves their last office: their leaves end, and they stand in for nobody; for whom they did."""
    rows = table(Absence)
    ahead = (rows.c.state == "open", rows.c.until_on >= day)
    work.session.flush()
    theirs = sa.select(rows.c.person_id).where(rows.c.substitute_id == person_id, *ahead)
    alone = [int(each) for each in work.execute(theirs.order_by(rows.c.person_id)).scalars()]
    work.execute(sa.update(rows).where(rows.c.person_id == person_id, *ahead).values(state="ended"))
    work.execute(sa.update(rows).where(rows.c.substitute_id == person_id, *ahead).values(substitute_id=None))
    return alone
