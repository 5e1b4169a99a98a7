"""Photos, files and words that show a duty was done; sealed.

States: `unplaced` (nobody has said yet which duty it is for; `duty_id` is the first it may be for, and nobody counts
it) → `waiting` (the platform has it; fetched at `due_at`) → `kept` | `lost` (the platform does not give it any more)
| `refused` (too large, or not what it says it is), and `erased`: kept long enough, or its giver wanted it gone. Words
are `kept` at once. A claim moves `due_at` on by its lease. A
crash while fetching: the lease ends and it is fetched again; `body` and `kept` are written together.
Unique: (duty, media id).
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Row, UtcDateTime, default, table, tally
from storage.work import Work

BODY = "evidence.body"
LIFETIME = timedelta(days=3)  # how long the platform keeps what people send


class Evidence(Row, table=True):
    """One piece. `kind`: photo, file or text. `media_id` is the platform's, good for three days."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.UniqueConstraint("duty_id", "media_id"),
        sa.Index(
            "ix_evidence_waiting",
            "due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    duty_id: int = Field(foreign_key="duty.id", sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    kind: str = Field(max_length=8)
    channel: str = Field(default="", max_length=16, sa_column_kwargs=default(""))
    media_id: str = Field(max_length=160)
    state: str = Field(max_length=8)
    attempts: int = Field(default=0, sa_column_kwargs=default(0))
    due_at: datetime = Field(sa_type=UtcDateTime)
    name: str = Field(default="", max_length=100, sa_column_kwargs=default(""))
    mime: str = Field(default="", max_length=80, sa_column_kwargs=default(""))
    size: int = Field(default=0, sa_column_kwargs=default(0))
    body: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def counts(work: Work, duty_id: int) -> dict[str, int]:
    """How many pieces there are of each kind that came or are on their way."""
    rows = table(Evidence)
    there = rows.c.state.in_(("waiting", "kept"))
    query = sa.select(rows.c.kind, sa.func.count()).where(rows.c.duty_id == duty_id, there).group_by(rows.c.kind)
    return tally(work.execute(query).all())


def add_text(work: Work, duty_id: int, person_id: int, words: str, now: datetime, name: str = "") -> None:
    """Keep words, sealed. `name`: reason, where they say why there is nothing else."""
    piece_id = work.new_id()
    work.session.add(
        Evidence(
            id=piece_id,
            duty_id=duty_id,
            person_id=person_id,
            kind="text",
            media_id=f"text:{piece_id}",
            state="kept",
            due_at=now,
            name=name,
            mime="text/plain",
            size=len(words.encode()),
            body=work.seal.seal(words, BODY),
            at=now,
            kept_at=now,
        )
    )
    work.session.flush()


def add_media(
    work: Work, duty_id: int, person_id: int, kind: str, channel: str, media_id: str, now: datetime, placed: bool
) -> bool:
    """Remember what the platform has; false when it is there already."""
    query = select(Evidence.id).where(Evidence.media_id == media_id, Evidence.person_id == person_id)
    if work.session.exec(query).first() is not None:
        return False
    work.session.add(
        Evidence(
            id=work.new_id(),
            duty_id=duty_id,
            person_id=person_id,
            kind=kind,
            channel=channel,
            media_id=media_id,
            state="waiting" if placed else "unplaced",
            due_at=now,
            at=now,
        )
    )
    work.session.flush()
    return True


def unplaced_of(work: Work, person_id: int, since: datetime) -> Sequence[Evidence]:
    """What a person has sent since a moment without saying for which duty, oldest first."""
    query = select(Evidence).where(Evidence.person_id == person_id, Evidence.state == "unplaced", Evidence.at >= since)
    return work.session.exec(query.order_by(col(Evidence.at), col(Evidence.id))).all()


class Fetch(NamedTuple):
    """One piece to fetch from the platform."""

    id: int
    channel: str
    media_id: str
    kind: str
    attempts: int
    at: datetime


def any_due(work: Work, channels: Sequence[str], now: datetime) -> bool:
    """Whether there is anything to fetch."""
    rows = table(Evidence)
    due = sa.and_(rows.c.state == "waiting", rows.c.due_at <= now, rows.c.channel.in_(channels))
    return work.look(sa.select(rows.c.id).where(due).limit(1)).first() is not None


def claim(work: Work, channels: Sequence[str], now: datetime, lease: timedelta, limit: int) -> list[Fetch]:
    """Pieces that are due, the oldest first; until the lease ends nobody else gets them."""
    query = (
        select(Evidence)
        .where(Evidence.state == "waiting", Evidence.due_at <= now, col(Evidence.channel).in_(channels))
        .order_by(col(Evidence.due_at), col(Evidence.id))
        .limit(limit)
    )
    if work.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    found: list[Fetch] = []
    for each in work.session.exec(query).all():
        each.due_at, each.attempts = now + lease, each.attempts + 1
        work.session.add(each)
        found.append(Fetch(each.id, each.channel, each.media_id, each.kind, each.attempts, each.at))
    return found


def keep(work: Work, piece_id: int, body: bytes, mime: str, name: str, now: datetime) -> None:
    """Seal what was fetched. A piece that has ended stays as it is."""
    piece = work.session.get(Evidence, piece_id, populate_existing=True, with_for_update=True)
    if piece is None or piece.state != "waiting":
        return
    piece.body, piece.mime, piece.size = work.seal.seal(base64.b64encode(body).decode(), BODY), mime, len(body)
    piece.name, piece.state, piece.kept_at = name[:100], "kept", now
    work.session.add(piece)


def end(work: Work, piece_id: int, state: str) -> Evidence | None:
    """`lost` or `refused`, for good; the piece, None when it has ended already."""
    piece = work.session.get(Evidence, piece_id, populate_existing=True, with_for_update=True)
    if piece is None or piece.state != "waiting":
        return None
    piece.state = state
    work.session.add(piece)
    return piece


def again(work: Work, piece_id: int, due_at: datetime) -> None:
    """Try once more later."""
    rows = table(Evidence)
    work.execute(sa.update(rows).where(rows.c.id == piece_id, rows.c.state == "waiting").values(due_at=due_at))


def lose_old(work: Work, now: datetime) -> int:
    """What nobody placed, or nobody could fetch, is lost when the platform does not have it any more; how many."""
    rows = table(Evidence)
    old = sa.and_(rows.c.state.in_(("waiting", "unplaced")), rows.c.at < now - LIFETIME)
    return int(work.execute(sa.update(rows).where(old).values(state="lost")).rowcount)


def content(work: Work, piece: Evidence) -> bytes:
    """What was kept, as bytes; words as UTF-8. Raises Unsealable; empty where nothing is kept."""
    if piece.body is None:
        return b""
    opened = work.seal.open(piece.body, BODY)
    return opened.encode() if piece.kind == "text" else base64.b64decode(opened)


def of_duty(work: Work, duty_id: int) -> Sequence[Evidence]:
    """The pieces of a duty, oldest first; without what nobody has placed."""
    query = select(Evidence).where(Evidence.duty_id == duty_id, Evidence.state != "unplaced")
    return work.session.exec(query.order_by(col(Evidence.at), col(Evidence.id))).all()
