"""The number a duty has in the list of somebody whose it is not: of who stands in, and of who had it before.

`duty.number` is the number in the list of whose it is; `bot/services/duty_places.py` says how numbers are given.
Unique: (person, duty).
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, table
from storage.duties import OPEN, Duty
from storage.work import Work


class DutyPlace(Row, table=True):
    """Under which number a person was told of somebody else's duty, or of one that was theirs once."""

    __tablename__ = "duty_place"
    __table_args__ = (sa.UniqueConstraint("person_id", "duty_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", index=True, sa_type=BigId)
    number: int


_duty, _place = table(Duty), table(DutyPlace)


def of_person(work: Work, person_id: int, duty_ids: Collection[int]) -> dict[int, int]:
    """The numbers a person was told of these duties, by duty."""
    query = sa.select(_place.c.duty_id, _place.c.number)
    query = query.where(_place.c.person_id == person_id, _place.c.duty_id.in_(duty_ids))
    return {row[0]: row[1] for row in work.execute(query)}


def keep(work: Work, person_id: int, duty_id: int, number: int) -> None:
    """A person knows this duty by this number."""
    mine = (_place.c.person_id == person_id, _place.c.duty_id == duty_id)
    if not work.execute(sa.update(_place).where(*mine).values(number=number)).rowcount:
        work.append(DutyPlace, {"id": work.new_id(), "person_id": person_id, "duty_id": duty_id, "number": number})


def renumber(work: Work, duty_id: int, number: int) -> None:
    """The number in the list of whose the duty is."""
    work.execute(sa.update(_duty).where(_duty.c.id == duty_id).values(number=number))


def highest(work: Work, people: Collection[int], period: str, since: datetime) -> dict[int, int]:
    """The highest number that still means something to these people; those without any are left out.

    That is a number of a duty that is open, of this period or a later one, or was done since a moment.
    """
    listed = sa.or_(_duty.c.state.in_(OPEN), _duty.c.period >= period, _duty.c.done_at >= since)
    own = sa.select(_duty.c.person_id, sa.func.max(_duty.c.number))
    own = own.where(_duty.c.person_id.in_(people), listed).group_by(_duty.c.person_id)
    told = sa.select(_place.c.person_id, sa.func.max(_place.c.number)).join(_duty, _duty.c.id == _place.c.duty_id)
    told = told.where(_place.c.person_id.in_(people), listed).group_by(_place.c.person_id)
    found: dict[int, int] = {}
    for query in (own, told):
        for person_id, number in work.execute(query):
            found[person_id] = max(found.get(person_id, 0), number)
    return found
