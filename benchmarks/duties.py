"""A year of duties and reminders by a clock that stands still: 14 000 unions, 20 000 cadres, the whole calendar.

Run it with `python -m benchmarks.duties [--unions 14000] [--databases sqlite postgresql]`. The bot is closed and opened
every month, down for three days over a month's end, its clock is set an hour back and forth, and on PostgreSQL two
instances fire at the same moment. A seeded part of the cadres answers. Ends with status 1 when `duty_oracle.py`, which
shares no code with the bot, finds a reminder that is missing, double, outside working hours or after the duty was done.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.databases import KINDS, databases
from benchmarks.duty_oracle import judge
from benchmarks.machine import ROOT
from bot import content
from bot.clock import SHANGHAI
from bot.jobs import fire_reminders, issue_duties, note_deliveries
from bot.jobs.job import Moment, run_job
from bot.services import duty_calendar
from bot.services.house import House
from storage import migrate
from storage.base import table
from storage.database import Database
from storage.orgs import Appointment, Organisation
from storage.people import Address, Person
from storage.seal import Sealer
from storage.work import Work

YEAR = 2026
CHUNK = 1000
CLASSES = 10
KEEN, LATE = 5, 8  # of ten: five answer and finish in time, three answer and finish late, two are silent
DOWN = (datetime(YEAR, 6, 28, 20, tzinfo=SHANGHAI), datetime(YEAR, 7, 1, 21, tzinfo=SHANGHAI))
HOUSE = House()
HEAD = ("database", "unions", "cadres", "duties", "messages", "said", "merged", "missed", "moot", "year s")
HEAD += ("first of month s", "MiB", "wrong")


class Union:
    """The database of the benchmark and the instances that work on it."""

    def __init__(self, url: str) -> None:
        self.url, self.seal = url, Sealer({1: bytes(32)}, b"bench")
        self.open: list[Database] = []

    def start(self) -> None:
        """One instance on SQLite, two on PostgreSQL."""
        for _ in range(1 if self.url.startswith("sqlite") else 2):
            database = Database(self.url, self.seal)
            migrate.upgrade(database.engine)
            database.start()
            self.open.append(database)

    def stop(self) -> None:
        """As when the service is restarted."""
        for each in self.open:
            each.close()
        self.open = []

    def build(self, unions: int) -> int:
        """A city, districts, streets and basic-level unions with their cadres; how many cadres."""
        random.seed(7)
        calendar = content.read_calendar(ROOT / "content" / "calendar.yaml")
        self.open[0].writer.run(lambda work: duty_calendar.load_calendar(work, calendar))
        places: dict[int, tuple[int, str]] = {}
        cadres = 0
        for start in range(0, unions, CHUNK):
            batch = range(start, min(start + CHUNK, unions))
            cadres = self.open[0].writer.run(lambda work, b=batch, c=cadres: _settle(work, b, places, c, unions))
        return cadres

    def fire(self, now: datetime) -> Counter[str]:
        """All instances at the same moment."""
        found: list[dict[str, int]] = []
        moment = Moment(now, now)
        jobs = [
            threading.Thread(target=lambda each=each: found.append(fire_reminders.run(each, HOUSE, moment)))
            for each in self.open
        ]
        for each in jobs:
            each.start()
        for each in jobs:
            each.join()
        if len(found) != len(self.open):
            raise RuntimeError("an instance failed")
        return sum((Counter(each) for each in found), Counter())

    def execute(self, sql: str, **values: Any) -> int:
        """What people did meanwhile, as one statement."""
        return int(self.open[0].writer.run(lambda work: work.execute(sa.text(sql), values)).rowcount)


def _settle(work: Work, batch: range, places: dict[int, tuple[int, str]], cadres: int, unions: int) -> int:
    begun = datetime(YEAR - 1, 12, 1, tzinfo=SHANGHAI)
    streets = max(2, unions // 50)
    for number in batch:
        level = "市" if number == 0 else "区县" if number <= 10 else "街道" if number <= 10 + streets else "基层"
        above = (
            None
            if number == 0
            else 0
            if number <= 10
            else (number % 10 + 1)
            if level == "街道"
            else 11 + number % streets
        )
        org_id, parent = work.new_id(), places.get(-1 if above is None else above)
        path = f"{parent[1] if parent else '/'}{org_id}/"
        places[number] = (org_id, path)
        values = {"id": org_id, "code": f"u{number}", "name": f"示例第{number}工会", "level": level, "employer": ""}
        work.append(Organisation, {**values, "parent_id": parent[0] if parent else None, "path": path})
        for seat in range(2 if number % 7 < 3 else 1):
            person, cadres = work.new_id(), cadres + 1
            work.append(Person, {"id": person, "name": f"c{cadres % CLASSES}", "created_at": begun})
            place = {"id": work.new_id(), "person_id": person, "channel": "oa", "user": f"p{cadres}", "account": ""}
            work.append(Address, {**place, "seen_at": begun, "created_at": begun})
            office = {"office": "主席" if seat == 0 else "经办人", "since": date(YEAR - 1, 1, 1), "until": None}
            work.append(Appointment, {"id": work.new_id(), "org_id": org_id, "person_id": person, **office})
    return cadres


THEIRS = "person_id IN (SELECT id FROM person WHERE name = :whose)"
RECEIPT = f"""UPDATE duty SET state = 'acknowledged', acknowledged_at = :now
WHERE period = :period AND state IN ('issued', 'delivered') AND {THEIRS}"""
DONE = f"""UPDATE duty SET state = 'done', done_at = :now, acknowledged_at = COALESCE(acknowledged_at, :now)
WHERE period IN (:period, :before) AND state IN ('issued', 'delivered', 'acknowledged') AND {THEIRS}
AND deadline <= :until"""
SENT = "UPDATE outbox SET state = 'sent', settled_at = :now WHERE state IN ('answering', 'queued', 'sending')"


def live(union: Union, months: int) -> dict[str, Any]:
    """The year, day by day. Figures."""
    figures: dict[str, Any] = {"first_s": 0.0, "firings": Counter(), "issued": 0}
    day = datetime(YEAR, 1, 1, tzinfo=SHANGHAI)
    end = datetime(YEAR + months // 12, months % 12 + 1, 1, tzinfo=SHANGHAI)
    while day < end:
        for now in _ticks(day):
            if DOWN[0] < now < DOWN[1]:
                continue
            _tick(union, now, figures)
        if not DOWN[0] < day + timedelta(hours=22) < DOWN[1]:
            _evening(union, day + timedelta(hours=22))
        day += timedelta(days=1)
    return figures


def _ticks(day: datetime) -> list[datetime]:
    """When the minute's job is looked at; twice a month the clock is set an hour back and forth."""
    hours = [0.5, 8.99, 9.0, 9.02, 13.5, 17.99, 21.1]
    if day.day in (3, 17):
        hours = [0.5, 9.0, 10.0, 9.1, 11.0, 13.5, 12.6, 21.1]
    return [day + timedelta(hours=each) for each in hours]


def _tick(union: Union, now: datetime, figures: dict[str, Any]) -> None:
    first = now.day == 1 and now.hour == 0
    if first and now.month > 1:
        union.stop()  # a restart at the turn of the month
        union.start()
    begun = time.perf_counter()
    if now.hour == 0 or (now.day <= 3 and now.hour in (9, 21)):
        done = run_job(issue_duties.JOB, union.open[0], HOUSE, Moment(now, now)) or {}
        figures["issued"] += done.get("issued", 0)
    if first:
        figures["first_s"] = max(figures["first_s"], time.perf_counter() - begun)
    figures["firings"].update(union.fire(now))


def _evening(union: Union, now: datetime) -> None:
    """The messages of the day arrived; some people answer."""
    utc = _stored(union, now)
    union.execute(SENT, now=utc)
    note_deliveries.run(union.open[0], HOUSE, Moment(now, now))
    period, before = f"{now:%Y-%m}", f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"
    for number in range(LATE):
        if now.day == 2 + number:
            union.execute(RECEIPT, now=utc, period=period, whose=f"c{number}")
        if now.day % 5 == number % 5:
            until = now.date() + timedelta(days=6 if number < KEEN else -4)
            until_ = until.isoformat() if union.url.startswith("sqlite") else until
            union.execute(DONE, now=utc, period=period, before=before, whose=f"c{number}", until=until_)


def _stored(union: Union, now: datetime) -> Any:
    """A moment as the database keeps it."""
    kind: Any = table(Person).c.created_at.type
    return kind.bind_processor(union.open[0].engine.dialect)(now)


def run(url: str, unions: int, months: int) -> dict[str, Any]:
    """Build, live, judge."""
    union = Union(url)
    union.start()
    cadres = union.build(unions)
    begun = time.perf_counter()
    figures = live(union, months)
    figures |= {"year_s": time.perf_counter() - begun, "cadres": cadres, "unions": unions}
    figures["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    end = datetime(YEAR + months // 12, months % 12 + 1, 1, tzinfo=SHANGHAI)
    with union.open[0].engine.connect() as conn:
        verdict = judge(conn, HOUSE.duties.ladder, end, [DOWN])
    union.stop()
    return {**figures, "parts": verdict.counts, "wrong": verdict.wrong, "examples": verdict.examples}


def main() -> int:
    """Print a row for each database; 1 when something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unions", type=int, default=14_000)
    parser.add_argument("--months", type=int, default=12, help="of the year, for a quick look")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.url:
        print(json.dumps(run(given.url, given.unions, given.months)))
        return 0
    bad = 0
    print(f"| {' | '.join(HEAD)} |\n|---|{'---:|' * (len(HEAD) - 1)}")
    with tempfile.TemporaryDirectory() as folder, databases(given.databases, Path(folder)) as made:
        for kind in given.databases:
            bad += _row(kind, made.new(kind), given)
    return 1 if bad else 0


def _row(kind: str, url: str, given: argparse.Namespace) -> int:
    options = ("--url", url, "--unions", str(given.unions), "--months", str(given.months))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.duties", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    parts, wrong = Counter(found["parts"]), sum(found["wrong"].values())
    cells = [kind, found["unions"], found["cadres"], found["issued"], parts["messages"]]
    cells += [parts[each] for each in ("said", "merged", "missed", "moot")]
    cells += [f"{found['year_s']:.0f}", f"{found['first_s']:.1f}", f"{found['mib']:.0f}", wrong]
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    for each in found["examples"]:
        print(each, file=sys.stderr)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
