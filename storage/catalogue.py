"""Looking through the knowledge base as staff do: filtered, paged, with drafts, overrides and opinions beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table, tally
from storage.knowledge import Entry, Override
from storage.misses import Opinion
from storage.orgs import Organisation
from storage.people import Person
from storage.revisions import CITY, OPEN, Revision
from storage.scope import of_places
from storage.work import Work

SOON = timedelta(days=30)  # how long before its review date an entry counts as expiring
_entry, _override, _revision, _opinion = table(Entry), table(Override), table(Revision), table(Opinion)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the base is looked for; an empty value asks for everything.

    `status`: published (in force), draft (or with an open draft), expired, expiring, retired, or own_expired: a
    branch's own version has passed its review date, so its people are told the city's. `branch`: `any` or the id of an
    organisation with its own version. `words` are found anywhere in id, question, phrasings or answer; `ids` are
    entries that belong to the words for another reason (the search found them).
    """

    words: str = ""
    category: str = ""
    status: str = ""
    scope: str = ""
    branch: str = ""
    ids: tuple[str, ...] = ()


def page(work: Work, wanted: Wanted, today: date, offset: int, limit: int) -> Sequence[Entry]:
    """Entries, those of `wanted.ids` first and in that order, then by category and id."""
    places = {entry_id: place for place, entry_id in enumerate(wanted.ids)}
    first = [sa.case(places, value=_entry.c.id, else_=len(places))] if places else []
    query = select(Entry).where(*_conditions(work, wanted, today))
    return work.session.exec(query.order_by(*first, Entry.category, Entry.id).offset(offset).limit(limit)).all()


def count(work: Work, wanted: Wanted, today: date) -> int:
    """How many entries are wanted."""
    query = sa.select(sa.func.count()).select_from(_entry).where(*_conditions(work, wanted, today))
    return int(work.execute(query).scalar_one())


def _conditions(work: Work, wanted: Wanted, today: date) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.category:
        found.append(_entry.c.category == wanted.category)
    if wanted.scope:
        found.append(_entry.c.scope == wanted.scope)
    if wanted.status:
        found.append(_in_status(wanted.status, today))
    if wanted.branch:
        own = sa.and_(_override.c.entry_id == _entry.c.id, _override.c.active)
        one = sa.true() if wanted.branch == "any" else _override.c.org_id == int(wanted.branch)
        found.append(sa.exists().where(own, one))
    if wanted.words:
        found.append(sa.or_(_entry.c.id.in_(wanted.ids), *_containing(work, wanted.words)))
    return found


def _in_status(status: str, today: date) -> sa.ColumnElement[bool]:
    published = _entry.c.status == "published"
    if status == "published":
        return sa.and_(published, _entry.c.review_by >= today)
    if status == "expired":
        return sa.and_(published, _entry.c.review_by < today)
    if status == "expiring":
        return sa.and_(published, _entry.c.review_by.between(today, today + SOON))
    if status == "own_expired":
        return sa.and_(published, sa.exists().where(_override.c.entry_id == _entry.c.id, *_lapsed(today)))
    if status == "draft":
        open_ = sa.exists().where(_revision.c.entry_id == _entry.c.id, _revision.c.state.in_(OPEN))
        return sa.or_(_entry.c.status == "draft", open_)
    return _entry.c.status == status


def _lapsed(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return _override.c.active, _override.c.review_by < today


def _containing(work: Work, words: str) -> list[sa.ColumnElement[bool]]:
    """SQLite keeps JSON as it was written, with escapes; PostgreSQL as characters."""
    written = json.dumps(words)[1:-1] if work.dialect == "sqlite" else words
    phrasings = sa.cast(_entry.c.phrasings, sa.Text).icontains(written, autoescape=True)
    return [phrasings, *(_entry.c[name].icontains(words, autoescape=True) for name in ("id", "question", "answer"))]


def categories(work: Work) -> list[str]:
    """All categories in use, by name."""
    query = sa.select(_entry.c.category).distinct().order_by(_entry.c.category)
    return [str(each) for each in work.execute(query).scalars()]


def open_states(work: Work, entry_ids: Sequence[str]) -> dict[str, str]:
    """Which of these entries have an open revision (city or branch), and its state; pending goes before draft."""
    query = sa.select(_revision.c.entry_id, sa.func.max(_revision.c.state)).where(
        _revision.c.entry_id.in_(entry_ids), _revision.c.state.in_(OPEN)
    )
    return {str(row[0]): str(row[1]) for row in work.execute(query.group_by(_revision.c.entry_id))}


def override_counts(work: Work, entry_ids: Sequence[str]) -> dict[str, int]:
    """How many branches say something of their own, by entry."""
    query = sa.select(_override.c.entry_id, sa.func.count()).where(
        _override.c.entry_id.in_(entry_ids), _override.c.active
    )
    return tally(work.execute(query.group_by(_override.c.entry_id)))


def lapsed_counts(work: Work, entry_ids: Sequence[str], today: date) -> dict[str, int]:
    """How many branches' own versions have passed their review date, by entry."""
    query = sa.select(_override.c.entry_id, sa.func.count()).where(_override.c.entry_id.in_(entry_ids), *_lapsed(today))
    return tally(work.execute(query.group_by(_override.c.entry_id)))


def overriding(work: Work) -> Sequence[Organisation]:
    """The branches that say something of their own about any entry, by path."""
    own = sa.exists().where(_override.c.org_id == table(Organisation).c.id, _override.c.active)
    return work.session.exec(select(Organisation).where(own).order_by(Organisation.path)).all()


def new_drafts(work: Work, limit: int = 50) -> Sequence[Revision]:
    """Open revisions of entries that have never been published, the last written first."""
    known = sa.exists().where(_entry.c.id == _revision.c.entry_id)
    query = select(Revision).where(col(Revision.state).in_(OPEN), Revision.org_id == CITY, ~known)
    return work.session.exec(query.order_by(col(Revision.updated_at).desc(), col(Revision.id)).limit(limit)).all()


def questions(work: Work, entry_ids: Sequence[str]) -> dict[str, str]:
    """The standard questions of entries, published or not."""
    query = sa.select(_entry.c.id, _entry.c.question).where(_entry.c.id.in_(entry_ids))
    return {str(row[0]): str(row[1]) for row in work.execute(query)}


def opinions(work: Work, entry_id: str, since: datetime, path: str | None = None) -> tuple[int, int]:
    """How many people found an entry helpful, and how many not, since a moment; only those below `path` when given."""
    rows: sa.FromClause = _opinion
    where = [_opinion.c.entry_id == entry_id, _opinion.c.at >= since]
    if path is not None:
        person, org = table(Person), table(Organisation)
        rows = _opinion.join(person, person.c.id == _opinion.c.person_id).join(org, org.c.id == person.c.org_id)
        where.append(org.c.path.startswith(path, autoescape=True))
    query = sa.select(_opinion.c.helpful, sa.func.count()).select_from(rows).where(*where)
    counted: Mapping[bool, int] = {
        bool(row[0]): int(row[1]) for row in work.execute(query.group_by(_opinion.c.helpful))
    }
    return counted.get(True, 0), counted.get(False, 0)


def due(work: Work, today: date) -> tuple[int, int]:
    """How many entries are published, and how many of them answer nobody within `SOON` unless they are reviewed: those
    that are overdue already count too."""
    falls = sa.case((_entry.c.review_by <= today + SOON, 1))
    query = sa.select(sa.func.count(), sa.func.count(falls)).where(_entry.c.status == "published")
    row = work.execute(query).one()
    return int(row[0]), int(row[1])


def expiring(work: Work, today: date) -> int:
    """Published entries whose review date is within `SOON`, today included."""
    return count(work, Wanted(status="expiring"), today)


def lapsed(work: Work, today: date, path: str | None = None) -> int:
    """Published entries of which a branch's (one below a path) own version has passed its review date."""
    mine = [_override.c.entry_id == _entry.c.id, *_lapsed(today), *of_places(_override.c.org_id, path)]
    query = sa.select(sa.func.count()).select_from(_entry).where(_entry.c.status == "published")
    return int(work.execute(query.where(sa.exists().where(*mine))).scalar_one())
