"""Writing the recipients of a broadcast: by INSERT … SELECT, in pieces by person id.

No list of people is ever held here. Later attempts are written by `storage/broadcast_again.py`.

Crash analysis: a piece, the notice items of those whom no route reaches and the broadcast's `cursor` are one
transaction; it moves the cursor only from where it was read, so two processes never write the same piece.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import audience
from storage.audience import Rule
from storage.base import table
from storage.broadcasts import Broadcast
from storage.notice_items import NoticeItem
from storage.people import Address
from storage.reach import Means, route_now
from storage.recipients import Recipient
from storage.work import Work

PIECE = 5_000  # persons in one transaction: on SQLite a reply waits for it
LOOKED = 20_000  # persons that one transaction looks at: of a whole city few may be meant
FIRST = -1  # below every id
_broadcast, _recipient, _address = table(Broadcast), table(Recipient), table(Address)


class Resolving(NamedTuple):
    """A broadcast whose recipients are being written."""

    id: int
    kind: str
    topic: str
    routes: Any
    attempt: int
    cursor: int | None
    valid_until: datetime


class Piece(NamedTuple):
    """What one transaction wrote; `last`: the last person it looked at, None when nobody was left."""

    people: int = 0
    left_out: int = 0
    last: int | None = None


def due(work: Work, now: datetime) -> list[Any]:
    """Scheduled broadcasts whose time has come, oldest first: id, topic, any_hour. Patterns of repeats are not."""
    columns = (_broadcast.c.id, _broadcast.c.topic, _broadcast.c.any_hour)
    return list(work.look(sa.select(*columns).where(*_due(now)).order_by(_broadcast.c.created_at)))


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    when = sa.or_(_broadcast.c.not_before.is_(None), _broadcast.c.not_before <= now)
    return _broadcast.c.state == "scheduled", _broadcast.c.repeat.is_(None), when


def begin(work: Work, broadcast_id: int, now: datetime) -> bool:
    """Start to resolve a scheduled broadcast; false when it is not due any more: since it was looked up somebody may
    have stopped it, or given it another time."""
    mine = (_broadcast.c.id == broadcast_id, *_due(now))
    row = work.execute(
        sa.select(_broadcast.c.not_before, _broadcast.c.hours, _broadcast.c.valid_until).where(*mine)
    ).first()
    if row is None:
        return False
    since = row.not_before or now
    until = row.valid_until or since + timedelta(hours=row.hours)
    values = {"state": "resolving", "cursor": None, "not_before": since, "valid_until": until}
    return bool(work.execute(sa.update(_broadcast).where(*mine).values(**values)).rowcount)


def open_ones(work: Work) -> list[Resolving]:
    """Broadcasts whose recipients are not all written yet."""
    columns = (_broadcast.c[name] for name in Resolving._fields)
    query = sa.select(*columns).where(_broadcast.c.state == "resolving").order_by(_broadcast.c.not_before)
    return [Resolving._make(row) for row in work.look(query)]


def write(work: Work, what: Resolving, rule: Rule, means: Means, now: datetime, size: int = PIECE) -> Piece:
    """Write the next piece: at most `size` persons, of the next LOOKED. Nothing is written when the broadcast is not
    `resolving` at this cursor any more."""
    people = audience.included(rule, now)
    person_id = people.selected_columns.person_id
    after = FIRST if what.cursor is None else what.cursor
    ahead = audience.ahead(work, after, LOOKED)
    near = (person_id > after, sa.true() if ahead is None else person_id <= ahead)
    first = people.where(*near).order_by(person_id).limit(size).subquery()
    count, last = work.execute(sa.select(sa.func.count(), sa.func.max(first.c.person_id))).one()
    if count < size and ahead is not None:
        last = ahead
    if last is None or not _move(work, what, last):
        return Piece()
    if not count:
        return Piece(last=last)
    piece = people.where(person_id > after, person_id <= last).subquery()
    work.execute(_insert(what, rule, means, now, piece, work.reserve_ids(count)))
    mine = (_recipient.c.broadcast_id == what.id, _recipient.c.attempt == what.attempt)
    inside = (_recipient.c.person_id > after, _recipient.c.person_id <= last)
    keep(work, sa.and_(*mine, *inside), what.valid_until, now)
    left_out = work.execute(
        sa.select(sa.func.count()).select_from(_recipient).where(*mine, *inside, _recipient.c.state == "left_out")
    ).scalar_one()
    more = {"recipients": _broadcast.c.recipients + count - left_out, "left_out": _broadcast.c.left_out + left_out}
    work.execute(sa.update(_broadcast).where(_broadcast.c.id == what.id).values(**more))
    return Piece(count, left_out, last)


def give_up(work: Work, broadcast_id: int, words: str, now: datetime) -> bool:
    """Nobody can be found for it; `words` (Chinese) say why."""
    mine = (_broadcast.c.id == broadcast_id, _broadcast.c.state == "resolving")
    values = {"state": "failed", "note": words[:400], "ended_at": now}
    return bool(work.execute(sa.update(_broadcast).where(*mine).values(**values)).rowcount)


def finish(work: Work, what: Resolving, now: datetime) -> bool:
    """All recipients are written: the sender may begin. False when somebody paused or cancelled it meanwhile, or when
    another process has written on from where this one was, and is the one to say so."""
    mine = (_broadcast.c.id == what.id, _broadcast.c.state == "resolving", _at_cursor(what))
    statement = (
        sa.update(_broadcast)
        .where(*mine)
        .values(state="sending", started_at=sa.func.coalesce(_broadcast.c.started_at, _at(now)), ended_at=None)
    )
    return bool(work.execute(statement).rowcount)


def keep(work: Work, which: sa.ColumnElement[bool], valid_until: datetime, now: datetime) -> None:
    """Give the `kept` ones of these recipients a notice item; who has one of this broadcast already keeps that one.

    The item has the id of its recipient: ids are given once in all tables together.
    """
    item = table(NoticeItem)
    values = {
        "id": _recipient.c.id,
        "broadcast_id": _recipient.c.broadcast_id,
        "person_id": _recipient.c.person_id,
        "recipient_id": _recipient.c.id,
        "valid_until": _at(valid_until),
        "created_at": _at(now),
    }
    insert = postgresql.insert(item) if work.dialect == "postgresql" else sqlite.insert(item)
    chosen = sa.select(*values.values()).where(which, _recipient.c.state == "kept")
    work.execute(insert.from_select(list(values), chosen).on_conflict_do_nothing())


def _move(work: Work, what: Resolving, last: int) -> bool:
    mine = (_broadcast.c.id == what.id, _broadcast.c.state == "resolving", _broadcast.c.attempt == what.attempt)
    return bool(work.execute(sa.update(_broadcast).where(*mine, _at_cursor(what)).values(cursor=last)).rowcount)


def _at_cursor(what: Resolving) -> sa.ColumnElement[bool]:
    return _broadcast.c.cursor.is_(None) if what.cursor is None else _broadcast.c.cursor == what.cursor


def _insert(what: Resolving, rule: Rule, means: Means, now: datetime, piece: sa.Subquery, first_id: int) -> sa.Insert:
    best = audience.address_of(piece.c.person_id, means.channel)  # one look a person; joined, SQLite reads all of them
    places = piece.outerjoin(_address, _address.c.id == best)
    rows = sa.select(
        piece.c.person_id,
        _address.c.id.label("address_id"),
        _reason(rule, what, now, piece.c.person_id).label("reason"),
        sa.func.coalesce(route_now(means, now), "").label("route"),
    )
    # Kept as it is: else PostgreSQL works the reason out anew for every column that is made of it.
    found = rows.select_from(places).cte("found").prefix_with("MATERIALIZED")
    left_out, lost = found.c.reason != "", found.c.route == ""
    place = sa.func.row_number().over(order_by=found.c.person_id)
    values: dict[str, Any] = {
        "id": sa.literal(first_id, sa.BigInteger) + place - 1,
        "broadcast_id": sa.literal(what.id, sa.BigInteger),
        "attempt": sa.literal(what.attempt),
        "person_id": found.c.person_id,
        "address_id": found.c.address_id,
        "state": sa.case((left_out, "left_out"), (lost, "kept"), else_="queued"),
        "reason": sa.case((left_out, found.c.reason), (lost, "no_route"), else_=""),
        "route": sa.case((left_out, ""), else_=found.c.route),
        "due_at": sa.case((sa.or_(left_out, lost), sa.null()), else_=_at(now)),
        "settled_at": sa.case((left_out, _at(now)), else_=sa.null()),
    }
    return sa.insert(_recipient).from_select(list(values), sa.select(*values.values()).select_from(found))


def _reason(rule: Rule, what: Resolving, now: datetime, person_id: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """As `audience.why_left_out`, said of the best address that is joined already.

    News of an event somebody has registered for are no topic they could opt out of.
    """
    reasons = [(audience.is_excluded(rule, now, person_id), "excluded")] if rule.none else []
    if what.kind == "notice":
        reasons.append((audience.opted_out(what.topic, person_id), "opted_out"))
    return sa.case(
        *reasons,
        (sa.func.coalesce(_address.c.following, sa.false()) == sa.false(), "not_following"),
        (_address.c.refused != "", "refused"),
        else_="",
    )


def _at(moment: datetime) -> sa.ColumnElement[Any]:
    return sa.literal(moment, _recipient.c.due_at.type)
