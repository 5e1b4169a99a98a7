"""The database every dialogue begins with, filled once and copied for each."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot import content
from bot.clock import SHANGHAI
from bot.services import duty_calendar, entries, units
from bot.services.house import House
from bot.services.knowledge import Base, Knowledge, build
from bot.services.sensitive import Sensitive
from storage import migrate, orgs
from storage.database import Database, make_engine
from storage.seal import Sealer
from storage.work import Work
from tests.engines import Stock

CONTENT = Path(__file__).parents[2] / "content"
SINCE = datetime(2026, 1, 1, tzinfo=SHANGHAI)
UNTIL = datetime(2036, 1, 1, tzinfo=SHANGHAI)


@contextmanager
def opened(path: Path, engines: Stock) -> Iterator[Database]:
    """A database file in use; its schema is there."""
    url = f"sqlite:///{path}"
    kept = engines.take(url)
    database = Database(url, Sealer({1: b"k" * 32}, b"pepper"), engine=kept.of(url))
    database.start()
    try:
        yield database
    finally:
        database.close()
        engines.give_back(url, kept)


@dataclass(frozen=True, slots=True)
class Filled:
    """A file with all content, to be copied, and what is found in it."""

    path: Path
    base: Base

    def house(self, **more: Any) -> House:
        """A union that knows what stands in the file already; every copy is looked at for what is new in it."""
        return House(sensitive=sensitive(), knowledge=Knowledge(base=self.base), **more)


def make(folder: Path, engines: Stock) -> Filled:
    """Fill a file."""
    path = folder / "filled.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    with opened(path, engines) as database:
        database.writer.run(fill)
        return Filled(path, database.look(build))


def copied(filled: Filled, folder: Path) -> Path:
    """A copy of the file to play on."""
    return Path(shutil.copyfile(filled.path, folder / "dialogue.db"))


@cache
def sensitive() -> Sensitive:
    """The sensitive matters of the content; frozen, so that all share them."""
    return Sensitive(content.read_sensitive(CONTENT / "sensitive.yaml"))


def fill(work: Work) -> None:
    """FAQ, calendar, demo organisation and one binding code."""
    entries.load(work, content.read_faq(sorted((CONTENT / "faq").glob("*.yaml"))), SINCE)
    duty_calendar.load_calendar(work, content.read_calendar(CONTENT / "calendar.yaml"))
    demo = content.read_demo(CONTENT / "demo.yaml")
    units.load(work, (unit.model_dump() for unit in demo.units), SINCE)
    factory = orgs.by_code(work, "jixie")
    assert factory is not None
    orgs.put_binding(work, "demo_wang", factory, "主席", UNTIL)
    deputy = {"made_by": "staff:demo", "made_at": SINCE}
    orgs.add_binding(work, "demo_li", "李四", org_id=factory.id, office="副主席", expires_at=UNTIL, **deputy)
