"""Lists of members on their way in: the file, its rows once they are checked, and the one step that makes them members.

States of a `roster_import`:

    uploaded → checking → ready → writing → done
       ▲          ├→ wrong (rows are wrong; nothing of the file is taken)
       └──────────┴─ mapped again, from wrong and ready
    discarded ← uploaded, wrong, ready          broken ← checking, writing (three tries failed)

Staged rows and one switch. `checking` writes checked rows to `roster_row` in small transactions, which nobody else
reads; `writing` makes members, their events and the changes to known members out of them with a few set-based
statements in ONE transaction (`switch`). A crash before its commit leaves no trace in `member`; the work begins again
when the lease ends. Replies wait behind the switch only (docs/performance.md has the figures).

`roster_file` holds the file sealed, `roster_row` the numbers sealed; both are emptied when the import is over.
"""

import base64
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, table
from storage.work import Work

FILE_PURPOSE = "roster_file.data"
AT_WORK = ("checking", "writing")
WAITING = ("uploaded", "wrong", "ready")
OVER = ("done", "discarded", "broken")
LEASE = timedelta(minutes=2)


class RosterImport(Row, table=True):
    """One list. `path` is the branch of who brought it (None: all), `org_id` the union of rows that name none.

    `head` is the row of the headers, `heads` what stands in them, `mapping` the field of each column. `total` rows,
    `checked` of them so far; `wrong` rows with mistakes, the first of which are `problems` ([row, column, reason]).
    `fresh`, `changed` and `same` count what the switch would do or did. `error` is said to people, in Chinese.
    """

    __tablename__ = "roster_import"
    id: int = Field(primary_key=True, sa_type=BigId)
    actor: str = Field(max_length=48)
    state: str = Field(default="uploaded", max_length=12, index=True)
    org_id: int | None = Field(default=None, foreign_key="organisation.id", sa_type=BigId)
    path: str | None = Field(default=None, max_length=300)
    head: int = 0
    heads: Any = Field(default=None, nullable=True, sa_type=Json)
    mapping: Any = Field(default=None, nullable=True, sa_type=Json)
    total: int = 0
    checked: int = 0
    wrong: int = 0
    fresh: int = 0
    changed: int = 0
    same: int = 0
    tries: int = 0
    problems: Any = Field(default=None, nullable=True, sa_type=Json)
    error: str = Field(default="", max_length=200)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class RosterFile(Row, table=True):
    """The file of an import, sealed."""

    __tablename__ = "roster_file"
    import_id: int = Field(primary_key=True, foreign_key="roster_import.id", sa_type=BigId)
    data: bytes


class RosterRow(Row, table=True):
    """One checked row, sealed as a member is. `member_id` is the id it gets if it is new; `prefix` begins its number.

    Empty text and None mean that the file says nothing: of a known member they change nothing.
    """

    __tablename__ = "roster_row"
    __table_args__ = (sa.Index("uq_roster_row_id", "import_id", "id_hash", unique=True),)
    import_id: int = Field(primary_key=True, foreign_key="roster_import.id", sa_type=BigId)
    row: int = Field(primary_key=True)
    member_id: int = Field(sa_type=BigId)
    org_id: int = Field(sa_type=BigId)
    prefix: str = Field(max_length=24)
    name: str = Field(max_length=40)
    id_number: bytes
    id_hash: str = Field(max_length=64)
    mobile: bytes | None = None
    mobile_hash: str = Field(default="", max_length=64)
    employer: str = Field(default="", max_length=80)
    work_status: str = Field(default="", max_length=16)
    migrant: bool | None = None
    joined_on: date


def add(work: Work, made: RosterImport, data: bytes) -> None:
    """Store a new import with its file."""
    work.session.add(made)
    work.session.flush()
    sealed = work.seal.seal(base64.b64encode(data).decode("ascii"), FILE_PURPOSE)
    work.session.add(RosterFile(import_id=made.id, data=sealed))
    work.session.flush()


def file_of(work: Work, import_id: int) -> bytes | None:
    """The file of an import; None when it is gone."""
    kept = work.session.get(RosterFile, import_id)
    return base64.b64decode(work.seal.open(kept.data, FILE_PURPOSE)) if kept else None


def get(work: Work, import_id: int) -> RosterImport | None:
    """One import by id."""
    return work.session.get(RosterImport, import_id)


def held(work: Work, import_id: int) -> RosterImport | None:
    """One import, nobody else changes it until this unit of work is over; read afresh."""
    query = select(RosterImport).where(RosterImport.id == import_id)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    return work.session.exec(query.execution_options(populate_existing=True)).first()


def of_actor(work: Work, actor: str, limit: int = 10) -> Sequence[RosterImport]:
    """What somebody brought in, the newest first."""
    query = select(RosterImport).where(RosterImport.actor == actor)
    return work.session.exec(query.order_by(col(RosterImport.created_at).desc()).limit(limit)).all()


def due(work: Work, now: datetime) -> Sequence[int]:
    """Imports somebody has to work on now, the oldest first."""
    free = sa.or_(col(RosterImport.leased_until).is_(None), col(RosterImport.leased_until) <= now)
    query = select(RosterImport.id).where(col(RosterImport.state).in_(AT_WORK), free)
    return work.session.exec(query.order_by(col(RosterImport.created_at))).all()


def claim(work: Work, import_id: int, now: datetime) -> RosterImport | None:
    """Take an import to work on for two minutes; None when another process has it."""
    found = held(work, import_id)
    if found is None or found.state not in AT_WORK or (found.leased_until is not None and found.leased_until > now):
        return None
    found.leased_until, found.tries = now + LEASE, found.tries + 1
    work.session.add(found)
    return found


def beat(work: Work, import_id: int, checked: int, now: datetime) -> None:
    """So far, and still at it."""
    rows = table(RosterImport)
    values = {"checked": checked, "leased_until": now + LEASE, "updated_at": now}
    work.execute(sa.update(rows).where(rows.c.id == import_id).values(values))


def count(work: Work, import_id: int, total: int) -> None:
    """How many rows there are."""
    rows = table(RosterImport)
    work.execute(sa.update(rows).where(rows.c.id == import_id).values(total=total))


def stage(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Put checked rows aside; written when the group commits."""
    for row in rows:
        work.append(RosterRow, row)


def drop_rows(work: Work, import_id: int, limit: int) -> int:
    """Forget some staged rows; returns how many."""
    rows = table(RosterRow)
    some = sa.select(rows.c.row).where(rows.c.import_id == import_id).limit(limit)
    return int(work.execute(sa.delete(rows).where(rows.c.import_id == import_id, rows.c.row.in_(some))).rowcount)


def drop_file(work: Work, import_id: int) -> None:
    """Forget the file."""
    files = table(RosterFile)
    work.execute(sa.delete(files).where(files.c.import_id == import_id))


def leftovers(work: Work, before: datetime) -> Sequence[int]:
    """Imports that are over and still have rows or a file, and those that nobody went on with since a moment."""
    imports, rows, files = table(RosterImport), table(RosterRow), table(RosterFile)
    ended = sa.and_(
        imports.c.state.in_(OVER),
        sa.or_(
            sa.exists().where(rows.c.import_id == imports.c.id), sa.exists().where(files.c.import_id == imports.c.id)
        ),
    )
    left = sa.and_(imports.c.state.in_(WAITING), imports.c.updated_at < before)
    return [int(row[0]) for row in work.execute(sa.select(imports.c.id).where(sa.or_(ended, left)))]


def discard_left(work: Work, before: datetime, now: datetime) -> int:
    """Give up imports that nobody went on with since a moment; returns how many."""
    rows = table(RosterImport)
    left = sa.and_(rows.c.state.in_(WAITING), rows.c.updated_at < before)
    return int(work.execute(sa.update(rows).where(left).values(state="discarded", updated_at=now)).rowcount)
