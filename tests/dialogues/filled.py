"""The database every dialogue begins with, filled once and copied for each."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from bot import content
from bot.clock import SHANGHAI
from bot.services import duty_calendar, entries, units
from bot.services.sensitive import Sensitive
from storage import migrate, orgs
from storage.database import Database, make_engine
from storage.seal import Sealer
from storage.work import Work

CONTENT = Path(__file__).parents[2] / "content"
SINCE = datetime(2026, 1, 1, tzinfo=SHANGHAI)
UNTIL = datetime(2036, 1, 1, tzinfo=SHANGHAI)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A database file in use; its schema is there."""
    database = Database(f"sqlite:///{path}", Sealer({1: b"k" * 32}, b"pepper"))
    database.start()
    try:
        yield database
    finally:
        database.close()


def make(folder: Path) -> Path:
    """A file with all content, to be copied."""
    path = folder / "filled.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    with opened(path) as database:
        database.writer.run(fill)
    return path


def copied(path: Path, folder: Path) -> Path:
    """A copy of the file to play on."""
    return Path(shutil.copyfile(path, folder / "dialogue.db"))


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
