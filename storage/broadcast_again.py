"""A notice once more: new rows for those not reached, and one message to who has not said 收到. No loops."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import audience
from storage.base import table
from storage.outbox import BULK, Outbox
from storage.people import Address
from storage.recipients import REACHED, Recipient
from storage.work import Work

_row = table(Recipient)


def resend(work: Work, broadcast_id: int, topic: str, states: Collection[str], attempt: int, due: datetime) -> int:
    """Rows of a new attempt for persons whose newest row is in one of these states; how many.

    At the address that is best now; who has opted out of the topic, or has no address any more, is left as it is. The
    rows before stay, and are not the newest any more. The caller has moved the broadcast, so nobody else does this.
    """
    old = _row.alias("old")
    chosen = (
        old.c.broadcast_id == broadcast_id,
        old.c.latest,
        old.c.attempt < attempt,
        old.c.state.in_(states),
        ~audience.opted_out(topic, old.c.person_id),
    )
    count = int(work.execute(sa.select(sa.func.count()).select_from(old).where(*chosen)).scalar_one())
    if not count:
        return 0
    first = work.reserve_ids(count)
    place = sa.func.row_number().over(order_by=old.c.person_id)
    values: dict[str, Any] = {
        "id": sa.literal(first, sa.BigInteger) + place - 1,
        "broadcast_id": old.c.broadcast_id,
        "attempt": sa.literal(attempt),
        "person_id": old.c.person_id,
        "address_id": sa.func.coalesce(audience.address_of(old.c.person_id), old.c.address_id),
        "latest": sa.true(),
        "state": sa.literal("queued"),
        "due_at": sa.literal(due, _row.c.due_at.type),
    }
    query = sa.select(*values.values()).where(*chosen)
    written = sa.insert(_row).from_select(list(values), query).execution_options(preserve_rowcount=True)
    made = int(work.execute(written).rowcount)
    newer = sa.select(old.c.person_id).where(old.c.broadcast_id == broadcast_id, old.c.attempt == attempt)
    before = (_row.c.broadcast_id == broadcast_id, _row.c.latest, _row.c.attempt < attempt)
    work.execute(sa.update(_row).where(*before, _row.c.person_id.in_(newer)).values(latest=False))
    return made


def nudge(
    work: Work,
    broadcast_id: int,
    topic: str,
    words: str,
    fields: Mapping[str, str],
    now: datetime,
    due: datetime,
    until: datetime,
) -> int:
    """One message to everybody who has the notice, has not said 收到 and was not asked again before; how many.

    Only where something may be sent to the address, and to nobody who has opted out of the topic since. The caller
    holds the broadcast. Who is asked is written down first, and they get the message: while it is being sent others
    may come to have the notice between two statements.
    """
    place = table(Address)
    reachable = sa.select(place.c.id).where(place.c.following, place.c.refused == "")
    mine = (_row.c.broadcast_id == broadcast_id, _row.c.latest, _row.c.state.in_(REACHED))
    silent = (_row.c.acked_at.is_(None), _row.c.nudged_at.is_(None), _row.c.address_id.in_(reachable))
    asked = sa.update(_row).where(*mine, *silent, ~audience.opted_out(topic, _row.c.person_id)).values(nudged_at=now)
    count = int(work.execute(asked).rowcount)
    if not count:
        return 0
    values = _message(work.reserve_ids(count), words, fields, now, due, until)
    query = sa.select(*values.values()).where(
        _row.c.broadcast_id == broadcast_id, _row.c.latest, _row.c.nudged_at == now
    )
    work.execute(sa.insert(table(Outbox)).from_select(list(values), query))
    return count


def _message(
    first: int, words: str, fields: Mapping[str, str], now: datetime, due: datetime, until: datetime
) -> dict[str, Any]:
    """The columns of one message for each row; UNIQUE key `bn:<recipient>`."""
    out = table(Outbox)
    moment = out.c.due_at.type
    return {
        "id": sa.literal(first, sa.BigInteger) + sa.func.row_number().over(order_by=_row.c.person_id) - 1,
        "person_id": _row.c.person_id,
        "address_id": _row.c.address_id,
        "seq": sa.literal(0),
        "lane": sa.literal(BULK),
        "state": sa.literal("queued"),
        "route": sa.literal(""),
        "text": sa.literal(words),
        "template": sa.literal("notice"),
        "fields": sa.literal(dict(fields), out.c.fields.type),
        "hand_over": sa.false(),
        "dedupe": sa.literal("bn:") + sa.cast(_row.c.id, sa.String),
        "due_at": sa.literal(due, moment),
        "valid_until": sa.literal(until, moment),
        "owner": sa.literal(""),
        "attempts": sa.literal(0),
        "code": sa.literal(""),
        "message_id": sa.literal(""),
        "created_at": sa.literal(now, moment),
    }
