"""Opening the database: engine, pragmas, writer, readers, and the guard against a second server on one SQLite file."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from storage.ids import Ids
from storage.seal import Sealer
from storage.uow import Writer
from storage.work import Group, Work

T = TypeVar("T")
READ_ONLY = "unionbot_read_only"
WAL_TRIES = 5
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class DatabaseBusy(Exception):
    """Another server process holds this SQLite file. The message (English) says what to do."""


class Database:
    """The one shared thing. `writer` is the unit of work; `read`/`look` run queries on a snapshot beside it."""

    def __init__(self, url: str, seal: Sealer, threads: int = 2, engine: sa.Engine | None = None) -> None:
        """`engine`: one of `make_engine` that is on this database already and closed with it."""
        self.engine = engine or make_engine(url)
        self.seal = seal
        self._ids = Ids()
        self.writer = Writer(self.engine, self._ids, seal, 1 if self.is_sqlite else threads)
        self._reading = {READ_ONLY: True} if self.is_sqlite else {READ_ONLY: True, **SNAPSHOT}
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="unionbot-reader")
        self._lock: int | None = None

    @property
    def is_sqlite(self) -> bool:
        """True on SQLite, false on PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def start(self) -> None:
        """Start the writer. The schema must be there (`storage.migrate.upgrade`)."""
        self.writer.start()

    def claim(self) -> None:
        """Be the only server on this SQLite file; raises DatabaseBusy. Nothing to do on PostgreSQL."""
        path = self.engine.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return
        lock = os.open(f"{Path(path).resolve()}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise DatabaseBusy(
                f"{path} is in use by another server process; stop it first, or use PostgreSQL for several processes"
            ) from None
        self._lock = lock

    def close(self) -> None:
        """Finish what is queued and let go of everything."""
        self.writer.stop()
        self._readers.shutdown()
        self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def read(self, query: Callable[[Work], T]) -> T:
        """Run a query on a snapshot, off the event loop. Anything it writes is refused or thrown away."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.look, query)

    def look(self, query: Callable[[Work], T]) -> T:
        """Run a query on a snapshot in this thread."""
        with self.engine.connect().execution_options(**self._reading) as conn:
            work = Work(Group(conn, self._ids, self.seal))
            try:
                return query(work)
            finally:
                work.undo()
                conn.rollback()


def make_engine(url: str) -> sa.Engine:
    """An engine with our settings: on SQLite WAL, full sync, foreign keys, explicit BEGIN; elsewhere a small pool.

    Parameters and values are hidden in errors and logs: they are what people said.
    """
    made = sa.make_url(url)
    if made.drivername in ("postgresql", "postgres"):
        made = made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() != "sqlite":
        engine = sa.create_engine(made, pool_size=6, max_overflow=2, pool_pre_ping=True, hide_parameters=True)
        sa.event.listen(engine, "handle_error", _hide_values)
        return engine
    if made.database and made.database != ":memory:":
        Path(made.database).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(made.database, os.O_RDWR | os.O_CREAT, 0o600))  # personal data: nobody else reads the file
    connect = {"check_same_thread": False, "cached_statements": 512}
    engine = sa.create_engine(made, connect_args=connect, hide_parameters=True)
    sa.event.listen(engine, "connect", _pragmas)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, record: object) -> None:
    """Durable (`synchronous=FULL`): what was acknowledged survives a power cut, not only a crash."""
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    connection.execute("PRAGMA busy_timeout=10000")
    _write_ahead(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32768", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Switch to WAL. Of several processes opening a new file at once SQLite lets one switch and refuses the others
    without waiting; they wait here, by asking for the write lock, and find it switched."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(conn: sa.Connection) -> None:
    """Writers take the write lock at once: a lock upgrade in the middle of a transaction can fail, this cannot."""
    reading = conn.get_execution_options().get(READ_ONLY)
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _hide_values(context: sa.ExceptionContext) -> None:
    """PostgreSQL quotes the refused row or value in its messages: keep what names the rule, drop what people said."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    code = getattr(error, "sqlstate", None) or ""
    said = f"data exception {code}" if code.startswith("22") else str(error).partition("\n")[0]
    error.args = (said,)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__name__}) {said}",)
