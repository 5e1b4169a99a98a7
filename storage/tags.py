"""Tags on people: putting them on, taking them off, counting; set-based, so a tag may be on everybody.

Rows: `tag` and `person_tag` (`storage/segments.py`). A branch reaches only people of its path, whatever it asks for.
Two who put the same tag on the same person at once meet the primary key; the unit of work then repeats one of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage import audience
from storage.audience import Rule
from storage.base import table
from storage.members import HERE, Member
from storage.people import Person
from storage.scope import of_people, of_places
from storage.segments import PersonTag, Tag
from storage.work import Work

_ON = table(PersonTag)


def names(work: Work) -> list[str]:
    """What there is, by name; nobody is counted."""
    return list(work.session.exec(select(Tag.name).order_by(Tag.name)).all())


def listed(work: Work, path: str | None, only: int | None = None) -> Sequence[sa.Row[Any]]:
    """All tags by name (`id`, `name`, `by`, `created_at`) with how many people below a path have them (`people`), or
    the one with this id."""
    tag = table(Tag)
    of_ours = (_ON.c.tag_id == tag.c.id, *of_people(_ON.c.person_id, path))
    people = sa.select(sa.func.count()).select_from(_ON).where(*of_ours).scalar_subquery().label("people")
    query = sa.select(tag, people).order_by(tag.c.name)
    return work.look(query if only is None else query.where(tag.c.id == only)).all()


def held(work: Work, tag_id: int) -> Tag | None:
    """One tag, nobody else changes it until this unit of work is over."""
    query = select(Tag).where(Tag.id == tag_id)
    return work.session.exec(query.with_for_update() if work.dialect == "postgresql" else query).first()


def by_name(work: Work, name: str) -> Tag | None:
    """The tag of a name."""
    return work.session.exec(select(Tag).where(Tag.name == name)).first()


def of_person(work: Work, person_id: int) -> list[str]:
    """The tags of one person, by name."""
    query = select(Tag.name).where(Tag.id == PersonTag.tag_id, PersonTag.person_id == person_id)
    return list(work.session.exec(query.order_by(Tag.name)).all())


def beyond(work: Work, tag_id: int, path: str) -> bool:
    """Whether somebody who is not below a path has the tag."""
    ours = sa.and_(*of_people(_ON.c.person_id, path))
    return work.execute(sa.select(_ON.c.person_id).where(_ON.c.tag_id == tag_id, ~ours).limit(1)).first() is not None


def chatting(work: Work, numbers: Collection[str], path: str | None) -> dict[str, int | None]:
    """Members here below a path by their number, with the person who chats as them (None: nobody does)."""
    query = select(Member.number, Member.person_id).where(col(Member.number).in_(numbers), col(Member.state).in_(HERE))
    return {
        number: person for number, person in work.session.exec(query.where(*of_places(table(Member).c.org_id, path)))
    }


def put_on(work: Work, tag_id: int, person_ids: Collection[int]) -> int:
    """Put a tag on these people; how many did not have it."""
    person = table(Person)
    return _insert(work, tag_id, sa.select(person.c.id.label("person_id")).where(person.c.id.in_(person_ids)))


def put_on_all(work: Work, tag_id: int, rule: Rule, now: datetime) -> int:
    """Put a tag on everybody a rule means and does not exclude; how many did not have it."""
    return _insert(work, tag_id, _meant(rule, now))


def take_off(work: Work, tag_id: int, person_ids: Collection[int]) -> int:
    """Take a tag off these people; how many had it."""
    theirs = sa.and_(_ON.c.tag_id == tag_id, _ON.c.person_id.in_(person_ids))
    return int(work.execute(sa.delete(_ON).where(theirs)).rowcount)


def take_off_all(work: Work, tag_id: int, path: str | None) -> int:
    """Take a tag off everybody below a path; how many had it."""
    ours = (_ON.c.tag_id == tag_id, *of_people(_ON.c.person_id, path))
    return int(work.execute(sa.delete(_ON).where(*ours)).rowcount)


def take_all(work: Work, person_id: int) -> int:
    """Take every tag off one person; how many they had."""
    return int(work.execute(sa.delete(_ON).where(_ON.c.person_id == person_id)).rowcount)


def _meant(rule: Rule, now: datetime) -> sa.Select[Any]:
    excluded = audience.is_excluded(rule, now, table(Person).c.id)
    return audience.included(rule, now, whole=True).where(~excluded)


def _insert(work: Work, tag_id: int, chosen: sa.Select[Any]) -> int:
    meant, have = chosen.subquery(), _ON.alias()
    has = sa.exists().where(have.c.tag_id == tag_id, have.c.person_id == meant.c.person_id)
    query = sa.select(sa.literal(tag_id, sa.BigInteger), meant.c.person_id).where(~has)
    statement = sa.insert(_ON).from_select(["tag_id", "person_id"], query)
    return int(work.execute(statement.execution_options(preserve_rowcount=True)).rowcount)
