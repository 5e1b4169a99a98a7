"""Working on a list of members beside the event loop: checking its rows into the staging table, and the switch.

Rows are staged 250 at a time, so that the writer answers people in between; what is checked lies sealed until the
switch. Who dies in the middle leaves staged rows, which the next try drops first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.clock import local, stopwatch
from bot.exchange import roster
from bot.exchange.workbook import Row, Unreadable
from bot.services import roster_imports
from bot.services.roster_imports import FIELDS, KEPT_PROBLEMS, TRIES, Line, Places, Problem
from storage import imports
from storage.database import Database
from storage.imports import RosterImport
from storage.members import prefix_of
from storage.seal import Sealer

BATCH = 250
Progress = Callable[[int, int], None]  # rows checked, rows in all


@dataclass
class _Checking:
    """The rows of one list while they are looked at."""

    seal: Sealer
    import_id: int
    mapping: Sequence[str]
    places: Places
    today: date
    wrong: int = 0
    problems: list[Problem] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)

    def staged(self, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
        """The good rows; mistakes are remembered."""
        for row in rows:
            found = roster.parse(row, self.mapping, self.places, self.today)
            if isinstance(found, Line):
                prefix = prefix_of(self.places.codes[found.org_id], self.today.year)
                made = roster_imports.sealed(self.seal, self.import_id, found, prefix)
                before = self.first.setdefault(made["id_hash"], row.number)
                if before == row.number:
                    yield made
                    continue
                found = [(row.number, FIELDS["id_number"], f"和第{before}行是同一个号码")]
            self.wrong += 1
            self.problems += found[: max(0, KEPT_PROBLEMS - len(self.problems))]


def work_on(
    database: Database, claimed: RosterImport, now: datetime, progress: Progress = lambda done, total: None
) -> RosterImport:
    """One step of an import that was claimed: check its rows, or make the switch. It as it is then."""
    import_id, elapsed = claimed.id, stopwatch()

    def at() -> datetime:
        return now + timedelta(milliseconds=elapsed())

    if claimed.tries > TRIES:
        done = database.writer.run(lambda work: roster_imports.give_up(work, import_id, now))
    elif claimed.state == "checking":
        done = _check(database, claimed, at, progress)
    else:
        done = database.writer.run(lambda work: roster_imports.write(work, import_id, at()))
    if done.state in imports.OVER:
        forget(database, import_id)
    return done


def _check(database: Database, claimed: RosterImport, at: Callable[[], datetime], progress: Progress) -> RosterImport:
    import_id = claimed.id
    forget(database, import_id, file=False)
    data = database.look(lambda work: imports.file_of(work, import_id))
    places = database.look(lambda work: roster_imports.places(work, claimed.path, claimed.org_id))
    try:
        rows = roster.read(data or b"", claimed.head)
    except Unreadable as bad:
        words = bad.words
        return database.writer.run(lambda work: roster_imports.checked(work, import_id, 0, 0, [], at(), words))
    total, today = len(rows), local(at()).date()
    checking = _Checking(database.seal, import_id, claimed.mapping, places, today)
    database.writer.run(lambda work: imports.count(work, import_id, total))
    for start in range(0, total, BATCH):
        staged = list(checking.staged(rows[start : start + BATCH]))
        _stage(database, staged, import_id, min(start + BATCH, total), at())
        progress(min(start + BATCH, total), total)
    error = "" if total else "表头下面没有内容。"
    return database.writer.run(
        lambda work: roster_imports.checked(work, import_id, total, checking.wrong, checking.problems, at(), error)
    )


def _stage(database: Database, staged: list[dict[str, Any]], import_id: int, checked: int, now: datetime) -> None:
    database.writer.run(lambda work: roster_imports.stage(work, staged, import_id, checked, now))


def forget(database: Database, import_id: int, file: bool = True) -> None:
    """Drop staged rows, some at a time, and the file."""
    while database.writer.run(lambda work: imports.drop_rows(work, import_id, BATCH * 4)):
        pass
    if file:
        database.writer.run(lambda work: imports.drop_file(work, import_id))
