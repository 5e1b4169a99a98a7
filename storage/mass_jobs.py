"""Mass sends: one call of the platform for up to 10 000 recipients of a broadcast (platform.md 5.2).

States: `planned` → `sending` (claimed by `owner`, leased until `due_at`) → `accepted` (a finish event follows) → `done`
| `failed`; `unknown` when no answer was heard and the platform does not say either. Unique: (broadcast, attempt,
number); `client_id`, which goes to the platform as `clientmsgid`: a repeat of it is not sent twice, so a job whose
sender died is simply sent again. Its recipients are `massed` until it ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, select

from storage.base import BigId, Row, UtcDateTime, default, table
from storage.broadcasts import Broadcast
from storage.people import Address
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work

OPEN = ("planned", "sending", "accepted")


class MassJob(Row, table=True):
    """One call. `total`, `filtered`, `sent`, `errors` are people, as the platform's finish event tells them.

    `filtered`: those it filtered away (the event's FilterCount are those it left). `tries`: calls, and once it was
    accepted how often it was asked for.
    """

    __tablename__ = "mass_job"
    __table_args__ = (sa.UniqueConstraint("broadcast_id", "attempt", "number"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigId)
    attempt: int = Field(default=1, sa_column_kwargs=default(1))
    number: int
    channel: str = Field(max_length=16)
    state: str = Field(max_length=12, index=True)
    client_id: str = Field(max_length=32, unique=True)
    message_id: str = Field(default="", max_length=64, index=True, sa_column_kwargs=default(""))
    code: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    tries: int = Field(default=0, sa_column_kwargs=default(0))
    owner: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    due_at: datetime = Field(sa_type=UtcDateTime)
    total: int = Field(default=0, sa_column_kwargs=default(0))
    filtered: int = Field(default=0, sa_column_kwargs=default(0))
    sent: int = Field(default=0, sa_column_kwargs=default(0))
    errors: int = Field(default=0, sa_column_kwargs=default(0))
    created_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


LEASE = timedelta(seconds=60)  # outlasts a call
_job, _row, _address, _broadcast = table(MassJob), table(Recipient), table(Address), table(Broadcast)
_choice = table(TopicChoice)


class Job(NamedTuple):
    """A job that was claimed. `was`, `since`: its state before, and what it was due at then."""

    id: int
    broadcast_id: int
    channel: str
    client_id: str
    message_id: str
    tries: int
    was: str
    since: datetime
    text: str
    valid_until: datetime


def any_work(work: Work, now: datetime) -> bool:
    """Whether there is a job to send, ask for or end; cheap, for an idle sender."""
    due = sa.select(_job.c.id).where(_job.c.state.in_(OPEN), _job.c.due_at <= now).limit(1)
    over = sa.select(_job.c.id).where(_OVER).limit(1)
    return any(work.look(query).first() is not None for query in (due, over))


_GONE = sa.exists().where(_broadcast.c.id == _job.c.broadcast_id, _broadcast.c.state == "cancelled")
_OVER = sa.and_(_job.c.state == "planned", _GONE)


def claim(work: Work, owner: str, now: datetime, quiet: bool = False) -> Job | None:
    """The next job to send of the broadcasts that are being sent, leased for `LEASE`; perhaps of a sender that died.

    In `quiet` hours only of those that may go out at any hour.
    """
    awake = sa.or_(_broadcast.c.any_hour, _broadcast.c.topic == "urgent") if quiet else sa.true()
    due = (_job.c.state.in_(("planned", "sending")), _job.c.due_at <= now, _broadcast.c.state == "sending", awake)
    return _take(work, due, owner, now, state="sending")


def ask(work: Work, owner: str, now: datetime) -> Job | None:
    """A job that was taken by the platform and of which nothing was heard for too long, leased for `LEASE`."""
    return _take(work, (_job.c.state == "accepted", _job.c.due_at <= now), owner, now, state="accepted")


_COLUMNS = (
    *(_job.c[name] for name in Job._fields[:6]),
    _job.c.state,
    _job.c.due_at,
    _broadcast.c.text,
    _broadcast.c.valid_until,
)


def _take(work: Work, which: tuple[Any, ...], owner: str, now: datetime, state: str) -> Job | None:
    joined = _job.join(_broadcast, _broadcast.c.id == _job.c.broadcast_id)
    query = sa.select(*_COLUMNS).select_from(joined).where(*which).order_by(_job.c.due_at, _job.c.id).limit(1)
    if work.dialect == "postgresql":
        query = query.with_for_update(of=_job, skip_locked=True)
    row = work.execute(query).first()
    if row is None:
        return None
    taken = {"state": state, "owner": owner, "due_at": now + LEASE, "tries": _job.c.tries + 1}
    work.execute(sa.update(_job).where(_job.c.id == row.id).values(**taken))
    return Job._make(row)._replace(tries=row.tries + 1)


def drop_gone(work: Work, job_id: int, now: datetime) -> int:
    """Recipients of a job who have left or refuse since it was formed are `unreachable`; returns how many."""
    gone = sa.or_(~_address.c.following, _address.c.refused != "")
    theirs = sa.exists().where(_address.c.id == _row.c.address_id, gone).correlate(_row)
    return end_people(work, job_id, "unreachable", "not_following", "", now, theirs)


def drop_unwanted(work: Work, job_id: int, now: datetime) -> int:
    """Recipients of a job who have opted out of its topic since it was formed get nothing; returns how many.

    A job may wait for days, for the morning or for new quota; nobody opts out of news of their own event.
    """
    what = sa.select(_broadcast.c.topic).where(_broadcast.c.id == _row.c.broadcast_id, _broadcast.c.kind == "notice")
    choice = (_choice.c.person_id == _row.c.person_id, _choice.c.topic == what.correlate(_row).scalar_subquery())
    return end_people(work, job_id, "cancelled", "opted_out", "", now, sa.exists().where(*choice).correlate(_row))


def users(work: Work, job_id: int) -> list[str]:
    """The platform ids of a job, in the order of the recipients."""
    theirs = sa.select(_address.c.user).join(_row, _row.c.address_id == _address.c.id)
    mine = (_row.c.mass_job_id == job_id, _row.c.state == "massed")
    return [str(user) for user in work.execute(theirs.where(*mine).order_by(_row.c.id)).scalars()]


def change(work: Work, job_id: int, origins: Sequence[str], **values: Any) -> bool:
    """Move a job on from one of these states; false when it is in none of them any more."""
    mine = (_job.c.id == job_id, _job.c.state.in_(origins))
    return bool(work.execute(sa.update(_job).where(*mine).values(**values)).rowcount)


def end_people(work: Work, job_id: int, state: str, reason: str, code: str, now: datetime, which: Any = None) -> int:
    """The end of the recipients of a job (those of `which`), also of those it was not known of; returns how many."""
    mine = (_row.c.mass_job_id == job_id, _row.c.state.in_(("massed", "unknown")))
    values = {"state": state, "reason": reason, "code": code[:32], "settled_at": now}
    return int(work.execute(sa.update(_row).where(*mine, *_given(which)).values(**values)).rowcount)


def _given(which: Any) -> tuple[Any, ...]:
    return () if which is None else (which,)


def people_of(work: Work, job_id: int) -> int:
    """How many recipients went with a job, those included who have said 收到 before its end was known."""
    went = sa.or_(
        _row.c.state.in_(("massed", "unknown")), sa.and_(_row.c.state == "sent", _row.c.acked_at.is_not(None))
    )
    mine = (_row.c.mass_job_id == job_id, went)
    return int(work.execute(sa.select(sa.func.count()).where(*mine)).scalar_one())


def by_message(work: Work, message_id: str) -> MassJob | None:
    """The job of the platform's id."""
    found = select(MassJob).where(MassJob.message_id == message_id) if message_id else None
    return work.session.exec(found).first() if found is not None else None


def cancelled(work: Work) -> list[int]:
    """Jobs that were not sent and never will be: their broadcast was cancelled."""
    return list(work.execute(sa.select(_job.c.id).where(_OVER)).scalars())


def died(work: Work, now: datetime) -> list[int]:
    """Jobs of cancelled broadcasts whose sender died: nobody knows whether they went out."""
    dead = (_job.c.state == "sending", _job.c.due_at <= now, _GONE)
    return list(work.execute(sa.select(_job.c.id).where(*dead)).scalars())
