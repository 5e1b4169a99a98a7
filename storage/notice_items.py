"""Notices that no route could carry: they wait for the person's next contact (您有 2 条通知).

States: waiting (`shown_at` null) → shown, or out of date (its broadcast is, or was cancelled: the row is deleted). How
long it may be shown is said by the broadcast, which may be given more or fewer hours; the item's own `valid_until` is
only when to look whether it is out of date (`storage/bulk_ends.py`). Unique: (broadcast, person). Shown in the
transaction of the turn whose reply holds it, together with the recipient's state; a crash before that commit leaves it
waiting.

What a person was told of, and what they have not said 收到 to yet, is read from `storage/recipients.py`: see
`storage/notices_told.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, table
from storage.broadcasts import Broadcast
from storage.recipients import Recipient
from storage.segments import TopicChoice
from storage.work import Work

_WAITING_SQL = sa.text("shown_at IS NULL")
HELD = ("paused", "cancelled")  # of a broadcast in these states nothing is shown


class NoticeItem(Row, table=True):
    """One notice for one person. `opened_at`: when they asked for its full text."""

    __tablename__ = "notice_item"
    __table_args__ = (
        sa.UniqueConstraint("broadcast_id", "person_id"),
        sa.Index("ix_notice_item_waiting", "person_id", sqlite_where=_WAITING_SQL, postgresql_where=_WAITING_SQL),
        sa.Index("ix_notice_item_open", "broadcast_id", sqlite_where=_WAITING_SQL, postgresql_where=_WAITING_SQL),
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


def until(broadcast: sa.FromClause, item: sa.FromClause) -> sa.ColumnElement[datetime]:
    """How long an item may be shown: as long as its broadcast is worth sending, as that is said now."""
    return sa.func.coalesce(broadcast.c.valid_until, item.c.valid_until, type_=item.c.valid_until.type)


class Item(NamedTuple):
    """A notice that waits for a person."""

    id: int
    recipient_id: int
    broadcast_id: int
    title: str
    text: str
    wants_receipt: bool
    topic: str


def waiting(work: Work, person_id: int, now: datetime) -> list[Item]:
    """What may be shown to a person now, the newest broadcast first; held until the transaction ends.

    What somebody is taking back at this moment is left out: no turn waits for a cancelled broadcast. Left out are also
    what is out of date, cancelled or paused, and what they have opted out of since (but for notices of an event they
    are registered for).
    """
    unwanted = sa.exists().where(_choice.c.person_id == person_id, _choice.c.topic == _broadcast.c.topic)
    query = (
        sa.select(_item.c.id, _recipient.c.id, _broadcast.c.id, *(_broadcast.c[name] for name in Item._fields[3:]))
        .select_from(
            _item.join(_broadcast, _broadcast.c.id == _item.c.broadcast_id).join(
                _recipient, _recipient.c.id == _item.c.recipient_id
            )
        )
        .where(_item.c.person_id == person_id, WAITS, until(_broadcast, _item) > now, _recipient.c.state == "kept")
        .where(_broadcast.c.state.not_in(HELD), sa.or_(_broadcast.c.kind == "event", ~unwanted))
        .order_by(_broadcast.c.created_at.desc(), _recipient.c.id)
    )
    if work.dialect == "postgresql":
        query = query.with_for_update(of=_item, skip_locked=True)
    return [Item._make(row) for row in work.execute(query)]


def any_waiting(work: Work, broadcast_id: int) -> bool:
    """Whether anybody is still to be told of a broadcast at their next contact."""
    query = sa.select(_item.c.id).where(_item.c.broadcast_id == broadcast_id, WAITS).limit(1)
    return work.look(query).first() is not None


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


def count_shown(work: Work, person_id: int, moment: datetime) -> int:
    """How many notices that had waited a person was shown at that moment."""
    mine = sa.select(sa.func.count()).where(_item.c.person_id == person_id, _item.c.shown_at == moment)
    return int(work.execute(mine).scalar_one())
