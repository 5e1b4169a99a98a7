"""An event in a database, people who come and go, and what they were told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.services import attendance, events, registrations
from bot.services.actors import Actor
from bot.services.events import Draft
from bot.services.house import House
from bot.services.registrations import Left, Place
from storage import registrations as stored
from storage.base import table
from storage.broadcasts import Broadcast
from storage.database import Database
from storage.events import Event, Registration
from storage.letters import PURPOSE, Letter
from storage.people import Known, Person
from tests.storage.kit import meet

ADA = Actor("ada", "admin")


def draft(now: datetime, **more: Any) -> Draft:
    """A job fair five days ahead, from 14 to 17, for two."""
    starts = now.replace(hour=6, minute=0) + timedelta(days=5)
    values: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(hours=3), "capacity": 2, **more}
    return Draft(**{"title": "冬季招聘会", "place": "市工人文化宫", "about": "带上身份证。", **values})


@dataclass(slots=True)
class Fair:
    """One public event, with shorthands for what the tests do all the time."""

    database: Database
    house: House
    event: Event

    def person(self, user: str, now: datetime, name: str = "") -> Known:
        """Somebody who has written before, perhaps with a name."""
        known = meet(self.database, user, now)
        if name:
            called = sa.update(table(Person)).where(table(Person).c.id == known.person_id).values(name=name)
            self.database.writer.run(lambda work: work.execute(called))
        return known

    def people(self, count: int, now: datetime) -> list[Known]:
        """So many."""
        return [self.person(f"u{place}", now) for place in range(count)]

    def register(self, known: Known, now: datetime, **answers: Any) -> Place:
        """报名."""
        return self.database.writer.run(
            lambda work: registrations.register(work, self.event.id, known.person_id, now, answers)
        )

    def cancel(self, known: Known, now: datetime) -> Left:
        """取消报名."""
        return self.database.writer.run(lambda work: registrations.cancel(work, self.event.id, known.person_id, now))

    def check_in(self, known: Known, now: datetime) -> attendance.Attended:
        """Scan the code at the door."""
        return self.database.writer.run(lambda work: attendance.by_scene(work, self.event.scene, known.person_id, now))

    def change(self, now: datetime, **more: Any) -> int:
        """Staff write it anew; how many were promoted."""
        wanted = draft(self.event.created_at, **more)
        return self.database.writer.run(
            lambda work: events.change(work, ADA, self.event.id, wanted, self.now().version, now, self.house)[1]
        )

    def now(self) -> Event:
        """The event as it is."""
        found = self.database.look(lambda work: work.session.get(Event, self.event.id))
        assert found is not None
        return found

    def states(self, *people: Known) -> list[str]:
        """Of these people, `-` for who has no registration."""
        found = [self.database.look(lambda work, p=p: stored.of(work, self.event.id, p.person_id)) for p in people]
        return [each.state if each else "-" for each in found]

    def told(self, known: Known) -> list[str]:
        """The letters of a person."""
        rows = table(Letter)
        query = sa.select(rows.c.text).where(rows.c.person_id == known.person_id).order_by(rows.c.created_at)
        return self.database.look(
            lambda work: [work.seal.open(bytes(each), PURPOSE) for each in work.look(query).scalars()]
        )

    def notices(self) -> list[tuple[str, str, str]]:
        """What went out as broadcasts, in order: for whom, title, text."""
        rows = table(Broadcast)
        query = sa.select(rows.c.segment, rows.c.title, rows.c.text).order_by(rows.c.created_at, rows.c.key)
        found = self.database.look(lambda work: work.look(query).all())
        return [(segment["all"][0]["in"], title, text) for segment, title, text in found]

    def told_states(self) -> list[tuple[str, str, str]]:
        """The same: for whom, state, text."""
        rows = table(Broadcast)
        query = sa.select(rows.c.segment, rows.c.state, rows.c.text).order_by(rows.c.created_at, rows.c.key)
        found = self.database.look(lambda work: work.look(query).all())
        return [(segment["all"][0]["in"], state, text) for segment, state, text in found]

    def column(self, name: str) -> list[Any]:
        """A column of all registrations, in order of place."""
        rows = table(Registration)
        query = sa.select(rows.c[name]).order_by(rows.c.place, rows.c.id)
        return list(self.database.look(lambda work: work.look(query).scalars().all()))


def hold(database: Database, house: House, now: datetime, **more: Any) -> Fair:
    """A public event."""

    def job(work: Any) -> Event:
        event = events.create(work, ADA, draft(now, **more), now)
        return events.publish(work, ADA, event.id, now)

    return Fair(database, house, database.writer.run(job))
