"""Broadcasts: a notice to a segment, expanded into outbox rows by one INSERT … SELECT.

States: `draft` → `sending` → `done` | `cancelled`. Unique: `key`, so that sending the same notice twice from a script
is one broadcast; and per recipient the outbox key `b:<broadcast>:<person>`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, table, tally
from storage.orgs import Appointment, Organisation
from storage.outbox import BULK, OPEN, Outbox
from storage.people import Address, Person
from storage.work import Work


class Broadcast(Row, table=True):
    """One notice. `segment` is what staff chose; `recipients` how many were found; sent from `not_before` on."""

    __tablename__ = "broadcast"
    id: int = Field(primary_key=True, sa_type=BigId)
    key: str = Field(max_length=64, unique=True)
    title: str = Field(max_length=60)
    text: str
    segment: Any = Field(sa_type=Json)
    state: str = Field(max_length=12, index=True)
    recipients: int = 0
    author: str = Field(max_length=40)
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
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
