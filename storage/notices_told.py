"""Which notices a person was told of, by whatever route, and which of them still want a 收到."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage.base import table
from storage.broadcasts import Broadcast
from storage.inbox import Inbound
from storage.mass_jobs import MassJob
from storage.outbox import Outbox
from storage.recipients import Recipient
from storage.work import Work

_recipient, _broadcast, _mass = table(Recipient), table(Broadcast), table(MassJob)
_in, _out = table(Inbound), table(Outbox)
_BY_ITSELF = ("view", "whereabouts", "consent", "enter", "other")  # pushes that say nothing
# `unknown`: it was sent and may well have arrived. `massed`: the platform has the call it goes with.
_TOLD = ("sent", "accepted", "unknown")
_GONE = ("accepted", "done", "unknown")
_AT = sa.func.coalesce(_recipient.c.settled_at, _broadcast.c.started_at, _broadcast.c.created_at)
_JOINED = _recipient.join(_broadcast, _broadcast.c.id == _recipient.c.broadcast_id)


class Told(NamedTuple):
    """One notice somebody was told of. `at`: when. `asks`: 收到 is wanted and was not said yet; `acked`: it was."""

    recipient_id: int
    broadcast_id: int
    title: str
    text: str
    asks: bool
    acked: bool
    at: datetime
    topic: str
    event_id: int | None


_COLUMNS = (
    _recipient.c.id,
    _broadcast.c.id,
    _broadcast.c.title,
    _broadcast.c.text,
    sa.and_(_broadcast.c.wants_receipt, _recipient.c.acked_at.is_(None)),
    _recipient.c.acked_at.is_not(None),
    _AT,
    _broadcast.c.topic,
    _broadcast.c.event_id,
)


def _told(person_id: int) -> sa.ColumnElement[bool]:
    with_mass = sa.exists().where(_mass.c.id == _recipient.c.mass_job_id, _mass.c.state.in_(_GONE))
    arrived = sa.or_(_recipient.c.state.in_(_TOLD), sa.and_(_recipient.c.state == "massed", with_mass))
    return sa.and_(_recipient.c.person_id == person_id, _recipient.c.latest, arrived)


def told(work: Work, person_id: int, since: datetime, until: datetime, limit: int) -> list[Told]:
    """What a person was told between two moments, the newest first."""
    at = sa.type_coerce(_AT, _recipient.c.settled_at.type)
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(_told(person_id), at >= since, at <= until)
    return _read(work, query.order_by(at.desc(), _broadcast.c.created_at.desc(), _recipient.c.id).limit(limit))


def asking(work: Work, person_id: int, since: datetime) -> list[Told]:
    """What a person was told since a moment and has not said 收到 to although that is wanted, the oldest first."""
    at = sa.type_coerce(_AT, _recipient.c.settled_at.type)
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(_told(person_id), _broadcast.c.wants_receipt)
    return _read(work, query.where(_recipient.c.acked_at.is_(None), at >= since).order_by(at, _recipient.c.id))


def of_broadcast(work: Work, person_id: int, broadcast_id: int) -> Told | None:
    """One notice, if the person was told of it."""
    query = sa.select(*_COLUMNS).select_from(_JOINED).where(_told(person_id), _broadcast.c.id == broadcast_id)
    return next(iter(_read(work, query.limit(1))), None)


def acknowledge(work: Work, recipient_ids: Sequence[int], now: datetime) -> None:
    """收到, where it was not said before. Whose message nobody knew the end of has it: `sent`."""
    mine = sa.and_(_recipient.c.id.in_(recipient_ids), _recipient.c.acked_at.is_(None))
    unsure = _recipient.c.state == "unknown"
    known = {
        "state": sa.case((unsure, "sent"), else_=_recipient.c.state),
        "reason": sa.case((unsure, ""), else_=_recipient.c.reason),
    }
    work.execute(sa.update(_recipient).where(mine).values(acked_at=now, **known))


def last_word(work: Work, person_id: int, since: datetime) -> datetime | None:
    """When a person last said or tapped anything, since a moment."""
    mine = (_in.c.person_id == person_id, _in.c.received_at >= since, _in.c.kind.not_in(_BY_ITSELF))
    found: datetime | None = work.execute(sa.select(sa.func.max(_in.c.received_at)).where(*mine)).scalar()
    return found


def spoken_since(work: Work, person_id: int, moment: datetime) -> bool:
    """Whether a person was told anything by us after a moment, but for being asked for a 收到 again."""
    nudge = sa.func.coalesce(_out.c.dedupe, "").startswith("bn:")
    query = sa.select(_out.c.id).where(_out.c.person_id == person_id, _out.c.created_at > moment, ~nudge)
    return work.execute(query.limit(1)).first() is not None


def answered_since(work: Work, person_id: int, moment: datetime) -> bool:
    """Whether a person was answered anything from a moment on."""
    mine = (_out.c.person_id == person_id, _out.c.created_at >= moment, _out.c.inbound_id.is_not(None))
    return work.execute(sa.select(_out.c.id).where(*mine).limit(1)).first() is not None


def written_since(work: Work, person_id: int, moment: datetime) -> bool:
    """Whether a letter went to a person after a moment, and nothing else from us since."""
    query = sa.select(_out.c.dedupe).where(_out.c.person_id == person_id, _out.c.created_at > moment)
    newest = work.execute(query.order_by(_out.c.created_at.desc(), _out.c.id.desc()).limit(1)).scalar()
    return str(newest or "").startswith("l:")


def pushed_since(work: Work, person_id: int, moment: datetime) -> bool:
    """Whether anything but an answer went to a person after a moment: a notice, a letter, a reminder."""
    query = sa.select(_out.c.id).where(_out.c.person_id == person_id, _out.c.created_at > moment)
    if work.execute(query.where(_out.c.inbound_id.is_(None)).limit(1)).first() is not None:
        return True
    at = sa.type_coerce(_AT, _recipient.c.settled_at.type)
    told_ = sa.select(_recipient.c.id).select_from(_JOINED).where(_told(person_id), at > moment)
    return work.execute(told_.limit(1)).first() is not None


def _read(work: Work, query: sa.Select[tuple[object, ...]]) -> list[Told]:
    return [Told._make(row) for row in work.execute(query)]
