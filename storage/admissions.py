"""Applications as reviewers look for them: lists of a branch, counts, what else the same numbers stand on.

Only what was handed in is listed here; what is still being filled in is nobody's but the applicant's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.applications import Application, ApplicationStep, held
from storage.base import table
from storage.members import HERE, Member
from storage.orgs import Organisation
from storage.people import Person
from storage.work import Work

WAITING = ("submitted", "in_review")
DECIDED = ("approved", "rejected", "withdrawn", "expired")
SHOWN = (*WAITING, "releasing", "returned", *DECIDED)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """Which applications. `view` is a key of `views`; `path` a branch (None: all); `unplaced` those of no union yet;
    `mine` is the reviewer of the view `mine`."""

    view: str = "waiting"
    path: str | None = None
    unplaced: bool = False
    mine: str = ""


def views(mine: str, today: date) -> dict[str, sa.ColumnElement[bool]]:
    """What belongs to each view as of a day in China."""
    waiting = col(Application.state).in_(WAITING)
    noted = sa.cast(col(Application.flags), sa.String)
    return {
        "waiting": waiting,
        "mine": sa.and_(col(Application.state) == "in_review", col(Application.reviewer) == mine),
        "overdue": sa.and_(waiting, col(Application.due_on) < today),
        "escalated": sa.and_(waiting, col(Application.escalated_at).is_not(None)),
        "flagged": sa.and_(waiting, col(Application.flags).is_not(None), noted.not_in(("[]", "null"))),
        "releasing": col(Application.state) == "releasing",
        "returned": col(Application.state) == "returned",
        "decided": col(Application.state).in_(DECIDED),
    }


def _of(query: Any, sought: Sought) -> Any:
    """Narrow a query of applications (joined with their unions) to a branch."""
    query = query.where(col(Application.number).is_not(None), col(Application.state).in_(SHOWN))
    if sought.unplaced:
        query = query.where(col(Application.org_id).is_(None))
    if sought.path is not None:
        query = query.where(col(Organisation.path).startswith(sought.path, autoescape=True))
    return query


def listed(work: Work, sought: Sought, today: date, page: int = 1) -> Sequence[tuple[Application, Organisation | None]]:
    """One page of a view: those told to the superior first, then by due date; decided ones the newest first."""
    query = select(Application, Organisation).outerjoin(Organisation, col(Organisation.id) == col(Application.org_id))
    query = _of(query, sought).where(views(sought.mine, today)[sought.view])
    if sought.view == "decided":
        order: tuple[Any, ...] = (col(Application.updated_at).desc(), col(Application.id))
    else:
        told, dated = col(Application.escalated_at).is_(None), col(Application.due_on)
        order = (told, dated.is_(None), dated, col(Application.submitted_at), col(Application.id))
    found: Sequence[tuple[Application, Organisation | None]] = work.session.exec(
        query.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)
    ).all()
    return found


def counts(work: Work, sought: Sought, today: date) -> dict[str, int]:
    """How many applications of the branch belong to each view."""
    wanted = views(sought.mine, today)
    sums = [sa.func.coalesce(sa.func.sum(sa.case((each, 1), else_=0)), 0) for each in wanted.values()]
    query: Any = sa.select(*sums).select_from(table(Application))
    query = query.outerjoin(table(Organisation), table(Organisation).c.id == table(Application).c.org_id)
    row = work.execute(_of(query, sought)).one()
    return {name: int(value) for name, value in zip(wanted, row, strict=True)}


def handed_in(work: Work, ids: Collection[int]) -> dict[int, datetime]:
    """When each was handed in last, first or again; those without such a step are left out."""
    steps = table(ApplicationStep)
    again = sa.and_(steps.c.after == "submitted", steps.c.before.not_in(WAITING))
    query = sa.select(steps.c.application_id, sa.func.max(steps.c.at, type_=steps.c.at.type))
    query = query.where(steps.c.application_id.in_(ids), again).group_by(steps.c.application_id)
    return {int(application_id): at for application_id, at in work.execute(query).all()}


def hold(work: Work, application_id: int) -> Application | None:
    """One application, its person locked before it as a turn of that person does: neither waits for the other."""
    found = work.session.get(Application, application_id)
    if found is None:
        return None
    if work.dialect == "postgresql":
        work.session.exec(select(Person.id).where(Person.id == found.person_id).with_for_update()).first()
    return held(work, application_id)


def earlier_of(work: Work, application: Application) -> Sequence[Application]:
    """What else the same person handed in, the newest first."""
    query = select(Application).where(
        Application.person_id == application.person_id,
        Application.id != application.id,
        col(Application.number).is_not(None),
    )
    return work.session.exec(query.order_by(col(Application.created_at).desc()).limit(20)).all()


def members_with(work: Work, application: Application) -> Sequence[Member]:
    """Members of this database with the same ID number or mobile."""
    same = [col(Member.id_hash) == application.id_hash] if application.id_hash else []
    same += [col(Member.mobile_hash) == application.mobile_hash] if application.mobile_hash else []
    query = select(Member).where(sa.or_(sa.false(), *same), col(Member.state).in_(HERE))
    return work.session.exec(query.order_by(col(Member.created_at)).limit(20)).all()


def undated(work: Work, limit: int = 500) -> Sequence[int]:
    """Waiting applications nobody gave a due date (handed in before there were any)."""
    query = select(Application.id).where(col(Application.state).in_(WAITING), col(Application.due_on).is_(None))
    return work.session.exec(query.limit(limit)).all()


def late(work: Work, today: date, limit: int = 500) -> list[tuple[int, date]]:
    """Waiting applications past their due date that the superior was not told of, with that date; longest first."""
    rows = table(Application)
    query = sa.select(rows.c.id, rows.c.due_on).where(rows.c.state.in_(WAITING), rows.c.due_on < today)
    query = query.where(rows.c.escalated_at.is_(None)).order_by(rows.c.due_on, rows.c.id).limit(limit)
    return [(int(application_id), due) for application_id, due in work.execute(query).all()]
