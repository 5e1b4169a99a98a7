"""A month of duties, lived moment by moment in processes of their own that can be killed at any place.

Every moment is what the jobs do then, in batches so small that there are many places to die at. A process that starts
again is told the moment it died in; nothing but the database tells it how far it had come.
"""

import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from bot.clock import SHANGHAI
from bot.errors import Refusal
from bot.jobs import fire_reminders, move_duties, note_deliveries
from bot.jobs.job import Moment
from bot.services import duty_answers, duty_calendar, duty_issue
from bot.services.actors import Actor
from bot.services.house import House
from storage import letters, orgs, people
from storage.base import table
from storage.database import Database
from storage.duties import Duty, DutyStep
from storage.letters import Letter
from storage.outbox import Outbox
from storage.people import Address
from storage.reminders import Firing, Reminder
from storage.seal import Sealer
from storage.work import Work
from tests.rules.union import SINCE, Town, line

BEGIN = datetime(2026, 11, 1, tzinfo=SHANGHAI)
DAYS = 32  # all of November and the first of December
BATCH = 15
MOVED_ON, MOVED_TO = 12, date(2026, 11, 27)  # line b, which was due on the 25th
ANSWERED_ON, DONE_ON = 2, 16
HOUSE = House()
ANSWER_S = 120.0
SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload([__name__])  # a process starts with everything imported


def sealer() -> Sealer:
    """The keys of every process here."""
    return Sealer({1: bytes(range(32))}, b"pepper of the tests")


def moments() -> list[datetime]:
    """Half past midnight (issuing on the first days), nine, a minute past, half past ten (people answer), 18:30."""
    hours = ((0, 30), (9, 0), (9, 1), (10, 30), (18, 30))
    return [BEGIN + timedelta(days=day, hours=hour, minutes=minute) for day in range(DAYS) for hour, minute in hours]


def settle(url: str, cadres: int) -> None:
    """A union with three lines for its cadres, in a database with the newest schema."""
    with opened(url) as database:
        town = Town(database, HOUSE).build(line("a", 20), line("b", 25), line("c", 31))

        def job(work: Work) -> None:
            shop = orgs.by_code(work, "shop")
            assert shop is not None
            for place in range(cadres):
                known = people.create(work, "oa", f"u{place:03}", "", BEGIN)
                orgs.appoint(work, shop, known.person_id, "主席", SINCE)

        town.database.writer.run(job)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database, as one process has it."""
    database = Database(url, sealer())
    database.start()
    try:
        yield database
    finally:
        database.close()


def live(url: str, first: bool, line_to: Connection) -> None:
    """A process: does every moment it is told, reports each commit before it is made, answers when the moment is over.

    Only the first of several processes has the people who answer and the staff.
    """
    fire_reminders.BATCH = BATCH
    with opened(url) as database:
        sa.event.listen(database.engine, "commit", lambda conn: line_to.send("commit"))
        with suppress(EOFError):
            while True:
                do(database, line_to.recv(), first)
                line_to.send("over")


def do(database: Database, now: datetime, first: bool) -> None:
    """All that happens at a moment; doing it again is harmless."""
    if now.hour == 0 and now.day <= 2:
        _issue(database, now)
    fire_reminders.run(database, HOUSE, Moment(now, now))
    if first and (now.hour, now.minute) == (10, 30):
        _day(database, now)
    if first:
        move_duties.run(database, HOUSE, Moment(now, now))
        database.writer.run(lambda work: work.execute(_SENT.values(settled_at=now)))
        note_deliveries.run(database, HOUSE, Moment(now, now))


_SENT = sa.update(table(Outbox)).where(table(Outbox).c.state == "queued").values(state="sent")


def _issue(database: Database, now: datetime) -> None:
    """As the job does."""
    after: int | None = 0
    period = f"{now:%Y-%m}"
    while after is not None:
        batch = {"period": period, "now": now, "house": HOUSE, "since": now, "after": after, "limit": BATCH}
        given = database.writer.run(lambda work, batch=batch: duty_issue.issue_batch(work, **batch))
        after = given.last


def _day(database: Database, now: datetime) -> None:
    if now.month != BEGIN.month:
        return
    if now.day in (ANSWERED_ON, DONE_ON):
        everybody = database.look(lambda work: sorted(work.look(sa.select(*_WHO)).all()))
        for start in range(0, len(everybody), BATCH):
            mine = everybody[start : start + BATCH]
            database.writer.run(lambda work, mine=mine: _answer(work, mine, now))
    if now.day == MOVED_ON:
        boss = Actor("sun", "approver")
        database.writer.run(lambda work: duty_calendar.set_date(work, boss, "b", f"{now:%Y-%m}", MOVED_TO, now, HOUSE))


_WHO = (table(Address).c.user, table(Address).c.person_id)


def _answer(work: Work, everybody: Sequence[Any], now: datetime) -> None:
    for user, person_id in everybody:
        if now.day == ANSWERED_ON and acknowledges(user):
            duty_answers.acknowledge(work, person_id, now)
        if now.day == DONE_ON and finishes(user):
            with suppress(Refusal):
                entry = duty_answers.listing(work, person_id, now).pick(1)
                duty_answers.finish(work, person_id, entry, now, HOUSE)


def acknowledges(user: str) -> bool:
    """Who says 收到 to everything."""
    return int(user[1:]) % 3 == 1


def finishes(user: str) -> bool:
    """Who does line a in time."""
    return int(user[1:]) % 5 == 2


class Life:
    """One process that can be killed and started again."""

    def __init__(self, url: str, first: bool = True) -> None:
        self._arguments = (url, first)
        self.commits = 0
        self.start()

    def start(self) -> None:
        """A new process."""
        self._line, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=live, args=(*self._arguments, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, now: datetime) -> None:
        """Let it do a moment."""
        self._line.send(now)

    def over(self, kill_at: int | None = None) -> bool:
        """Wait until the moment is over, or (true) until so many commits: then the process is left as it is."""
        while True:
            assert self._line.poll(ANSWER_S), "the process says nothing"
            if self._line.recv() == "over":
                return False
            self.commits += 1
            if kill_at is not None and self.commits >= kill_at:
                return True

    def kill(self, later: float) -> None:
        """kill -9, so many seconds from now."""
        self._process.join(later)
        self._process.kill()
        self._process.join()
        self._line.close()

    def close(self) -> None:
        """It is not needed any more."""
        self._line.close()
        self._process.join(ANSWER_S)
        assert self._process.exitcode == 0


def whole_month(url: str) -> int:
    """Live it without being killed; how many commits there were."""
    life = Life(url)
    for now in moments():
        life.begin(now)
        life.over()
    life.close()
    return life.commits


def killed_month(url: str, kills: int, commits: int, seed: int, beside: bool = False) -> int:
    """Live it, killed so often at random places; `beside`: a second process does the same at the same time.

    How many of the kills came while a moment was being done.
    """
    dice = random.Random(seed)
    goals = sorted(dice.sample(range(1, commits), kills))
    life, other = Life(url), Life(url, first=False) if beside else None
    within = 0
    for now in moments():
        if other is not None:
            other.begin(now)
        life.begin(now)
        while life.over(goals[0] if goals else None):
            goals.pop(0)
            life.kill(dice.uniform(0, 0.03))
            within += 1
            life.start()
            life.begin(now)
        if other is not None:
            other.over()
            life.begin(now)  # what the other one queued after the first had noted what was sent
            life.over()
    life.close()
    if other is not None:
        other.close()
    return within


def found(url: str) -> dict[str, Any]:
    """Everything that a month leaves, without ids: by cadre, line of the calendar and time."""
    with opened(url) as database:
        return database.look(_found)


def _found(work: Work) -> dict[str, Any]:
    users = dict(tuple(row) for row in work.look(sa.select(table(Address).c.person_id, table(Address).c.user)))
    mine = {each.id: (users[each.person_id], each.template_id, each.period) for each in _rows(work, Duty)}
    whose = {each.id: users[each.person_id] for each in _rows(work, Reminder)}
    kept = ("number", "state", "deadline", "reached", "set_on", "told_on", "acknowledged_at", "done_at", "delivered_at")
    fired = [
        (whose[each.reminder_id], each.due_at, each.result, each.at, sorted(_part(mine, part) for part in each.parts))
        for each in _rows(work, Firing)
    ]
    told = [(users[each.person_id], letters.words(work, each)) for each in work.session.exec(select(Letter)).all()]
    return {
        "duties": sorted((mine[each.id], [getattr(each, name) for name in kept]) for each in _rows(work, Duty)),
        "firings": sorted(fired),
        "messages": sorted((users[each.person_id], each.due_at, each.text) for each in _rows(work, Outbox)),
        "letters": sorted(told),
        "steps": sorted((mine[each.duty_id], each.what, each.at, each.note) for each in _rows(work, DutyStep)),
        "next": sorted((whose[each.id], str(each.next_fire_at), each.listed) for each in _rows(work, Reminder)),
    }


def _rows(work: Work, model: Any) -> Sequence[Any]:
    return work.look(sa.select(table(model))).all()


def _part(mine: dict[int, tuple[str, str, str]], part: Sequence[Any]) -> tuple[str, str, int]:
    """Line, month and step of a part; the list as a step long before."""
    _, template, period = mine[part[0]]
    return template, period, -99 if part[1] is None else part[1]


def steps_of(fired: Sequence[Any]) -> Counter[tuple[str, str, str, int]]:
    """How often each step of each duty of each cadre came to an end."""
    return Counter((user, *part) for user, _, _, _, parts in fired for part in parts)
