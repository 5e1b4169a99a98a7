"""How an entry came to say what it says: drafts, their review, and the history of what was published.

States: `draft` → `pending` (handed in) → `published`, or with a note back to `draft`; either may be `discarded`.
Unique: (entry, branch, number); and one open (`draft`, `pending`) revision per entry and branch. `org_id` 0 is the
city's own entry, else the revision is a branch's override. Published revisions are never changed.

Crash analysis: publishing writes entry or override, revision and audit in one transaction. `base` is the version of the
entry the draft was made from; publishing on top of another version is refused, so nobody's change is lost unseen.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, table, tally
from storage.scope import of_places
from storage.work import Work

OPEN = ("draft", "pending")
_OPEN_SQL = sa.text("state IN ('draft','pending')")
CITY = 0


class Revision(Row, table=True):
    """One version of an entry (or of a branch's override) as written by one person. `content` is the whole of it.

    Dates in `content` are ISO text. `author` and `reviewer` are staff names, `import` for files that an
    operator brought in, `shipped` for what came with the software.
    """

    __tablename__ = "revision"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "org_id", "number"),
        sa.Index(
            "uq_revision_open", "entry_id", "org_id", unique=True, sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL
        ),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    entry_id: str = Field(max_length=64)
    org_id: int = Field(default=CITY, sa_type=BigId)
    number: int
    base: int = 0
    content: Any = Field(sa_type=Json)
    state: str = Field(max_length=12, index=True)
    author: str = Field(max_length=32)
    note: str = Field(default="", max_length=200)
    gap_id: int | None = Field(default=None, index=True, sa_type=BigId)
    reviewer: str = Field(default="", max_length=32)
    review_note: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def get(work: Work, revision_id: int) -> Revision | None:
    """One revision by id."""
    return work.session.get(Revision, revision_id)


def held(work: Work, revision_id: int) -> Revision | None:
    """One revision as it is now; nobody else changes it until the transaction ends."""
    return work.session.get(Revision, revision_id, populate_existing=True, with_for_update=True)


def open_of(work: Work, entry_id: str, org_id: int = CITY, hold: bool = False) -> Revision | None:
    """The draft or pending revision of an entry in a branch; with `hold` nobody else changes it meanwhile."""
    query = select(Revision).where(Revision.entry_id == entry_id, Revision.org_id == org_id)
    query = query.where(col(Revision.state).in_(OPEN)).execution_options(populate_existing=True)
    return work.session.exec(query.with_for_update() if hold else query).first()


def open_all(work: Work, entry_id: str) -> Sequence[Revision]:
    """The open revisions of an entry, the city's first, then branches'."""
    query = select(Revision).where(Revision.entry_id == entry_id, col(Revision.state).in_(OPEN))
    return work.session.exec(query.order_by(col(Revision.org_id))).all()


def redirect(work: Work, from_gap: int, to_gap: int) -> int:
    """Open revisions that were to close one gap now close another; returns how many."""
    rows = table(Revision)
    meant = sa.and_(rows.c.gap_id == from_gap, rows.c.state.in_(OPEN))
    return int(work.execute(sa.update(rows).where(meant).values(gap_id=to_gap)).rowcount)


def history(work: Work, entry_id: str, org_id: int = CITY) -> Sequence[Revision]:
    """All revisions, the newest first."""
    query = select(Revision).where(Revision.entry_id == entry_id, Revision.org_id == org_id)
    return work.session.exec(query.order_by(col(Revision.number).desc())).all()


def in_state(work: Work, state: str, limit: int = 200) -> Sequence[Revision]:
    """Revisions in a state, the longest waiting first."""
    query = select(Revision).where(Revision.state == state).order_by(col(Revision.updated_at), col(Revision.id))
    return work.session.exec(query.limit(limit)).all()


def of_gap(work: Work, gap_id: int) -> Sequence[Revision]:
    """Revisions that are meant to close a gap, the newest first."""
    query = select(Revision).where(Revision.gap_id == gap_id).order_by(col(Revision.created_at).desc())
    return work.session.exec(query).all()


def drafted(work: Work, gap_ids: Sequence[int]) -> set[int]:
    """Which of these gaps an open revision is meant to close."""
    query = select(Revision.gap_id).where(col(Revision.gap_id).in_(gap_ids), col(Revision.state).in_(OPEN))
    return {each for each in work.session.exec(query) if each is not None}


def add(work: Work, entry_id: str, org_id: int, content: dict[str, Any], now: datetime, **more: Any) -> Revision:
    """A new revision with the next number. `more` are columns of Revision; IntegrityError when one is already open."""
    last = work.session.exec(
        select(sa.func.max(Revision.number)).where(Revision.entry_id == entry_id, Revision.org_id == org_id)
    ).one()
    made = Revision(
        id=work.new_id(),
        entry_id=entry_id,
        org_id=org_id,
        number=int(last or 0) + 1,
        content=content,
        created_at=now,
        updated_at=now,
        **more,
    )
    work.session.add(made)
    work.session.flush()
    return made


def numbers(work: Work) -> dict[str, int]:
    """The last number of every entry of the city that has a revision."""
    rows = table(Revision)
    query = sa.select(rows.c.entry_id, sa.func.max(rows.c.number)).where(rows.c.org_id == CITY)
    return tally(work.execute(query.group_by(rows.c.entry_id)))


def add_published(
    work: Work, entry_id: str, number: int, base: int, content: dict[str, Any], author: str, now: datetime
) -> None:
    """A revision of the city's entry that is in force at once, for many entries at a time; written at the commit."""
    values = {"id": work.new_id(), "entry_id": entry_id, "org_id": CITY, "number": number, "base": base}
    decided = {"state": "published", "author": author, "reviewer": author, "note": "", "review_note": ""}
    times = {"created_at": now, "updated_at": now, "decided_at": now}
    work.append(Revision, {**values, **decided, **times, "content": content, "gap_id": None})


def owners(work: Work) -> dict[str, set[str]]:
    """Who has published a version of each of the city's entries, or has a draft of it open."""
    query = select(Revision.entry_id, Revision.author).where(Revision.org_id == CITY).distinct()
    found: dict[str, set[str]] = {}
    for entry_id, author in work.session.exec(query.where(col(Revision.state).in_(("published", *OPEN)))):
        found.setdefault(entry_id, set()).add(author)
    return found


def counts(work: Work, path: str | None = None) -> dict[str, int]:
    """How many revisions (of branches below a path) are in which open state."""
    rows = table(Revision)
    query = sa.select(rows.c.state, sa.func.count()).where(rows.c.state.in_(OPEN), *of_places(rows.c.org_id, path))
    return tally(work.execute(query.group_by(rows.c.state)))
