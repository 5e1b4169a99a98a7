"""Databases with content in them, copied for every test, and a running platform with a running bot."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.app import open_database
from bot.clock import FrozenClock
from storage import migrate
from tests import postgres
from tests.wire.room import START, Room, configuration, fill, open_room


def _fill(url: str) -> None:
    database = open_database(configuration(url, "http://127.0.0.1:1"))
    migrate.upgrade(database.engine)
    database.start()
    database.writer.run(lambda work: fill(work, START))
    database.close()


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all content."""
    path = tmp_path_factory.mktemp("wire") / "filled.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres_server: postgres.Server) -> str:
    """The name of a PostgreSQL database with all content."""
    url = postgres_server.create()
    _fill(url)
    return postgres.name_of(url)


@pytest.fixture
def file_url(filled_file: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with all content."""
    path = tmp_path / "union.db"
    shutil.copyfile(filled_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def any_url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database of each kind with all content."""
    if backend == "sqlite":
        yield request.getfixturevalue("file_url")
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create(request.getfixturevalue("filled_postgres"))
    yield url
    server.drop(url)


@pytest.fixture
async def room(file_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """Safe mode on SQLite."""
    async with open_room(file_url, clock) as opened:
        yield opened


@pytest.fixture
async def any_room(any_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """Safe mode on both kinds of database."""
    async with open_room(any_url, clock) as opened:
        yield opened
