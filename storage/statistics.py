"""Numbers over time for staff. Days are Shanghai days; only people below `path` count when it is given."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.base import table
from storage.inbox import Inbound
from storage.knowledge import Entry
from storage.misses import Gap, Miss, Opinion
from storage.orgs import Organisation
from storage.outbox import Outbox
from storage.people import Person
from storage.work import Work

FASTER = (0.5, 1.0, 2.0, 4.0)  # seconds; upper ends of the classes of response time
_HALF_MILLI = 0.0005  # moments are compared to the millisecond
_in, _out, _miss, _gap = table(Inbound), table(Outbox), table(Miss), table(Gap)
_opinion, _entry, _person, _org = table(Opinion), table(Entry), table(Person), table(Organisation)


def questions_by_day(work: Work, since: datetime, until: datetime, path: str | None) -> dict[tuple[date, str], int]:
    """Questions by (day, what became of them): answered, suggested or declined."""
    kind = sa.case(
        (_in.c.topic.like("faq:%"), "answered"), (_in.c.topic == "suggest", "suggested"), else_="declined"
    ).label("kind")
    asked = sa.or_(_in.c.topic.like("faq:%"), _in.c.topic.in_(("suggest", "miss")))
    day = _day(work, _in.c.received_at)
    query = sa.select(day, kind, sa.func.count()).select_from(_of_branch(_in, path))
    query = query.where(asked, _in.c.received_at >= since, _in.c.received_at < until, *_below(path))
    return {(_date(row[0]), str(row[1])): int(row[2]) for row in work.execute(query.group_by(day, kind))}


def opinions_by_day(work: Work, since: datetime, until: datetime, path: str | None) -> dict[tuple[date, bool], int]:
    """Opinions by (day, helpful)."""
    day = _day(work, _opinion.c.at)
    query = sa.select(day, _opinion.c.helpful, sa.func.count()).select_from(_of_branch(_opinion, path))
    query = query.where(_opinion.c.at >= since, _opinion.c.at < until, *_below(path))
    rows = work.execute(query.group_by(day, _opinion.c.helpful))
    return {(_date(row[0]), bool(row[1])): int(row[2]) for row in rows}


def response_classes(work: Work, since: datetime, until: datetime, path: str | None) -> list[int]:
    """How many first replies took up to each of `FASTER` (seconds), and longer: from the push to the written answer.

    Only replies seen written to the platform's connection; one that is merely taken as heard has no measured time.
    """
    took = _seconds(work)
    classes = [(took <= limit + _HALF_MILLI, place) for place, limit in enumerate(FASTER)]
    place = sa.case(*classes, else_=len(FASTER))
    measured = sa.and_(_out.c.seq == 0, _out.c.route == "reply", _out.c.state == "sent", _out.c.code == "")
    joined = _of_branch(_in, path).join(_out, _out.c.inbound_id == _in.c.id)
    query = sa.select(place, sa.func.count()).select_from(joined)
    query = query.where(measured, _in.c.received_at >= since, _in.c.received_at < until, *_below(path)).group_by(place)
    found = {int(row[0]): int(row[1]) for row in work.execute(query)}
    return [found.get(each, 0) for each in range(len(FASTER) + 1)]


def top_gaps(
    work: Work, since: datetime, until: datetime, path: str | None, limit: int = 10
) -> Sequence[tuple[int, str, int]]:
    """(gap, its state, people who asked it in the time), most people first."""
    people = sa.func.count(sa.distinct(_miss.c.person_id)).label("people")
    query = sa.select(_gap.c.id, _gap.c.state, people).select_from(
        _of_branch(_miss, path).join(_gap, _gap.c.id == _miss.c.gap_id)
    )
    query = query.where(_miss.c.at >= since, _miss.c.at < until, *_below(path)).group_by(_gap.c.id, _gap.c.state)
    rows = work.execute(query.order_by(people.desc(), _gap.c.id).limit(limit))
    return [(int(row[0]), str(row[1]), int(row[2])) for row in rows]


def most_asked(
    work: Work, since: datetime, until: datetime, path: str | None, limit: int = 10
) -> Sequence[tuple[str, str, int]]:
    """(entry, its question, times it was the answer), most first."""
    times = sa.func.count().label("times")
    entry_id = sa.func.substr(_in.c.topic, 5)
    joined = _of_branch(_in, path).join(_entry, _entry.c.id == entry_id)
    query = sa.select(_entry.c.id, _entry.c.question, times).select_from(joined)
    query = query.where(_in.c.topic.like("faq:%"), _in.c.received_at >= since, _in.c.received_at < until, *_below(path))
    return _ranked(work, query, times, limit)


def most_disliked(
    work: Work, since: datetime, until: datetime, path: str | None, limit: int = 10
) -> Sequence[tuple[str, str, int]]:
    """(entry, its question, people whom it did not help), most first."""
    people = sa.func.count().label("people")
    joined = _of_branch(_opinion, path).join(_entry, _entry.c.id == _opinion.c.entry_id)
    query = sa.select(_entry.c.id, _entry.c.question, people).select_from(joined)
    query = query.where(sa.not_(_opinion.c.helpful), _opinion.c.at >= since, _opinion.c.at < until, *_below(path))
    return _ranked(work, query, people, limit)


def _ranked(work: Work, query: sa.Select[Any], number: sa.Label[int], limit: int) -> list[tuple[str, str, int]]:
    grouped = query.group_by(_entry.c.id, _entry.c.question).order_by(number.desc(), _entry.c.id).limit(limit)
    return [(str(row[0]), str(row[1]), int(row[2])) for row in work.execute(grouped)]


def _of_branch(rows: sa.Table, path: str | None) -> sa.FromClause:
    if path is None:
        return rows
    return rows.join(_person, _person.c.id == rows.c.person_id).join(_org, _org.c.id == _person.c.org_id)


def _below(path: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if path is None else [_org.c.path.startswith(path, autoescape=True)]


def _day(work: Work, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The day in Shanghai, which has been eight hours ahead of UTC without summer time since 1992."""
    if work.dialect == "postgresql":
        return sa.cast(sa.func.timezone("Asia/Shanghai", moment), sa.Date)
    return sa.func.date(moment, "+8 hours", type_=sa.String)


def _seconds(work: Work) -> sa.ColumnElement[Any]:
    if work.dialect == "postgresql":
        return sa.extract("epoch", _out.c.settled_at - _in.c.received_at)
    days = sa.func.julianday(_out.c.settled_at, type_=sa.Float) - sa.func.julianday(_in.c.received_at, type_=sa.Float)
    return days * 86400.0


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
