"""How long the duties of 14 000 cadres take to follow a changed date, and their letters to be written.

Run it with `python -m benchmarks.duty_moves [--unions 9800] [--databases sqlite postgresql]`. Prints for each database
duties, the seconds until all have followed, the longest transaction, and the same for the letters.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from benchmarks.databases import KINDS, databases
from benchmarks.duties import HOUSE, Union
from bot.clock import SHANGHAI
from bot.jobs import fire_reminders, issue_duties
from bot.jobs.job import Moment
from bot.services import duty_calendar, duty_moves
from bot.services.actors import Actor
from storage.work import Work

PERIOD, DAY = "2026-11", date(2026, 12, 4)
BOSS = Actor("bench", "approver")
ISSUED, LISTED = (datetime(2026, 11, n, h, tzinfo=SHANGHAI) for n, h in ((1, 1), (2, 9)))
CHANGED, QUIET = (datetime(2026, 11, 12, 10, n, tzinfo=SHANGHAI) for n in (0, 30))


def measure(url: str, unions: int) -> dict[str, float]:
    """Build, give out, tell, change the date of the line that most cadres have."""
    union = Union(url)
    union.start()
    database = union.open[0]
    try:
        union.build(unions)
        issue_duties.run(database, HOUSE, Moment(ISSUED, ISSUED))
        fire_reminders.run(database, HOUSE, Moment(LISTED, LISTED))
        line = database.look(_commonest)
        begun = time.perf_counter()
        database.writer.run(lambda work: duty_calendar.set_date(work, BOSS, line, PERIOD, DAY, CHANGED, HOUSE))
        longest = time.perf_counter() - begun
        (move_id,) = database.look(lambda work: [each.id for each in duty_moves.duty_moves.every(work)])
        moved = _all(lambda: database.writer.run(partial(duty_moves.follow, move_id=move_id, now=CHANGED, house=HOUSE)))
        told = _all(lambda: database.writer.run(partial(duty_moves.tell, now=QUIET)))
    finally:
        union.stop()
    first = {"duties": moved[0] + duty_moves.BATCH, "move s": moved[1] + longest, "longest s": max(moved[2], longest)}
    return {**first, "people": told[0], "letters s": told[1], "longest letter s": told[2]}


def _commonest(work: Work) -> str:
    from_duties = "SELECT template_id FROM duty GROUP BY template_id ORDER BY count(*) DESC, template_id LIMIT 1"
    return str(work.look(sa.text(from_duties)).scalar_one())


def _all(batch: Callable[[], int]) -> tuple[int, float, float]:
    """Batches until nothing is left: how much, the time of all, of the longest one (seconds)."""
    total, seconds, longest = 0, 0.0, 0.0
    while True:
        begun = time.perf_counter()
        count = batch()
        took = time.perf_counter() - begun
        total, seconds, longest = total + count, seconds + took, max(longest, took)
        if not count:
            return total, seconds, longest


def main() -> None:
    """A line a database."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--unions", type=int, default=9800)
    parser.add_argument("--databases", nargs="+", default=KINDS, choices=KINDS)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(wanted.databases, Path(folder)) as made:
        for kind in wanted.databases:
            found = measure(made.new(kind), wanted.unions)
            print(kind, {key: round(value, 2) for key, value in found.items()}, flush=True)


if __name__ == "__main__":
    main()
