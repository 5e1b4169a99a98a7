"""The simulated year of `benchmarks/duties.py`: a union whose cadres live through it by a clock that stands still."""

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.machine import ROOT
from bot import content
from bot.clock import SHANGHAI
from bot.jobs import fire_reminders, issue_duties, note_deliveries
from bot.jobs.job import Moment, run_job
from bot.services import duty_answers, duty_calendar
from bot.services.house import House
from storage import migrate
from storage.base import table
from storage.database import Database
from storage.orgs import Appointment, Organisation
from storage.people import Address, Person
from storage.seal import Sealer
from storage.work import Work

log = logging.getLogger(__name__)
YEAR = 2026
CHUNK = 1000
CLASSES = 10
KEEN, LATE = 5, 8  # of ten: five answer and finish in time, three answer and finish late, two are silent
DOWN = (datetime(YEAR, 6, 28, 20, tzinfo=SHANGHAI), datetime(YEAR, 7, 1, 21, tzinfo=SHANGHAI))
HOUSE = House()


@dataclass(slots=True)
class Figures:
    """What a year came to. `clock`, `processor`: seconds by whose share it was; `first`: slowest first of a month."""

    months: int = 0
    issued: int = 0
    first: float = 0.0
    firings: Counter[str] = field(default_factory=Counter)
    clock: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def share(self, whose: str) -> Iterator[None]:
        """What is done inside is their share."""
        begun, used = time.perf_counter(), time.process_time()
        yield
        self.clock[whose] = self.clock.get(whose, 0.0) + time.perf_counter() - begun
        self.processor[whose] = self.processor.get(whose, 0.0) + time.process_time() - used


class Union:
    """The database of the benchmark and the instances that work on it."""

    def __init__(self, url: str) -> None:
        self.url, self.seal = url, Sealer({1: bytes(32)}, b"bench")
        self.open: list[Database] = []
        self.served: dict[int, list[int]] = {}

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

    def build(self, unions: int, served: int = 0) -> int:
        """A city, districts, streets and basic-level unions with their cadres; how many cadres.

        The first `served` of them answer through the bot's service.
        """
        random.seed(7)
        calendar = content.read_calendar(ROOT / "content" / "calendar.yaml")
        self.open[0].writer.run(lambda work: duty_calendar.load_calendar(work, calendar))
        places: dict[int, tuple[int, str]] = {}
        cadres = 0
        for start in range(0, unions, CHUNK):
            batch = range(start, min(start + CHUNK, unions))
            cadres = self.open[0].writer.run(
                lambda work, b=batch, c=cadres: _settle(work, b, places, c, unions, served)
            )
        with self.open[0].engine.connect() as conn:
            for person_id, name in conn.execute(
                sa.text("SELECT id, name FROM person WHERE name LIKE 's%' ORDER BY id")
            ):
                self.served.setdefault(int(name[1:]), []).append(person_id)
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

    def serve(self, answers: Callable[[Work], Any]) -> None:
        """What people say to the bot, one after the other."""
        self.open[0].writer.run(answers)

    def execute(self, sql: str, **values: Any) -> int:
        """What people did meanwhile, as one statement."""
        return int(self.open[0].writer.run(lambda work: work.execute(sa.text(sql), values)).rowcount)


def _settle(work: Work, batch: range, places: dict[int, tuple[int, str]], cadres: int, unions: int, served: int) -> int:
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
            kind = "s" if cadres <= served else "c"
            work.append(Person, {"id": person, "name": f"{kind}{cadres % CLASSES}", "created_at": begun})
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


def live(union: Union, months: int, minutes: float) -> Figures:
    """The year, day by day. It ends at the first month's end after so many minutes."""
    figures, begun = Figures(), time.perf_counter()
    day = datetime(YEAR, 1, 1, tzinfo=SHANGHAI)
    end = end_of(months)
    while day < end:
        for now in _ticks(day):
            if DOWN[0] < now < DOWN[1]:
                continue
            _tick(union, now, figures)
        if not DOWN[0] < day + timedelta(hours=22) < DOWN[1]:
            _evening(union, day + timedelta(hours=22), figures)
        day += timedelta(days=1)
        if day.day == 1:
            figures.months += 1
            log.info("until %s: %s, processor %s", day.date(), dict(figures.firings), _whole(figures.processor))
            if time.perf_counter() - begun > minutes * 60:
                break
    return figures


def end_of(months: int) -> datetime:
    return datetime(YEAR + months // 12, months % 12 + 1, 1, tzinfo=SHANGHAI)


def _whole(seconds: dict[str, float]) -> dict[str, int]:
    return {whose: round(each) for whose, each in seconds.items()}


def _ticks(day: datetime) -> list[datetime]:
    """When the minute's job is looked at; twice a month the clock is set an hour back and forth."""
    hours = [0.5, 8.99, 9.0, 9.02, 13.5, 17.99, 21.1]
    if day.day in (3, 17):
        hours = [0.5, 9.0, 10.0, 9.1, 11.0, 13.5, 12.6, 21.1]
    return [day + timedelta(hours=each) for each in hours]


def _tick(union: Union, now: datetime, figures: Figures) -> None:
    first = now.day == 1 and now.hour == 0
    if first and now.month > 1:
        union.stop()  # a restart at the turn of the month
        union.start()
    begun = time.perf_counter()
    if now.hour == 0 or (now.day <= 3 and now.hour in (9, 21)):
        with figures.share("giving out"):
            done = run_job(issue_duties.JOB, union.open[0], HOUSE, Moment(now, now)) or {}
        figures.issued += done.get("issued", 0)
    if first:
        figures.first = max(figures.first, time.perf_counter() - begun)
    with figures.share("firing"):
        figures.firings.update(union.fire(now))


def _evening(union: Union, now: datetime, figures: Figures) -> None:
    """The messages of the day arrived; some people answer."""
    utc = _stored(union, now)
    with figures.share("cadres"):
        union.execute(SENT, now=utc)
    with figures.share("noting"):
        note_deliveries.run(union.open[0], HOUSE, Moment(now, now))
    with figures.share("cadres"):
        for number in range(LATE):
            _answer(union, number, now, utc)


def _answer(union: Union, number: int, now: datetime, utc: Any) -> None:
    """What one of ten does in the evening: the receipt early in the month, what is due soon every fifth day."""
    period, before = f"{now:%Y-%m}", f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"
    served = union.served.get(number, [])
    if now.day == 2 + number:
        union.execute(RECEIPT, now=utc, period=period, whose=f"c{number}")
        union.serve(lambda work: [duty_answers.acknowledge(work, each, now) for each in served])
    if now.day % 5 == number % 5:
        until = now.date() + timedelta(days=6 if number < KEEN else -4)
        until_ = until.isoformat() if union.url.startswith("sqlite") else until
        union.execute(DONE, now=utc, period=period, before=before, whose=f"c{number}", until=until_)
        union.serve(lambda work: _finish(work, served, until, before, now))


def _finish(work: Work, people: list[int], until: date, before: str, now: datetime) -> None:
    """完成 for everything these cadres have to do until a day."""
    for person_id in people:
        for entry in duty_answers.listing(work, person_id, now).open:
            if entry.duty.deadline <= until and entry.duty.period >= before:
                duty_answers.finish(work, person_id, entry, now, HOUSE)


def _stored(union: Union, now: datetime) -> Any:
    """A moment as the database keeps it."""
    kind: Any = table(Person).c.created_at.type
    return kind.bind_processor(union.open[0].engine.dialect)(now)
