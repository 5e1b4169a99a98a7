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

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table, tally
from storage.orgs import Appointment, Organisation
from storage.outbox import BULK, OPEN, Outbox
from storage.people import Address, Person
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


class Broadcast(Row, table=True):
    """One notice. `segment` is whom staff chose (`bot/services/segments.py`), `topic` what people may opt out of.

    `kind`: notice | event (to those registered; written by the software, needs no approval). `org_id`: the branch it
    belongs to, None for the city's own. `author`, `approver`: `staff:<account>`, `cli` or `system`. `hours`: how long
    it stays worth sending from `not_before` on. `routes`: those staff allow, in their order; None is the usual order.
    `wants_receipt`: whether 收到 is asked for. `recipients`, `left_out`: how many were written when it was resolved;
    `expected`: how many the preview said when it was handed in. `attempt`: the newest one (1, and one more for each
    time it was sent again to those not reached). `cursor`: the last person id whose recipients are written. `any_hour`:
    goes out at night, too (topic `urgent`, or staff said so). `paused_from`: the state to go on with. `totals`: what is
    left of the recipients when their rows are forgotten. `version` grows with every change of what it says or to whom.
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
    totals: Any = Field(default=None, nullable=True, sa_type=Json)
    version: int = Field(default=1, sa_column_kwargs=default(1))
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


def by_key(work: Work, key: str) -> Broadcast | None:
    """The broadcast of this key."""
    return work.session.exec(select(Broadcast).where(Broadcast.key == key)).first()


def add(work: Work, broadcast: Broadcast) -> None:
    """Store a new broadcast."""
    work.session.add(broadcast)
    work.session.flush()


def newest(work: Work, limit: int = 20) -> Sequence[Broadcast]:
    """The newest broadcasts first."""
    return work.session.exec(select(Broadcast).order_by(col(Broadcast.created_at).desc()).limit(limit)).all()


def expand(
    work: Work, broadcast: Broadcast, audience: str, below: Organisation | None, first_id: int, now: datetime
) -> int:
    """Write one outbox row per person of the segment who follows the account; returns how many.

    `audience`: `followers`, `members` or `cadres`; `below` narrows to a branch of the organisation tree. A person with
    several addresses gets it at the one seen last. `first_id` starts a reserved range of ids.
    """
    chosen = _recipients(audience, below).subquery()
    place = sa.func.row_number().over(order_by=chosen.c.person_id)
    out = table(Outbox)
    values: dict[str, Any] = {
        "id": sa.literal(first_id, sa.BigInteger) + place - 1,
        "person_id": chosen.c.person_id,
        "address_id": chosen.c.address_id,
        "broadcast_id": sa.literal(broadcast.id, sa.BigInteger),
        "seq": sa.literal(0),
        "lane": sa.literal(BULK),
        "state": sa.literal("queued"),
        "route": sa.literal(""),
        "text": sa.literal(broadcast.text),
        "template": sa.literal("notice"),
        "hand_over": sa.false(),
        "dedupe": sa.literal(f"b:{broadcast.id}:") + sa.cast(chosen.c.person_id, sa.String),
        "due_at": sa.literal(broadcast.not_before or now, out.c.due_at.type),
        "valid_until": sa.literal(broadcast.valid_until, out.c.due_at.type),
        "owner": sa.literal(""),
        "attempts": sa.literal(0),
        "code": sa.literal(""),
        "message_id": sa.literal(""),
        "created_at": sa.literal(now, out.c.due_at.type),
    }
    statement = sa.insert(out).from_select(list(values), sa.select(*values.values()).select_from(chosen))
    return int(work.execute(statement.execution_options(preserve_rowcount=True)).rowcount)


def count_recipients(work: Work, audience: str, below: Organisation | None) -> int:
    """How many people a segment holds now."""
    chosen = _recipients(audience, below).subquery()
    return int(work.execute(sa.select(sa.func.count()).select_from(chosen)).scalar_one())


def _recipients(audience: str, below: Organisation | None) -> sa.Select[Any]:
    person, address, org = table(Person), table(Address), table(Organisation)
    held = table(Appointment)
    latest = sa.func.row_number().over(
        partition_by=address.c.person_id, order_by=(address.c.seen_at.desc(), address.c.id)
    )
    joined = person.join(address, address.c.person_id == person.c.id)
    query = sa.select(person.c.id.label("person_id"), address.c.id.label("address_id"), latest.label("place"))
    where = [address.c.following, address.c.refused == ""]
    if audience == "members":
        where.append(person.c.member_since.is_not(None))
    if audience == "cadres":
        where.append(sa.exists().where(held.c.person_id == person.c.id, held.c.until.is_(None)))
    if below is not None:
        in_branch = sa.select(org.c.id).where(org.c.path.startswith(below.path))
        serves = sa.exists().where(held.c.person_id == person.c.id, held.c.org_id.in_(in_branch))
        where.append(sa.or_(person.c.org_id.in_(in_branch), serves))
    ranked = query.select_from(joined).where(*where).subquery()
    return sa.select(ranked.c.person_id, ranked.c.address_id).where(ranked.c.place == 1)


def finish(work: Work) -> int:
    """Notices with nothing left to send are `done`; returns how many that settled."""
    out, rows = table(Outbox), table(Broadcast)
    left = sa.exists().where(out.c.broadcast_id == rows.c.id, out.c.state.in_(OPEN))
    return int(work.execute(sa.update(rows).where(rows.c.state == "sending", ~left).values(state="done")).rowcount)


def progress(work: Work, broadcast_id: int) -> dict[str, int]:
    """Recipients of a broadcast by outbox state."""
    out = table(Outbox)
    rows = work.look(
        sa.select(out.c.state, sa.func.count()).where(out.c.broadcast_id == broadcast_id).group_by(out.c.state)
    ).all()
    return tally(rows)
