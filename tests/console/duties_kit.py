"""A union with duties, in front of the console: two districts, three basic unions, duties of a month in every state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.calendar import at
from bot.clock import SHANGHAI
from storage import duties, duty_templates, members, orgs
from storage.duties import Duty
from storage.duty_requests import REASON, DutyRequest
from storage.duty_values import DutyValue
from storage.evidence import BODY, Evidence
from storage.orgs import Organisation
from storage.people import Person
from storage.reminders import Firing, Reminder
from storage.work import Work
from tests.console.desk import Desk

PERIOD = "2026-11"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LINES: Mapping[str, Mapping[str, Any]] = {
    "changes": {
        "title": "会员变动月报",
        "months": list(range(1, 13)),
        "deadline": {"day": 20},
        "evidence": "number",
        "numbers": [{"key": "joined", "label": "入会", "unit": "人"}, {"key": "left", "label": "退会", "unit": "人"}],
        "levels": ["基层"],
    },
    "election": {
        "title": "工会换届到期排查",
        "months": [11],
        "deadline": {"day": 30},
        "evidence": "photo",
        "numbers": None,
        "levels": ["基层", "区县"],
    },
}


@dataclass
class Union:
    """Ids by code: units, people, duties (`east-plant/changes`)."""

    desk: Desk
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    duties: dict[str, int] = field(default_factory=dict)

    def get(self, key: str) -> Duty:
        """A duty as it is in the database."""
        found = self.desk.database.look(lambda work: duties.get(work, self.duties[key]))
        assert found is not None
        return found[0]

    def steps(self, key: str) -> list[tuple[str, str, str]]:
        """What happened to a duty: actor, what, note."""
        rows = self.desk.database.look(lambda work: duties.steps_of(work, self.duties[key]))
        return [(each.actor, each.what, each.note) for each in rows]


async def union_of(desk: Desk) -> Union:
    """The tree of the desk with a third basic union, a cadre in each unit (two in east-plant) and their duties."""
    made = Union(desk, await desk.tree())

    def fill(work: Work) -> None:
        now = desk.clock.now()
        east = orgs.get(work, made.units["east"])
        assert east is not None
        made.units["east-shop"] = orgs.put(work, "east-shop", "东区商场工会", "基层", "东区商场", east).id
        for key, line in LINES.items():
            more = {"what": "按通知办理，报上来。", "basis": "惯例：以当年上级通知为准", "state": "live"}
            duty_templates.put_template(work, key, {**line, **more})
        offices = {code: _cadre(work, made, code, "主席", name, now) for code, name in NAMES.items()}
        _cadre(work, made, "east-plant", "经办人", "周小云", now)
        _issue(work, made, offices, now)

    await desk.write(fill)
    return made


NAMES = {"east": "钱东方", "east-plant": "王建国", "east-shop": "孙小红", "west-plant": "李西来"}
STATES = (
    ("east", "election", "delivered", {}),
    ("east-plant", "changes", "done", {"done_at": datetime(2026, 11, 20, 23, 30, tzinfo=SHANGHAI)}),
    ("east-plant", "election", "acknowledged", {"percent": 50}),
    ("east-shop", "changes", "delivered", {"escalated": 1}),
    ("east-shop", "election", "issued", {}),
    ("west-plant", "changes", "done", {"done_at": datetime(2026, 11, 21, 0, 30, tzinfo=SHANGHAI)}),
    ("west-plant", "election", "excused", {}),
)


def _cadre(work: Work, made: Union, code: str, office: str, name: str, now: datetime) -> int:
    person = Person(id=work.new_id(), name=name, org_id=made.units[code], created_at=now)
    work.session.add(person)
    work.session.flush()
    made.people[name] = person.id
    org = orgs.get(work, made.units[code])
    assert isinstance(org, Organisation)
    return orgs.appoint(work, org, person.id, office, date(2025, 1, 1)).id


def _issue(work: Work, made: Union, offices: Mapping[str, int], now: datetime) -> None:
    for number, (code, template_id, state, more) in enumerate(STATES, 1):
        duty = Duty(
            id=work.new_id(),
            template_id=template_id,
            period=PERIOD,
            appointment_id=offices[code],
            person_id=made.people[NAMES[code]],
            number=number,
            state=state,
            deadline=date(2026, 11, LINES[template_id]["deadline"]["day"]),
            created_at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC),
            org_id=made.units[code],
            **more,
        )
        made.duties[f"{code}/{template_id}"] = duty.id
        work.session.add(duty)
    work.session.flush()


async def busy(union: Union) -> dict[str, int]:
    """A request to wait, reminders, a number, evidence, somebody unreachable; ids of the request and the photo."""
    now = union.desk.clock.now()

    def fill(work: Work) -> dict[str, int]:
        made = {"request": _ask(work, union, now), "photo": _evidence(work, union, now)}
        shop, plant = union.people["孙小红"], union.people["王建国"]
        _remind(work, union, plant, "east-plant/election", "said", None)
        _remind(work, union, shop, "east-shop/election", "missed", now)
        values = {"duty_id": union.duties["east-plant/changes"], "by": f"person:{plant}", "at": now}
        work.session.add(DutyValue(id=work.new_id(), key="joined", hundredths=1250, **values))
        member = members.Member(
            id=work.new_id(),
            number="2026000001",
            person_id=shop,
            org_id=union.units["east-shop"],
            name="孙小红",
            state="active",
            joined_on=date(2020, 1, 1),
            since_on=date(2020, 1, 1),
            source="roster",
            mobile=work.seal.seal("13800138000", members.MOBILE_PURPOSE),
            created_at=now,
            updated_at=now,
        )
        work.session.add(member)
        return made

    return await union.desk.write(fill)


def _ask(work: Work, union: Union, now: datetime) -> int:
    request = DutyRequest(
        id=work.new_id(),
        duty_id=union.duties["east-plant/election"],
        kind="extend",
        person_id=union.people["王建国"],
        wanted_on=date(2026, 12, 5),
        reason=work.seal.seal("换届材料还在等上级批复", REASON),
        created_at=now - timedelta(hours=2),
    )
    work.session.add(request)
    duties.step(work, request.duty_id, f"person:{request.person_id}", "asked", request.created_at, "extend 2026-12-05")
    return request.id


def _evidence(work: Work, union: Union, now: datetime) -> int:
    piece = Evidence(
        id=work.new_id(),
        duty_id=union.duties["east-plant/election"],
        person_id=union.people["王建国"],
        kind="photo",
        media_id="media-1",
        state="kept",
        due_at=now,
        mime="image/png",
        size=2048,
        body=work.seal.seal(PIXEL, BODY),
        at=now,
        kept_at=now,
    )
    work.session.add(piece)
    return piece.id


def _remind(work: Work, union: Union, person: int, key: str, result: str, unreachable: datetime | None) -> None:
    reminder = Reminder(id=work.new_id(), kind="duties", subject="", person_id=person, unreachable_at=unreachable)
    work.session.add(reminder)
    work.session.flush()
    due = at(date(2026, 11, 23), datetime.min.time().replace(hour=9))
    parts = [[union.duties[key], -7]]
    work.session.add(Firing(id=work.new_id(), reminder_id=reminder.id, due_at=due, result=result, at=due, parts=parts))
