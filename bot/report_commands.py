"""The `reports` commands: a sheet or a circular as a file, indicators and targets from files."""

import argparse
import sys
from datetime import date
from pathlib import Path

from bot import indicator_file
from bot.clock import SystemClock, local
from bot.commands import Failed, opened
from bot.config import Config
from bot.exchange import picture, report, targets_table
from bot.exchange.roster_export import save
from bot.exchange.workbook import MAX_BYTES, Unreadable
from bot.services import circular, duty_sheets, indicators, target_lists
from bot.services.actors import FILES
from storage import orgs
from storage.work import Work

WHO = "cli"
MAX_LISTED = 50


def _place(work: Work, code: str) -> int | None:
    """The union of a code; the whole tree without one. Raises Failed."""
    found = orgs.by_code(work, code) if code else None
    if code and found is None:
        raise Failed(f"there is no organisation {code}")
    return found.id if found else None


def _today(given: argparse.Namespace) -> date:
    return given.as_of or local(SystemClock().now()).date()


def sheet(config: Config, given: argparse.Namespace) -> int:
    """A sheet of a duty's numbers as xlsx, as it stands at the end of a day."""
    first, last = duty_sheets.months(given.kind, given.year, given.number)

    def look(work: Work) -> duty_sheets.Sheet:
        return duty_sheets.filled(work, FILES, given.duty, first, last, _place(work, given.below), _today(given))

    with opened(config) as database:
        found = database.look(look)
    _free(given.file)
    save(given.file, report.sheet(found))
    print(f"{found.total.told} of {found.total.due} reports written to {given.file}")
    return 0


def make_circular(config: Config, given: argparse.Namespace) -> int:
    """A circular on an indicator: xlsx or PNG by the file's ending; several pictures get a number each."""
    today, ranking = _today(given), config.duties.ranking

    def look(work: Work) -> circular.Circular:
        return circular.make(work, FILES, given.indicator, given.year, _place(work, given.below), today, ranking)

    if given.file.suffix not in (".xlsx", ".png"):
        raise Failed(f"{given.file}: the name ends in .xlsx or .png")
    with opened(config) as database:
        made = database.look(look)
    files = _files(given.file, picture.count(made)) if given.file.suffix == ".png" else [given.file]
    for page, file in enumerate(files, 1):
        _free(file)
        save(file, picture.draw(made, page) if file.suffix == ".png" else report.circular(made))
    print(f"{len(made.rows)} unions written to {', '.join(map(str, files))}")
    return 0


def _files(file: Path, count: int) -> list[Path]:
    return [file if count == 1 else file.with_stem(f"{file.stem}-{page}") for page in range(1, count + 1)]


def _free(file: Path) -> None:
    if file.exists():
        raise Failed(f"{file} is there already; nothing was written")


def bring_in(config: Config, given: argparse.Namespace) -> int:
    """Indicators (YAML) or targets of a year (xlsx), by the file's ending; all or nothing, idempotent."""
    if given.file.suffix in (".yaml", ".yml"):
        return _indicators(config, given)
    if given.file.suffix != ".xlsx":
        raise Failed(f"{given.file}: indicators are .yaml, targets .xlsx")
    return _targets(config, given)


def _indicators(config: Config, given: argparse.Namespace) -> int:
    if not given.file.is_file():
        raise Failed(f"{given.file} does not exist")
    lines = indicator_file.read_indicators(given.file)
    with opened(config) as database:
        done = database.writer.run(lambda work: indicators.load(work, lines, "staff"))
    print(f"{done.new} new, {done.changed} changed, {done.same} unchanged")
    return 0


def _targets(config: Config, given: argparse.Namespace) -> int:
    with given.file.open("rb") as source:
        data = source.read(MAX_BYTES + 1)
    try:
        rows, wrong = targets_table.read(data)
    except Unreadable as bad:
        raise Failed(f"{given.file}: {bad.words}") from None
    _stop(wrong)
    now = SystemClock().now()
    with opened(config) as database:
        changed, wrong = database.writer.run(lambda work: target_lists.bring_in(work, FILES, rows, now, WHO))
    _stop(wrong)
    print(f"{changed} targets changed, {len(rows) - changed} unchanged")
    return 0


def _stop(wrong: list[str]) -> None:
    """Raises Failed, with the mistakes on stderr, where there are any."""
    for line in wrong[:MAX_LISTED]:
        print(line, file=sys.stderr)
    if wrong:
        raise Failed(f"{len(wrong)} errors; no target was changed")
