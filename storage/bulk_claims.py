"""Claiming and settling recipients of broadcasts: the bulk sender's half of `storage/recipients.py`.

Everything is done for a batch with a few statements: nothing here costs a statement a message. A batch that was claimed
is `sending`, leased to its owner for `SEND_LEASE`; when the lease is over whoever claims next gets it with
`was == "sending"` and must decide whether it may be repeated.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from storage import audience, inbox, resolving
from storage.base import UtcDateTime, table
from storage.broadcasts import Broadcast
from storage.outbox import SEND_LEASE
from storage.people import Address
from storage.quotas import NoticeGrant
from storage.recipients import Recipient
from storage.work import Work

_row, _address, _grant, _broadcast = table(Recipient), table(Address), table(NoticeGrant), table(Broadcast)
# Said literally, because a bound state does not tell the planner that the partial index of open rows will do.
OPEN_ROWS = sa.text("recipient.state IN ('queued','sending','massed')")
_URGENT_FIRST = sa.case((_broadcast.c.topic == "urgent", 0), else_=1)


class Going(NamedTuple):
    """A broadcast that is being sent. `routes` are those staff allow, None for the usual ones."""

    id: int
    kind: str
    text: str
    topic: str
    routes: Any
    any_hour: bool
    wants_receipt: bool
    valid_until: datetime


_GOING = (
    sa.select(*(_broadcast.c[name] for name in Going._fields))
    .where(_broadcast.c.state == "sending", _broadcast.c.valid_until.is_not(None))
    .order_by(_URGENT_FIRST, _broadcast.c.started_at, _broadcast.c.id)
)


def going(work: Work) -> list[Going]:
    """The broadcasts to send now, urgent ones first, then in the order they began."""
    return [Going._make(row) for row in work.look(_GOING)]


class Claimed(NamedTuple):
    """A recipient to send to now. `was`, `since`: the state it was claimed from, and what it was due at then. `tries`
    counts this one, `grants` are the notices this person still accepts, `unwanted`: they have opted out of the topic
    (while it was in a sender's hands, or just being written)."""

    id: int
    address_id: int
    was: str
    since: datetime
    route: str
    tried: str
    tries: int
    reason: str
    user: str
    following: bool
    refused: str
    window_until: datetime | None
    window_left: int
    grants: int
    unwanted: bool = False


# Asked with every claim: who pauses a broadcast knows that nothing is claimed after that.
_SENDING = (
    sa.select(_broadcast.c.state).where(_broadcast.c.id == sa.bindparam("broadcast")).scalar_subquery() == "sending"
)
_DUE = (
    OPEN_ROWS,
    _row.c.broadcast_id == sa.bindparam("broadcast"),
    _row.c.state != "massed",
    _row.c.route != "mass",  # of these mass jobs are made
    _row.c.due_at <= sa.bindparam("now", type_=UtcDateTime()),
)
_TAKE = {
    "state": sa.literal_column("'sending'"),
    "owner": sa.bindparam("me"),
    "due_at": sa.bindparam("lease", type_=UtcDateTime()),
    "tries": _row.c.tries + 1,
}
_LIMIT = sa.bindparam("most", type_=sa.Integer())


def _columns(was: Any, since: Any, tries: Any) -> tuple[Any, ...]:
    left = (
        sa.select(_grant.c.left)
        .where(_grant.c.address_id == _address.c.id, _grant.c.template == sa.bindparam("notice"))
        .correlate(_address)
        .scalar_subquery()
    )
    grants = sa.case((sa.bindparam("notice") == "", 0), else_=sa.func.coalesce(left, 0))
    ours = (_row.c.route, _row.c.tried, tries, _row.c.reason)
    theirs = (_address.c[name] for name in Claimed._fields[8:13])
    unwanted = audience.opted_out(sa.bindparam("topic", type_=sa.String()), _row.c.person_id).correlate(_row)
    return _row.c.id, _row.c.address_id, was, since, *ours, *theirs, grants, unwanted


def _claim_skipping() -> sa.Update:
    """PostgreSQL: one statement, which passes by the rows that another sender is just claiming."""
    due = (
        sa.select(_row.c.id, _row.c.state, _row.c.due_at)
        .where(*_DUE, _SENDING)
        .order_by(_row.c.due_at, _row.c.id)
        .limit(_LIMIT)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        sa.update(_row)
        .where(_row.c.id == due.c.id, _address.c.id == _row.c.address_id)
        .values(**_TAKE)
        .returning(*_columns(due.c.state, due.c.due_at, _row.c.tries))
    )


_CLAIM = _claim_skipping()
# SQLite has one writer: what was read is still so. Taken by ids: a range of the index would be read to its end.
_SEE = (
    sa.select(*_columns(_row.c.state, _row.c.due_at, _row.c.tries + 1))
    .select_from(_row.join(_address, _address.c.id == _row.c.address_id))
    .where(*_DUE, _SENDING)
    .order_by(_row.c.due_at, _row.c.id)
    .limit(_LIMIT)
)
_ids = sa.bindparam("ids", type_=ARRAY(sa.BigInteger))
_IN_ARRAY = _row.c.id == sa.func.any(_ids)
_IN_JSON = _row.c.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value))
_TAKE_ROWS = sa.update(_row).where(_IN_JSON).values(**_TAKE)


def claim(
    work: Work, owner: str, broadcast_id: int, notice: str, now: datetime, limit: int, topic: str = ""
) -> list[Claimed]:
    """Take up to `limit` due recipients of a broadcast, oldest first. `notice`: the template whose consents count.
    `topic`: what people may have opted out of (empty: nothing)."""
    asked = {"broadcast": broadcast_id, "now": now, "most": limit, "notice": notice, "topic": topic}
    lease = {"me": owner, "lease": now + SEND_LEASE}
    if work.dialect == "postgresql":
        return [Claimed(*row) for row in work.execute(_CLAIM, {**asked, **lease})]
    rows = [Claimed(*row) for row in work.execute(_SEE, asked)]
    if rows:
        work.execute(_TAKE_ROWS, {"ids": listed(work, [each.id for each in rows]), **lease})
    return rows


_ANY = sa.select(_row.c.id).where(*_DUE).limit(1)


def any_due(work: Work, broadcast_id: int, now: datetime) -> bool:
    """Whether anything of a broadcast may be claimed; cheap, so that an idle sender writes nothing."""
    return work.look(_ANY, {"broadcast": broadcast_id, "now": now}).first() is not None


_ROUTE = sa.update(_row).where(_row.c.id == sa.bindparam("row_id")).values(route=sa.bindparam("by"))


def plan_route(work: Work, row_id: int, route: str) -> None:
    """Write down by which route a claimed row leaves, before it leaves: a crash must not change the route."""
    work.defer(_ROUTE, {"row_id": row_id, "by": route})


class Settlement(NamedTuple):
    """How one claimed row goes on: a final state, `kept`, or `queued` again at `due_at`. `tried` as in the row."""

    id: int
    state: str
    route: str
    reason: str
    code: str
    tried: str
    due_at: datetime | None
    message_id: str = ""


_SETTLED = {
    "state": sa.bindparam("new_state"),
    "route": sa.bindparam("by"),
    "reason": sa.bindparam("why"),
    "code": sa.bindparam("said"),
    "tried": sa.bindparam("ways"),
    "due_at": sa.bindparam("due", type_=UtcDateTime()),
    "settled_at": sa.bindparam("settled", type_=UtcDateTime()),
}
# Not a plain state: rows are found by their ids, and not by reading the whole index of open ones.
_MINE = (_row.c.owner == sa.bindparam("me"), _row.c.state.concat("") == "sending")
_SETTLE_ARRAY = sa.update(_row).where(_IN_ARRAY, *_MINE).values(**_SETTLED)
_SETTLE_JSON = sa.update(_row).where(_IN_JSON, *_MINE).values(**_SETTLED)
_NAME = sa.update(_row).where(_row.c.id == sa.bindparam("row_id")).values(message_id=sa.bindparam("mid"))
_NOT_FINAL = ("queued", "kept")


def settle(work: Work, owner: str, done: Iterable[Settlement], now: datetime) -> None:
    """Write outcomes, those that are alike with one statement, at the latest at the end of the group; rows that another
    process took over are left to it."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    named = []
    for each in done:
        alike.setdefault(each[1:7], []).append(each.id)
        if each.message_id:
            named.append(each)
    statement = _SETTLE_ARRAY if work.dialect == "postgresql" else _SETTLE_JSON
    for (state, route, reason, code, tried, due_at), ids in alike.items():
        values = {"new_state": state, "by": route, "why": reason, "said": code[:32], "ways": tried[:48], "due": due_at}
        settled = None if state in _NOT_FINAL else now
        work.defer(statement, {"ids": listed(work, ids), **values, "settled": settled, "me": owner})
    for each in named:
        work.defer(_NAME, {"row_id": each.id, "mid": each.message_id[:64]})


def listed(work: Work, ids: Sequence[int]) -> Any:
    """Ids as one parameter: an array on PostgreSQL, JSON elsewhere. In order, so that nobody waits in a circle."""
    ids = sorted(ids)
    return ids if work.dialect == "postgresql" else orjson.dumps(ids).decode()


def keep(work: Work, ids: Sequence[int], valid_until: datetime, now: datetime, topic: str = "") -> None:
    """Notice items for those of these recipients that were `kept`; who has opted out of the topic meanwhile gets none,
    and is `cancelled`."""
    mine = (_row.c.id.in_(ids), _row.c.state == "kept")
    if topic:
        values = {"state": "cancelled", "reason": "opted_out", "settled_at": now}
        work.execute(sa.update(_row).where(*mine, audience.opted_out(topic, _row.c.person_id)).values(**values))
    resolving.keep(work, sa.and_(*mine), valid_until, now)


_spent = _address.alias("spent")
_FREE = (
    sa.select(_spent.c.id)
    .where(_spent.c.id == sa.func.any(_ids), _spent.c.window_left > 0)
    .order_by(_spent.c.id)
    .with_for_update(skip_locked=True)
)
_SPEND_ARRAY = (
    sa.update(_address)
    .where(_address.c.id == sa.func.any(sa.func.array(_FREE.scalar_subquery(), type_=ARRAY(sa.BigInteger))))
    .values(window_left=_address.c.window_left - 1)
)
_SPEND_JSON = (
    sa.update(_address)
    .where(
        _address.c.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)),
        _address.c.window_left > 0,
    )
    .values(window_left=_address.c.window_left - 1)
)


def spend(work: Work, address_ids: Sequence[int]) -> None:
    """One message of the open window of each of these addresses is used.

    On PostgreSQL an address that a turn is just changing is passed by: replies never wait for bulk, and the window
    that this person has just opened anew is worth more than one message.
    """
    if address_ids:
        statement = _SPEND_ARRAY if work.dialect == "postgresql" else _SPEND_JSON
        work.defer(statement, {"ids": listed(work, address_ids)})


def confirm(work: Work, message_id: str, state: str, reason: str, code: str, now: datetime) -> bool:
    """The platform told how an accepted message ended; false when no recipient waits for that.

    A broadcast that was `done` is `partly_failed` when one of its people was not reached after all.
    """
    told = (
        sa.update(_row)
        .where(_row.c.message_id == message_id, _row.c.message_id != "", _row.c.state == "accepted")
        .values(state=state, reason=reason, code=code[:32], settled_at=now)
        .returning(_row.c.broadcast_id)
    )
    broadcast_ids = list(work.execute(told).scalars())
    if broadcast_ids and state != "sent":
        done = (_broadcast.c.id.in_(broadcast_ids), _broadcast.c.state == "done")
        work.execute(sa.update(_broadcast).where(*done).values(state="partly_failed"))
    return bool(broadcast_ids)


def early_receipts(work: Work, channel: str, done: Iterable[Settlement]) -> dict[str, str]:
    """Receipts that came before we had noted that the platform took the message: message id to code."""
    return inbox.early_receipts(work, channel, [each.message_id for each in done if each.state == "accepted"])
