"""Everything the bot says, as rows; the delivery log beside it.

States: `answering` (first row of a turn, given to the platform as the passive reply; leased) · `queued` (due at
`due_at`) · `sending` (claimed by a sender; leased) · `sent` · `accepted` (a receipt will follow) · `unknown` (sent, no
answer heard) · `failed` · `unreachable` · `expired` · `cancelled`. The first three are open.

`due_at` is the one clock of an open row: not before (queued), or the end of the lease (answering, sending).
Lanes: 0 replies, 1 reminders, 2 bulk; a lower lane overtakes.

Unique: `dedupe` where given. What a crash leaves behind:
- `answering`, lease over: the platform repeats an unanswered push twice within 15 s. If this server was up then and no
  repeat came, the reply was heard: `sent`. If it was down, nobody can know: `unknown`, never said twice.
- `sending`, lease over: the request may have been taken. Repeated only on a route where the platform drops repeats
  of the same key, else `unknown`.
- `queued`: simply still due.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Json, Row, UtcDateTime, default, table, tally
from storage.scope import of_people
from storage.work import Work

REPLY, REMINDER, BULK = 0, 1, 2
OPEN = ("answering", "queued", "sending")
ANSWER_LEASE = timedelta(seconds=20)  # outlasts the platform's repeats: 3 attempts, 5 s apart
SEND_LEASE = timedelta(seconds=60)


class Outbox(Row, table=True):
    """One message to one person. `fields`, `choices` and `template` shape it; routes are details."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "ix_outbox_open",
            "lane",
            "due_at",
            "id",
            sqlite_where=sa.text("state IN ('answering','queued','sending')"),
            postgresql_where=sa.text("state IN ('answering','queued','sending')"),
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    inbound_id: int | None = Field(default=None, index=True, sa_type=BigId)
    seq: int = Field(default=0, sa_column_kwargs=default(0))
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    broadcast_id: int | None = Field(default=None, index=True, sa_type=BigId)
    lane: int = Field(default=REPLY, sa_column_kwargs=default(REPLY))
    state: str = Field(max_length=12)
    route: str = Field(default="", max_length=12, sa_column_kwargs=default(""))
    text: str
    choices: Any = Field(default=None, nullable=True, sa_type=Json)
    template: str = Field(default="", max_length=32, sa_column_kwargs=default(""))
    fields: Any = Field(default=None, nullable=True, sa_type=Json)
    hand_over: bool = Field(default=False, sa_column_kwargs={"default": None, "server_default": sa.false()})
    dedupe: str | None = Field(default=None, max_length=80, unique=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owner: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    attempts: int = Field(default=0, sa_column_kwargs=default(0))
    code: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    message_id: str = Field(default="", max_length=64, index=True, sa_column_kwargs=default(""))
    created_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Delivery(Row, table=True):
    """The log a human can read: one row per attempt to push (a passive reply's outbox row says it all). No text."""

    __tablename__ = "delivery"
    id: int = Field(primary_key=True, sa_type=BigId)
    outbox_id: int = Field(index=True, sa_type=BigId)
    attempt: int
    route: str = Field(max_length=12)
    result: str = Field(max_length=12)
    code: str = Field(default="", max_length=64)
    millis: int = 0
    at: datetime = Field(sa_type=UtcDateTime)


class Ready(NamedTuple):
    """A reply as the webhook needs it."""

    id: int
    text: str
    choices: Any
    hand_over: bool
    created_at: datetime
    state: str
    route: str


_out = table(Outbox)
READY_COLUMNS = (
    _out.c.id,
    _out.c.text,
    _out.c.choices,
    _out.c.hand_over,
    _out.c.created_at,
    _out.c.state,
    _out.c.route,
)


# Replies that went, or may have gone, as the answer to the push itself.
_PASSIVE = sa.or_(_out.c.state == "answering", sa.and_(_out.c.state.in_(("sent", "unknown")), _out.c.route == "reply"))


def put(work: Work, *, person_id: int, address_id: int, text: str, state: str, now: datetime, **more: Any) -> int:
    """Remember one message; written when the group commits. Returns its id. `more` are columns of Outbox."""
    row_id = work.new_id()
    values = {"id": row_id, "person_id": person_id, "address_id": address_id, "text": text, "state": state}
    work.append(Outbox, {**values, "created_at": now, "due_at": now, **more})
    return row_id


def has(work: Work, dedupe: str) -> bool:
    """Whether a message of this key exists."""
    return work.execute(sa.select(_out.c.id).where(_out.c.dedupe == dedupe)).first() is not None


class Answered(NamedTuple):
    """A reply that the platform has taken."""

    outbox_id: int
    at: datetime


_MARK = (
    sa.update(_out)
    # not IN: its expanding parameter cannot be executed for many rows at once
    .where(_out.c.id == sa.bindparam("row_id"), sa.or_(_out.c.state == "answering", _out.c.state == "unknown"))
    .values(state="sent", route="reply", code="", attempts=_out.c.attempts + 1, settled_at=sa.bindparam("at"))
)


class MarkAnswered:
    """A batch kind: passive replies that have been written to the platform's connection."""

    def prepare(self, work: Work, items: list[Answered]) -> list[Answered]:
        """Nothing to load."""
        return items

    def run(self, work: Work, item: Answered, loaded: Answered) -> None:
        """Mark it sent, with the group's common statement. The row itself is the log of this attempt."""
        work.defer(_MARK, {"row_id": item.outbox_id, "at": item.at})


def log(
    work: Work, outbox_id: int, attempt: int, route: str, result: str, code: str, millis: int, at: datetime
) -> None:
    """Remember one attempt in the delivery log."""
    work.append(
        Delivery,
        {
            "id": work.new_id(),
            "outbox_id": outbox_id,
            "attempt": attempt,
            "route": route,
            "result": result,
            "code": code[:64],
            "millis": millis,
            "at": at,
        },
    )


def hand_out(work: Work, outbox_id: int) -> bool:
    """Give the passive reply to a repeat of its push; false when it is already on another way. See `release`.

    Nobody waits: several repeats may be given the same words at once, and none while it is being released (a claim on
    the row's id, shared here, alone there, until the transaction ends). Who finds the row locked gives the words and
    writes nothing: only somebody who hands it out, too, or marks it answered can be at it. A group holds many rows in
    the order of its pushes, so groups that waited for each other's rows would end in deadlocks. (Should that somebody's
    process die before its commit, a late `release` may say the words once more.)
    """
    if not work.claim(f"outbox:{outbox_id}", shared=True):
        return False
    mine = sa.select(_out.c.id).where(_out.c.id == outbox_id, _PASSIVE)
    if work.execute(mine).first() is None:
        return False
    free = mine.with_for_update(skip_locked=True)
    work.execute(sa.update(_out).where(_out.c.id.in_(free)).values(route="reply"))
    return True


def release(work: Work, outbox_id: int, now: datetime) -> None:
    """The passive reply came too late: let the sender deliver it by another route, unless a repeat has taken it."""
    if not work.claim(f"outbox:{outbox_id}"):
        return
    unheard = sa.and_(_out.c.id == outbox_id, _out.c.state == "answering", _out.c.route == "")
    if work.dialect == "postgresql":  # somebody who is at it marks it answered: then it is not ours
        free = work.execute(sa.select(_out.c.id).where(unheard).with_for_update(skip_locked=True)).first()
        if free is None:
            return
    work.execute(sa.update(_out).where(unheard).values(state="queued", due_at=now))


class Lapsed(NamedTuple):
    """What `settle_lapsed` did."""

    heard: int
    unknown: int


def settle_lapsed(work: Work, now: datetime, up_since: datetime) -> Lapsed:
    """Settle passive replies whose lease is over; see the module docstring for why nothing is said twice."""
    open_rows = sa.text("outbox.state IN ('answering','queued','sending')")  # so that the partial index is used
    lapsed = sa.and_(open_rows, _out.c.state == "answering", _out.c.due_at <= now)
    repeats_from = up_since + ANSWER_LEASE - timedelta(seconds=5)
    heard = work.execute(
        sa.update(_out)
        .where(lapsed, _out.c.due_at > repeats_from)
        .values(state="sent", route="reply", code="no repeat came", settled_at=now)
    ).rowcount
    unknown = work.execute(
        sa.update(_out).where(lapsed).values(state="unknown", route="reply", code="crashed", settled_at=now)
    ).rowcount
    return Lapsed(heard, unknown)


def forget_before(work: Work, moment: datetime) -> int:
    """Blank the words of settled messages to single persons older than a moment (retention); returns how many."""
    old = sa.and_(
        _out.c.created_at < moment, _out.c.state.not_in(OPEN), _out.c.broadcast_id.is_(None), _out.c.text != ""
    )
    return int(work.execute(sa.update(_out).where(old).values(text="", choices=None, fields=None)).rowcount)


def counts(work: Work, since: datetime, path: str | None = None) -> dict[str, int]:
    """Messages (to people below a path) by state since a moment."""
    query = sa.select(_out.c.state, sa.func.count()).where(_out.c.created_at >= since)
    return tally(work.look(query.where(*of_people(_out.c.person_id, path)).group_by(_out.c.state)).all())
