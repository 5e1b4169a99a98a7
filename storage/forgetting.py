"""Statements that forget people: what an application held, names, what was said. Rows stay, empty; so do counts."""

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from storage.applications import OPEN as OPEN_APPLICATION
from storage.applications import Application
from storage.base import table
from storage.inbox import Inbound
from storage.letters import Letter
from storage.members import HERE, Member
from storage.misses import Gap, Miss
from storage.orgs import Appointment
from storage.outbox import OPEN, Outbox
from storage.people import Address, Person
from storage.work import Work

LAPSED = ("rejected", "withdrawn", "expired")  # ended without a membership
_APPLICATIONS, _PEOPLE, _ADDRESSES, _MEMBERS = table(Application), table(Person), table(Address), table(Member)
_TEXTS = ("name", "id_hash", "mobile_hash", "employer", "work_status")
_VALUES = ("id_number", "mobile", "more", "migrant")
_EMPTY = {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys((*_VALUES, "flags", "returned"))}
_FILLED = sa.or_(
    *(_APPLICATIONS.c[name] != "" for name in _TEXTS), *(_APPLICATIONS.c[name].is_not(None) for name in _VALUES)
)
_RECORD = {
    "id_number": None,
    "id_hash": "",
    "mobile": None,
    "mobile_hash": "",
    "employer": "",
    "work_status": "",
    "migrant": None,
}
_ENDED = sa.and_(
    _MEMBERS.c.state.not_in(HERE),
    sa.or_(*(_MEMBERS.c[name] != "" for name in ("id_hash", "mobile_hash", "employer", "work_status"))),
)


def ours(day: date) -> sa.ColumnElement[bool]:
    """People whose name is still needed on a day: members, who is applying, who is in office."""
    office = table(Appointment).c
    return sa.or_(
        sa.exists().where(_MEMBERS.c.person_id == _PEOPLE.c.id, _MEMBERS.c.state.in_(HERE)),
        sa.exists().where(_APPLICATIONS.c.person_id == _PEOPLE.c.id, _APPLICATIONS.c.state.in_(OPEN_APPLICATION)),
        sa.exists().where(office.person_id == _PEOPLE.c.id, sa.or_(office.until.is_(None), office.until >= day)),
    )


def lapsed_before(work: Work, moment: datetime, limit: int) -> list[tuple[int, int]]:
    """Applications that ended without a membership before a moment and still hold something: (id, person).

    Nothing changes an application after its end, so `updated_at` is when it ended.
    """
    rows = _APPLICATIONS
    query = sa.select(rows.c.id, rows.c.person_id).where(rows.c.state.in_(LAPSED), rows.c.updated_at < moment, _FILLED)
    return [(int(row.id), int(row.person_id)) for row in work.look(query.order_by(rows.c.id).limit(limit))]


def blank_applications(work: Work, ids: Collection[int]) -> int:
    """Empty these applications of everything about the person, where they ended without a membership; how many."""
    meant = sa.and_(_APPLICATIONS.c.id.in_(ids), _APPLICATIONS.c.state.in_(LAPSED), _FILLED)
    return int(work.execute(sa.update(_APPLICATIONS).where(meant).values(_EMPTY)).rowcount)


def blank_applications_of(work: Work, person_id: int) -> int:
    """The same for everything a person handed in, at once."""
    query = sa.select(_APPLICATIONS.c.id).where(_APPLICATIONS.c.person_id == person_id)
    return blank_applications(work, list(work.execute(query).scalars()))


def ended_before(work: Work, day: date, limit: int) -> list[int]:
    """Members whose membership ended before a day (in China) and of whom more is kept than the register needs."""
    query = sa.select(_MEMBERS.c.id).where(_ENDED, _MEMBERS.c.since_on < day).order_by(_MEMBERS.c.id)
    return [int(each) for each in work.look(query.limit(limit)).scalars()]


def blank_members(work: Work, ids: Collection[int]) -> int:
    """Empty these ended memberships, and the applications they came from, of all but name, number, union and dates."""
    person = sa.select(_MEMBERS.c.person_id).where(_MEMBERS.c.id.in_(ids), _MEMBERS.c.state.not_in(HERE))
    still = sa.select(_MEMBERS.c.person_id).where(_MEMBERS.c.state.in_(HERE), _MEMBERS.c.person_id.is_not(None))
    theirs = sa.and_(_APPLICATIONS.c.person_id.in_(person), _APPLICATIONS.c.person_id.not_in(still))
    work.execute(sa.update(_APPLICATIONS).where(theirs, _APPLICATIONS.c.state == "approved").values(_EMPTY))
    return int(work.execute(sa.update(_MEMBERS).where(_MEMBERS.c.id.in_(ids), _ENDED).values(_RECORD)).rowcount)


def holds_application(work: Work, person_id: int) -> bool:
    """Whether a person has an application that is open, led to a membership, or still says something about them."""
    rows = _APPLICATIONS
    counts = sa.or_(rows.c.state.in_((*OPEN_APPLICATION, "approved")), _FILLED)
    query = sa.select(rows.c.id).where(rows.c.person_id == person_id, counts)
    return work.execute(query.limit(1)).first() is not None


def gone_before(work: Work, moment: datetime, limit: int, day: date) -> list[int]:
    """People with a name who are reached nowhere since a moment and whose name nobody needs on a day."""
    mine = _ADDRESSES.c.person_id == _PEOPLE.c.id
    there = sa.exists().where(mine, sa.or_(_ADDRESSES.c.following, _ADDRESSES.c.seen_at >= moment))
    query = sa.select(_PEOPLE.c.id).where(_PEOPLE.c.name != "", sa.exists().where(mine), ~there, ~ours(day))
    return [int(each) for each in work.look(query.order_by(_PEOPLE.c.id).limit(limit)).scalars()]


def forget_names(work: Work, person_ids: Collection[int], day: date) -> int:
    """Drop the names of these people, except of members, of those who apply and of those in office on a day; how many.

    On PostgreSQL they are locked first, as a turn of theirs does, and looked at afterwards.
    """
    if work.dialect == "postgresql":
        ordered = sa.select(_PEOPLE.c.id).where(_PEOPLE.c.id.in_(person_ids)).order_by(_PEOPLE.c.id)
        work.execute(ordered.with_for_update()).all()
    meant = sa.and_(_PEOPLE.c.id.in_(person_ids), _PEOPLE.c.name != "", ~ours(day))
    return int(work.execute(sa.update(_PEOPLE).where(meant).values(name="")).rowcount)


def elsewhere(work: Work, person_id: int, address_id: int) -> bool:
    """Whether a person still follows at another address."""
    rows = _ADDRESSES
    query = sa.select(rows.c.id).where(rows.c.person_id == person_id, rows.c.id != address_id, rows.c.following)
    return work.execute(query.limit(1)).first() is not None


def forget_said(work: Work, person_id: int, owed: bool, answers: bool = False) -> int:
    """Blank what a person wrote and was answered, and drop letters that were told; how many messages of theirs.

    `owed`: also letters that wait for the next visit. What is under way to them goes out. `answers`: also what was
    answered seconds ago and may still be asked for again by the platform (a repeat is then answered with nothing).
    """
    said, out, asked, told = table(Inbound), table(Outbox), table(Miss), table(Letter)
    under_way = tuple(each for each in OPEN if not (answers and each == "answering"))
    settled = sa.and_(out.c.person_id == person_id, out.c.state.not_in(under_way), out.c.broadcast_id.is_(None))
    work.execute(sa.update(out).where(settled).values(text="", choices=None, fields=None))
    _retitle(work, person_id)
    work.execute(sa.update(asked).where(asked.c.person_id == person_id).values(words=""))
    states = ("told", "lapsed", "kept") if owed else ("told", "lapsed")
    work.execute(sa.delete(told).where(told.c.person_id == person_id, told.c.state.in_(states)))
    mine = sa.and_(said.c.person_id == person_id, said.c.text.is_not(None))
    return int(work.execute(sa.update(said).where(mine).values(text=None)).rowcount)


def _retitle(work: Work, person_id: int) -> None:
    """A gap that goes by the words of this person goes by those of somebody else who asked the same, or by none."""
    gap, mine, theirs = table(Gap), table(Miss).alias("mine"), table(Miss).alias("theirs")
    same = sa.exists().where(mine.c.gap_id == gap.c.id, mine.c.person_id == person_id, mine.c.words == gap.c.words)
    others = sa.select(theirs.c.words).where(theirs.c.gap_id == gap.c.id, theirs.c.person_id != person_id)
    first = others.where(theirs.c.words != "").order_by(theirs.c.id).limit(1).scalar_subquery()
    meant = sa.and_(gap.c.kind == "unknown", gap.c.words != "", same)
    work.execute(sa.update(gap).where(meant).values(words=sa.func.coalesce(first, "")))
