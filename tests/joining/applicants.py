"""A union where people apply: applications handed in as the chat does it, and staff of several branches who decide."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlmodel import select

from bot.calendar import add_workdays
from bot.clock import local
from bot.services import admissions
from bot.services.actors import Actor
from bot.services.house import House
from storage import admissions as admitting
from storage import applications, audit, orgs
from storage import letters as planted
from storage.applications import ID_PURPOSE, MOBILE_PURPOSE, Application
from storage.base import table
from storage.database import Database
from storage.letters import Letter
from storage.members import Member
from storage.people import Person
from storage.staff import Staff
from storage.work import Work
from tests.storage.kit import meet

ORGS = (
    ("city", "示例市总工会", "市", ""),
    ("east", "东区总工会", "区县", "city"),
    ("plant", "东区机械厂工会", "基层", "east"),
    ("west", "西区总工会", "区县", "city"),
)
PEOPLE = {"wang": "王审核", "zhao": "赵审核", "staff": "何秀英"}
MALE, FEMALE = "110101199003070011", "11010119900307002X"  # synthetic
WANG, ZHAO = Actor("wang", "approver"), Actor("zhao", "approver")
CLERK = Actor("staff", "staff")


@dataclass(slots=True)
class Office:
    """The union in a database; `places` are its organisations by code."""

    database: Database
    house: House
    places: dict[str, orgs.Organisation] = field(default_factory=dict)

    def build(self, now: datetime) -> "Office":
        """A city, two districts, one plant; two approvers and a clerk."""

        def job(work: Work) -> None:
            for code, name, level, parent in ORGS:
                employer = "东区机械厂" if code == "plant" else ""
                self.places[code] = orgs.put(work, code, name, level, employer, self.places.get(parent))
            for name, display in PEOPLE.items():
                work.session.add(
                    Staff(id=work.new_id(), name=name, display=display, role="staff", password="-", created_at=now)
                )

        self.database.writer.run(job)
        return self

    def actor(self, code: str, role: str = "approver", name: str = "") -> Actor:
        """Staff of a branch."""
        return Actor(name or f"{code}-{role}", role, self.places[code].id, self.places[code].path)

    def apply(self, user: str, now: datetime, code: str | None = "plant", **more: Any) -> int:
        """Somebody handed an application in; its id. `id_number`, `mobile` and columns may be given."""
        person_id = meet(self.database, user, now).person_id
        org = self.places[code].id if code else None
        return self.database.writer.run(lambda work: hand_in(work, person_id, user, now, self.house, org, **more))

    def resubmit(self, application_id: int, now: datetime, **changed: Any) -> None:
        """The applicant changed what was asked for and handed it in again, as the chat does."""

        def job(work: Work) -> None:
            found = applications.held(work, application_id)
            assert found is not None and found.state == "returned"
            found.round, found.returned, found.submitted_at = found.round + 1, None, now
            found.due_on = add_workdays(local(now).date(), self.house.review_workdays)
            for name, value in changed.items():
                setattr(found, name, value)
            applications.move(work, found, "submitted", "person", now)

        self.database.writer.run(job)

    def get(self, application_id: int) -> Application:
        """An application as it is in the database."""
        found = self.database.look(lambda work: applications.get(work, application_id))
        assert found is not None
        return found

    def mark(self, application_id: int) -> str:
        """What a page shown now would carry."""
        return admissions.mark_of(self.get(application_id))

    def claim(self, actor: Actor, application_id: int, now: datetime, seen: str = "") -> None:
        self.database.writer.run(lambda work: admissions.claim(work, actor, application_id, now, seen))

    def approve(self, actor: Actor, application_id: int, now: datetime, seen: str = "", **more: Any) -> str:
        """The state afterwards."""
        return self.database.writer.run(
            lambda work: admissions.approve(work, actor, application_id, now, seen, **more).state
        )

    def give_back(self, actor: Actor, application_id: int, fields: list[str], reason: str, now: datetime) -> None:
        self.database.writer.run(lambda work: admissions.give_back(work, actor, application_id, fields, reason, now))

    def reject(self, actor: Actor, application_id: int, key: str, own: str, now: datetime, **more: Any) -> None:
        self.database.writer.run(
            lambda work: admissions.reject(work, actor, application_id, key, own, self.house, now, **more)
        )

    def assign(self, actor: Actor, application_id: int, code: str, now: datetime) -> None:
        org_id = self.places[code].id
        self.database.writer.run(lambda work: admissions.assign(work, actor, application_id, org_id, now))

    def members(self) -> list[Member]:
        return list(self.database.look(lambda work: work.session.exec(select(Member)).all()))

    def steps(self, application_id: int) -> list[tuple[str, str, str]]:
        """(actor, before, after) of every step."""
        found = self.database.look(lambda work: applications.steps(work, application_id))
        return [(each.actor, each.before, each.after) for each in found]

    def letters(self, application_id: int) -> list[str]:
        """What the applicant is told, in words."""
        return self.letters_to(self.get(application_id).person_id)

    def letters_to(self, person_id: int) -> list[str]:
        """What somebody is told, in words, the first first."""

        def job(work: Work) -> list[str]:
            found = work.session.exec(select(Letter).where(Letter.person_id == person_id)).all()
            return [planted.words(work, each) for each in sorted(found, key=lambda each: each.created_at)]

        return self.database.look(job)

    def audited(self) -> list[tuple[str, str, str, str]]:
        """The trail, oldest first: actor, action, subject, note."""
        rows = self.database.look(lambda work: audit.newest(work, 100))
        return [(each.actor, each.action, each.subject, each.note) for each in reversed(rows)]


def hand_in(work: Work, person_id: int, user: str, now: datetime, house: House, org_id: int | None, **more: Any) -> int:
    """One application, confirmed by its applicant."""
    id_number, mobile = (
        more.pop("id_number", f"11010119900307{crc32(user.encode()) % 10_000:04d}"),
        more.pop("mobile", ""),
    )
    mobile = mobile or f"138{person_id % 10**8:08d}"
    day = local(now).date()
    before = work.session.exec(select(sa.func.count()).select_from(Application)).one()
    number = f"{day:%Y%m%d}-{before + 1:04d}"
    values = {
        "number": number,
        "name": f"李{user}",
        "employer": "东区机械厂",
        "work_status": "在岗",
        "migrant": False,
        "due_on": add_workdays(day, house.review_workdays),
        **more,
    }
    made = Application(
        id=work.new_id(),
        person_id=person_id,
        state="confirming",
        round=1,
        id_number=work.seal.seal(id_number, ID_PURPOSE),
        id_hash=work.seal.fingerprint(id_number, ID_PURPOSE),
        mobile=work.seal.seal(mobile, MOBILE_PURPOSE),
        mobile_hash=work.seal.fingerprint(mobile, MOBILE_PURPOSE),
        org_id=org_id,
        consent=house.consent_version,
        consent_at=now,
        created_at=now,
        updated_at=now,
        submitted_at=now,
        **values,
    )
    applications.add(work, made)
    applications.move(work, made, "submitted", "person", now)
    return made.id


def withdraw(work: Work, application_id: int, now: datetime) -> None:
    """The applicant takes it back, as long as it is open."""
    found = admitting.hold(work, application_id)
    assert found is not None and found.state in applications.OPEN
    applications.move(work, found, "withdrawn", "person", now)


def member_since(database: Database, person_id: int) -> datetime | None:
    people = table(Person)
    query = sa.select(people.c.member_since).where(people.c.id == person_id)
    return database.look(lambda work: work.look(query).scalar_one())
