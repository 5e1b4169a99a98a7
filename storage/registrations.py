"""Registrations: finding, counting and stepping through those of an event. The tables are in `storage/events.py`.

Whoever changes one holds the event's row (`events.get(..., hold=True)`), so counts do not change under them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from storage import audience
from storage.audience import Rule
from storage.base import table
from storage.events import Event, Registration, RegistrationStep
from storage.members import HERE, Member
from storage.orgs import Organisation
from storage.people import Person
from storage.work import Work

ACTIVE = ("registered", "waiting")
_ROWS, _EVENTS, _PEOPLE = table(Registration), table(Event), table(Person)
_ORGS, _MEMBERS = table(Organisation), table(Member)
_ROSTER = (
    select(Registration, sa.func.coalesce(_PEOPLE.c.name, ""))
    .select_from(_ROWS.outerjoin(_PEOPLE, _ROWS.c.person_id == _PEOPLE.c.id))
    .order_by(col(Registration.place), col(Registration.id))
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of an event are registered, wait, came."""

    registered: int = 0
    waiting: int = 0
    attended: int = 0


def add(work: Work, registration: Registration) -> None:
    """Store a new one."""
    work.session.add(registration)
    work.session.flush()


def get(work: Work, registration_id: int) -> Registration | None:
    """One by id, as it is now."""
    return work.session.get(Registration, registration_id, populate_existing=True)


def of(work: Work, event_id: int, person_id: int) -> Registration | None:
    """The one of a person, whatever its state."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def named(work: Work, event_id: int, hashes: Collection[str]) -> dict[str, Registration]:
    """Those made for names of a list, by the hash of the name."""
    query = select(Registration).where(Registration.event_id == event_id, col(Registration.name_hash).in_(hashes))
    found = work.session.exec(query.execution_options(populate_existing=True)).all()
    return {each.name_hash: each for each in found if each.name_hash}


def named_at(work: Work, event_ids: Collection[int], name_hash: str) -> Sequence[Registration]:
    """Those made for one name of a list, at these events."""
    query = select(Registration).where(col(Registration.event_id).in_(event_ids), Registration.name_hash == name_hash)
    return work.session.exec(query.execution_options(populate_existing=True)).all()


def any_named(work: Work, event_id: int) -> bool:
    """Whether names are in or wait that nobody is known for."""
    mine = (_ROWS.c.event_id == event_id, _ROWS.c.person_id.is_(None), _ROWS.c.state.in_(ACTIVE))
    return work.execute(sa.select(_ROWS.c.id).where(*mine).limit(1)).first() is not None


def promoted_places(work: Work, event_id: int) -> list[tuple[int, int]]:
    """Id and place of everybody registered who had waited for it and can be told something."""
    mine = (_ROWS.c.event_id == event_id, _ROWS.c.person_id.is_not(None), _ROWS.c.state == "registered")
    step = table(RegistrationStep)
    waited = sa.exists().where(step.c.registration_id == _ROWS.c.id, step.c.what == "promoted")
    found = work.execute(sa.select(_ROWS.c.id, _ROWS.c.place).where(*mine, waited).order_by(_ROWS.c.id))
    return [(int(row.id), int(row.place)) for row in found]


def came_before(work: Work, event_id: int, moment: datetime) -> Sequence[Registration]:
    """Who is registered and was checked in at an event before a moment."""
    here = (Registration.event_id == event_id, Registration.state == "registered")
    mine = (*here, col(Registration.attended_at) < moment)
    return work.session.exec(select(Registration).where(*mine)).all()


def count(work: Work, event_id: int, state: str) -> int:
    """How many of an event are in a state."""
    mine = (_ROWS.c.event_id == event_id, _ROWS.c.state == state)
    return int(work.execute(sa.select(sa.func.count()).select_from(_ROWS).where(*mine)).scalar_one())


def counts(work: Work, event_ids: Collection[int]) -> Mapping[int, Counts]:
    """Of many events with one statement; an event without registrations is missing."""
    rows = _ROWS.c
    query = sa.select(
        rows.event_id,
        sa.func.count(sa.case((rows.state == "registered", 1))).label("registered"),
        sa.func.count(sa.case((rows.state == "waiting", 1))).label("waiting"),
        sa.func.count(sa.case((rows.state == "registered", rows.attended_at))).label("attended"),
    )
    found = work.execute(query.where(rows.event_id.in_(event_ids)).group_by(rows.event_id))
    return {int(row.event_id): Counts(int(row.registered), int(row.waiting), int(row.attended)) for row in found}


def first_waiting(work: Work, event_id: int, limit: int) -> Sequence[Registration]:
    """Who waits longest, at most so many."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.state == "waiting")
    return work.session.exec(query.order_by(col(Registration.place)).limit(limit)).all()


def ahead(work: Work, registration: Registration) -> int:
    """How many wait before this one."""
    mine = (_ROWS.c.event_id == registration.event_id, _ROWS.c.state == "waiting", _ROWS.c.place < registration.place)
    return int(work.execute(sa.select(sa.func.count()).select_from(_ROWS).where(*mine)).scalar_one())


def roster(work: Work, event_id: int, states: Collection[str] = ACTIVE) -> Sequence[tuple[Registration, str]]:
    """Registrations in order of place, with the name the union knows the person by (may be empty)."""
    found = work.session.exec(_ROSTER.where(Registration.event_id == event_id, col(Registration.state).in_(states)))
    return [(each, str(name)) for each, name in found.all()]


def page(
    work: Work, event_id: int, state: str, absent: bool, limit: int, offset: int
) -> tuple[Sequence[tuple[Registration, str]], int]:
    """Some of those in a state (`absent`: of whom nobody was checked in), as `roster` has them, and how many there are
    in all."""
    mine = [_ROWS.c.event_id == event_id, _ROWS.c.state == state]
    mine += [_ROWS.c.attended_at.is_(None)] if absent else []
    total = int(work.execute(sa.select(sa.func.count()).select_from(_ROWS).where(*mine)).scalar_one())
    found = work.session.exec(_ROSTER.where(*mine).limit(limit).offset(offset))
    return [(each, str(name)) for each, name in found.all()], total


class Entered(NamedTuple):
    """A registration as far as its name goes: sealed as it was said, its hash where it is of a list, and the name the
    union knows the person by (may be empty)."""

    state: str
    person_id: int | None
    name_hash: str | None
    name: bytes | None
    known_as: str


def entered(work: Work, event_id: int, states: Collection[str] = ACTIVE) -> list[Entered]:
    """The names of a roster alone: every row is read, also while others wait for the event's row."""
    known_as = sa.func.coalesce(_PEOPLE.c.name, "")
    joined = _ROWS.outerjoin(_PEOPLE, _ROWS.c.person_id == _PEOPLE.c.id)
    query = sa.select(_ROWS.c.state, _ROWS.c.person_id, _ROWS.c.name_hash, _ROWS.c.name, known_as)
    mine = (_ROWS.c.event_id == event_id, _ROWS.c.state.in_(states))
    return [Entered(*row) for row in work.execute(query.select_from(joined).where(*mine))]


def can_be_told(work: Work, event_id: int) -> dict[str, tuple[int, int]]:
    """By state (of those that count) how many are people who can be told something, and how many names are not."""
    told = sa.func.count(_ROWS.c.person_id)
    query = sa.select(_ROWS.c.state, told, sa.func.count() - told)
    mine = (_ROWS.c.event_id == event_id, _ROWS.c.state.in_(ACTIVE))
    return {str(row[0]): (int(row[1]), int(row[2])) for row in work.execute(query.where(*mine).group_by(_ROWS.c.state))}


def of_person(work: Work, person_id: int, limit: int = 50) -> Sequence[tuple[Registration, Event]]:
    """Everything a person registered for, the latest event first."""
    query = (
        select(Registration, Event)
        .where(Registration.event_id == Event.id, Registration.person_id == person_id)
        .order_by(col(Event.starts_at).desc(), col(Event.id))
    )
    return work.session.exec(query.limit(limit)).all()


def meant(work: Work, rule: Rule, person_id: int, now: datetime) -> bool:
    """Whether a rule means this person and does not exclude them."""
    mine = audience.included(rule, now).where(_PEOPLE.c.id == person_id)
    left_out = audience.is_excluded(rule, now, _PEOPLE.c.id)
    return work.execute(mine.where(sa.not_(left_out)).limit(1)).first() is not None


def people_named(work: Work, names: Collection[str], paths: Collection[str]) -> dict[str, list[int]]:
    """People of these branches by name: those who belong there, and members there."""
    if not names or not paths:
        return {}
    places = sa.select(_ORGS.c.id).where(sa.or_(*(_ORGS.c.path.startswith(each) for each in paths)))
    there = (_MEMBERS.c.org_id.in_(places), _MEMBERS.c.state.in_(HERE), _MEMBERS.c.person_id.is_not(None))
    belong = sa.select(_PEOPLE.c.name, _PEOPLE.c.id).where(_PEOPLE.c.org_id.in_(places))
    both = sa.union(belong, sa.select(_MEMBERS.c.name, _MEMBERS.c.person_id).where(*there)).subquery()
    found: dict[str, list[int]] = {}
    for name, person_id in work.execute(sa.select(both.c.name, both.c.id).where(both.c.name.in_(names))):
        found.setdefault(str(name), []).append(int(person_id))
    return found


def last_name(work: Work, person_id: int) -> bytes | None:
    """The sealed name of the last registration of a person that has one."""
    mine = (_ROWS.c.person_id == person_id, _ROWS.c.name.is_not(None))
    query = sa.select(_ROWS.c.name).where(*mine).order_by(_ROWS.c.changed_at.desc(), _ROWS.c.id.desc())
    found = work.execute(query.limit(1)).scalar()
    return bytes(found) if found is not None else None


def step(work: Work, registration_id: int, what: str, actor: str, at: datetime) -> None:
    """Write down what happened; written when the group commits."""
    values: dict[str, Any] = {"id": work.new_id(), "registration_id": registration_id, "what": what}
    work.append(RegistrationStep, {**values, "actor": actor, "at": at})


def steps(work: Work, registration_id: int) -> Sequence[RegistrationStep]:
    """What happened to one, in order."""
    query = select(RegistrationStep).where(RegistrationStep.registration_id == registration_id)
    return work.session.exec(query.order_by(col(RegistrationStep.at), col(RegistrationStep.id))).all()


def says(registration: Registration) -> bool:
    """Whether it still holds anything that was said."""
    return any(getattr(registration, key) is not None for key in _EMPTY)


_EMPTY = {"name": None, "name_hash": None, "answers": None, "comment": None}
_FILLED = sa.or_(*(_ROWS.c[key].is_not(None) for key in _EMPTY))


def forget_before(work: Work, moment: datetime, limit: int) -> int:
    """Empty registrations of events that ended before a moment of all that was said; how many."""
    over = sa.select(_EVENTS.c.id).where(_EVENTS.c.ends_at < moment)
    some = sa.select(_ROWS.c.id).where(_ROWS.c.event_id.in_(over), _FILLED).limit(limit)
    return int(work.execute(sa.update(_ROWS).where(_ROWS.c.id.in_(some)).values(_EMPTY)).rowcount)


def forget_of(work: Work, person_id: int, event_ids: Collection[int] | None = None) -> int:
    """Empty what one person said at registrations (of these events only, where given); how many."""
    mine = [_ROWS.c.person_id == person_id, _FILLED]
    if event_ids is not None:
        mine.append(_ROWS.c.event_id.in_(event_ids))
    return int(work.execute(sa.update(_ROWS).where(*mine).values(_EMPTY)).rowcount)
