"""A city with two districts and their unions, whose cadres have told numbers; synthetic."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.services import duty_calendar, indicators
from bot.services.actors import Actor
from storage import duty_values, indicator_reports, orgs
from storage.database import Database
from storage.duties import Duty
from storage.work import Work
from tests.rules.union import line
from tests.storage.kit import meet

ORGS = (
    ("city", "示例市总工会", "市", ""),
    ("east", "东区总工会", "区县", "city"),
    ("west", "西区总工会", "区县", "city"),
    ("mill", "东区纺织厂工会", "基层", "east"),
    ("forge", "东区铁厂工会", "基层", "east"),
    ("shop", "西区商店工会", "基层", "west"),
)
NUMBERS = [{"key": "joined", "label": "入会", "unit": "人"}, {"key": "left", "label": "退会", "unit": "人"}]
MONEY = [{"key": "due", "label": "应缴", "unit": "元"}, {"key": "paid", "label": "已缴", "unit": "元"}]
GROWTH = {
    "id": "growth",
    "title": "会员净增",
    "unit": "人",
    "what": "各月报的入会减去退会，只加基层工会报的数。",
    "templates": ["changes"],
    "levels": ["基层"],
    "numerator": {"joined": 1, "left": -1},
    "denominator": None,
    "how": "sum",
    "cut_off": None,
}
FUNDS = GROWTH | {
    "id": "funds",
    "title": "经费收缴率",
    "unit": "%",
    "templates": ["funds"],
    "numerator": {"paid": 1},
    "denominator": {"due": 1},
    "how": "last",
}
WORKERS = GROWTH | {"id": "workers", "title": "职工人数", "numerator": {"joined": 1}}
ADMIN = Actor("chief", "admin")


@dataclass(slots=True)
class Tree:
    """The unions by code, with shorthands for what the tests do all the time."""

    database: Database
    now: datetime
    ids: dict[str, int] = field(default_factory=dict)
    held: dict[str, orgs.Appointment] = field(default_factory=dict)

    def build(self, *lines: dict[str, Any]) -> "Tree":
        people = {code: meet(self.database, f"cadre-{code}", self.now).person_id for code, *_ in ORGS}

        def job(work: Work) -> None:
            made: dict[str, orgs.Organisation] = {}
            for code, name, level, parent in ORGS:
                made[code] = orgs.put(work, code, name, level, "", made.get(parent))
                self.held[code] = orgs.appoint(work, made[code], people[code], "主席", date(2020, 1, 1))
            self.ids |= {code: org.id for code, org in made.items()}
            more = {"evidence": "number", "title": "会员变动月报"}
            duty_calendar.load_calendar(work, [line("changes", 25) | more | {"numbers": NUMBERS}])
            duty_calendar.load_calendar(work, [line("funds", 25, rule="quarterly") | more | {"numbers": MONEY}])
            indicators.load(work, [GROWTH, FUNDS, WORKERS, *lines])

        self.database.writer.run(job)
        return self

    def cadre(self, code: str, office: str) -> None:
        """One more office holder of a union; the next duties are theirs, too."""
        person = meet(self.database, f"{office}-{code}", self.now).person_id

        def job(work: Work) -> None:
            org = orgs.get(work, self.ids[code])
            assert org is not None
            self.held[f"{code}:{office}"] = orgs.appoint(work, org, person, office, date(2020, 1, 1))

        self.database.writer.run(job)

    def told(
        self, who: str, period: str, at: datetime, template: str = "changes", state: str = "done", **numbers: int
    ) -> int:
        """A duty of a union with the numbers told for it (whole units) at a moment; the duty's id."""
        held = self.held[who]

        def job(work: Work) -> int:
            duty = Duty(
                id=work.new_id(),
                template_id=template,
                period=period,
                appointment_id=held.id,
                person_id=held.person_id,
                number=1,
                state=state,
                deadline=date(int(period[:4]), int(period[5:]), 25),
                created_at=at,
                org_id=held.org_id,
            )
            work.session.add(duty)
            work.session.flush()
            for key, number in numbers.items():
                duty_values.put(work, duty.id, key, number * 100, f"person:{held.person_id}", at)
            indicator_reports.told(work, duty.id)
            return duty.id

        return self.database.writer.run(job)
