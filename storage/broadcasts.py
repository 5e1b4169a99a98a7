"""Broadcasts: one notice to a segment of people, from its draft to how it ended.

States: `draft` → `pending` (somebody else must approve) → `approved` | `rejected` (with a note; a change makes it a
draft again) → `scheduled` (goes out from `not_before` on) → `resolving` (recipients are being written) → `sending` ⇄
`paused` → `done` (everybody was reached or told at their next visit) | `partly_failed` | `failed` (nobody was reached)
| `cancelled`. With `repeat` it is a pattern: it stays `scheduled` and makes a child per occurrence.

Unique: `key`, so that sending the same notice twice from a script is one broadcast; (`parent_id`, `occurrence`), so
that an occurrence has one child. Recipients are in `storage/recipients.py`, unique per (broadcast, person, attempt).

Crash analysis: every change of state is one transaction, written with the state it starts from in its WHERE.
`resolving` writes recipients in pieces by person id; `cursor` moves in the transaction of each piece, so a piece is
there once. `sending` ends when no recipient and no mass job of it is open; that is asked again by every tick.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table, tally
from storage.events import Event
from storage.orgs import Organisation
from storage.outbox import OPEN, Outbox
from storage.work import Work

STATES = (
    "draft",
    "pending",
    "approved",
    "rejected",
    "scheduled",
    "resolving",
    "sending",
    "paused",
    "done",
    "partly_failed",
    "failed",
    "cancelled",
)
ENDED = ("done", "partly_failed", "failed", "cancelled")
GONE = ("resolving", "sending", "paused", *ENDED)


class Broadcast(Row, table=True):
    """One notice. `segment` is whom staff chose (`bot/services/segments.py`), `topic` what people may opt out of.

    `kind`: notice | event (to those registered; written by the software, needs no approval). `org_id`: the branch it
    belongs to, None for the city's own. `author`, `approver`: `staff:<account>`, `cli` or `system`. `hours`: how long
    it stays worth sending from `not_before` on. `routes`: those staff allow, in their order; None is the usual order.
    `wants_receipt`: whether 收到 is asked for. `recipients`, `left_out`: how many were written when it was resolved;
    `expected`: how many there were when it was handed in, and so how many its approver agreed to. `attempt`: the newest
    one (1, and one more for each time it was sent again to those not reached). `cursor`: the last person id whose
    recipients are written. `any_hour`: goes out at night, too (topic `urgent`, or staff said so). `paused_from`: the
    state to go on with. `emergency`: it was paused by 停止发送. `again`: sending again or asking for 收到 that is under
    way (`storage/broadcast_again.py`). `totals`: what is left of the recipients when their rows are forgotten. `tally`:
    how they stood when they were last counted, kept of those to many (`bot/services/broadcast_tallies.py`). `version`
    grows with every change of what it says or to whom.
    """

    __tablename__ = "broadcast"
    __table_args__ = (sa.UniqueConstraint("parent_id", "occurrence"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    key: str = Field(max_length=64, unique=True)
    kind: str = Field(default="notice", max_length=12, sa_column_kwargs=default("notice"))
    title: str = Field(max_length=60)
    text: str
    topic: str = Field(default="activity", max_length=16, sa_column_kwargs=default("activity"))
    segment: Any = Field(sa_type=Json)
    state: str = Field(max_length=16, index=True)
    recipients: int = 0
    left_out: int = Field(default=0, sa_column_kwargs=default(0))
    expected: int = Field(default=0, sa_column_kwargs=default(0))
    author: str = Field(max_length=64)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", index=True, sa_type=BigId)
    event_id: int | None = Field(default=None, foreign_key="event.id", index=True, sa_type=BigId)
    parent_id: int | None = Field(default=None, foreign_key="broadcast.id", sa_type=BigId)
    occurrence: date | None = None
    repeat: Any = Field(default=None, nullable=True, sa_type=Json)
    routes: Any = Field(default=None, nullable=True, sa_type=Json)
    wants_receipt: bool = Field(default=False, sa_column_kwargs={"default": None, "server_default": sa.false()})
    any_hour: bool = Field(default=False, sa_column_kwargs={"default": None, "server_default": sa.false()})
    attempt: int = Field(default=1, sa_column_kwargs=default(1))
    hours: int = Field(default=48, sa_column_kwargs=default(48))
    submitted_by: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approver: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = Field(default="", max_length=400, sa_column_kwargs=default(""))
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cursor: int | None = Field(default=None, sa_type=BigId)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_from: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    emergency: bool = Field(default=False, sa_column_kwargs={"default": None, "server_default": sa.false()})
    again: Any = Field(default=None, nullable=True, sa_type=Json)
    totals: Any = Field(default=None, nullable=True, sa_type=Json)
    tally: Any = Field(default=None, nullable=True, sa_type=Json)
    version: int = Field(default=1, sa_column_kwargs=default(1))
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


def get(work: Work, broadcast_id: int) -> Broadcast | None:
    """One broadcast as it is now, whatever this job has read before."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id)
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def held(work: Work, broadcast_id: int) -> Broadcast | None:
    """One broadcast, and nobody else changes it until the transaction ends (rows that refer to it may be written)."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update(key_share=True)
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def by_key(work: Work, key: str) -> Broadcast | None:
    """The broadcast of this key."""
    return work.session.exec(select(Broadcast).where(Broadcast.key == key)).first()


def of_event(work: Work, event_id: int, prefix: str) -> Sequence[Broadcast]:
    """The system's notices about an event whose key begins so."""
    mine = (Broadcast.event_id == event_id, col(Broadcast.key).startswith(prefix, autoescape=True))
    return work.session.exec(select(Broadcast).where(*mine).order_by(col(Broadcast.id))).all()


def add(work: Work, broadcast: Broadcast) -> None:
    """Store a new broadcast."""
    work.session.add(broadcast)
    work.session.flush()


def move(
    work: Work,
    broadcast_id: int,
    origins: Collection[str],
    state: str | None,
    now: datetime,
    version: int | None = None,
    anew: bool = False,
    **values: Any,
) -> bool:
    """From one of these states (and this version) to another (None: it stays as it is), with what comes with it.

    False, and nothing changed, when it is in another state by now. `anew`: what it says changes, so does the version.
    What is cancelled is not sent again either (`again`).
    """
    row = table(Broadcast)
    where = [row.c.id == broadcast_id, row.c.state.in_(origins)]
    if version is not None:
        where.append(row.c.version == version)
    new = {**values, "changed_at": now, **({"state": state} if state else {})}
    if state == "cancelled":
        new["again"] = sa.null()
    if anew:
        new["version"] = row.c.version + 1
    return bool(work.execute(sa.update(row).where(*where).values(**new)).rowcount)


def agree(work: Work, pattern_id: int, people: int) -> None:
    """What a pattern makes may go to so many people from now on, if that is more than was approved before."""
    row = table(Broadcast)
    mine = (row.c.id == pattern_id, row.c.state.in_(("scheduled", "paused")), row.c.expected < people)
    work.execute(sa.update(row).where(*mine).values(expected=people))


def keep_tally(work: Work, broadcast_id: int, attempt: int, tally_: dict[str, Any]) -> bool:
    """Write down how its recipients stood; false when it is being sent once more since they were counted."""
    row = table(Broadcast)
    mine = sa.update(row).where(row.c.id == broadcast_id, row.c.attempt == attempt)
    return bool(work.execute(mine.values(tally=tally_)).rowcount)


def pause(
    work: Work, origins: Collection[str], now: datetime, *where: sa.ColumnElement[bool], emergency: bool = False
) -> list[int]:
    """Whatever is in one of these states and meets the conditions is paused; their ids."""
    row = table(Broadcast)
    chosen = sa.update(row).where(row.c.state.in_(origins), *where)
    values = {"state": "paused", "paused_from": row.c.state, "emergency": emergency, "changed_at": now}
    return [int(each) for each in work.execute(chosen.values(**values).returning(row.c.id)).scalars()]


def pause_one(work: Work, broadcast_id: int, origins: Collection[str], now: datetime) -> bool:
    """Pause one, from one of these states; `paused_from` says which it was."""
    return bool(pause(work, origins, now, table(Broadcast).c.id == broadcast_id))


def pause_below(work: Work, path: str | None, until: datetime, now: datetime) -> list[int]:
    """In an emergency: pause what is going out, or would before a moment, of the branches below a path (None:
    everything); their ids. What somebody had paused already is held as firmly."""
    row = table(Broadcast)
    here = _below(path)
    soon = sa.or_(row.c.paused_from != "scheduled", row.c.not_before <= until)
    paused = (row.c.state == "paused", ~row.c.emergency, soon, *here)
    firmly = sa.update(row).where(*paused).values(emergency=True, changed_at=now).returning(row.c.id)
    held = [int(each) for each in work.execute(firmly).scalars()]
    going = pause(work, ("resolving", "sending"), now, *here, emergency=True)
    return going + pause(work, ("scheduled",), now, row.c.not_before <= until, *here, emergency=True) + held


def newest(work: Work, limit: int = 20) -> Sequence[Broadcast]:
    """The newest broadcasts that left the drawer, first those that were made last."""
    query = select(Broadcast).where(col(Broadcast.started_at).is_not(None) | col(Broadcast.state).in_(GONE))
    return work.session.exec(query.order_by(col(Broadcast.created_at).desc()).limit(limit)).all()


def listed(
    work: Work, path: str | None, states: Collection[str], limit: int, offset: int, parent_id: int | None = None
) -> Sequence[Broadcast]:
    """Broadcasts of the branches below a path (None: everybody's), what was made last first; only a pattern's children
    when one is given."""
    query = select(Broadcast).where(col(Broadcast.state).in_(states), *_below(path))
    if parent_id is not None:
        query = query.where(Broadcast.parent_id == parent_id)
    ordered = query.order_by(col(Broadcast.created_at).desc(), col(Broadcast.id).desc())
    return work.session.exec(ordered.limit(limit).offset(offset)).all()


def by_state(work: Work, path: str | None) -> dict[str, int]:
    """How many there are in each state, of the branches below a path (None: everybody's)."""
    row = table(Broadcast)
    return tally(work.look(sa.select(row.c.state, sa.func.count()).where(*_below(path)).group_by(row.c.state)))


def _below(path: str | None) -> list[sa.ColumnElement[bool]]:
    if path is None:
        return []
    org = table(Organisation).alias()
    inside = sa.select(org.c.id).where(org.c.path.startswith(path, autoescape=True))
    return [table(Broadcast).c.org_id.in_(inside)]


def patterns_due(work: Work, now: datetime, limit: int) -> list[int]:
    """Ids of repeating ones whose next occurrence has come, those that wait longest first."""
    row = table(Broadcast)
    due = (row.c.state == "scheduled", row.c.repeat.is_not(None), row.c.not_before <= now)
    query = sa.select(row.c.id).where(*due).order_by(row.c.not_before, row.c.id).limit(limit)
    return [int(each) for each in work.look(query).scalars()]


def has_child(work: Work, parent_id: int, day: date) -> bool:
    """Whether a pattern has made its notice of a day already."""
    row = table(Broadcast)
    query = sa.select(row.c.id).where(row.c.parent_id == parent_id, row.c.occurrence == day)
    return work.execute(query).first() is not None


def topic_and_place(work: Work, event_id: int) -> tuple[str, int | None]:
    """The topic of an event and the branch it belongs to; what anybody may be told when there is no such event."""
    event = table(Event)
    found = work.execute(sa.select(event.c.topic, event.c.org_id).where(event.c.id == event_id)).first()
    return (str(found[0]), found[1]) if found else ("activity", None)


def finish_old(work: Work) -> int:
    """Notices that were under way as outbox rows before there were recipients are `done` when none of these is left to
    send; returns how many that settled."""
    out, rows = table(Outbox), table(Broadcast)
    any_, left = (sa.exists().where(out.c.broadcast_id == rows.c.id, *more) for more in ((), (out.c.state.in_(OPEN),)))
    through = sa.update(rows).where(rows.c.state == "sending", any_, ~left).values(state="done")
    return int(work.execute(through).rowcount)
