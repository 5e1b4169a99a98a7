"""Shared fixtures: a database of each kind with the newest schema, a sealer, a clock that stands still, a union."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from bot.clock import SHANGHAI, FrozenClock
from bot.services.house import House
from storage import migrate
from storage.database import Database, make_engine
from storage.seal import Sealer
from tests import memory, postgres
from tests.engines import Kept, Stock


def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests are made in memory, unless somebody says where (`--basetemp`, PYTEST_DEBUG_TEMPROOT)."""
    if home := memory.home(memory.GIB):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", home)


class Opener(Protocol):
    """Opens the test's database once more, as another process would: own connections, own ids, own writer."""

    def __call__(self, threads: int = 2) -> Database: ...


@pytest.fixture
def clock() -> FrozenClock:
    """A Wednesday morning in office hours: 2026-11-25 10:00 in Shanghai."""
    return FrozenClock(datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI))


@pytest.fixture
def now(clock: FrozenClock) -> datetime:
    return clock.now()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer({1: bytes(range(32))}, b"pepper of the tests")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server a worker process; tests that need it are skipped, with the reason, where none can start."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a migrated database that others are copied from."""
    url = postgres_server.create()
    _upgrade(url)
    return postgres.name_of(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("template") / "union.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """Which kind of database a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the newest schema and nothing in it."""
    if backend == "sqlite":
        path = tmp_path / "union.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    made = server.create(request.getfixturevalue("postgres_template"))
    yield made
    server.drop(made)


@pytest.fixture(scope="session")
def engines() -> Stock:
    """Engines for one test after the other."""
    return Stock()


@pytest.fixture
def another(url: str, sealer: Sealer, engines: Stock) -> Iterator[Opener]:
    """See Opener; everything it opened is closed after the test."""
    opened: list[tuple[Database, Kept]] = []

    def open_(threads: int = 2) -> Database:
        kept = engines.take(url)
        database = Database(url, sealer, threads, kept.of(url))
        opened.append((database, kept))
        database.start()
        return database

    yield open_
    for database, kept in opened:
        database.close()
        engines.give_back(url, kept)


@pytest.fixture
def database(another: Opener) -> Database:
    """The database of the test, with its writer running."""
    return another()


def _upgrade(url: str) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
