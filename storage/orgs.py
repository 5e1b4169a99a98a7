"""The organisation tree: city union, districts, streets, basic-level unions; and who holds which office.

`path` is the materialised way from the root (`/1/4/9/`), so everything below a branch is one prefix query.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.work import Work


class Organisation(Row, table=True):
    """One union organisation. Unique: code. `level` is 市, 区县, 街道 or 基层; its QR code has the scene unit_<code>.

    `employer`: whose workers it organises. `trade`: words of the industry that an industry union takes in, separated by
    blanks. `version` grows with every change, so that processes know when to rebuild their index of names.
    """

    __tablename__ = "organisation"
    id: int = Field(primary_key=True, sa_type=BigId)
    code: str = Field(max_length=32, unique=True)
    name: str
    level: str = Field(max_length=8)
    employer: str = ""
    parent_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    path: str = Field(default="/", index=True)
    trade: str = Field(default="", max_length=200, sa_column_kwargs=default(""))
    version: int = Field(default=1, sa_column_kwargs=default(1))


class Appointment(Row, table=True):
    """A person holds an office in an organisation (主席, 经办人 …). Unique: (organisation, person, office).

    It is held from `since` to `until`, both included; whoever is unbound today has yesterday there and is out at once.
    Somebody who takes the same office again gets the same row back.
    """

    __tablename__ = "appointment"
    __table_args__ = (sa.UniqueConstraint("org_id", "person_id", "office"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    org_id: int = Field(foreign_key="organisation.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    office: str = Field(max_length=16)
    since: date
    until: date | None = None


class Binding(Row, table=True):
    """A one-time code that gives whoever shows it an office. Unique: the code's keyed hash; the code is not stored.

    `name`: whom staff made it for, where they said so; sealed, and gone with the code. In force: not used, not revoked,
    not expired.
    """

    __tablename__ = "binding"
    id: int = Field(primary_key=True, sa_type=BigId)
    code_hash: str = Field(max_length=64, unique=True)
    org_id: int = Field(foreign_key="organisation.id", index=True, sa_type=BigId)
    office: str = Field(max_length=16)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_by: int | None = Field(default=None, sa_type=BigId)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    name: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    made_by: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def get(work: Work, org_id: int) -> Organisation | None:
    """One organisation by id."""
    return work.session.get(Organisation, org_id)


def by_code(work: Work, code: str) -> Organisation | None:
    """One organisation by its code."""
    return work.session.exec(select(Organisation).where(Organisation.code == code)).first()


def by_path(work: Work, path: str) -> Organisation | None:
    """The organisation at a place of the tree."""
    return work.session.exec(select(Organisation).where(Organisation.path == path)).first()


def of_codes(work: Work, codes: Collection[str]) -> Sequence[Organisation]:
    """The organisations of these codes, as far as there are any."""
    return work.session.exec(select(Organisation).where(col(Organisation.code).in_(codes))).all() if codes else ()


def root(work: Work) -> Organisation | None:
    """The organisation at the top of the tree, the one with most below it where there are several."""
    query = select(Organisation).where(col(Organisation.parent_id).is_(None)).order_by(Organisation.path)
    tops = work.session.exec(query).all()
    return max(tops, key=lambda org: len(below(work, org)), default=None) if len(tops) > 1 else next(iter(tops), None)


def by_ids(work: Work, ids: Collection[int]) -> dict[int, Organisation]:
    """Organisations by id."""
    rows = work.session.exec(select(Organisation).where(col(Organisation.id).in_(ids))).all()
    return {org.id: org for org in rows}


def below(work: Work, org: Organisation) -> Sequence[Organisation]:
    """The organisation and everything under it, parents before children."""
    query = select(Organisation).where(col(Organisation.path).startswith(org.path)).order_by(Organisation.path)
    return work.session.exec(query).all()


def beneath(work: Work, path: str) -> Sequence[Organisation]:
    """Every organisation at and below a path (`/`: all), parents before children."""
    query = select(Organisation).where(col(Organisation.path).startswith(path, autoescape=True))
    return work.session.exec(query.order_by(Organisation.path)).all()


def page_beneath(work: Work, path: str, limit: int, offset: int) -> Sequence[Organisation]:
    """Some of the organisations at and below a path, parents before children."""
    query = select(Organisation).where(col(Organisation.path).startswith(path, autoescape=True))
    return work.session.exec(query.order_by(Organisation.path).limit(limit).offset(offset)).all()


def count_beneath(work: Work, path: str) -> int:
    """How many organisations there are at and below a path."""
    each = table(Organisation)
    query = sa.select(sa.func.count()).select_from(each).where(each.c.path.startswith(path, autoescape=True))
    return int(work.look(query).scalar_one())


def branches(work: Work, path: str, limit: int = 300) -> Sequence[Organisation]:
    """The organisation at a path and the larger ones below it (no city, no basic-level union), by path."""
    large = sa.or_(col(Organisation.level).in_(("区县", "街道")), col(Organisation.path) == path)
    query = select(Organisation).where(col(Organisation.path).startswith(path, autoescape=True), large)
    below_root = col(Organisation.parent_id).is_not(None)
    return work.session.exec(query.where(below_root).order_by(Organisation.path).limit(limit)).all()


def put(
    work: Work,
    code: str,
    name: str,
    level: str,
    employer: str,
    parent: Organisation | None,
    trade: str | None = None,
) -> Organisation:
    """Create or rename the organisation of this code. The parent of an existing one is not changed here.

    Without `trade` an existing one keeps its words. What is the same already is not written.
    """
    org = by_code(work, code)
    fresh = org is None
    if org is None:
        org_id = work.new_id()
        above = parent.path if parent else "/"
        parent_id = parent.id if parent else None
        org = Organisation(
            id=org_id, code=code, name=name, level=level, parent_id=parent_id, path=f"{above}{org_id}/", version=0
        )
    wanted = (name, level, employer, org.trade if trade is None else trade)
    if fresh or (org.name, org.level, org.employer, org.trade) != wanted:
        org.name, org.level, org.employer, org.trade = wanted
        org.version += 1
        work.session.add(org)
        work.session.flush()
    return org


State = tuple[int, int]


def state(work: Work) -> State:
    """Differs whenever the tree has changed: number of organisations and sum of their versions."""
    each = table(Organisation)
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(each.c.version), 0)).select_from(each)
    count, total = map(int, work.look(query).one())
    return count, total


def every(work: Work) -> Sequence[sa.Row[Any]]:
    """Id, name, level, employer, path and trade of all organisations, by path: plain rows, for an index."""
    each = table(Organisation).c
    wanted = (each.id, each.name, each.level, each.employer, each.path, each.trade)
    return work.look(sa.select(*wanted).order_by(each.path)).all()


def search(work: Work, words: str, limit: int = 5) -> Sequence[Organisation]:
    """Basic-level unions whose name or employer contains the words, shortest name first."""
    like = f"%{words.replace('%', '').replace('_', '')}%"
    query = (
        select(Organisation)
        .where(sa.or_(col(Organisation.name).like(like), col(Organisation.employer).like(like)))
        .order_by(sa.func.length(Organisation.name), col(Organisation.id))
        .limit(limit)
    )
    return work.session.exec(query).all()


def appoint(work: Work, org: Organisation, person_id: int, office: str, since: date) -> Appointment:
    """Give a person an office; the same call twice is one appointment. One that had ended begins again."""
    query = select(Appointment).where(
        Appointment.org_id == org.id, Appointment.person_id == person_id, Appointment.office == office
    )
    held = work.session.exec(query).first()
    if held is None:
        held = Appointment(id=work.new_id(), org_id=org.id, person_id=person_id, office=office, since=since)
    elif held.until is not None and held.until < since:
        held.since, held.until = since, None
    work.session.add(held)
    work.session.flush()
    return held


def appointment(work: Work, appointment_id: int, change: bool = False) -> Appointment | None:
    """One appointment; with `change` nobody else changes it until this unit of work is over."""
    query = select(Appointment).where(Appointment.id == appointment_id)
    if change and work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query).first()


def in_office(day: date) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """That an appointment is held on a day."""
    until = col(Appointment.until)
    return col(Appointment.since) <= day, sa.or_(until.is_(None), until >= day)


def offices_of(work: Work, person_id: int, day: date) -> Sequence[tuple[Appointment, Organisation]]:
    """The offices a person holds on a day, with their organisations."""
    query = (
        select(Appointment, Organisation)
        .where(Appointment.org_id == Organisation.id, Appointment.person_id == person_id, *in_office(day))
        .order_by(Organisation.path)
    )
    return work.session.exec(query).all()


def office_holders(work: Work, day: date) -> Sequence[tuple[Appointment, Organisation]]:
    """Everybody who holds an office on a day."""
    query = (
        select(Appointment, Organisation)
        .where(Appointment.org_id == Organisation.id, *in_office(day))
        .order_by(Organisation.path)
    )
    return work.session.exec(query).all()


def holders_of(work: Work, org_id: int, day: date) -> Sequence[int]:
    """The people who hold an office in one organisation on a day."""
    query = (
        select(Appointment.person_id)
        .where(Appointment.org_id == org_id, *in_office(day))
        .order_by(col(Appointment.person_id))
        .distinct()
    )
    return work.session.exec(query).all()


def count(work: Work) -> int:
    """How many organisations there are."""
    return int(work.look(sa.select(sa.func.count()).select_from(table(Organisation))).scalar_one())


BINDING, NAME = "binding.code", "binding.name"


def put_binding(work: Work, code: str, org: Organisation, office: str, expires_at: datetime) -> None:
    """Store a binding code; the same code again changes nothing."""
    code_hash = work.seal.fingerprint(code, BINDING)
    if work.session.exec(select(Binding.id).where(Binding.code_hash == code_hash)).first() is None:
        work.session.add(
            Binding(id=work.new_id(), code_hash=code_hash, org_id=org.id, office=office, expires_at=expires_at)
        )


def add_binding(work: Work, code: str, name: str, **values: Any) -> None:
    """Remember a new code (`org_id`, `office`, `expires_at`, `made_by`, `made_at`); written with the group."""
    sealed = work.seal.seal(name, NAME) if name else None
    row = {"id": work.new_id(), "code_hash": work.seal.fingerprint(code, BINDING), "name": sealed, **values}
    work.append(Binding, {**row, "used_by": None, "used_at": None, "revoked_at": None})


def find_binding(work: Work, code: str) -> Binding | None:
    """The binding of a code, in whatever state; nobody else spends it until this unit of work is over."""
    query = select(Binding).where(Binding.code_hash == work.seal.fingerprint(code, BINDING))
    return work.session.exec(query.with_for_update() if work.dialect == "postgresql" else query).first()


def binding(work: Work, binding_id: int) -> Binding | None:
    """One binding by id, to be changed."""
    query = select(Binding).where(Binding.id == binding_id)
    return work.session.exec(query.with_for_update() if work.dialect == "postgresql" else query).first()


def spent_for(work: Work, org_id: int, office: str, person_id: int) -> Binding | None:
    """The code by which a person came to an office last."""
    mine = (Binding.org_id == org_id, Binding.office == office, Binding.used_by == person_id)
    query = select(Binding).where(*mine).order_by(col(Binding.used_at).desc(), col(Binding.id))
    return work.session.exec(query).first()
