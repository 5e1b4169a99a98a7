"""Indicators and sheets over a whole year of a large union: wall time of each question, on both databases.

Run it with `python -m benchmarks.reports`. 14 000 basic-level unions below 200 streets, 20 districts and a city report
four numbers a month for twelve months; the questions are those of the console's page of targets and of a circular.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.databases import KINDS, databases
from storage import indicator_reports, indicators, measures, migrate
from storage.base import table
from storage.database import Database, make_engine
from storage.duties import Duty
from storage.duty_templates import DutyTemplate
from storage.duty_values import DutyValue
from storage.measures import Asked
from storage.orgs import Appointment, Organisation
from storage.people import Person
from storage.seal import Sealer
from storage.work import Work

UNIONS, STREETS, DISTRICTS = 14_000, 200, 20
KEYS = {"joined": 1, "moved_in": 1, "moved_out": -1, "left": -1}
TOLD = datetime(2026, 1, 20, 2, tzinfo=UTC)
REPEATS = 3


def fill(work: Work, unions: int, months: int) -> None:
    """The tree, a cadre each, and every duty with its numbers."""
    paths = {1: "/1/"}
    made = [_org(1, "市", None, "/1/")]
    for place in range(DISTRICTS + STREETS + unions):
        org_id = place + 2
        district, street = place < DISTRICTS, place < DISTRICTS + STREETS
        parent = 1 if district else 2 + place % DISTRICTS if street else 2 + DISTRICTS + place % STREETS
        paths[org_id] = f"{paths[parent]}{org_id}/"
        level = "区县" if district else "街道" if street else "基层"
        made.append(_org(org_id, level, parent, paths[org_id]))
    work.execute(table(Organisation).insert(), made)
    basic = [each["id"] for each in made if each["level"] == "基层"]
    people = [{"id": org_id, "created_at": TOLD, **_defaults(Person)} for org_id in basic]
    work.execute(table(Person).insert(), people)
    held = {"office": "主席", "since": date(2020, 1, 1), "until": None}
    work.execute(
        table(Appointment).insert(), [{"id": each, "org_id": each, "person_id": each, **held} for each in basic]
    )
    line = {"months": [1], "title": "月报", "what": "报数", "deadline": {"day": 25}, "evidence": "number", "levels": []}
    work.execute(table(DutyTemplate).insert(), [{"id": "monthly", "basis": "", **line}])
    for month in range(1, months + 1):
        _month(work, basic, month)
    of = {"templates": ["monthly"], "levels": ["基层"], "keys": KEYS}
    indicators.put(work, "growth", {"title": "净增", "unit": "人", "what": "", "numerator": of})
    growth = indicators.get(work, "growth")
    if growth is not None:
        indicator_reports.defined(work, growth)


def _defaults(model: type[Any]) -> dict[str, Any]:
    return {name: field.default for name, field in model.model_fields.items() if not field.is_required()}


def _org(org_id: int, level: str, parent: int | None, path: str) -> dict[str, Any]:
    values = {"name": f"第{org_id}工会", "employer": "", "trade": "", "version": 1}
    return {"id": org_id, "code": f"u{org_id}", "level": level, "parent_id": parent, "path": path, **values}


def _month(work: Work, basic: list[int], month: int) -> None:
    told, first = TOLD.replace(month=month), month * 1_000_000
    same = {"template_id": "monthly", "period": f"2026-{month:02}", "number": 1, "state": "done"}
    same |= {"deadline": told.date(), "created_at": told, "report": ""}
    duties = [{"id": first + each, "appointment_id": each, "person_id": each, "org_id": each, **same} for each in basic]
    work.execute(table(Duty).insert(), duties)
    work.execute(
        table(DutyValue).insert(),
        [
            {"id": (first + each) * 4 + place, "duty_id": first + each, "key": key, "by": "p", "at": told}
            | {"hundredths": 100 * (each % 7 + place)}
            for each in basic
            if each % 10  # a tenth has not reported
            for place, key in enumerate(KEYS)
        ],
    )


def questions() -> dict[str, tuple[Asked, str, bool]]:
    """What is asked: (numbers, path, all levels)."""
    as_of = datetime(2027, 1, 1, tzinfo=UTC)

    def asked(first: int, last: int, **more: Any) -> Asked:
        return Asked("growth", ["monthly"], ["基层"], f"2026-{first:02}", f"2026-{last:02}", as_of, **more)

    return {
        "one month, city and districts": (asked(11, 11), "/1/", False),
        "a quarter, city and districts": (asked(10, 12), "/1/", False),
        "the year, city and districts": (asked(1, 12), "/1/", False),
        "the year, every organisation": (asked(1, 12), "/1/", True),
        "newest of the year, city and districts": (asked(1, 12, last_only=True), "/1/", False),
        "the year, one district and its streets": (asked(1, 12), "/1/2/", False),
        "the year, one street and its unions": (asked(1, 12), "/1/2/22/", False),
    }


def timed(job: Callable[[], Any]) -> float:
    """Seconds of the quickest of a few tries."""
    tries = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        job()
        tries.append(time.perf_counter() - begin)
    return min(tries)


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unions", type=int, default=UNIONS)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--database", action="append", choices=KINDS)
    given = parser.parse_args()
    kinds = given.database or KINDS
    with tempfile.TemporaryDirectory() as folder, databases(kinds, Path(folder)) as made:
        for kind in kinds:
            _measure(kind, made.new(kind), given.unions, given.months)


def _measure(kind: str, url: str, unions: int, months: int) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    database = Database(url, Sealer({1: bytes(range(32))}, b"p"), 2)
    database.start()
    database.writer.run(lambda work: fill(work, unions, months))
    with engine.begin() as conn:
        conn.execute(sa.text("ANALYZE"))
    engine.dispose()
    for name, (asked, path, below) in questions().items():
        seconds = timed(partial(database.look, partial(measures.sums, asked=asked, path=path, below=below)))
        print(f"{kind:11} {seconds:6.3f} s  {name}", flush=True)
    database.close()


if __name__ == "__main__":
    main()
