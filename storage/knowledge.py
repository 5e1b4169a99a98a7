"""The knowledge base: published entries, what nobody could answer, and what readers thought of answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, table
from storage.work import Work


class Entry(Row, table=True):
    """One question with its answer, sources and dates. Unique: id, which is the topic's id in the reference.

    `citations` is a list of {law, article, version}; `phrasings` other ways to ask. `status` is draft, published or
    retired. `version` grows with every change, so that processes know when to rebuild their index.
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
    version: int = 1
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Miss(Row, table=True):
    """A question without an answer (or only with suggestions). `words` is what was asked, long digits masked."""

    __tablename__ = "miss"
    id: int = Field(primary_key=True, sa_type=BigId)
    inbound_id: int = Field(sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    words: str = Field(max_length=400)
    decision: str = Field(max_length=12)
    suggested: Any = Field(default=None, nullable=True, sa_type=Json)
    at: datetime = Field(index=True, sa_type=UtcDateTime)


class Opinion(Row, table=True):
    """有帮助 or 没帮助 for an answer. Unique: (person, entry): the last word counts."""

    __tablename__ = "opinion"
    __table_args__ = (sa.UniqueConstraint("person_id", "entry_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    entry_id: str = Field(foreign_key="entry.id", max_length=64)
    helpful: bool
    reason: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


def get(work: Work, entry_id: str) -> Entry | None:
    """One entry by id, published or not."""
    return work.session.get(Entry, entry_id)


def published(work: Work) -> Sequence[Entry]:
    """All published entries, in the order of their ids."""
    return work.session.exec(select(Entry).where(Entry.status == "published").order_by(Entry.id)).all()


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


def state(work: Work) -> tuple[int, int]:
    """A pair that differs whenever the base has changed: (number of entries, sum of versions)."""
    entries = table(Entry)
    total = sa.func.coalesce(sa.func.sum(entries.c.version), 0)
    row = list(work.look(sa.select(sa.func.count(), total).select_from(entries)).one())
    return int(row[0]), int(row[1])


def record_miss(
    work: Work, inbound_id: int, person_id: int, words: str, decision: str, suggested: list[str], now: datetime
) -> None:
    """Remember a question that got no direct answer; written when the group commits."""
    work.append(
        Miss,
        {
            "id": work.new_id(),
            "inbound_id": inbound_id,
            "person_id": person_id,
            "words": words[:400],
            "decision": decision,
            "suggested": suggested,
            "at": now,
        },
    )


def misses(work: Work, limit: int = 100) -> Sequence[Miss]:
    """The newest misses first."""
    return work.session.exec(select(Miss).order_by(col(Miss.at).desc(), col(Miss.id)).limit(limit)).all()


def put_opinion(work: Work, person_id: int, entry_id: str, helpful: bool, now: datetime) -> None:
    """Keep what a person thinks of an answer, replacing an earlier opinion."""
    query = select(Opinion).where(Opinion.person_id == person_id, Opinion.entry_id == entry_id)
    opinion = work.session.exec(query).first() or Opinion(
        id=work.new_id(), person_id=person_id, entry_id=entry_id, helpful=helpful, at=now
    )
    opinion.helpful, opinion.at = helpful, now
    work.session.add(opinion)
