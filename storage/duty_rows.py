"""Open duties of many people with a few statements: what firing, arming and the preview read."""

from collections.abc import Collection
from datetime import date, datetime
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa

from storage.base import table
from storage.duties import ELSEWHERE, OPEN, UNDONE, Duty, taken
from storage.orgs import Appointment, Organisation
from storage.people import Address, Person
from storage.reminders import DUTIES, Reminder
from storage.work import Work

_duty, _office, _org = table(Duty), table(Appointment), table(Organisation)
_person, _address, _reminder = table(Person), table(Address), table(Reminder)


class DutyRow(NamedTuple):
    """A duty as the ladder and the list need it."""

    id: int
    template_id: str
    period: str
    appointment_id: int
    person_id: int
    number: int
    state: str
    deadline: date
    created_at: datetime
    org_id: int | None
    reached: int
    told_id: int | None
    percent: int | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN

    @property
    def untold(self) -> bool:
        """Whether nothing has named it to whose it is."""
        return self.told_id is None and self.state == "issued"


_COLUMNS = tuple(_duty.c[name] for name in DutyRow._fields)


_PLACE = itemgetter(*map(DutyRow._fields.index, ("person_id", "period", "number", "id")))


def of_people(work: Work, person_ids: Collection[int], period: str, today: date, since: date) -> list[DutyRow]:
    """People's open duties whose deadline is not older than `since`, and all of a period; by period and number.

    Not those of a vacancy.
    """
    mine = sa.select(*_COLUMNS).join(_office, _office.c.id == _duty.c.appointment_id)
    mine = mine.where(_duty.c.person_id.in_(person_ids), taken(today))
    still = mine.where(UNDONE, sa.or_(_duty.c.deadline >= since, _duty.c.period == period))
    ended = mine.where(_duty.c.period == period, _duty.c.state.not_in(OPEN))
    rows = [DutyRow(*row) for query in (still, ended) for row in work.execute(query).all()]
    return sorted(rows, key=_PLACE)


def by_ids(work: Work, ids: Collection[int]) -> list[DutyRow]:
    """These duties, whoever has them."""
    return [DutyRow(*row) for row in work.execute(sa.select(*_COLUMNS).where(_duty.c.id.in_(ids)))]


def units(work: Work, org_ids: Collection[int]) -> dict[int, str]:
    """Names of unions."""
    found = work.execute(sa.select(_org.c.id, _org.c.name).where(_org.c.id.in_(org_ids)))
    return {int(row[0]): str(row[1]) for row in found}


def reachable(work: Work, person_ids: Collection[int]) -> dict[int, int]:
    """Where people can be written to: the address seen last that follows and is not refused."""
    query = sa.select(_address.c.person_id, _address.c.id).where(
        _address.c.person_id.in_(person_ids), _address.c.following, _address.c.refused == ""
    )
    rows = work.execute(query.order_by(_address.c.seen_at, _address.c.id.desc())).all()
    return {int(row[0]): int(row[1]) for row in rows}


def unarmed(work: Work, since: str, limit: int) -> list[int]:
    """People with open duties of a period like `since` or later who have no reminder."""
    have = sa.select(_reminder.c.person_id).where(_reminder.c.kind == DUTIES)
    query = sa.select(_duty.c.person_id).where(_duty.c.period >= since, _duty.c.state.in_(OPEN))
    query = query.where(_duty.c.person_id.not_in(have))  # worked out once, not for every duty
    return [int(each) for each in work.look(query.distinct().limit(limit)).scalars()]


def deadlines(work: Work, template_id: str) -> list[date]:
    """The different deadlines of a line's open duties."""
    query = sa.select(_duty.c.deadline).where(_duty.c.template_id == template_id, UNDONE)
    return list(work.look(query.distinct()).scalars())


def climb(work: Work, template_id: str, deadline: date, step: int) -> None:
    """A line's open duties of this deadline have come at least to this step."""
    mine = (_duty.c.template_id == template_id, _duty.c.deadline == deadline, UNDONE, _duty.c.reached < step)
    work.execute(sa.update(_duty).where(*mine).values(reached=step))


def hold(work: Work, person_ids: Collection[int]) -> None:
    """Nobody else speaks with these people or reminds them until the transaction ends. Take it before their duties."""
    if work.dialect == "postgresql":
        work.execute(
            sa.select(_person.c.id).where(_person.c.id.in_(person_ids)).order_by(_person.c.id).with_for_update()
        )


_TOLD = (
    sa.update(_duty)
    .where(_duty.c.id == sa.bindparam("row_id"), _duty.c.state == "issued")
    .where(sa.or_(_duty.c.told_id.is_(None), _duty.c.told_id == ELSEWHERE))
    .values(told_id=sa.bindparam("message"))
)


def told(work: Work, ids: Collection[int], outbox_id: int) -> None:
    """A message named these duties first; written when the group commits."""
    for each in ids:
        work.defer(_TOLD, {"row_id": each, "message": outbox_id})


_CLIMBED = sa.update(_duty).where(_duty.c.id == sa.bindparam("row_id")).values(reached=sa.bindparam("step"))


def climbed(work: Work, reached: dict[int, int]) -> None:
    """The steps that duties have come to (duty id to days from the deadline); written when the group commits."""
    for duty_id, step in reached.items():
        work.defer(_CLIMBED, {"row_id": duty_id, "step": step})
