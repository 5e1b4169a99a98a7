"""One server on one SQLite file; commands beside it; any number of processes on PostgreSQL."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from storage.database import Database, DatabaseBusy
from tests.conftest import Opener
from tests.storage.kit import note, subjects

ROOT = Path(__file__).parents[2]
SECOND_SERVER = """
import sys
from storage.database import Database, DatabaseBusy
from storage.seal import Sealer
database = Database(sys.argv[1], Sealer({1: bytes(32)}, b""))
try:
    database.claim()
except DatabaseBusy as busy:
    print(busy)
    sys.exit(3)
finally:
    database.close()
"""


def second_server(url: str) -> subprocess.CompletedProcess[str]:
    """Another process that wants to be the server of the same database."""
    command = [sys.executable, "-W", "ignore", "-c", SECOND_SERVER, url]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_second_server_process_is_refused_on_sqlite_only(another: Opener, url: str) -> None:
    first = another()
    first.claim()
    second = second_server(url)
    if first.is_sqlite:
        assert second.returncode == 3, second.stderr
        assert "in use by another server process" in second.stdout
        assert "PostgreSQL" in second.stdout
    else:
        assert second.returncode == 0, second.stderr
    first.close()
    assert second_server(url).returncode == 0


def test_a_second_server_in_the_same_process_is_refused_too(another: Opener) -> None:
    first, second = another(), another()
    first.claim()
    if not first.is_sqlite:
        second.claim()
        return
    with pytest.raises(DatabaseBusy, match=r"union\.db"):
        second.claim()
    first.close()
    second.claim()


def test_a_command_works_beside_a_server_and_both_see_each_other(another: Opener, now: datetime) -> None:
    server, command = another(), another()
    server.claim()
    server.writer.run(lambda work: note(work, "server", now))
    command.writer.run(lambda work: note(work, "command", now))
    assert subjects(server) == subjects(command) == ["command", "server"]


def test_settings_that_keep_what_was_acknowledged(database: Database) -> None:
    if not database.is_sqlite:
        with database.engine.connect() as conn:
            assert conn.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
        return
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
    with database.engine.connect() as conn:
        found = {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    assert found == expected
