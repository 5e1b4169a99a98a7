"""`db reseal`: sealing everything again with the first key, so that an old one can be thrown away."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from bot.clock import SystemClock
from bot.commands import opened
from bot.config import Config
from storage import audit, resealing
from storage.database import Database
from storage.resealing import SEALED, Batch, Sealed


def db_reseal(config: Config, given: argparse.Namespace) -> int:
    """Re-seal in batches; may be broken off and run again, also while the server runs with the same list of keys.

    Status 1 when there are values that no known key opens; they stay as they are.
    """
    done = failed = 0
    with opened(config) as database:
        for sealed in SEALED:
            total = database.look(partial(resealing.count, sealed=sealed))
            here = lost = 0
            for batch in _batches(database, sealed):
                here, lost = here + batch.done, lost + batch.failed
                _progress(sealed.name, here + lost, total)
            if total:
                print(f"{sealed.name}: {here} sealed again" + (f", {lost} cannot be opened" if lost else ""))
            done, failed = done + here, failed + lost
        note = f"key={database.seal.first} done={done} failed={failed}"
        now = SystemClock().now()
        database.writer.run(lambda work: audit.write(work, "cli", "reseal", "database:*", now, note))
    print(f"{done} values sealed again with key {database.seal.first}, {failed} cannot be opened")
    return 1 if failed else 0


def _batches(database: Database, sealed: Sealed) -> Iterator[Batch]:
    after = None
    while True:
        batch = database.writer.run(partial(resealing.reseal, sealed=sealed, after=after))
        yield batch
        if batch.last is None:
            return
        after = batch.last


def _progress(name: str, done: int, total: int) -> None:
    """A line that is written over, where somebody looks."""
    if sys.stderr.isatty() and total:
        print(f"\r{name} {done}/{total}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
