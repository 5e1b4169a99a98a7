"""A notice once more, in pieces: new rows for those not reached, one message to who has not said 收到.

`broadcast.again` says what is under way, NULL for nothing; a deed may begin only then:

- `{"kind": "resend", "states": […], "within": …, "due": …, "cursor": …}`: a new attempt, while the broadcast is
  `sending`; `within`: the path of the branch whose people alone get it, null for everybody;
- `{"kind": "nudge", "words": …, "fields": {…}, "within": …, "at": …, "due": …, "until": …, "cursor": …}`: reminders,
  to people of that branch alone, too, while it is `sending`, `done` or `partly_failed`; over with nobody left, or after
  `until`;
- `{"kind": "unask", …}`: its waiting reminders are being taken back (`storage/broadcast_reminders.py`).

`cursor` is the last person id that was looked at. The deed does the first piece, the job `resolve_broadcasts` the
others. Paused: nothing is done until it goes on. Cancelled: `again` is NULL, who was not written stays as they are. A
broadcast that is being sent does not end before it is NULL (`storage/bulk_ends.py`).

Unique: (broadcast, person, attempt) of a recipient; `bn:<recipient>` of a message, given back when it is cancelled.

Crash analysis: a piece reads `again` with the broadcast's row held, and writes its rows and the new `again` in that
transaction. So two processes do the same piece never, each goes on from what is there when its turn comes, and the end
is said by the piece that looked for people after the cursor and found fewer than fit in it. A process that dies in a
piece leaves the cursor where it was.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import audience
from storage.base import table
from storage.broadcasts import Broadcast
from storage.outbox import BULK, Outbox
from storage.people import Address
from storage.recipients import REACHED, Recipient
from storage.work import Work

PIECE = 5_000  # persons in one transaction: on SQLite a reply waits for it
WHILE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"resend": ("sending",), "nudge": ("sending", "done", "partly_failed")}
)
FIRST = -1  # below every id
_row, _broadcast = table(Recipient), table(Broadcast)


class Piece(NamedTuple):
    """What one transaction did: rows or messages written, and whether there is more to do now."""

    people: int = 0
    more: bool = False


def resend(states: Collection[str], within: str | None, due: datetime) -> dict[str, Any]:
    """`again` of a new attempt for whose newest row is in one of these states and who is (still) of the branch at a
    path, due at a moment."""
    return {"kind": "resend", "states": sorted(states), "within": within, "due": due.isoformat(), "cursor": None}


def nudge(
    words: str, fields: Mapping[str, str], within: str | None, now: datetime, due: datetime, until: datetime
) -> dict[str, Any]:
    """`again` of one message to each who is silent and (still) of the branch at a path, due at a moment and worth
    sending until another."""
    times = {"at": now.isoformat(), "due": due.isoformat(), "until": until.isoformat()}
    return {"kind": "nudge", "words": words, "fields": dict(fields), "within": within, **times, "cursor": None}


def missed(
    work: Work, broadcast_id: int, topic: str, states: Collection[str], within: str | None, now: datetime
) -> int:
    """How many persons' newest row is in one of these states; who opted out of the topic, or is not of the branch at
    the path any more, does not count."""
    there = audience.still_within(within, now, _row.c.person_id)
    return _count(work, *_missed(_row, broadcast_id, topic, states), there)


def silent(work: Work, broadcast_id: int, topic: str, within: str | None, now: datetime) -> int:
    """How many have it, have not said 收到, were not asked again, can be written to, have not opted out and are of the
    branch at the path."""
    return _count(work, *_silent(broadcast_id, topic, within, now))


def open_ones(work: Work) -> list[int]:
    """Broadcasts of which a piece can be done now."""
    kind = _broadcast.c.again["kind"].as_string()
    ready = (sa.and_(kind == name, _broadcast.c.state.in_(states)) for name, states in WHILE.items())
    query = sa.select(_broadcast.c.id).where(_broadcast.c.again.is_not(None), sa.or_(*ready))
    return list(work.look(query.order_by(_broadcast.c.changed_at, _broadcast.c.id)).scalars())


def carry_on(work: Work, broadcast_id: int, now: datetime) -> Piece:
    """Do the next piece, whatever it is by now; nothing when nothing is under way, or it is paused or cancelled."""
    columns = (_broadcast.c[name] for name in ("id", "state", "kind", "topic", "attempt", "again"))
    mine = (_broadcast.c.id == broadcast_id, _broadcast.c.again.is_not(None))
    broadcast = work.execute(sa.select(*columns).where(*mine).with_for_update(key_share=True)).first()
    if broadcast is None or broadcast.state not in WHILE.get(broadcast.again["kind"], ()):
        return Piece()
    what, made = broadcast.again, 0
    after = FIRST if what["cursor"] is None else what["cursor"]
    count, last = _next(work, broadcast_id, after)
    over = what["kind"] == "nudge" and _moment(what, "until") <= now
    if count and not over:
        ids = work.reserve_ids(count)
        if what["kind"] == "resend":
            made = _write_rows(work, broadcast, now, after, last, ids)
        else:
            made = _write_messages(work, broadcast, now, after, last, ids)
    more = count == PIECE and not over
    left = {**what, "cursor": last} if more else sa.null()
    work.execute(sa.update(_broadcast).where(_broadcast.c.id == broadcast_id).values(again=left))
    return Piece(made, more)


def _moment(what: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(what[name])


def _next(work: Work, broadcast_id: int, after: int) -> tuple[int, int]:
    """How many persons a piece has, and the last of them. Counted whatever state they are in: a piece is short then."""
    mine = (_row.c.broadcast_id == broadcast_id, _row.c.latest, _row.c.person_id > after)
    first = sa.select(_row.c.person_id).where(*mine).order_by(_row.c.person_id).limit(PIECE).subquery()
    count, last = work.execute(sa.select(sa.func.count(), sa.func.max(first.c.person_id))).one()
    return int(count), last or 0


def _inside(rows: sa.FromClause, after: int, last: int) -> sa.ColumnElement[bool]:
    return sa.and_(rows.c.person_id > after, rows.c.person_id <= last)


def _count(work: Work, *which: sa.ColumnElement[bool]) -> int:
    return int(work.execute(sa.select(sa.func.count()).select_from(_row).where(*which)).scalar_one())


def _missed(
    rows: sa.FromClause, broadcast_id: int, topic: str, states: Collection[str]
) -> tuple[sa.ColumnElement[bool], ...]:
    wanted = (rows.c.broadcast_id == broadcast_id, rows.c.latest, rows.c.state.in_(states))
    return *wanted, ~audience.opted_out(topic, rows.c.person_id)


def _silent(broadcast_id: int, topic: str, within: str | None, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    place = table(Address)
    reachable = sa.exists().where(place.c.id == _row.c.address_id, place.c.following, place.c.refused == "")
    mine = (_row.c.broadcast_id == broadcast_id, _row.c.latest, _row.c.state.in_(REACHED))
    asked = (_row.c.acked_at.is_(None), _row.c.nudged_at.is_(None))
    there = audience.still_within(within, now, _row.c.person_id)
    return *mine, *asked, reachable, ~audience.opted_out(topic, _row.c.person_id), there


def _topic(broadcast: Any) -> str:
    """What people may have opted out of; nobody opts out of news of their own event."""
    return broadcast.topic if broadcast.kind == "notice" else ""


def _write_rows(work: Work, broadcast: Any, now: datetime, after: int, last: int, first: int) -> int:
    """Rows of the newest attempt, at the address that is best now. The rows before stay, and are not the newest."""
    old, attempt = _row.alias("old"), broadcast.attempt
    there = audience.still_within(broadcast.again.get("within"), now, old.c.person_id)
    wanted = _missed(old, broadcast.id, _topic(broadcast), broadcast.again["states"])
    chosen = (*wanted, there, _inside(old, after, last))
    values: dict[str, Any] = {
        "id": sa.literal(first, sa.BigInteger) + sa.func.row_number().over(order_by=old.c.person_id) - 1,
        "broadcast_id": old.c.broadcast_id,
        "attempt": sa.literal(attempt),
        "person_id": old.c.person_id,
        "address_id": sa.func.coalesce(audience.address_of(old.c.person_id), old.c.address_id),
        "latest": sa.true(),
        "state": sa.literal("queued"),
        "due_at": sa.literal(_moment(broadcast.again, "due"), _row.c.due_at.type),
    }
    query = sa.select(*values.values()).where(*chosen, old.c.attempt < attempt)
    written = sa.insert(_row).from_select(list(values), query).execution_options(preserve_rowcount=True)
    made = int(work.execute(written).rowcount)
    same = (old.c.broadcast_id == _row.c.broadcast_id, old.c.person_id == _row.c.person_id, old.c.attempt == attempt)
    newer = sa.exists().where(*same).correlate(_row)
    before = (_row.c.broadcast_id == broadcast.id, _row.c.latest, _row.c.attempt < attempt, _inside(_row, after, last))
    work.execute(sa.update(_row).where(*before, newer).values(latest=False))
    return made


def _write_messages(work: Work, broadcast: Any, now: datetime, after: int, last: int, first: int) -> int:
    """Who is asked is written down first, and they get the message: while it is being sent others may come to have the
    notice between two statements."""
    at, inside = _moment(broadcast.again, "at"), _inside(_row, after, last)
    silent_ones = _silent(broadcast.id, _topic(broadcast), broadcast.again.get("within"), now)
    asked = sa.update(_row).where(*silent_ones, inside).values(nudged_at=at)
    count = int(work.execute(asked).rowcount)
    if count:
        values = _message(first, broadcast.again, at)
        mine = (_row.c.broadcast_id == broadcast.id, _row.c.latest, _row.c.nudged_at == at, inside)
        query = sa.select(*values.values()).where(*mine)
        work.execute(sa.insert(table(Outbox)).from_select(list(values), query))
    return count


def _message(first: int, what: Mapping[str, Any], now: datetime) -> dict[str, Any]:
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
        "text": sa.literal(what["words"]),
        "template": sa.literal("notice"),
        "fields": sa.literal(what["fields"], out.c.fields.type),
        "hand_over": sa.false(),
        "dedupe": sa.literal("bn:") + sa.cast(_row.c.id, sa.String),
        "due_at": sa.literal(_moment(what, "due"), moment),
        "valid_until": sa.literal(_moment(what, "until"), moment),
        "owner": sa.literal(""),
        "attempts": sa.literal(0),
        "code": sa.literal(""),
        "message_id": sa.literal(""),
        "created_at": sa.literal(now, moment),
    }
