"""What the console asks about duties: counts rolled up the tree, and lists of a month. Selects only.

A roll-up is one statement: every duty of the month is counted once, under the unit right below the one looked at (the
next step of its organisation's path). All counts are of duties (项). Lists are in the tree's order.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.absences import Absence
from storage.base import table
from storage.duties import OPEN, UNTOLD, Duty, taken, vacant
from storage.duty_templates import DutyTemplate
from storage.orgs import Appointment, Organisation
from storage.reminders import Firing, Reminder
from storage.scope import Conditions
from storage.work import Work

SILENT = ("issued", "delivered")
COUNTS = ("deliver", "waiting", "received", "done", "late", "excused", "overdue", "escalated")
DUTY, ORG, OFFICE, LINE = table(Duty).c, table(Organisation).c, table(Appointment).c, table(DutyTemplate).c


@dataclass(frozen=True, slots=True)
class Sums:
    """Duties by where they stand. The first six add up to all; `overdue` and `escalated` are of those still open."""

    deliver: int = 0
    waiting: int = 0
    received: int = 0
    done: int = 0
    late: int = 0
    excused: int = 0
    overdue: int = 0
    escalated: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    @property
    def total(self) -> int:
        """All of them."""
        return self.deliver + self.waiting + self.received + self.done + self.late + self.excused

    @property
    def share(self) -> float | None:
        """Done, of what was not excused; None when there is nothing."""
        owed = self.total - self.excused
        return (self.done + self.late) / owed if owed else None


def conditions(work: Work, today: date) -> dict[str, sa.ColumnElement[bool]]:
    """What each of `COUNTS`, `open` and `silent` means. Done late: on a Shanghai day after the deadline."""
    done, late, still = DUTY.state == "done", _late(work), DUTY.state.in_(OPEN)
    return {
        "deliver": DUTY.state == "issued",
        "waiting": DUTY.state == "delivered",
        "received": DUTY.state == "acknowledged",
        "done": sa.and_(done, sa.or_(DUTY.done_at.is_(None), sa.not_(late))),
        "late": sa.and_(done, late),
        "excused": DUTY.state == "excused",
        "overdue": sa.and_(still, DUTY.deadline < today),
        "escalated": sa.and_(still, DUTY.escalated > 0),
        "untold": sa.and_(still, DUTY.escalated == UNTOLD),
        "open": still,
        "silent": DUTY.state.in_(SILENT),
    }


def _late(work: Work) -> sa.ColumnElement[bool]:
    if work.dialect == "postgresql":
        return sa.cast(sa.func.timezone("Asia/Shanghai", DUTY.done_at), sa.Date) > DUTY.deadline
    midnight = sa.type_coerce(DUTY.deadline, sa.String) + " 16:00"  # in UTC, as moments are kept
    return sa.type_coerce(DUTY.done_at, sa.String) >= midnight


def _below(path: str) -> sa.ColumnElement[bool]:
    return ORG.path.startswith(path, autoescape=True)


def roll_up(work: Work, path: str, period: str, today: date) -> list[tuple[int | None, str, Sums]]:
    """Counts of a month by the unit right below a path (None: the one at the path itself) and line of the calendar."""
    rest = sa.func.substr(ORG.path, len(path) + 1)
    ends = (sa.func.strpos if work.dialect == "postgresql" else sa.func.instr)(rest, "/")
    marked = _marked(work, today, sa.func.substr(rest, 1, ends).label("at"), DUTY.template_id)
    marked = marked.join_from(table(Duty), table(Organisation), ORG.id == DUTY.org_id)
    each = marked.where(DUTY.period == period, _below(path)).subquery().c
    query = sa.select(each["at"], each.template_id, *(sa.func.sum(each[name]) for name in COUNTS))
    rows: Sequence[Any] = work.look(query.group_by(each["at"], each.template_id)).all()
    return [(int(row[0][:-1]) if row[0] else None, row[1], Sums(*map(int, row[2:]))) for row in rows]


def sums(work: Work, path: str | None, period: str, today: date) -> Sums:
    """Counts of a month of units at and below a path (None: all)."""
    marked = _marked(work, today).where(DUTY.period == period, *_within(path)).subquery().c
    row: Any = work.look(sa.select(*(sa.func.coalesce(sa.func.sum(marked[name]), 0) for name in COUNTS))).one()
    return Sums(*map(int, row))


def _within(path: str | None) -> Conditions:
    return [] if path is None else [DUTY.org_id.in_(sa.select(ORG.id).where(_below(path)))]


def _marked(work: Work, today: date, *places: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Each duty with its place and a 1 under what it is counted as."""
    meant = conditions(work, today)
    return sa.select(*places, *(sa.case((meant[name], 1), else_=0).label(name) for name in COUNTS))


def units_below(work: Work, org_id: int) -> Sequence[Organisation]:
    """The units right below one, in the tree's order."""
    query = select(Organisation).where(Organisation.parent_id == org_id).order_by(Organisation.path)
    return work.session.exec(query).all()


def way_to(work: Work, org: Organisation) -> Sequence[Organisation]:
    """The units above one, from the top."""
    ids = [int(step) for step in org.path.split("/") if step][:-1]
    return work.session.exec(
        select(Organisation).where(col(Organisation.id).in_(ids)).order_by(Organisation.path)
    ).all()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which duties of a month: of units at and below `path`, of a template, that stand as `state` (of `conditions`).

    `gone` is put behind the office where a duty is vacant.
    """

    path: str
    period: str
    today: date
    template_id: str = ""
    state: str = ""
    gone: str = ""


_HELD = (DUTY.person_id, OFFICE.person_id, OFFICE.until)  # what being vacant hangs on


def _office(today: date, gone: str) -> sa.ColumnElement[str]:
    return sa.case((vacant(today), OFFICE.office + gone), else_=OFFICE.office).label("office")


def listed(work: Work, wanted: Wanted, limit: int, offset: int = 0) -> Sequence[sa.Row[Any]]:
    """Duties with what a list shows: unit, office, title, state, dates."""
    columns = [DUTY.id, DUTY.state, DUTY.deadline, DUTY.done_at, DUTY.percent, DUTY.escalated, DUTY.set_on]
    office = _office(wanted.today, wanted.gone)
    more = [ORG.name.label("unit"), ORG.level, office, LINE.title, LINE.id.label("template_id")]
    query = sa.select(*columns, *more).select_from(_joined()).where(*_meant(work, wanted))
    query = query.order_by(ORG.path, DUTY.deadline, DUTY.number, DUTY.id)
    return work.look(query.limit(limit).offset(offset)).all()


def count(work: Work, wanted: Wanted) -> int:
    """How many `listed` has."""
    query = sa.select(sa.func.count()).select_from(table(Duty).join(table(Organisation), ORG.id == DUTY.org_id))
    return int(work.look(query.where(*_meant(work, wanted))).scalar_one())


def _joined() -> sa.FromClause:
    offices = table(Duty).join(table(Organisation), ORG.id == DUTY.org_id)
    offices = offices.join(table(Appointment), OFFICE.id == DUTY.appointment_id)
    return offices.join(table(DutyTemplate), LINE.id == DUTY.template_id)


def _meant(work: Work, wanted: Wanted) -> Conditions:
    found: Conditions = [DUTY.period == wanted.period, _below(wanted.path)]
    if wanted.template_id:
        found.append(DUTY.template_id == wanted.template_id)
    if wanted.state:
        found.append(conditions(work, wanted.today)[wanted.state])
    return found


def silent_offices(work: Work, wanted: Wanted, limit: int, offset: int = 0) -> Sequence[sa.Row[Any]]:
    """Offices that have not answered: unit, office, how many duties, of them overdue, the first deadline."""
    meant = conditions(work, wanted.today)
    overdue = sa.func.sum(sa.case((meant["overdue"], 1), else_=0)).label("overdue")
    office = _office(wanted.today, wanted.gone)
    columns = [ORG.name.label("unit"), office, sa.func.count().label("duties"), overdue]
    columns += [sa.func.min(DUTY.deadline).label("first"), sa.func.min(DUTY.id).label("duty_id")]
    offices = table(Duty).join(table(Organisation), ORG.id == DUTY.org_id)
    query = sa.select(*columns).select_from(offices.join(table(Appointment), OFFICE.id == DUTY.appointment_id))
    query = query.where(*_meant(work, wanted), meant["silent"])
    query = query.group_by(DUTY.appointment_id, ORG.path, ORG.name, OFFICE.office, *_HELD)
    return work.look(query.order_by(ORG.path, DUTY.appointment_id).limit(limit).offset(offset)).all()


def count_silent_offices(work: Work, wanted: Wanted) -> int:
    """How many `silent_offices` has."""
    source = table(Duty).join(table(Organisation), ORG.id == DUTY.org_id)
    query = sa.select(sa.func.count(sa.distinct(DUTY.appointment_id))).select_from(source)
    return int(work.look(query.where(*_meant(work, wanted), DUTY.state.in_(SILENT))).scalar_one())


def missed(work: Work, path: str, since: datetime, until: datetime, limit: int) -> Sequence[tuple[Firing, int]]:
    """Reminders that were due in a time and never said, with whom they were for, oldest first.

    Perhaps also those of people who only stand in for somebody there, or whose duties went to others: see their parts.
    """
    now, first = sa.select(DUTY.person_id).where(*_within(path)), sa.select(OFFICE.person_id).where(_below(path))
    first = first.join(table(Organisation), ORG.id == OFFICE.org_id)
    instead = sa.select(table(Absence).c.substitute_id).where(table(Absence).c.person_id.in_(first))
    theirs = sa.or_(*(col(Reminder.person_id).in_(each) for each in (now, first, instead)))
    query = select(Firing, Reminder.person_id).where(Firing.reminder_id == Reminder.id, Firing.result == "missed")
    query = query.where(col(Firing.due_at) >= since, col(Firing.due_at) < until, theirs)
    return work.session.exec(query.order_by(col(Firing.due_at), col(Firing.id)).limit(limit)).all()


def by_ids(work: Work, ids: Collection[int], path: str) -> Mapping[int, sa.Row[Any]]:
    """Unit, office and title of duties at and below a path, by id."""
    columns = [DUTY.id, DUTY.deadline, ORG.name.label("unit"), OFFICE.office, LINE.title]
    query = sa.select(*columns).select_from(_joined()).where(DUTY.id.in_(list(ids)), _below(path))
    return {row.id: row for row in work.look(query)}


def unreachable(work: Work, path: str, today: date, limit: int, offset: int = 0) -> Sequence[sa.Row[Any]]:
    """Offices with open duties whose holder cannot be told, or which nobody holds since the last holder left.

    Unit, office, person (null for a vacancy), since when (null likewise), how many duties, the first deadline.
    """
    remind, held = table(Reminder).c, taken(today)
    since = sa.case((held, remind.unreachable_at)).label("unreachable_at")
    person = sa.case((held, DUTY.person_id)).label("person_id")
    columns = [ORG.name.label("unit"), OFFICE.office, person, since, sa.func.count().label("duties")]
    columns += [sa.func.min(DUTY.deadline).label("first"), sa.func.min(DUTY.id).label("duty_id")]
    query = sa.select(*columns).select_from(_told()).where(*_unreachable(path, today))
    query = query.group_by(DUTY.appointment_id, ORG.path, ORG.name, OFFICE.office, *_HELD, remind.unreachable_at)
    return work.look(query.order_by(ORG.path, DUTY.appointment_id).limit(limit).offset(offset)).all()


def _told() -> sa.FromClause:
    remind = table(Reminder).c
    source = table(Duty).join(table(Organisation), ORG.id == DUTY.org_id)
    source = source.join(table(Appointment), OFFICE.id == DUTY.appointment_id)
    theirs = sa.and_(remind.person_id == DUTY.person_id, remind.kind == "duties", remind.subject == "")
    return source.outerjoin(table(Reminder), theirs)


def _unreachable(path: str, today: date) -> Conditions:
    lost = sa.or_(sa.and_(taken(today), table(Reminder).c.unreachable_at.is_not(None)), vacant(today))
    return [lost, DUTY.state.in_(OPEN), _below(path)]


def count_unreachable(work: Work, path: str, today: date) -> int:
    """How many `unreachable` has."""
    held = sa.case((taken(today), DUTY.person_id))
    each = sa.select(DUTY.appointment_id, held).select_from(_told()).where(*_unreachable(path, today)).distinct()
    return int(work.look(sa.select(sa.func.count()).select_from(each.subquery())).scalar_one())
