"""The `cadres` commands and `orgs bind`: one-time codes that give cadres their offices."""

import argparse
import os
import sys
from collections.abc import Iterable
from datetime import datetime

from bot.clock import SystemClock, local
from bot.commands import Failed, opened
from bot.config import Config
from bot.exchange import cadres as files
from bot.exchange.problems import RowError, Where
from bot.exchange.roster_export import save
from bot.exchange.workbook import MAX_BYTES, Unreadable
from bot.services import binding_lists, bindings
from bot.services.actors import FILES
from bot.services.binding_lists import NAMES, Mistake
from storage import cadres, orgs
from storage.cadres import Wanted
from storage.database import Database

WHO = "cli"
MAX_LISTED = 50
PAGE = 1000


def orgs_bind(config: Config, given: argparse.Namespace) -> int:
    """Make a one-time code that gives whoever scans it an office; it is shown once and stored only as a hash."""
    now = SystemClock().now()
    with opened(config) as database:
        org = database.look(lambda work: orgs.by_code(work, given.unit))
        if org is None:
            raise Failed(f"there is no organisation {given.unit}")
        code, _ = database.writer.run(
            lambda work: bindings.make(work, FILES, org.id, given.office, "", given.days, now, WHO)
        )
    print(f"scene bind_{code}")
    print(f"valid for {given.days} days, for one person; its QR code:")
    print(f"python -m bot account qr bind_{code} --days {given.days}")
    return 0


def cadres_import(config: Config, given: argparse.Namespace) -> int:
    """A code for every row of a list, written to a file of its own; all or nothing."""
    with given.file.open("rb") as source:
        data = source.read(MAX_BYTES + 1)
    if given.to.exists():
        raise Failed(f"{given.to} is there already; nothing was made")
    if not os.access(given.to.parent, os.W_OK | os.X_OK):
        raise Failed(f"{given.to.parent} is no folder that can be written to; nothing was made")
    try:
        lines, wrong = files.read(data)
    except Unreadable as bad:
        raise Failed(f"{given.file}: {bad.words}") from None
    _stop(wrong, given)
    now = SystemClock().now()
    with opened(config) as database:
        made, wrong = database.writer.run(lambda work: binding_lists.make_all(work, FILES, lines, given.days, now, WHO))
    _stop(wrong, given)
    save(given.to, files.write(made))
    print(f"{len(made)} codes, valid for {given.days} days, written to {given.to}")
    return 0


def _stop(wrong: Iterable[Mistake], given: argparse.Namespace) -> None:
    """Raises Failed, with the mistakes on stderr, where there are any."""
    every = [RowError(Where(str(given.file), row=each.row), NAMES[each.key], each.reason) for each in wrong]
    for line in every[:MAX_LISTED]:
        print(line, file=sys.stderr)
    if every:
        raise Failed(f"{len(every)} errors; no code was made")


def cadres_codes(config: Config, given: argparse.Namespace) -> int:
    """Codes that nobody used yet: union, office, until when. The codes themselves are not kept."""
    now = SystemClock().now()
    with opened(config) as database:
        org = database.look(lambda work: orgs.by_code(work, given.below)) if given.below else None
        if given.below and org is None:
            raise Failed(f"there is no organisation {given.below}")
        wanted = Wanted(path=org.path if org else "", view="waiting")
        total = database.look(lambda work: cadres.count(work, wanted, now, local(now).date()))
        for place in range(0, total, PAGE):
            _print_page(database, wanted, now, place)
    print(f"{total} codes wait to be used")
    return 0


def _print_page(database: Database, wanted: Wanted, now: datetime, place: int) -> None:
    for row in database.look(lambda work: cadres.listed(work, wanted, now, local(now).date(), PAGE, place)):
        print(f"{row.code}  {row.unit} {row.office}  until {local(row.expires_at):%Y-%m-%d %H:%M}")
