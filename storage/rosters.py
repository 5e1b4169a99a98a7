"""Reading the members of a branch: the roster with its filters, open requests, growth by branch and year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table
from storage.members import OPEN_REQUESTS, Member, MemberEvent, MemberRequest
from storage.orgs import Organisation
from storage.work import Work

GAINS = {"joined": ("join", "import"), "taken": ("transfer_in",), "resumed": ("resume",)}
LOSSES = {"left": ("leave", "expel"), "moved": ("transfer_out",), "kept": ("keep",)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the roster is filtered by; empty means all. `path` is that of a union, `name` a part of a name."""

    name: str = ""
    id_hash: str = ""
    mobile_hash: str = ""
    path: str = ""
    state: str = ""
    source: str = ""
    migrant: bool | None = None
    joined_from: date | None = None
    joined_to: date | None = None


def _meant(branch: str | None, wanted: Wanted) -> list[Any]:
    """`branch` is the path of whoever asks; nothing outside of it is found, whatever is wanted."""
    paths = [each for each in (branch, wanted.path) if each]
    found: list[Any] = [col(Organisation.path).startswith(each, autoescape=True) for each in paths]
    for name in ("id_hash", "mobile_hash", "state", "source"):
        if value := getattr(wanted, name):
            found.append(getattr(Member, name) == value)
    if wanted.name:
        found.append(col(Member.name).contains(wanted.name, autoescape=True))
    if wanted.migrant is not None:
        found.append(col(Member.migrant).is_(wanted.migrant))
    if wanted.joined_from:
        found.append(col(Member.joined_on) >= wanted.joined_from)
    if wanted.joined_to:
        found.append(col(Member.joined_on) <= wanted.joined_to)
    return found


def count(work: Work, branch: str | None, wanted: Wanted) -> int:
    """How many members are meant."""
    query = select(sa.func.count()).select_from(Member).join(Organisation, _place())
    return int(work.session.exec(query.where(*_meant(branch, wanted))).one())


def listed(
    work: Work, branch: str | None, wanted: Wanted, limit: int, offset: int = 0
) -> Sequence[tuple[Member, Organisation]]:
    """Members with their unions, by union and number."""
    query = select(Member, Organisation).join(Organisation, _place()).where(*_meant(branch, wanted))
    order = (col(Organisation.path), col(Member.number))
    return work.session.exec(query.order_by(*order).limit(limit).offset(offset)).all()


def _place() -> sa.ColumnElement[bool]:
    return col(Member.org_id) == col(Organisation.id)


def waiting(
    work: Work, branch: str | None, limit: int = 100
) -> Sequence[tuple[MemberRequest, Member, Organisation, Organisation | None]]:
    """Open requests with the member, its union and where it wants to go, the oldest first; a transfer that was
    released is the new union's, every other one the member's own union's."""
    there = sa.orm.aliased(Organisation)
    query = (
        select(MemberRequest, Member, Organisation, there)
        .join(Member, col(MemberRequest.member_id) == col(Member.id))
        .join(Organisation, _place())
        .join(there, col(MemberRequest.to_org) == col(there.id), isouter=True)
        .where(col(MemberRequest.state).in_(OPEN_REQUESTS))
    )
    if branch is not None:
        released = col(MemberRequest.state) == "released"
        here = col(Organisation.path).startswith(branch, autoescape=True)
        goes = col(there.path).startswith(branch, autoescape=True)
        query = query.where(sa.or_(sa.and_(sa.not_(released), here), sa.and_(released, goes)))
    return work.session.exec(query.order_by(col(MemberRequest.created_at)).limit(limit)).all()


def growth(work: Work, root: Organisation, first: int) -> list[dict[str, Any]]:
    """What happened to memberships by branch and calendar year from `first` on, in one statement.

    Branches are the union itself with everything below it, and each of the unions right below it. Rows have `org_id`,
    `name`, `year` and a count for each name of `GAINS` and `LOSSES`. What is gained counts where it went to, what is
    lost where it came from, so that a transfer inside a branch is nothing to the branch.
    """
    events, places = table(MemberEvent), table(Organisation)
    branches = places.alias("branch")
    gain = events.c.kind.in_([kind for kinds in GAINS.values() for kind in kinds])
    place = sa.case((gain, events.c.to_org), else_=events.c.from_org)
    year = sa.cast(sa.extract("year", events.c.on_day), sa.Integer)
    counts = [
        sa.func.count(sa.case((events.c.kind.in_(kinds), 1))).label(name) for name, kinds in (GAINS | LOSSES).items()
    ]
    query = (
        sa.select(branches.c.id.label("org_id"), branches.c.name, year.label("year"), *counts)
        .select_from(branches)
        .join(places, places.c.path.startswith(branches.c.path))
        .join(events, place == places.c.id)
        .where(sa.or_(branches.c.id == root.id, branches.c.parent_id == root.id))
        .where(events.c.on_day >= date(first, 1, 1))
        .group_by(branches.c.id, branches.c.name, branches.c.path, year)
        .order_by(branches.c.path, year)
    )
    return [dict(row) for row in work.execute(query).mappings()]


def strength(work: Work, root: Organisation) -> dict[str, int]:
    """How many members there are now at and below a union, by state."""
    query = select(Member.state, sa.func.count()).join(Organisation, _place())
    query = query.where(col(Organisation.path).startswith(root.path, autoescape=True)).group_by(col(Member.state))
    return {str(state): int(number) for state, number in work.session.exec(query).all()}
