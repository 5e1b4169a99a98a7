"""Tags on people: putting them on, taking them off, counting; set-based, so a tag may be on everybody.

On whom a rule means, and off everybody, they go in pieces by person id, each a transaction of its own: on SQLite a
reply waits for it. A piece done twice is done once; where the going-through was broken off it is begun anew.

Rows: `tag` and `person_tag` (`storage/segments.py`). A branch reaches only people of its path, whatever it asks for.
Two who put the same tag on the same person at once meet the primary key; the unit of work then repeats one of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

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

PIECE = 10_000  # persons that one transaction looks at
FIRST = -1  # below every id
_ON = table(PersonTag)


class Piece(NamedTuple):
    """What one transaction did; `last`: the last person it looked at, None when it was the last one."""

    people: int = 0
    last: int | None = None


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


def get(work: Work, tag_id: int) -> Tag | None:
    """One tag."""
    return work.session.get(Tag, tag_id)


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


def lacking(work: Work, tag_id: int, rule: Rule, now: datetime) -> int:
    """How many a rule means and does not exclude who do not have a tag. Of a whole city it takes seconds."""
    some = _without(tag_id, _meant(rule, now, whole=True)).subquery()
    return int(work.look(sa.select(sa.func.count()).select_from(some)).scalar_one())


def put_on_some(work: Work, tag_id: int, rule: Rule, now: datetime, after: int) -> Piece:
    """Put a tag on those a rule means and does not exclude, of the next PIECE persons; `people` did not have it."""
    last, who = audience.ahead(work, after, PIECE), table(Person).c.id
    near = (who > after, sa.true() if last is None else who <= last)
    return Piece(_insert(work, tag_id, _meant(rule, now).where(*near)), last)


def take_off(work: Work, tag_id: int, person_ids: Collection[int]) -> int:
    """Take a tag off these people; how many had it."""
    theirs = sa.and_(_ON.c.tag_id == tag_id, _ON.c.person_id.in_(person_ids))
    return int(work.execute(sa.delete(_ON).where(theirs)).rowcount)


def take_off_some(work: Work, tag_id: int, path: str | None, after: int) -> Piece:
    """Take a tag off those below a path, of the next PIECE persons who have it; `people` had it."""
    mine = sa.select(_ON.c.person_id).where(_ON.c.tag_id == tag_id, _ON.c.person_id > after)
    last = work.execute(mine.order_by(_ON.c.person_id).offset(PIECE - 1).limit(1)).scalar()
    near = (_ON.c.person_id > after, sa.true() if last is None else _ON.c.person_id <= last)
    return Piece(int(work.execute(sa.delete(_ON).where(_ON.c.tag_id == tag_id, *near, _is_of(path))).rowcount), last)


def _is_of(path: str | None) -> sa.ColumnElement[bool]:
    """That who has it is below a path: asked of each, as those of a branch may be very many."""
    person = table(Person)
    theirs = sa.exists().where(person.c.id == _ON.c.person_id, *of_places(person.c.org_id, path))
    return sa.true() if path is None else theirs


def take_off_all(work: Work, tag_id: int) -> int:
    """Take a tag off everybody who is left; how many had it."""
    return int(work.execute(sa.delete(_ON).where(_ON.c.tag_id == tag_id)).rowcount)


def take_all(work: Work, person_id: int) -> int:
    """Take every tag off one person; how many they had."""
    return int(work.execute(sa.delete(_ON).where(_ON.c.person_id == person_id)).rowcount)


def _meant(rule: Rule, now: datetime, whole: bool = False) -> sa.Select[Any]:
    excluded = audience.is_excluded(rule, now, table(Person).c.id)
    return audience.included(rule, now, whole).where(~excluded)


def _without(tag_id: int, chosen: sa.Select[Any]) -> sa.Select[Any]:
    meant, have = chosen.subquery(), _ON.alias()
    has = sa.exists().where(have.c.tag_id == tag_id, have.c.person_id == meant.c.person_id)
    return sa.select(sa.literal(tag_id, sa.BigInteger).label("tag_id"), meant.c.person_id).where(~has)


def _insert(work: Work, tag_id: int, chosen: sa.Select[Any]) -> int:
    statement = sa.insert(_ON).from_select(["tag_id", "person_id"], _without(tag_id, chosen))
    return int(work.execute(statement.execution_options(preserve_rowcount=True)).rowcount)
