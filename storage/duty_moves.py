"""Changed dates of the calendar on their way to the duties that people have already.

A move is planted in the transaction that changes the date; open duties follow in batches, each a transaction that also
moves `after` on, so that a crash leaves the rest to the next batch. `duty.told_on` holds what a person was told until
they are told of the change. A move that is through stays a while, for duties issued meanwhile by the old date.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, table
from storage.duties import OPEN, Duty, DutyStep
from storage.duty_requests import DutyRequest
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment
from storage.reminders import DUTIES, Reminder
from storage.work import Work

SKIPPED = "这个月不做"  # the note of the step by which a skipped month excused a duty
NOT_NEEDED = date(1970, 1, 1)  # `told_on` of who was told that it need not be done


class DutyMove(Row, table=True):
    """One change under way. Unique: (template, period): a later change of the same takes its place.

    `deadline` null: each duty keeps its own; `skip`: they are excused. `after`: the last appointment looked at.
    """

    __tablename__ = "duty_move"
    __table_args__ = (sa.UniqueConstraint("template_id", "period"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    template_id: str = Field(foreign_key="duty_template.id", max_length=64)
    period: str = Field(max_length=7)
    deadline: date | None = None
    skip: bool
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    after: int | None = Field(default=None, sa_type=BigId)


class Behind(NamedTuple):
    """A duty that has not followed yet."""

    id: int
    appointment_id: int
    person_id: int
    state: str
    deadline: date


class Change(NamedTuple):
    """A duty whose person is to be told what became of it. `told_on`: what they know; `theirs`: still their office."""

    id: int
    person_id: int
    state: str
    deadline: date
    told_on: date
    title: str
    theirs: bool


def _among(work: Work, column: sa.ColumnElement[int], ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether a column is one of these ids. On PostgreSQL they are one value and not hundreds that are named, bound
    and parsed one by one.
    """
    if work.dialect == "postgresql":
        return column == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.BigInteger)))
    return column.in_(ids)


_duty, _step, _request, _office = table(Duty), table(DutyStep), table(DutyRequest), table(Appointment)
_line, _reminder = table(DutyTemplate), table(Reminder)


def plant(work: Work, template_id: str, period: str, deadline: date | None, skip: bool, by: str, now: datetime) -> int:
    """A change that open duties are to follow; its id."""
    query = select(DutyMove).where(DutyMove.template_id == template_id, DutyMove.period == period)
    found = work.session.exec(query).first()
    each = found or DutyMove(id=work.new_id(), template_id=template_id, period=period, skip=skip, by=by, at=now)
    each.deadline, each.skip, each.by, each.at, each.after = deadline, skip, by, now, None
    work.session.add(each)
    work.session.flush()
    return each.id


def every(work: Work) -> Sequence[DutyMove]:
    """All moves, the oldest first."""
    return work.session.exec(select(DutyMove).order_by(col(DutyMove.at), col(DutyMove.id))).all()


def hold(work: Work, move_id: int) -> DutyMove | None:
    """One move, held until the transaction ends, as it is committed."""
    query = select(DutyMove).where(DutyMove.id == move_id).with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def drop(work: Work, move: DutyMove) -> None:
    """It is through."""
    work.session.delete(move)
    work.session.flush()


_BEHIND = tuple(_duty.c[name] for name in Behind._fields)


def behind(work: Work, move: DutyMove, late: datetime, limit: int) -> list[Behind]:
    """The next duties that have not followed, by appointment; after all of them those issued since `late` meanwhile."""
    query = sa.select(*_BEHIND).where(*_meant(move)).order_by(_duty.c.appointment_id).limit(limit)
    found = work.execute(query.where(_duty.c.appointment_id > (move.after or 0))).all()
    if not found:
        found = work.execute(query.where(_duty.c.created_at >= late, _duty.c.set_on.is_(None))).all()
    return [Behind(*row) for row in found]


def still_behind(work: Work, move: DutyMove, ids: Collection[int]) -> list[Behind]:
    """Those of them that have not followed yet, now that their people are held."""
    query = sa.select(*_BEHIND).where(*_meant(move), _among(work, _duty.c.id, ids))
    return [Behind(*row) for row in work.execute(query.order_by(_duty.c.id))]


def _meant(move: DutyMove) -> tuple[sa.ColumnElement[bool], ...]:
    """Open duties with another deadline, and those that only a skipped month excused."""
    mine = (_duty.c.template_id == move.template_id, _duty.c.period == move.period)
    if move.skip:
        return (*mine, _duty.c.state.in_(OPEN))
    others = sa.and_(_duty.c.state.in_(OPEN), _duty.c.deadline != move.deadline) if move.deadline else sa.false()
    return (*mine, sa.or_(others, sa.and_(_duty.c.state == "excused", _skipped())))


def _skipped() -> sa.ColumnElement[bool]:
    """Whether the last thing that excused a duty was a skipped month."""
    later = _step.alias("later")
    after = sa.exists().where(later.c.duty_id == _step.c.duty_id, later.c.what == "excused", later.c.at > _step.c.at)
    mine = (_step.c.duty_id == _duty.c.id, _step.c.what == "excused", _step.c.note == SKIPPED)
    return sa.exists().where(*mine, sa.not_(after))


def _told() -> sa.ColumnElement[bool]:
    """Whether its person has heard of a duty: from a message, or from the list that binding shows."""
    theirs = (_reminder.c.kind == DUTIES, _reminder.c.subject == "", _reminder.c.person_id == _duty.c.person_id)
    listed = sa.exists().where(*theirs, _reminder.c.listed >= _duty.c.period)  # said whole: one row of the unique index
    heard = (_duty.c.told_id, _duty.c.delivered_at, _duty.c.acknowledged_at)
    return sa.or_(listed, *(each.is_not(None) for each in heard))


def _remembered(otherwise: Any) -> sa.ColumnElement[Any]:
    return sa.case((_told(), sa.func.coalesce(_duty.c.told_on, otherwise)), else_=None)


def excuse(work: Work, ids: Collection[int], now: datetime) -> None:
    """These need not be done."""
    put = {"state": "excused", "told_on": _remembered(_duty.c.deadline)}
    work.execute(sa.update(_duty).where(_among(work, _duty.c.id, ids)).values(put))
    _withdraw(work, ids, now)


def move(work: Work, ids: Collection[int], day: date, reached: int, now: datetime) -> None:
    """These are due on another day; their ladder begins anew, that the superior was told is forgotten."""
    put = {**_moved(day, reached), "told_on": _remembered(_duty.c.deadline)}
    work.execute(sa.update(_duty).where(_among(work, _duty.c.id, ids)).values(put))
    _withdraw(work, ids, now, _request.c.kind == "extend", _request.c.wanted_on <= day)


def reopen(work: Work, ids: Collection[int], day: date, reached: int) -> None:
    """What a skipped month excused is to be done after all."""
    state = sa.case(
        (_duty.c.acknowledged_at.is_not(None), "acknowledged"),
        (_duty.c.delivered_at.is_not(None), "delivered"),
        else_="issued",
    )
    put = {**_moved(day, reached), "state": state, "told_on": _remembered(sa.literal(NOT_NEEDED, sa.Date()))}
    work.execute(sa.update(_duty).where(_among(work, _duty.c.id, ids)).values(put))


def _moved(day: date, reached: int) -> Mapping[str, Any]:
    issued = sa.case(
        (_duty.c.deadline == day, _duty.c.set_on), else_=sa.func.coalesce(_duty.c.set_on, _duty.c.deadline)
    )
    return {"deadline": day, "reached": reached, "set_on": issued, "escalated": 0, "escalated_at": None}


def _withdraw(work: Work, ids: Collection[int], now: datetime, *meant: sa.ColumnElement[bool]) -> None:
    """What is asked about them needs no answer any more."""
    pending = (_among(work, _request.c.duty_id, ids), _request.c.state == "pending", *meant)
    work.execute(sa.update(_request).where(*pending).values(state="withdrawn", decided_at=now))


def step_all(work: Work, ids: Collection[int], by: str, what: str, now: datetime, note: str) -> None:
    """The same step of many duties, as one statement."""
    place = sa.func.row_number().over(order_by=_duty.c.id) + (work.reserve_ids(len(ids)) - 1)
    values = (sa.literal(now, UtcDateTime()), sa.literal(by), sa.literal(what), sa.literal(note))
    made = sa.select(place, _duty.c.id, *values).where(_among(work, _duty.c.id, ids))
    work.execute(sa.insert(_step).from_select(["id", "duty_id", "at", "actor", "what", "note"], made))


def to_tell(work: Work, limit: int) -> list[int]:
    """People who know a date that does not hold any more."""
    query = sa.select(_duty.c.person_id).where(sa.text("duty.told_on IS NOT NULL")).distinct()
    return list(work.execute(query.order_by(_duty.c.person_id).limit(limit)).scalars())


def changes(work: Work, people: Collection[int], today: date) -> list[Change]:
    """What these people are to be told of, by person and new date."""
    last = sa.or_(_office.c.person_id != _duty.c.person_id, _office.c.until.is_(None), _office.c.until >= today)
    names = ("id", "person_id", "state", "deadline", "told_on")
    query = sa.select(*(_duty.c[name] for name in names), _line.c.title, last)
    query = query.join(_office, _office.c.id == _duty.c.appointment_id).join(_line, _line.c.id == _duty.c.template_id)
    query = query.where(_among(work, _duty.c.person_id, people), _duty.c.told_on.is_not(None))
    return [Change(*row) for row in work.execute(query.order_by(_duty.c.person_id, _duty.c.deadline, _duty.c.id))]


def told(work: Work, ids: Collection[int]) -> None:
    """They know now."""
    work.execute(sa.update(_duty).where(_among(work, _duty.c.id, ids)).values(told_on=None))
