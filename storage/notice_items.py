"""Notices that no route could carry: they wait for the person's next contact (您有 2 条通知).

States: waiting (`shown_at` null) → shown, or out of date (`valid_until` passed, or the broadcast was cancelled: the row
is deleted). Unique: (broadcast, person). Shown in the transaction of the turn whose reply holds it, together with the
recipient's state; a crash before that commit leaves it waiting.

What a person was told of, and what they have not said 收到 to yet, is read from `storage/recipients.py`: see
`storage/notices_told.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, table
from storage.broadcasts import Broadcast
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work

_WAITING_SQL = sa.text("shown_at IS NULL")
HELD = ("paused", "cancelled")  # of a broadcast in these states nothing is shown
CHUNK = 500  # ids in one statement


class NoticeItem(Row, table=True):
    """One notice for one person. `opened_at`: when they asked for its full text."""

    __tablename__ = "notice_item"
    __table_args__ = (
        sa.UniqueConstraint("broadcast_id", "person_id"),
        sa.Index("ix_notice_item_waiting", "person_id", sqlite_where=_WAITING_SQL, postgresql_where=_WAITING_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    recipient_id: int = Field(sa_type=BigId)
    valid_until: datetime = Field(index=True, sa_type=UtcDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


_item, _broadcast, _recipient, _choice = table(NoticeItem), table(Broadcast), table(Recipient), table(TopicChoice)
WAITS = _item.c.shown_at.is_(None)  # said so that the partial index is used


class Item(NamedTuple):
    """A notice that waits for a person."""

    id: int
    recipient_id: int
    broadcast_id: int
    title: str
    text: str
    wants_receipt: bool


def plant(work: Work, recipient_ids: Sequence[int], now: datetime) -> int:
    """An item for each of these recipients that is `kept` and has none, worth as long as its broadcast; how many.

    Call it in the transaction that makes them `kept`.
    """
    planted = 0
    for start in range(0, len(recipient_ids), CHUNK):
        ids = recipient_ids[start : start + CHUNK]
        planted += _plant(work, _recipient.c.id.in_(ids), work.reserve_ids(len(ids)), now)
    return planted


def _plant(work: Work, meant: sa.ColumnElement[bool], first_id: int, now: datetime) -> int:
    there = sa.exists().where(
        _item.c.broadcast_id == _recipient.c.broadcast_id, _item.c.person_id == _recipient.c.person_id
    )
    moment = _item.c.created_at.type
    place = sa.func.row_number().over(order_by=_recipient.c.id)
    values: dict[str, Any] = {
        "id": sa.literal(first_id, sa.BigInteger) + place - 1,
        "broadcast_id": _recipient.c.broadcast_id,
        "person_id": _recipient.c.person_id,
        "recipient_id": _recipient.c.id,
        "valid_until": _broadcast.c.valid_until,
        "created_at": sa.literal(now, moment),
    }
    query = (
        sa.select(*values.values())
        .select_from(_recipient.join(_broadcast, _broadcast.c.id == _recipient.c.broadcast_id))
        .where(meant, _recipient.c.state == "kept", _broadcast.c.valid_until.is_not(None), ~there)
    )
    statement = sa.insert(_item).from_select(list(values), query)
    return int(work.execute(statement.execution_options(preserve_rowcount=True)).rowcount)


def waiting(work: Work, person_id: int, now: datetime) -> list[Item]:
    """What may be shown to a person now, the newest broadcast first.

    Not what is out of date, cancelled or paused, nor what they have opted out of since (but for notices of an event
    they are registered for).
    """
    unwanted = sa.exists().where(_choice.c.person_id == person_id, _choice.c.topic == _broadcast.c.topic)
    query = (
        sa.select(_item.c.id, _recipient.c.id, _broadcast.c.id, *(_broadcast.c[name] for name in Item._fields[3:]))
        .select_from(
            _item.join(_broadcast, _broadcast.c.id == _item.c.broadcast_id).join(
                _recipient, _recipient.c.id == _item.c.recipient_id
            )
        )
        .where(_item.c.person_id == person_id, WAITS, _item.c.valid_until > now, _recipient.c.state == "kept")
        .where(_broadcast.c.state.not_in(HELD), sa.or_(_broadcast.c.kind == "event", ~unwanted))
        .order_by(_broadcast.c.created_at.desc(), _recipient.c.id)
    )
    return [Item._make(row) for row in work.execute(query)]


def show(work: Work, items: Sequence[Item], now: datetime) -> list[Item]:
    """They are shown now: those that really are, because nobody cancelled them meanwhile."""
    ids = {each.recipient_id for each in items}
    sent = {"state": "sent", "route": "inbox", "reason": "", "settled_at": now}
    kept = sa.and_(_recipient.c.id.in_(ids), _recipient.c.state == "kept")
    told = set(work.execute(sa.update(_recipient).where(kept).values(**sent).returning(_recipient.c.id)).scalars())
    shown = [each for each in items if each.recipient_id in told]
    mine = _item.c.id.in_([each.id for each in shown])
    work.execute(sa.update(_item).where(mine).values(shown_at=now))
    return shown


def opened(work: Work, broadcast_id: int, person_id: int, now: datetime) -> None:
    """A person asked for the full text, where it had waited for them."""
    mine = sa.and_(_item.c.broadcast_id == broadcast_id, _item.c.person_id == person_id, _item.c.opened_at.is_(None))
    work.execute(sa.update(_item).where(mine).values(opened_at=now))


def last_shown(work: Work, person_id: int, since: datetime) -> datetime | None:
    """When a person was shown something that had waited, last."""
    mine = sa.select(sa.func.max(_item.c.shown_at)).where(_item.c.person_id == person_id, _item.c.shown_at >= since)
    found: datetime | None = work.execute(mine).scalar()
    return found


def lapse(work: Work, now: datetime, limit: int) -> int:
    """Let up to `limit` items lapse that nobody came by for in time: their recipients are `expired`. How many."""
    late = sa.select(_item.c.id, _item.c.recipient_id).where(WAITS, _item.c.valid_until <= now)
    rows = work.execute(late.order_by(_item.c.valid_until).limit(limit)).all()
    _end(work, rows, "expired", "too_late", now)
    return len(rows)


def cancel(work: Work, broadcast_id: int, now: datetime, limit: int) -> int:
    """Take back up to `limit` items of a cancelled broadcast: their recipients are `cancelled`. How many."""
    its = sa.select(_item.c.id, _item.c.recipient_id).where(WAITS, _item.c.broadcast_id == broadcast_id)
    rows = work.execute(its.order_by(_item.c.id).limit(limit)).all()
    _end(work, rows, "cancelled", "cancelled", now)
    return len(rows)


def _end(work: Work, rows: Sequence[Any], state: str, reason: str, now: datetime) -> None:
    ended = {"state": state, "reason": reason, "settled_at": now}
    for start in range(0, len(rows), CHUNK):
        piece = rows[start : start + CHUNK]
        kept = sa.and_(_recipient.c.id.in_([row.recipient_id for row in piece]), _recipient.c.state == "kept")
        work.execute(sa.update(_recipient).where(kept).values(**ended))
        work.execute(sa.delete(_item).where(_item.c.id.in_([row.id for row in piece]), WAITS))
