"""A city with two districts and a union in each, people who chat, members, and lists of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook, load_workbook
from sqlmodel import select

from bot.exchange import roster, roster_work
from bot.services import members as rules
from bot.services import roster_imports
from bot.services.actors import Actor
from storage import applications, imports, letters, members, orgs
from storage.applications import Application
from storage.database import Database
from storage.imports import RosterImport
from storage.letters import Letter
from storage.members import HASH_OF_ID, HASH_OF_MOBILE, Member, MemberEvent
from storage.orgs import Organisation
from storage.work import Work
from tests.members.people import id_number, mobile
from tests.storage.kit import meet

TREE = (
    ("city", "示例市总工会", "市", "", ""),
    ("east", "东区总工会", "区县", "", "city"),
    ("west", "西区总工会", "区县", "", "city"),
    ("forge", "东区铁厂工会", "基层", "东区铁厂", "east"),
    ("mill", "西区纱厂工会", "基层", "西区纱厂", "west"),
)
HEAD = ("姓名", "身份证号", "手机号", "工会", "工作单位", "入会日期", "就业状况", "是否农民工")
CHEN = Actor("chen", "approver")


def sheet(*lines: Sequence[Any], head: Sequence[Any] = HEAD, before: Sequence[Sequence[Any]] = ()) -> bytes:
    """An xlsx with these rows."""
    book = Workbook()
    page = book.worksheets[0]
    for line in (*before, head, *lines):
        page.append(list(line))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def line(place: int, name: str = "张三", **changes: Any) -> list[Any]:
    """One good row in the order of HEAD; `changes` by header."""
    made = dict(zip(HEAD, _values(place, name), strict=True)) | changes
    return [made[each] for each in HEAD]


def _values(place: int, name: str) -> tuple[Any, ...]:
    return name, id_number(place), mobile(place), "forge", "东区铁厂", date(2024, 3, 5), "在岗", "是"


def cells(data: bytes) -> list[list[Any]]:
    """What stands in an xlsx."""
    return [list(row) for row in load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True)]


@dataclass(slots=True)
class World:
    """The union in a database; `places` by code."""

    database: Database
    now: datetime
    places: dict[str, Organisation] = field(default_factory=dict)

    def build(self) -> "World":
        def job(work: Work) -> None:
            for code, name, level, employer, parent in TREE:
                self.places[code] = orgs.put(work, code, name, level, employer, self.places.get(parent))

        self.database.writer.run(job)
        return self

    def actor(self, name: str, role: str, code: str) -> Actor:
        return Actor(name, role, self.places[code].id, self.places[code].path)

    def applied(self, place: int, code: str = "forge", person_id: int = 0, **more: Any) -> Application:
        """An application in a reviewer's hands; nothing is decided."""
        person = person_id or meet(self.database, f"u{place}", self.now).person_id
        values: dict[str, Any] = {"kind": "join", "state": "in_review", "name": "李四", "employer": "东区铁厂", **more}

        def job(work: Work) -> Application:
            seal, number, phone = work.seal, id_number(place), mobile(place)
            made = Application(
                id=work.new_id(),
                person_id=person,
                id_number=seal.seal(number, applications.ID_PURPOSE),
                id_hash=seal.fingerprint(number, HASH_OF_ID),
                mobile=seal.seal(phone, applications.MOBILE_PURPOSE),
                mobile_hash=seal.fingerprint(phone, HASH_OF_MOBILE),
                org_id=self.places[code].id,
                work_status="在岗",
                migrant=True,
                consent="2026-11",
                consent_at=self.now,
                created_at=self.now,
                updated_at=self.now,
                **values,
            )
            applications.add(work, made)
            return made

        return self.database.writer.run(job)

    def enrolled(self, place: int, code: str = "forge", **more: Any) -> Member:
        """Somebody whose application was approved."""
        application = self.applied(place, code, **more)

        def job(work: Work) -> Member:
            held = applications.held(work, application.id)
            assert held is not None
            applications.move(work, held, "approved", "staff:chen", self.now)
            return rules.enrol(work, held, "staff:chen", self.now)

        return self.database.writer.run(job)

    def member(self, member_id: int) -> Member:
        found = self.database.look(lambda work: members.get(work, member_id))
        assert found is not None
        return found

    def everybody(self) -> list[Member]:
        query = select(Member).order_by(sa.text("number"))
        return self.database.look(lambda work: list(work.session.exec(query).all()))

    def events(self, member_id: int) -> list[str]:
        return [each.kind for each in self.database.look(lambda work: members.events(work, member_id))]

    def event(self, member_id: int, kind: str) -> MemberEvent:
        found = self.database.look(lambda work: members.events(work, member_id))
        return next(each for each in found if each.kind == kind)

    def letters(self, person_id: int | None) -> list[str]:
        def job(work: Work) -> list[str]:
            found = work.session.exec(select(Letter).where(Letter.person_id == person_id)).all()
            return [letters.words(work, each) for each in sorted(found, key=lambda each: each.key)]

        return self.database.look(job)

    def uploaded(self, data: bytes, actor: Actor = CHEN, **more: Any) -> int:
        """A list with its columns as proposed, waiting for the check."""
        head = roster.head(data)
        mapping, org_id = more.get("mapping", head.fields), more.get("org_id")

        def job(work: Work) -> int:
            made = roster_imports.start(work, actor, data, head.row, head.names, head.fields, self.now)
            roster_imports.check(work, actor, made, mapping, org_id, self.now)
            return made

        return self.database.writer.run(job)

    def step(self, import_id: int) -> RosterImport:
        """What the job does."""
        claimed = self.database.writer.run(lambda work: imports.claim(work, import_id, self.now))
        assert claimed is not None
        return roster_work.work_on(self.database, claimed, self.now)

    def brought(self, data: bytes, actor: Actor = CHEN, **more: Any) -> RosterImport:
        """A list that was checked and, when nothing is wrong, confirmed and written."""
        import_id = self.uploaded(data, actor, **more)
        checked = self.step(import_id)
        if checked.state != "ready":
            return checked
        self.database.writer.run(lambda work: roster_imports.confirm(work, actor, import_id, self.now))
        return self.step(import_id)
