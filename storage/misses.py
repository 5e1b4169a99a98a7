"""What did not get a good answer, grouped into gaps, and what readers thought of answers.

A *miss* is one question of one person that was declined, only got suggestions, met an expired entry, or whose answer
was disliked. A *gap* is what staff close: several misses that mean the same. States of a gap: `open` (perhaps with an
assignee, perhaps with a draft: a revision that names it) → `answered` (an entry says it now) | `dismissed` (with a
reason). A new miss that means the same as a closed gap opens a new one. `kind` is `unknown` (nothing says it) or
`review` (`entry_id` is disliked or expired; unique while open).

Crash analysis: the job that groups takes one miss a transaction: the miss gets its gap, the gap its count, or neither
happened. Publishing answers the gap and plants the letters to its askers in the transaction of the revision. Whoever
joins a gap or closes it holds its row, so nobody joins what is just being closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default, table
from storage.orgs import Organisation
from storage.people import Person
from storage.scope import of_people
from storage.work import Work

_REVIEW_SQL = sa.text("kind = 'review' AND state = 'open'")
_GROUPED_SQL = sa.text("gap_id IS NOT NULL")
_LOOSE_SQL = sa.text("gap_id IS NULL AND (decision <> 'suggest' OR picked IN ('', 'none'))")


class Gap(Row, table=True):
    """Misses that mean the same. `words` is how the first asker put it; `askers` counts misses, not people."""

    __tablename__ = "gap"
    __table_args__ = (
        sa.Index("uq_gap_review", "entry_id", unique=True, sqlite_where=_REVIEW_SQL, postgresql_where=_REVIEW_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    kind: str = Field(max_length=8)
    words: str = Field(max_length=400)
    state: str = Field(default="open", max_length=12, index=True)
    entry_id: str = Field(default="", max_length=64)
    assignee: str = Field(default="", max_length=32)
    reason: str = Field(default="", max_length=200)
    asked: int = 0
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Miss(Row, table=True):
    """A question without a good answer. `words` is what was asked, contact details masked, blanked by
    retention.

    `decision` is decline, suggest, disliked or expired. `suggested` are entry ids; `picked` the one that was chosen, or
    `none` for 都不是. `entry_id` is the disliked or expired entry, `reason` why it was disliked, perhaps in own words.
    """

    __tablename__ = "miss"
    __table_args__ = (
        sa.Index("ix_miss_loose", "at", "id", sqlite_where=_LOOSE_SQL, postgresql_where=_LOOSE_SQL),
        sa.Index("ix_miss_gap_id", "gap_id", sqlite_where=_GROUPED_SQL, postgresql_where=_GROUPED_SQL),
    )
    id: int = Field(primary_key=True, sa_type=BigId)
    inbound_id: int = Field(index=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", sa_type=BigId)
    words: str = Field(max_length=400)
    decision: str = Field(max_length=12)
    suggested: Any = Field(default=None, nullable=True, sa_type=Json)
    at: datetime = Field(index=True, sa_type=UtcDateTime)
    picked: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    entry_id: str = Field(default="", max_length=64, sa_column_kwargs=default(""))
    reason: str = Field(default="", max_length=40, sa_column_kwargs=default(""))
    gap_id: int | None = Field(default=None, sa_type=BigId)


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


def record(work: Work, inbound_id: int, person_id: int, words: str, decision: str, now: datetime, **more: Any) -> None:
    """Remember one miss; written when the group commits. `more` are columns of Miss."""
    values = {
        "id": work.new_id(),
        "inbound_id": inbound_id,
        "person_id": person_id,
        "words": words[:400],
        "decision": decision,
        "at": now,
    }
    work.append(Miss, {**values, **more})


def of_inbound(work: Work, inbound_id: int) -> Miss | None:
    """The miss that a push became."""
    return work.session.exec(select(Miss).where(Miss.inbound_id == inbound_id)).first()


def latest_of(work: Work, person_id: int, decision: str, since: datetime, entry_id: str = "") -> Miss | None:
    """A person's last miss of a decision since a moment; only about an entry when given."""
    about = [Miss.entry_id == entry_id] if entry_id else []
    query = (
        select(Miss)
        .where(Miss.person_id == person_id, Miss.decision == decision, Miss.at >= since, *about)
        .order_by(col(Miss.at).desc(), col(Miss.id).desc())
        .limit(1)
    )
    return work.session.exec(query).first()


def get(work: Work, miss_id: int) -> Miss | None:
    """One miss by id."""
    return work.session.get(Miss, miss_id)


def held(work: Work, miss_id: int) -> Miss | None:
    """One miss as it is now; nobody else changes it until the transaction ends."""
    return work.session.get(Miss, miss_id, populate_existing=True, with_for_update=True)


def loose(work: Work, now: datetime, patience_until: datetime, limit: int) -> list[int]:
    """Misses that need a gap, oldest first: suggestions only when refused, or unpicked since `patience_until`."""
    rows = table(Miss)
    mine = sa.text("miss.gap_id IS NULL AND (miss.decision <> 'suggest' OR miss.picked IN ('', 'none'))")
    left_alone = sa.and_(rows.c.picked == "", rows.c.at <= patience_until)
    wanted = sa.or_(rows.c.decision != "suggest", rows.c.picked == "none", left_alone)
    query = (
        sa.select(rows.c.id)
        .where(mine, wanted, rows.c.at <= now, sa.or_(rows.c.words != "", rows.c.entry_id != ""))
        .order_by(rows.c.at, rows.c.id)
        .limit(limit)
    )
    return [int(each) for each in work.look(query).scalars()]


def gap(work: Work, gap_id: int) -> Gap | None:
    """One gap by id."""
    return work.session.get(Gap, gap_id)


def held_gap(work: Work, gap_id: int) -> Gap | None:
    """One gap as it is now; nobody joins, changes or closes it until the transaction ends."""
    return work.session.get(Gap, gap_id, populate_existing=True, with_for_update=True)


def open_gaps(work: Work, kind: str, limit: int = 500) -> Sequence[Gap]:
    """Open gaps of a kind, the most recently asked first."""
    query = select(Gap).where(Gap.kind == kind, Gap.state == "open").order_by(col(Gap.last_at).desc(), col(Gap.id))
    return work.session.exec(query.limit(limit)).all()


def answered_since(work: Work, moment: datetime, entry_id: str, limit: int = 20) -> list[int]:
    """Gaps answered since a moment, the last one first: about an entry, or unknown ones when `entry_id` is empty."""
    rows = table(Gap)
    kind = [rows.c.kind == "review", rows.c.entry_id == entry_id] if entry_id else [rows.c.kind == "unknown"]
    query = sa.select(rows.c.id).where(rows.c.state == "answered", rows.c.closed_at >= moment, *kind)
    return [int(each) for each in work.execute(query.order_by(rows.c.closed_at.desc()).limit(limit)).scalars()]


def review_gap(work: Work, entry_id: str) -> Gap | None:
    """The open gap about a disliked or expired entry."""
    query = select(Gap).where(Gap.kind == "review", Gap.state == "open", Gap.entry_id == entry_id)
    return work.session.exec(query).first()


def add_gap(work: Work, kind: str, words: str, entry_id: str, at: datetime) -> Gap:
    """Open a gap that nobody has asked yet."""
    made = Gap(id=work.new_id(), kind=kind, words=words, entry_id=entry_id, first_at=at, last_at=at)
    work.session.add(made)
    work.session.flush()
    return made


def join(work: Work, miss: Miss, into: Gap) -> None:
    """A miss belongs to a gap now. Both must be held, or new."""
    miss.gap_id, into.asked = into.id, into.asked + 1
    into.last_at = max(into.last_at, miss.at)
    work.session.add(miss)
    work.session.add(into)


def of_gap(work: Work, gap_id: int, limit: int = 200) -> Sequence[Miss]:
    """The misses of a gap, oldest first."""
    query = select(Miss).where(Miss.gap_id == gap_id).order_by(col(Miss.at), col(Miss.id)).limit(limit)
    return work.session.exec(query).all()


def words_of_gaps(work: Work, gap_ids: Sequence[int], each: int = 8) -> dict[int, list[str]]:
    """How each gap was asked, at most `each` different wordings, newest first."""
    rows = table(Miss)
    last = sa.func.max(rows.c.at)
    place = sa.func.row_number().over(partition_by=rows.c.gap_id, order_by=(last.desc(), rows.c.words))
    ranked = (
        sa.select(rows.c.gap_id, rows.c.words, place.label("place"))
        .where(rows.c.gap_id.in_(gap_ids), rows.c.words != "")
        .group_by(rows.c.gap_id, rows.c.words)
    )
    newest = ranked.subquery()
    found: dict[int, list[str]] = {gap_id: [] for gap_id in gap_ids}
    query = sa.select(newest.c.gap_id, newest.c.words).where(newest.c.place <= each).order_by(newest.c.place)
    for row in work.execute(query).mappings():
        found[int(row["gap_id"])].append(str(row["words"]))
    return found


class Asker(NamedTuple):
    """Somebody who asked a gap, as they put it first. `path` is their place in the tree, empty without a union."""

    person_id: int
    words: str
    at: datetime
    decision: str
    path: str


def askers(work: Work, gap_id: int) -> list[Asker]:
    """Who asked a gap, once a person, in the order of their ids."""
    miss, person, org = table(Miss), table(Person), table(Organisation)
    place = sa.func.row_number().over(partition_by=miss.c.person_id, order_by=(miss.c.at, miss.c.id))
    columns = (miss.c.person_id, miss.c.words, miss.c.at, miss.c.decision)
    ranked = sa.select(*columns, place.label("place")).where(miss.c.gap_id == gap_id).subquery()
    first = ranked.join(person, person.c.id == ranked.c.person_id).outerjoin(org, org.c.id == person.c.org_id)
    kept = [ranked.c[each.name] for each in columns]
    query = sa.select(*kept, sa.func.coalesce(org.c.path, "")).select_from(first).where(ranked.c.place == 1)
    return [Asker(*row) for row in work.execute(query.order_by(ranked.c.person_id))]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which gaps are looked for; empty values ask for all. Only those asked by people below `path` when given."""

    state: str = "open"
    kind: str = ""
    assignee: str | None = None  # an empty name: nobody's
    path: str | None = None


def gaps_within(work: Work, sought: Sought, limit: int = 200) -> Sequence[tuple[Gap, int]]:
    """Gaps with how many people asked them (below the path), most people first."""
    miss, person, org, gaps = table(Miss), table(Person), table(Organisation), table(Gap)
    people_ = sa.func.count(sa.distinct(miss.c.person_id)).label("people")
    joined = gaps.outerjoin(miss, gaps.c.id == miss.c.gap_id)
    where = [gaps.c.state == sought.state]
    if sought.kind:
        where.append(gaps.c.kind == sought.kind)
    if sought.assignee is not None:
        where.append(gaps.c.assignee == sought.assignee)
    if sought.path is not None:
        joined = joined.join(person, person.c.id == miss.c.person_id).join(org, org.c.id == person.c.org_id)
        where.append(org.c.path.startswith(sought.path, autoescape=True))
    counted = sa.select(gaps.c.id, people_).select_from(joined).where(*where).group_by(gaps.c.id).subquery()
    query = (
        select(Gap, counted.c.people)
        .join(counted, counted.c.id == col(Gap.id))
        .order_by(counted.c.people.desc(), col(Gap.last_at).desc(), col(Gap.id))
        .limit(limit)
    )
    return [(row[0], int(row[1])) for row in work.session.exec(query)]


def of_gap_within(work: Work, gap_id: int, path: str | None, limit: int = 200) -> Sequence[Miss]:
    """The misses of a gap, oldest first; only those of people below `path` when given."""
    if path is None:
        return of_gap(work, gap_id, limit)
    query = select(Miss).where(Miss.gap_id == gap_id).join(Person, col(Person.id) == col(Miss.person_id))
    query = query.join(Organisation, col(Organisation.id) == col(Person.org_id))
    query = query.where(col(Organisation.path).startswith(path, autoescape=True))
    return work.session.exec(query.order_by(col(Miss.at), col(Miss.id)).limit(limit)).all()


def first_words(work: Work, gap_ids: Sequence[int], path: str) -> dict[int, str]:
    """How people below a path put each gap first."""
    miss, person, org = table(Miss), table(Person), table(Organisation)
    place = sa.func.row_number().over(partition_by=miss.c.gap_id, order_by=(miss.c.at, miss.c.id))
    joined = miss.join(person, person.c.id == miss.c.person_id).join(org, org.c.id == person.c.org_id)
    ranked = sa.select(miss.c.gap_id, miss.c.words, place.label("place")).select_from(joined)
    mine = org.c.path.startswith(path, autoescape=True)
    oldest = ranked.where(miss.c.gap_id.in_(gap_ids), miss.c.words != "", mine).subquery()
    query = sa.select(oldest.c.gap_id, oldest.c.words).where(oldest.c.place == 1)
    return {int(row[0]): str(row[1]) for row in work.execute(query)}


def pour(work: Work, source: Gap, into: Gap) -> None:
    """Every miss of one gap belongs to another now."""
    rows = table(Miss)
    work.execute(sa.update(rows).where(rows.c.gap_id == source.id).values(gap_id=into.id))
    into.asked, source.asked = into.asked + source.asked, 0
    into.first_at, into.last_at = min(into.first_at, source.first_at), max(into.last_at, source.last_at)
    work.session.add(into)
    work.session.add(source)


def count_open(work: Work, path: str | None = None) -> int:
    """Open gaps of either kind; of a path those that people below it asked."""
    rows, asked = table(Gap), table(Miss)
    mine = [rows.c.id.in_(sa.select(asked.c.gap_id).where(each)) for each in of_people(asked.c.person_id, path)]
    return int(work.look(sa.select(sa.func.count()).where(rows.c.state == "open", *mine)).scalar_one())


def put_opinion(work: Work, person_id: int, entry_id: str, helpful: bool, now: datetime, reason: str = "") -> None:
    """Keep what a person thinks of an answer, replacing an earlier opinion."""
    query = select(Opinion).where(Opinion.person_id == person_id, Opinion.entry_id == entry_id)
    opinion = work.session.exec(query).first() or Opinion(
        id=work.new_id(), person_id=person_id, entry_id=entry_id, helpful=helpful, at=now
    )
    opinion.helpful, opinion.at, opinion.reason = helpful, now, reason
    work.session.add(opinion)


def forget_before(work: Work, moment: datetime) -> int:
    """Blank the words of misses older than a moment, and of gaps closed before it (retention); returns how many misses.

    A gap that is still open keeps its words: it is what staff work on. A review's are the entry's own question. Reasons
    go with the words: they may be in a person's own.
    """
    rows, gaps, opinions = table(Miss), table(Gap), table(Opinion)
    old = sa.and_(rows.c.at < moment, rows.c.words != "")
    done = sa.and_(gaps.c.kind == "unknown", gaps.c.closed_at < moment, gaps.c.words != "")
    work.execute(sa.update(gaps).where(done).values(words=""))
    for each in (rows, opinions):
        work.execute(sa.update(each).where(each.c.at < moment, each.c.reason != "").values(reason=""))
    return int(work.execute(sa.update(rows).where(old).values(words="")).rowcount)
