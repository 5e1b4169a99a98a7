"""Applications for membership: what was asked for, where it stands, and every step of the way there.

States of an application:

    collecting ─ confirming ─ submitted ─ in_review ─ approved
        │            │           │  ▲        ├─ releasing ─ approved | submitted (not released)
        │            │           │  │        ├─ returned ─ submitted (round + 1) | expired
        └────────────┴─ expired  │  │        └─ rejected
                     withdrawn ──┴──┴── from every open state

- `collecting`: consent was given and the form is open; `confirming`: the summary is shown. Answers are only in the
  sealed conversation; the row says who, when, on which notice, and how often the person was reminded.
- `submitted`: confirmed by the applicant, the sealed columns are filled; `in_review`: taken up by one reviewer.
- `releasing`: a transfer was approved, and the union of this database that has the member is asked to let go; with the
  taking of that `member_request` it is `approved`, without it a reviewer has it again.
- `returned`: the reviewer names fields and a reason; the applicant changes them and it is `submitted` again, or it
  expires.
- `approved` makes the member in the same transaction. `rejected`, `withdrawn`, `expired` are ends as well.

Nothing here decides: a person approves, returns or rejects. An application with `flags` needs a second person
(`first_by` is who approved first). `due_on` is the last working day for an answer, `escalated_at` when the superior
union was told that it passed.

Unique: at most one open application per person; at most one per ID number among those in a reviewer's hands; number.
Every change of state writes one `application_step` in the same transaction, so a crash leaves both or neither.
Whoever changes a state holds the row (`held`) and looks at the state again: two reviewers cannot both decide.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table
from storage.conversations import Conversation
from storage.work import Work

UNSENT = ("collecting", "confirming")
IN_HAND = ("submitted", "in_review", "releasing", "returned")
OPEN = (*UNSENT, *IN_HAND)
ENDED = ("approved", "rejected", "withdrawn", "expired")
ID_PURPOSE, MOBILE_PURPOSE, MORE_PURPOSE = "application.id_number", "application.mobile", "application.more"
_OPEN_SQL = sa.text("state IN ('collecting','confirming','submitted','in_review','releasing','returned')")
_IN_HAND_SQL = sa.text("state IN ('submitted','in_review','releasing','returned') AND id_hash <> ''")


class Application(Row, table=True):
    """One application. `consent` is the version of the notice agreed to, `consent_at` when.

    `kind` is `join` or `transfer` (somebody who is a member elsewhere); `pathway` the special procedure: ordinary,
    dispatched, flexible, platform, no_union, young. `org_id` is the union that reviews it, `employer` what was
    written. Sealed: `id_number`, `mobile`, `more` (optional answers as JSON); blanked by retention. `flags` are codes
    of what a second person must look at, `returned` the keys of the fields to change, `note` the reason for people.
    """

    __tablename__ = "application"
    __table_args__ = (
        sa.Index("uq_application_person", "person_id", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        sa.Index("uq_application_id", "id_hash", unique=True, sqlite_where=_IN_HAND_SQL, postgresql_where=_IN_HAND_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    number: str | None = Field(default=None, max_length=20, unique=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    kind: str = Field(default="join", max_length=12, sa_column_kwargs=default("join"))
    pathway: str = Field(default="ordinary", max_length=16, sa_column_kwargs=default("ordinary"))
    state: str = Field(max_length=12, index=True)
    round: int = Field(default=0, sa_column_kwargs=default(0))
    name: str = Field(default="", max_length=40)
    id_number: bytes | None = None
    id_hash: str = Field(default="", max_length=64)
    mobile: bytes | None = None
    mobile_hash: str = Field(default="", max_length=64, index=True)
    more: bytes | None = None
    employer: str = Field(default="", max_length=80)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    work_status: str = Field(default="", max_length=16)
    migrant: bool | None = None
    form_version: int = Field(default=1, sa_column_kwargs=default(1))
    consent: str = Field(max_length=16)
    consent_at: datetime = Field(sa_type=UtcDateTime)
    flags: Any = Field(default=None, nullable=True, sa_type=Json)
    returned: Any = Field(default=None, nullable=True, sa_type=Json)
    note: str = ""
    reviewer: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    first_by: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    due_on: date | None = None
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    nudges: int = Field(default=0, sa_column_kwargs=default(0))
    nudged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApplicationStep(Row, table=True):
    """One change of state: who (`person`, `staff:name`, `job:name`), when, from, to, and why (no personal data)."""

    __tablename__ = "application_step"
    __table_args__ = (sa.Index("ix_application_step_application", "application_id", "at"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    application_id: int = Field(foreign_key="application.id", sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=48)
    before: str = Field(max_length=12)
    after: str = Field(max_length=12)
    reason: str = Field(default="", max_length=200)


def add(work: Work, application: Application) -> None:
    """Store a new application; the unique indexes refuse a second open one."""
    work.session.add(application)
    work.session.flush()


def move(work: Work, application: Application, state: str, actor: str, now: datetime, reason: str = "") -> None:
    """Change the state of a held application and write the step down. Whether it may is the caller's to know."""
    step = ApplicationStep(
        id=work.new_id(),
        application_id=application.id,
        at=now,
        actor=actor[:48],
        before=application.state,
        after=state,
        reason=reason[:200],
    )
    application.state, application.updated_at = state, now
    work.session.add(application)
    work.session.add(step)
    work.session.flush()


def steps(work: Work, application_id: int) -> Sequence[ApplicationStep]:
    """Every step of an application, the first one first."""
    query = select(ApplicationStep).where(ApplicationStep.application_id == application_id)
    return work.session.exec(query.order_by(col(ApplicationStep.at), col(ApplicationStep.id))).all()


def erase(work: Work, application: Application) -> None:
    """Drop an application with its steps as if it had never been (somebody under 14; PIPL art. 31)."""
    rows, taken = table(Application), table(ApplicationStep)
    work.execute(sa.delete(taken).where(taken.c.application_id == application.id))
    work.execute(sa.delete(rows).where(rows.c.id == application.id))
    work.session.expunge(application)


def get(work: Work, application_id: int) -> Application | None:
    """One application by id."""
    return work.session.get(Application, application_id)


def held(work: Work, application_id: int) -> Application | None:
    """One application, nobody else changes it until this unit of work is over; read afresh."""
    query = select(Application).where(Application.id == application_id)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def open_of(work: Work, person_id: int) -> Application | None:
    """The open application of a person, unsent or in hand."""
    query = select(Application).where(Application.person_id == person_id, col(Application.state).in_(OPEN))
    return work.session.exec(query).first()


def latest_of(work: Work, person_id: int) -> Application | None:
    """The last application of a person, whatever its state."""
    query = select(Application).where(Application.person_id == person_id)
    return work.session.exec(query.order_by(col(Application.created_at).desc(), col(Application.id).desc())).first()


def of_person(work: Work, person_id: int) -> Sequence[Application]:
    """Every application of a person, the newest first."""
    query = select(Application).where(Application.person_id == person_id)
    return work.session.exec(query.order_by(col(Application.created_at).desc(), col(Application.id).desc())).all()


def by_id_hash(work: Work, id_hash: str) -> Sequence[Application]:
    """Applications with this ID number that a reviewer has or has approved."""
    query = select(Application).where(
        Application.id_hash == id_hash, col(Application.state).in_((*IN_HAND, "approved"))
    )
    return work.session.exec(query).all()


def by_mobile_hash(work: Work, mobile_hash: str) -> Sequence[Application]:
    """Applications with this mobile that a reviewer has or has approved."""
    query = select(Application).where(
        Application.mobile_hash == mobile_hash, col(Application.state).in_((*IN_HAND, "approved"))
    )
    return work.session.exec(query).all()


def next_number(work: Work, day: date) -> str:
    """The next application number of a day: 20261121-0007.

    Whoever asks has the numbers for itself until its transaction ends, so two processes never meet the unique key.
    """
    work.alone("application.number")
    number, prefix, following = col(Application.number), day.strftime("%Y%m%d-"), day + timedelta(days=1)
    mine = select(Application.number).where(number >= prefix, number < following.strftime("%Y%m%d"))
    last = work.session.exec(mine.order_by(sa.func.length(number).desc(), number.desc()).limit(1)).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


def was_handed_in(work: Work, person_id: int, but: int) -> bool:
    """Whether a person handed in another application before."""
    query = select(Application.id).where(
        Application.person_id == person_id, Application.id != but, col(Application.submitted_at).is_not(None)
    )
    return work.session.exec(query).first() is not None


RETURNED_DAYS = timedelta(days=30)  # as long as an open form lives
AGAIN = "membership_again"  # the form of what was given back


class Unfinished(NamedTuple):
    """An application that waits for its applicant, with the last answer and its end (None: not handed in, no form).

    One that was given back and not answered since counts from then.
    """

    id: int
    nudges: int
    nudged_at: datetime | None
    answered_at: datetime | None
    expires_at: datetime | None


def waits_since(application: Application, form: Conversation | None) -> datetime:
    """Since when a returned application waits: it was given back, or answered later in its form."""
    given_back = application.updated_at
    return max(given_back, form.updated_at) if form is not None and form.form == AGAIN else given_back


def unfinished(work: Work, limit: int, after: int = 0) -> list[Unfinished]:
    """Applications that are not handed in or were given back, in the order of their ids, from behind `after`."""
    query = select(Application, Conversation).outerjoin(
        Conversation, col(Conversation.person_id) == col(Application.person_id)
    )
    waiting = query.where(col(Application.state).in_((*UNSENT, "returned")), Application.id > after)
    found: Sequence[tuple[Application, Conversation | None]] = work.session.exec(
        waiting.order_by(col(Application.id)).limit(limit)
    ).all()
    return [_unfinished(application, form) for application, form in found]


def _unfinished(application: Application, form: Conversation | None) -> Unfinished:
    facts = (application.id, application.nudges, application.nudged_at)
    if application.state == "returned":
        since = waits_since(application, form)
        return Unfinished(*facts, since, since + RETURNED_DAYS)
    return Unfinished(*facts, form.updated_at if form else None, form.expires_at if form else None)
