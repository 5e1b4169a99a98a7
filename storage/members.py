"""Members of the union, what happened to their membership, and what they asked to have done about it.

States of a member: `active` (在册) ⇄ `kept` (保留会籍: retired, unemployed …; no dues, no vote, not counted) → `left`
(退会) | `moved` (转出 to a union outside this database) | `expelled` (除名). A transfer inside the tree changes
`org_id` and stays `active`. Source: charter of the unions art. 5-8, membership rules art. 12-23.

A request (`member_request`) is what a member asks for: `transfer`, `keep`, `resume`, `leave`, `correct`. States:
`pending` → `released` (a transfer: the old union let go, the new one has to take) → `done` | `refused` | `withdrawn`.

Unique: member number; ID number among members of this database (`active`, `kept`); one open request per member and
kind. Every change writes a `member_event` in the same transaction: a crash leaves both or neither. Whoever changes a
member holds the row (`held`). Nothing is changed by the machine alone: "six months without dues" makes a task, not a
change.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default
from storage.work import Work

HERE = ("active", "kept")
OPEN_REQUESTS = ("pending", "released")
ID_PURPOSE, MOBILE_PURPOSE, REQUEST_PURPOSE = "member.id_number", "member.mobile", "member_request.data"
HASH_OF_ID, HASH_OF_MOBILE = "application.id_number", "application.mobile"  # one purpose, so that both tables compare
_HERE_SQL = sa.text("state IN ('active','kept') AND id_hash <> ''")
_REQUEST_SQL = sa.text("state IN ('pending','released')")


class Member(Row, table=True):
    """One member. `person_id` is who chats with us, None for somebody who was only brought in by a list.

    `joined_on` and `since_on` (when the present state began) are calendar days in China. Sealed: `id_number`, `mobile`.
    `source` is `chat`, `import` or `transfer`.
    """

    __tablename__ = "member"
    __table_args__ = (
        sa.Index("uq_member_id", "id_hash", unique=True, sqlite_where=_HERE_SQL, postgresql_where=_HERE_SQL),
        sa.Index("ix_member_org_state", "org_id", "state"),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(max_length=24, unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True, sa_type=BigId)
    org_id: int = Field(foreign_key="organisation.id", sa_type=BigId)
    state: str = Field(default="active", max_length=12)
    name: str = Field(max_length=40, index=True)
    id_number: bytes | None = None
    id_hash: str = Field(default="", max_length=64)
    mobile: bytes | None = None
    mobile_hash: str = Field(default="", max_length=64, index=True)
    employer: str = Field(default="", max_length=80)
    work_status: str = Field(default="", max_length=16)
    migrant: bool | None = None
    joined_on: date
    since_on: date
    reason: str = Field(default="", max_length=100)
    source: str = Field(default="chat", max_length=12, sa_column_kwargs=default("chat"))
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class MemberEvent(Row, table=True):
    """One thing that happened to a membership, on a day: join, import, transfer_in, transfer_out, keep, resume, leave,
    expel, correct, relieve. `actor` as in `application_step`; `reason` holds no personal data."""

    __tablename__ = "member_event"
    __table_args__ = (
        sa.Index("ix_member_event_member", "member_id", "at"),
        sa.Index("ix_member_event_day", "on_day", "kind"),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    member_id: int = Field(foreign_key="member.id", sa_type=BigId)
    kind: str = Field(max_length=16)
    on_day: date
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=48)
    from_org: int | None = Field(default=None, sa_type=BigId)
    to_org: int | None = Field(default=None, sa_type=BigId)
    reason: str = Field(default="", max_length=200)


class MemberRequest(Row, table=True):
    """What a member asked for. `data` is sealed JSON (new mobile, new employer …); `to_org` where a transfer goes.

    `application_id` is the application a transfer comes from, perhaps of another person than the one who chats as this
    member: then two let go, and `first_by` is who said yes first.
    """

    __tablename__ = "member_request"
    __table_args__ = (
        sa.Index(
            "uq_member_request",
            "member_id",
            "kind",
            unique=True,
            sqlite_where=_REQUEST_SQL,
            postgresql_where=_REQUEST_SQL,
        ),
        sa.Index("ix_member_request_state", "state", "created_at"),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    member_id: int = Field(foreign_key="member.id", sa_type=BigId)
    kind: str = Field(max_length=12)
    state: str = Field(default="pending", max_length=12)
    to_org: int | None = Field(default=None, sa_type=BigId)
    application_id: int | None = Field(default=None, index=True, sa_type=BigId)
    data: bytes | None = None
    note: str = Field(default="", max_length=200)
    decided_by: str = Field(default="", max_length=32)
    first_by: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    created_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def get(work: Work, member_id: int) -> Member | None:
    """One member by id."""
    return work.session.get(Member, member_id)


def held(work: Work, member_id: int) -> Member | None:
    """One member, nobody else changes it until this unit of work is over; read afresh."""
    query = select(Member).where(Member.id == member_id)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def of_person(work: Work, person_id: int) -> Member | None:
    """The membership of somebody who chats with us, the one that counts first."""
    query = select(Member).where(Member.person_id == person_id)
    found = work.session.exec(query.order_by(col(Member.created_at).desc())).all()
    return next((each for each in found if each.state in HERE), found[0] if found else None)


def by_number(work: Work, number: str) -> Member | None:
    """The member with a member number."""
    return work.session.exec(select(Member).where(Member.number == number)).first()


def by_id_hash(work: Work, id_hash: str) -> Member | None:
    """The member of this database with an ID number."""
    query = select(Member).where(Member.id_hash == id_hash, _HERE_SQL)  # as the index has it, so that it is used
    return work.session.exec(query).first()


def count_numbers(work: Work, prefix: str) -> int:
    """How many member numbers begin so."""
    query = select(sa.func.count()).select_from(Member).where(col(Member.number).startswith(prefix, autoescape=True))
    return int(work.session.exec(query).one())


def note(work: Work, member: Member, kind: str, day: date, actor: str, now: datetime, **more: object) -> None:
    """Write down what happened to a member. `more`: `from_org`, `to_org`, `reason`."""
    values = {"id": work.new_id(), "member_id": member.id, "kind": kind, "on_day": day, "at": now}
    work.append(MemberEvent, {**values, "actor": actor[:48], "from_org": None, "to_org": None, "reason": "", **more})


def events(work: Work, member_id: int) -> Sequence[MemberEvent]:
    """What happened to a member, the first thing first."""
    query = select(MemberEvent).where(MemberEvent.member_id == member_id)
    return work.session.exec(query.order_by(col(MemberEvent.at), col(MemberEvent.id))).all()


def prefix_of(code: str, year: int) -> str:
    """What the numbers of a union's members begin with; six digits follow."""
    return f"{code[:12]}-{year}-"


def alone(work: Work) -> None:
    """Until the transaction ends nobody else gives out members' numbers."""
    work.alone("member numbers")


def next_number(work: Work, code: str, year: int) -> str:
    """The next free number of a union in a year; call `alone` first."""
    prefix = prefix_of(code, year)
    last = work.session.exec(select(sa.func.max(Member.number)).where(col(Member.number).startswith(prefix))).one()
    return f"{prefix}{int(last[len(prefix) :]) + 1 if last else 1:06d}"


def held_request(work: Work, request_id: int) -> MemberRequest | None:
    """One request, nobody else changes it until this unit of work is over; read afresh."""
    query = select(MemberRequest).where(MemberRequest.id == request_id)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def requests(work: Work, member_id: int) -> Sequence[MemberRequest]:
    """Everything a member asked for, the newest first."""
    query = select(MemberRequest).where(MemberRequest.member_id == member_id)
    return work.session.exec(query.order_by(col(MemberRequest.created_at).desc(), col(MemberRequest.id))).all()


def open_request(work: Work, member_id: int, kind: str) -> MemberRequest | None:
    """The open request of a kind."""
    return next((each for each in requests(work, member_id) if each.kind == kind and each.state in OPEN_REQUESTS), None)


def request_of(work: Work, application_id: int) -> MemberRequest | None:
    """The open request that an application waits for."""
    query = select(MemberRequest).where(
        MemberRequest.application_id == application_id, col(MemberRequest.state).in_(OPEN_REQUESTS)
    )
    return work.session.exec(query).first()


def settle(work: Work, request: MemberRequest, state: str, by: str, now: datetime, note: str = "") -> None:
    """An end, or half of the way, of a held request: what was asked is forgotten with the end."""
    request.state, request.decided_by, request.note = state, by, note[:200]
    if state not in OPEN_REQUESTS:
        request.decided_at, request.data = now, None
    work.session.add(request)
    work.session.flush()
