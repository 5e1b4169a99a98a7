"""Staff accounts of the console and their sessions.

States of an account: active, or not (`active` false: it cannot log in and its sessions are over). A session lives until
`expires_at`, or until it was idle too long, or it is deleted by logging out, a changed password or a changed role.
Unique: account name; session id, which is a keyed hash of the cookie, so the table is useless to whoever reads it.

Crash analysis: every change is one transaction. A login that crashes after the commit leaves a session nobody holds the
cookie of; it expires. `totp_step` is the last time step whose code was used, so a code works once.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, table
from storage.work import Work

TOTP_PURPOSE = "staff.totp"
SESSION_PURPOSE = "session.id"


class Staff(Row, table=True):
    """One account. `role` is staff, editor, approver or admin; `org_id` the branch it is for, None for the whole tree.

    `password` is an argon2id hash; `totp` the sealed base32 secret, None without a second factor. `failures` counts
    wrong passwords since the last right one; until `locked_until` no login is tried. `person_id` is who this account's
    owner is in the chat (for previews on their own phone and 停止发送), shown by a code typed there: `phone_code` is
    its keyed hash, good until `phone_code_until`.
    """

    __tablename__ = "staff"
    id: int = Field(primary_key=True, sa_type=BigId)
    name: str = Field(max_length=32, unique=True)
    display: str = Field(max_length=32)
    role: str = Field(max_length=12)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", sa_type=BigId)
    password: str = Field(max_length=200)
    must_change: bool = True
    totp: bytes | None = None
    totp_step: int = Field(default=0, sa_type=BigId)
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_login_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id", unique=True, sa_type=BigId)
    phone_code: str | None = Field(default=None, max_length=64, unique=True)
    phone_code_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Session(Row, table=True):
    """One login. `csrf` is the token its forms carry."""

    __tablename__ = "session"
    id: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", index=True, sa_type=BigId)
    csrf: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(index=True, sa_type=UtcDateTime)


def get(work: Work, staff_id: int) -> Staff | None:
    """One account by id."""
    return work.session.get(Staff, staff_id)


def by_name(work: Work, name: str) -> Staff | None:
    """One account by its login name."""
    return work.session.exec(select(Staff).where(Staff.name == name)).first()


def for_change(work: Work, staff_id: int) -> Staff | None:
    """One account, as it is now and held until the end of the unit of work, so that no count of failures is lost."""
    query = select(Staff).where(Staff.id == staff_id).execution_options(populate_existing=True)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query).first()


def admins_for_change(work: Work) -> Sequence[Staff]:
    """All active admins, held until the end of the unit of work: of two who step back at once one sees the other."""
    query = select(Staff).where(Staff.role == "admin", col(Staff.active).is_(True)).order_by(col(Staff.id))
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).all()


def every(work: Work) -> Sequence[Staff]:
    """All accounts, by name."""
    return work.session.exec(select(Staff).order_by(Staff.name)).all()


def save(work: Work, account: Staff) -> None:
    """Store a new or changed account. IntegrityError when the name is taken."""
    work.session.add(account)
    work.session.flush()


def open_session(work: Work, cookie: str, staff_id: int, csrf: str, now: datetime, expires_at: datetime) -> None:
    """Remember a login under the hash of its cookie."""
    key = work.seal.fingerprint(cookie, SESSION_PURPOSE)
    work.session.add(Session(id=key, staff_id=staff_id, csrf=csrf, created_at=now, seen_at=now, expires_at=expires_at))
    work.session.flush()


def session_of(work: Work, cookie: str) -> tuple[Session, Staff] | None:
    """The session of a cookie with its account, whatever its age."""
    key = work.seal.fingerprint(cookie, SESSION_PURPOSE)
    query = select(Session, Staff).where(Session.id == key, Staff.id == Session.staff_id)
    return work.session.exec(query).first()


def touch(work: Work, session_id: str, now: datetime) -> None:
    """A session was used."""
    rows = table(Session)
    work.execute(sa.update(rows).where(rows.c.id == session_id).values(seen_at=now))


def close_session(work: Work, cookie: str) -> None:
    """Log out."""
    rows = table(Session)
    key = work.seal.fingerprint(cookie, SESSION_PURPOSE)
    work.execute(sa.delete(rows).where(rows.c.id == key))


def close_sessions_of(work: Work, staff_id: int, but: str = "") -> int:
    """End every login of an account, except the session with this id; returns how many."""
    rows = table(Session)
    return int(work.execute(sa.delete(rows).where(rows.c.staff_id == staff_id, rows.c.id != but)).rowcount)


def drop_expired(work: Work, now: datetime, idle_since: datetime) -> int:
    """Forget sessions that are over; returns how many."""
    rows = table(Session)
    over = sa.or_(rows.c.expires_at <= now, rows.c.seen_at <= idle_since)
    return int(work.execute(sa.delete(rows).where(over)).rowcount)


def names(work: Work, role: str | None = None) -> list[str]:
    """Names of active accounts, of one role when given."""
    query = select(Staff.name).where(col(Staff.active).is_(True)).order_by(Staff.name)
    return list(work.session.exec(query.where(Staff.role == role) if role else query).all())
