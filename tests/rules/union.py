"""A small union for the tests of rules and reminders: a city, a street, a basic-level union, cadres, a calendar."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.calendar import period_of
from bot.clock import SHANGHAI
from bot.services import duty_answers, duty_calendar, duty_issue
from bot.services.duty_arming import rearm
from bot.services.house import House
from storage import duties, orgs, people
from storage.absences import Absence
from storage.base import table
from storage.database import Database
from storage.duties import Duty
from storage.duty_templates import DutyTemplate
from storage.people import Known, Person
from storage.reminders import Reminder
from storage.work import Work
from tests.storage.kit import meet

SINCE = date(2026, 1, 1)
ORGS = (
    ("city", "示例市总工会", "市", ""),
    ("street", "示例街道总工会", "街道", "city"),
    ("shop", "示例商店工会", "基层", "street"),
)


def line(id_: str, deadline_day: int, levels: tuple[str, ...] = ("基层",), **when: Any) -> dict[str, Any]:
    """One line of the yearly calendar as `content/calendar.yaml` has it; every month unless told otherwise."""
    values = {"id": id_, "title": f"任务{id_}", "what": "做这件事。", "deadline_day": deadline_day, "evidence": "none"}
    return {**values, "levels": list(levels), "basis": "惯例：以当年上级通知为准", **(when or {"rule": "monthly"})}


@dataclass(slots=True)
class Town:
    """The union in a database, with shorthands for what the tests do all the time."""

    database: Database
    house: House

    def build(self, *lines: dict[str, Any]) -> "Town":
        def job(work: Work) -> None:
            made: dict[str, orgs.Organisation] = {}
            for code, name, level, parent in ORGS:
                made[code] = orgs.put(work, code, name, level, "", made.get(parent))
            duty_calendar.load_calendar(work, lines)

        self.database.writer.run(job)
        return self

    def cadre(self, user: str, code: str, now: datetime, channel: str = "oa", office: str = "主席") -> Known:
        known = meet(self.database, user, now, channel)
        self.appoint(known, code, office)
        return known

    def appoint(self, known: Known, code: str, office: str = "主席") -> None:
        def job(work: Work) -> None:
            org = orgs.by_code(work, code)
            assert org is not None
            orgs.appoint(work, org, known.person_id, office, SINCE)

        self.database.writer.run(job)

    def issue(self, now: datetime) -> dict[str, int]:
        period = period_of(now)
        return self.database.writer.run(lambda work: duty_issue.issue(work, period, now, self.house))

    def duties_of(self, known: Known, period: str) -> list[tuple[Duty, DutyTemplate]]:
        found = self.database.look(lambda work: duties.of_person(work, known.person_id, period, SINCE))
        return [(pair[0], pair[1]) for pair in found]

    def complete(self, known: Known, number: int | None, now: datetime) -> str:
        """完成 N, as it is answered."""

        def job(work: Work) -> str:
            entry = duty_answers.listing(work, known.person_id, now).pick(number)
            return duty_answers.finish(work, known.person_id, entry, now, self.house)

        return self.database.writer.run(job)

    def acknowledge(self, known: Known, now: datetime) -> int:
        return self.database.writer.run(lambda work: duty_answers.acknowledge(work, known.person_id, now))

    def unfollow(self, known: Known) -> None:
        self.database.writer.run(lambda work: people.mark_unfollowed(work, known.address_id))

    def call(self, known: Known, name: str) -> None:
        row = table(Person)
        named = row.update().where(row.c.id == known.person_id).values(name=name)
        self.database.writer.run(lambda work: work.execute(named))

    def leave(self, known: Known, substitute: Known | None, first: date, last: date) -> None:
        """On leave on these days, with somebody who stands in."""

        def job(work: Work) -> None:
            values = {"id": work.new_id(), "person_id": known.person_id, "from_on": first, "until_on": last}
            instead = substitute.person_id if substitute else None
            more = {"state": "open", "by": "staff:wang", "at": datetime(2026, 1, 1, tzinfo=SHANGHAI)}
            work.append(Absence, {**values, "substitute_id": instead, **more})

        self.database.writer.run(job)

    def heard(self, period: str) -> None:
        """Everybody has heard the list of a month, and waits for what comes next."""

        def job(work: Work) -> None:
            row = table(Reminder)
            work.execute(row.update().values(listed=period, next_fire_at=None))
            work.execute(table(Duty).update().values(told_id=duties.ELSEWHERE))
            people = list(work.execute(sa.select(row.c.person_id)).scalars())
            rearm(work, people, datetime(2026, 11, 2, 9, 1, tzinfo=SHANGHAI), self.house)

        self.database.writer.run(job)
