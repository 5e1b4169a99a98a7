"""Saved segments, and what the rules that are kept anywhere name. Rows: `storage/segments.py`."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from storage.base import table
from storage.broadcasts import ENDED, Broadcast
from storage.events import Event
from storage.scope import of_places
from storage.segments import Segment, Tag
from storage.work import Work


def known_tags(work: Work, names: Collection[str]) -> set[str]:
    """Which of these names are tags."""
    return set(work.session.exec(select(Tag.name).where(col(Tag.name).in_(names))).all())


def known_events(work: Work, numbers: Collection[int], path: str | None = None) -> set[int]:
    """Which of these are numbers of events of the branches below a path (None: of anybody)."""
    mine = (col(Event.number).in_(numbers), *of_places(table(Event).c.org_id, path))
    return set(work.session.exec(select(Event.number).where(*mine)).all())


def listed(work: Work, path: str | None) -> Sequence[Segment]:
    """Saved segments of the city and of the branches at and below a path (None: all), by name."""
    query = select(Segment).order_by(Segment.name, col(Segment.id))
    if path is not None:
        query = query.where(sa.or_(col(Segment.org_id) == 0, *of_places(table(Segment).c.org_id, path)))
    return work.session.exec(query).all()


def held(work: Work, segment_id: int) -> Segment | None:
    """One saved segment, nobody else changes it until this unit of work is over."""
    query = select(Segment).where(Segment.id == segment_id)
    return work.session.exec(query.with_for_update() if work.dialect == "postgresql" else query).first()


def named(work: Work, name: str, org_id: int) -> int | None:
    """The id of a branch's segment of this name."""
    return work.session.exec(select(Segment.id).where(Segment.name == name, Segment.org_id == org_id)).first()


def rules_in_use(work: Work) -> Iterator[tuple[str, str, Any]]:
    """What a change of a tag would touch: kind (segment, broadcast, event), name and rule of each that is not over."""
    for segment in work.session.exec(select(Segment)).all():
        yield "segment", segment.name, segment.rule
    live = select(Broadcast.title, Broadcast.segment).where(col(Broadcast.state).not_in(ENDED))
    yield from (("broadcast", title, rule) for title, rule in work.session.exec(live).all())
    ahead = select(Event.title, Event.segment).where(col(Event.state).not_in(("over", "cancelled")))
    yield from (("event", title, rule) for title, rule in work.session.exec(ahead).all() if rule)
