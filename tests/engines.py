"""Engines that outlive a test: they keep what SQLAlchemy compiles, and compiling is a third of most tests."""

from typing import Any

import sqlalchemy as sa

from storage.database import make_engine

WHERE = {"host", "dbname"}


class Kept:
    """An engine that can be pointed to one database after the other."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._url = self._engine.url
        sa.event.listen(self._engine, "do_connect", self._connect)

    def of(self, url: str) -> sa.Engine:
        """The engine on this database. Listeners that a test puts on it end with the test."""
        self._url = sa.make_url(url).set(drivername=self._engine.url.drivername)
        engine = self._engine.execution_options()
        engine.url = self._url
        return engine

    def _connect(self, dialect: sa.Dialect, _: object, __: object, settings: dict[str, Any]) -> Any:
        """Our settings of a connection with the place of this database."""
        places, named = dialect.create_connect_args(self._url)
        return dialect.connect(*places, **{**settings, **{name: named[name] for name in WHERE & named.keys()}})


class Stock:
    """Engines that nobody uses now, by kind of database. One thread takes and gives them back."""

    def __init__(self) -> None:
        self._free: dict[str, list[Kept]] = {}

    def take(self, url: str) -> Kept:
        """An engine of this kind; nobody else has it until it is given back."""
        free = self._free.setdefault(sa.make_url(url).get_backend_name(), [])
        return free.pop() if free else Kept(url)

    def give_back(self, url: str, kept: Kept) -> None:
        """It is not in use any more: its connections are closed."""
        self._free[sa.make_url(url).get_backend_name()].append(kept)
