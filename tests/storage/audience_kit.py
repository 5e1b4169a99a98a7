"""A town of people for the tests of segments: members, cadres, followers, and those who left."""

from datetime import date, datetime, timedelta
from typing import Any

from storage import audience, events, orgs, people, segments
from storage.audience import Rule
from storage.base import table
from storage.database import Database
from storage.members import Member
from storage.orgs import Organisation
from storage.people import Address, Person
from storage.work import Work
from tests.storage.kit import meet

DAY = date(2026, 11, 25)


class Town:
    """City, districts east and west, a shop in the east. `ids`: name to person id; `names` the other way round."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.city, self.east, self.west, self.shop = database.writer.run(self._orgs)
        self.ids: dict[str, int] = {}
        self.addresses: dict[str, int] = {}
        self.homes: dict[str, Organisation] = {}

    @staticmethod
    def _orgs(work: Work) -> list[Organisation]:
        city = orgs.put(work, "c", "示例市总工会", "市", "", None)
        east = orgs.put(work, "east", "城东区总工会", "区县", "", city)
        west = orgs.put(work, "west", "城西区总工会", "区县", "", city)
        return [city, east, west, orgs.put(work, "shop", "好商店工会", "基层", "好商店有限公司", east)]

    def person(
        self,
        name: str,
        org: Organisation | None = None,
        *,
        since: bool = False,
        office: tuple[Any, ...] = (),
        days: int = 0,
    ) -> int:
        """A follower, last seen `days` ago; `since`: a member; `office`: (organisation, office, until)."""
        known = meet(self.database, name, self.now - timedelta(days=days))
        self.ids[name], self.addresses[name] = known.person_id, known.address_id
        self.homes[name] = org or self.city

        def dress(work: Work) -> None:
            person = work.session.get(Person, known.person_id)
            assert person is not None
            person.org_id, person.member_since = org.id if org else None, self.now if since else None
            if office:
                held = orgs.appoint(work, office[0], known.person_id, office[1], DAY - timedelta(days=400))
                held.until = office[2] if len(office) > 2 else None

        self.database.writer.run(dress)
        return known.person_id

    def address(self, name: str, **values: Any) -> None:
        """Change the address of a person."""
        rows = table(Address)
        change = rows.update().where(rows.c.id == self.addresses[name]).values(**values)
        self.database.writer.run(lambda work: work.execute(change))

    def member_row(self, name: str, state: str = "active", employer: str = "") -> None:
        """A row of the roster that hangs on a person."""
        values = {
            "number": f"n-{name}",
            "person_id": self.ids[name],
            "org_id": self.homes[name].id,
            "state": state,
            "name": "甲",
        }
        when = {"joined_on": DAY, "since_on": DAY, "created_at": self.now, "updated_at": self.now}
        self.database.writer.run(
            lambda work: work.session.add(Member(id=work.new_id(), employer=employer, **values, **when))
        )

    def tag(self, tag: str, *names: str) -> None:
        """Put a tag on people."""

        def put(work: Work) -> None:
            tag_id = work.new_id()
            work.session.add(segments.Tag(id=tag_id, name=tag, by="staff:a", created_at=self.now))
            work.session.flush()
            for name in names:
                work.session.add(segments.PersonTag(tag_id=tag_id, person_id=self.ids[name]))

        self.database.writer.run(put)

    def stop(self, topic: str, *names: str) -> None:
        """They opt out of a topic."""
        rows = [segments.TopicChoice(person_id=self.ids[name], topic=topic, at=self.now) for name in names]
        self.database.writer.run(lambda work: work.session.add_all(rows))

    def event(
        self, number: int, state: str, home: Organisation | None = None, **registrations: tuple[str, bool]
    ) -> None:
        """An event of a branch (None: the city's own), and who is registered: name to (state, came)."""
        times = {"starts_at": self.now, "ends_at": self.now, "closes_at": self.now, "changed_at": self.now}
        told = {
            "title": "放映",
            "place": "礼堂",
            "about": "电影",
            "code": "1234",
            "author": "staff:a",
            "created_at": self.now,
        }

        def make(work: Work) -> None:
            event_id = work.new_id()
            scene = f"checkin_{number}"
            known = {"id": event_id, "number": number, "state": state, "scene": scene, **times, **told}
            work.session.add(events.Event(**known, org_id=home.id if home else None))
            work.session.flush()
            for place, (name, (how, came)) in enumerate(registrations.items(), 1):
                row = {"event_id": event_id, "person_id": self.ids[name], "state": how, "place": place, "via": "chat"}
                when = {"registered_at": self.now, "changed_at": self.now, "attended_at": self.now if came else None}
                work.session.add(events.Registration(id=work.new_id(), **row, **when))

        self.database.writer.run(make)

    def names(self, rule: Rule) -> set[str]:
        """Whom a rule means, without those it excludes."""
        by_id = {person_id: name for name, person_id in self.ids.items()}
        query = audience.included(rule, self.now)
        query = query.where(~audience.is_excluded(rule, self.now, table(Person).c.id))
        return {by_id[row.person_id] for row in self.database.look(lambda work: work.look(query).all())}


def of(*terms: tuple[str, Any], none: tuple[tuple[str, Any], ...] = (), within: str | None = None) -> Rule:
    """A rule of (kind, value or values)."""

    def made(terms: tuple[tuple[str, Any], ...]) -> tuple[audience.Term, ...]:
        return tuple(audience.Term(kind, value if isinstance(value, tuple) else (value,)) for kind, value in terms)

    return Rule(made(terms), made(none), within)


def unfollow(town: Town, *names: str) -> None:
    """They leave the account."""
    for name in names:
        address_id = town.addresses[name]
        town.database.writer.run(lambda work, address_id=address_id: people.mark_unfollowed(work, address_id))
