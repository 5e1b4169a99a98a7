"""The knowledge base as it is answered from: entries, and what branches say differently."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage import embeddings
from storage.base import BigId, Json, Row, UtcDateTime, default, table
from storage.work import Work


class Entry(Row, table=True):
    """One question with its answer, sources and dates. Unique: id, which is the topic's id in the reference.

    `citations` is a list of {law, article, version}; `phrasings` other ways to ask; `fields` what a union fills in:
    {key, label, hint, value}. `status` is draft, published or retired. `version` grows with every change, so that
    processes know when to rebuild their index. An entry changes only together with a `storage.revisions` row.
    """

    __tablename__ = "entry"
    id: str = Field(primary_key=True, max_length=64)
    category: str = Field(max_length=32)
    question: str
    phrasings: Any = Field(sa_type=Json)
    answer: str
    citations: Any = Field(sa_type=Json)
    related: Any = Field(sa_type=Json)
    audience: Any = Field(sa_type=Json)
    scope: str = Field(default="national", max_length=16)
    as_of: date
    review_by: date
    hand_over: bool = False
    status: str = Field(default="published", max_length=12)
    fields: Any = Field(default=None, nullable=True, sa_type=Json)
    version: int = 1
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Override(Row, table=True):
    """What a branch says differently from the city's entry; what it leaves empty is inherited. Unique: (entry, branch).

    `answer` replaces the city's words, `values` ({key: value}) fill the entry's fields, `citations` are added to the
    city's. `active` is false once withdrawn. `review_by` ends it like an entry.
    """

    __tablename__ = "override"
    __table_args__ = (sa.UniqueConstraint("entry_id", "org_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    entry_id: str = Field(foreign_key="entry.id", max_length=64)
    org_id: int = Field(foreign_key="organisation.id", sa_type=BigId)
    answer: str = ""
    values: Any = Field(sa_type=Json)
    citations: Any = Field(sa_type=Json)
    as_of: date
    review_by: date
    active: bool = Field(default=True, sa_column_kwargs={"default": None, "server_default": sa.true()})
    version: int = Field(default=1, sa_column_kwargs=default(1))
    updated_at: datetime = Field(sa_type=UtcDateTime)


def get(work: Work, entry_id: str) -> Entry | None:
    """One entry by id, published or not."""
    return work.session.get(Entry, entry_id)


def published(work: Work) -> Sequence[Entry]:
    """All published entries, in the order of their ids."""
    return work.session.exec(select(Entry).where(Entry.status == "published").order_by(Entry.id)).all()


def unpublished(work: Work) -> Sequence[Entry]:
    """All entries that are drafts, in the order of their ids."""
    return work.session.exec(select(Entry).where(Entry.status == "draft").order_by(Entry.id)).all()


def overdue(work: Work, today: date) -> Sequence[Entry]:
    """Published entries whose review date is before a day, the longest overdue first."""
    query = select(Entry).where(Entry.status == "published", Entry.review_by < today)
    return work.session.exec(query.order_by(col(Entry.review_by), Entry.id)).all()


def every(work: Work) -> Sequence[Entry]:
    """All entries, in the order of their ids."""
    return work.session.exec(select(Entry).order_by(Entry.id)).all()


def put(work: Work, entry_id: str, values: dict[str, Any], now: datetime) -> str:
    """Create or change an entry; returns `new`, `changed` or `same`. `values` are the columns but id and version."""
    entry = get(work, entry_id)
    if entry is None:
        work.session.add(Entry(id=entry_id, version=1, updated_at=now, **values))
        return "new"
    if all(getattr(entry, key) == value for key, value in values.items()):
        return "same"
    for key, value in values.items():
        setattr(entry, key, value)
    entry.version, entry.updated_at = entry.version + 1, now
    work.session.add(entry)
    return "changed"


State = tuple[int, ...]
CHANGING = "knowledge"  # whoever changes the base is alone at it: `work.alone(CHANGING)`


def state(work: Work, model: str = "") -> State:
    """Differs whenever the base has changed: number and sum of versions of entries and of overrides.

    With the name of an embedding model also whenever its vectors have.
    """
    found: list[int] = []
    for each in (table(Entry), table(Override)):
        total = sa.func.coalesce(sa.func.sum(each.c.version), 0)
        found.extend(int(number) for number in work.look(sa.select(sa.func.count(), total).select_from(each)).one())
    return (*found, *embeddings.state(work, model)) if model else tuple(found)


def overrides(work: Work) -> Sequence[Override]:
    """All overrides in force, by entry."""
    query = select(Override).where(Override.active).order_by(Override.entry_id, col(Override.org_id))
    return work.session.exec(query).all()


def overrides_of(work: Work, entry_id: str) -> Sequence[Override]:
    """The overrides in force of one entry."""
    return work.session.exec(select(Override).where(Override.entry_id == entry_id, Override.active)).all()


def override_of(work: Work, entry_id: str, org_id: int) -> Override | None:
    """What a branch says about an entry, in force or not."""
    query = select(Override).where(Override.entry_id == entry_id, Override.org_id == org_id)
    return work.session.exec(query).first()


def put_override(work: Work, entry_id: str, org_id: int, values: dict[str, Any], now: datetime) -> Override:
    """Create or change a branch's override. `values` are its columns but id, keys and version."""
    row = override_of(work, entry_id, org_id)
    if row is None:
        row = Override(id=work.new_id(), entry_id=entry_id, org_id=org_id, version=0, updated_at=now, **values)
    for key, value in values.items():
        setattr(row, key, value)
    row.version, row.updated_at = row.version + 1, now
    work.session.add(row)
    work.session.flush()
    return row
