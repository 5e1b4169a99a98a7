"""Whom a draft is tried on: the people of a tag, with where they are reached and whether they want such notices."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from storage import audience, scope
from storage.audit import Audit
from storage.base import table
from storage.people import Address, Person
from storage.segments import PersonTag, Tag
from storage.work import Work

_person, _address, _tag, _tagged, _audit = table(Person), table(Address), table(Tag), table(PersonTag), table(Audit)


class Tester(NamedTuple):
    """Somebody a draft is tried on, at the address they are best written to (none: null, and everything after it)."""

    person_id: int
    name: str
    opted_out: bool
    address_id: int | None
    channel: str | None
    following: bool | None
    refused: str | None
    window_until: datetime | None
    window_left: int | None


def _testers(topic: str) -> sa.Select[tuple[object, ...]]:
    best = audience.address_of(_person.c.id)
    columns = [_address.c.id, *(_address.c[name] for name in Tester._fields[4:])]
    joined = _person.outerjoin(_address, _address.c.id == best)
    out = audience.opted_out(topic, _person.c.id)
    return sa.select(_person.c.id, _person.c.name, out, *columns).select_from(joined)


def of_tag(work: Work, tag: str, path: str | None, topic: str, limit: int) -> list[Tester]:
    """People with a tag, of unions below a path, at most so many, always in the same order."""
    has = sa.select(_tagged.c.person_id).join(_tag, _tag.c.id == _tagged.c.tag_id).where(_tag.c.name == tag)
    mine = scope.of_people(_person.c.id, path)
    query = _testers(topic).where(_person.c.id.in_(has), *mine).order_by(_person.c.id).limit(limit)
    return [Tester._make(row) for row in work.execute(query)]


def of_person(work: Work, person_id: int, topic: str) -> Tester | None:
    """One person."""
    return next((Tester._make(row) for row in work.execute(_testers(topic).where(_person.c.id == person_id))), None)


def count(work: Work, action: str, subject: str, since: datetime) -> int:
    """How often something was done to one thing since a moment."""
    mine = (_audit.c.action == action, _audit.c.subject == subject, _audit.c.at >= since)
    return int(work.execute(sa.select(sa.func.count()).where(*mine)).scalar_one())
