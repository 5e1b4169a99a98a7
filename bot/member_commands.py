"""The `members` commands and `orgs import`: rosters and organisation trees in and out of files, all or nothing."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.commands import Failed, opened
from bot.config import Config
from bot.exchange import orgs as org_files
from bot.exchange import roster, roster_export, roster_work
from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.roster import Head
from bot.exchange.workbook import MAX_BYTES, Unreadable
from bot.services import org_tree, person_export, roster_imports
from bot.services import roster as views
from bot.services.actors import FILES
from bot.services.org_tree import NAMES
from bot.services.roster_imports import FIELDS
from storage import applications, imports, members, orgs, rosters
from storage.database import Database
from storage.imports import RosterImport
from storage.work import Work

MAX_LISTED = 50
WHO = "cli"
BAR = 30


def members_import(config: Config, given: argparse.Namespace) -> int:
    """Check every row, then make all of them members in one transaction."""
    data = _bytes(given.file)
    try:
        head = roster.head(data)
    except Unreadable as bad:
        raise Failed(f"{given.file}: {bad.words}") from None
    mapping = _mapping(head, given.column)
    with opened(config) as database:
        done = _import(database, data, head, mapping, given)
    print(f"{done.fresh} new, {done.changed} changed, {done.same} unchanged")
    return 0


def _bytes(path: Path) -> bytes:
    with path.open("rb") as source:
        data = source.read(MAX_BYTES + 1)
    return data


def _mapping(head: Head, columns: Iterable[tuple[str, str]]) -> list[str]:
    """The proposed fields with what `--column` says. Raises Failed for a header that is not there."""
    mapping = list(head.fields)
    for name, field in columns:
        if name not in head.names:
            raise Failed(f"no column {name} in row {head.row}; there are: {', '.join(filter(None, head.names))}")
        mapping = ["" if each == field else each for each in mapping]
        mapping[head.names.index(name)] = field
    return mapping


def _import(database: Database, data: bytes, head: Head, mapping: list[str], given: argparse.Namespace) -> RosterImport:
    now = SystemClock().now
    unit = database.look(lambda work: orgs.by_code(work, given.unit)) if given.unit else None
    if given.unit and unit is None:
        raise Failed(f"there is no organisation {given.unit}")
    org_id = unit.id if unit else None
    import_id = database.writer.run(
        lambda work: roster_imports.start(work, FILES, data, head.row, head.names, head.fields, now(), WHO)
    )
    try:
        checking = database.writer.run(partial(_begin, import_id=import_id, mapping=mapping, org_id=org_id))
        _demand(_step(database, checking), "ready", given.file)
        if given.dry_run:
            return _left(database, import_id)
        writing = database.writer.run(partial(_confirm, import_id=import_id))
        return _demand(_step(database, writing), "done", given.file)
    except BaseException:
        _left(database, import_id)
        raise


def _begin(work: Work, import_id: int, mapping: list[str], org_id: int | None) -> RosterImport | None:
    """Checked by this process: the claim is in the same transaction, so that a running server does not take it."""
    now = SystemClock().now()
    roster_imports.check(work, FILES, import_id, mapping, org_id, now, WHO)
    return imports.claim(work, import_id, now)


def _confirm(work: Work, import_id: int) -> RosterImport | None:
    now = SystemClock().now()
    roster_imports.confirm(work, FILES, import_id, now, WHO)
    return imports.claim(work, import_id, now)


def _step(database: Database, claimed: RosterImport | None) -> RosterImport:
    if claimed is None:
        raise Failed("another process works on this list")
    return roster_work.work_on(database, claimed, SystemClock().now(), _progress)


def _progress(done: int, total: int) -> None:
    """A bar for whoever waits at a terminal."""
    if sys.stderr.isatty():
        filled = BAR * done // max(total, 1)
        end = "\n" if done >= total else ""
        print(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)


def _demand(done: RosterImport, state: str, file: Path) -> RosterImport:
    """Raises Failed, with every mistake on stderr, when it did not come to this."""
    if done.state == state:
        return done
    problems = [RowError(Where(str(file), row=row), column, reason) for row, column, reason in done.problems or ()]
    _list(problems)
    words = f"{done.wrong} rows are wrong" if done.wrong else done.error or "it did not work"
    raise Failed(f"{words}; nothing was imported")


def _left(database: Database, import_id: int) -> RosterImport:
    """Leave nothing of the file behind; the import as it is then."""
    left = database.writer.run(lambda work: roster_imports.abandon(work, import_id, SystemClock().now()))
    roster_work.forget(database, import_id)
    return left


def _list(lines: Iterable[object]) -> None:
    every = list(map(str, lines))
    for line in every[:MAX_LISTED]:
        print(line, file=sys.stderr)
    if len(every) > MAX_LISTED:
        print(f"… 还有{len(every) - MAX_LISTED}处", file=sys.stderr)


def members_export(config: Config, given: argparse.Namespace) -> int:
    """The roster as xlsx; numbers masked unless --full. The reason goes into the audit trail."""
    wanted, now = rosters.Wanted(), SystemClock().now()
    with opened(config) as database:
        org = database.look(lambda work: orgs.by_code(work, given.below)) if given.below else None
        if given.below and org is None:
            raise Failed(f"there is no organisation {given.below}")
        wanted = rosters.Wanted(path=org.path if org else "")
        count = database.look(lambda work: views.to_export(work, FILES, wanted, given.full))
        database.writer.run(lambda work: views.note_export(work, FILES, count, given.full, given.reason, now, who=WHO))
        rows = database.look(lambda work: views.export(work, FILES, wanted, given.full))
    body = roster_export.write(rows)
    roster_export.save(given.file, body)
    print(f"{len(rows)} members written to {given.file}")
    return 0


def members_export_person(config: Config, given: argparse.Namespace) -> int:
    """What is kept of one person as JSON, numbers in full, for that person. The reason goes into the audit trail."""
    now = SystemClock().now()
    with opened(config) as database:
        made = database.writer.run(lambda work: _person(work, given.number, given.reason, now))
    roster_export.save(given.file, json.dumps(made, ensure_ascii=False, indent=2).encode())
    print(f"what is kept of {given.number} written to {given.file}")
    return 0


def _person(work: Work, number: str, reason: str, now: datetime) -> dict[str, Any]:
    """By the number of a member, or else of an application. Raises Failed for neither."""
    if member := members.by_number(work, number):
        return person_export.of_member(work, FILES, member.id, reason, now, WHO)
    if application := applications.by_number(work, number):
        return person_export.of_applicant(work, FILES, application.id, reason, now, WHO)
    raise Failed(f"there is no member and no application {number}")


def orgs_import(config: Config, given: argparse.Namespace) -> int:
    """Bring an organisation tree (xlsx, or YAML with `units:`) into the database; idempotent, all or nothing."""
    try:
        units = org_files.read(given.file)
    except BadFile as bad:
        _list(bad.errors)
        raise Failed(f"{len(bad.errors)} errors; nothing was imported") from None
    with opened(config) as database:
        wrong = database.look(lambda work: org_tree.mistakes(work, units))
        _list(RowError(Where(str(given.file), row=each.row), NAMES[each.key], each.reason) for each in wrong)
        if wrong:
            raise Failed(f"{len(wrong)} errors; nothing was imported")
        counts = database.writer.run(lambda work: org_tree.write(work, units, WHO, SystemClock().now()))
    print(f"{counts['new']} new, {counts['changed']} changed, {counts['same']} unchanged")
    return 0


def column(text: str) -> tuple[str, str]:
    """`HEADER=FIELD` of the command line; FIELD is a Chinese name of a field, or empty for none."""
    name, sign, label = text.partition("=")
    fields = {words: key for key, words in FIELDS.items()} | {"": ""}
    if not sign or label not in fields:
        raise ValueError
    return name, fields[label]
