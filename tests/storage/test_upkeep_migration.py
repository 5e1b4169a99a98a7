"""Migration 0002 on a database that was in use: what was there stays, and the way back works."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import migrate
from storage.database import make_engine

MIGRATIONS = Path(str(migrate.__file__)).parent / "migrations"
AT = "2026-11-20 02:00:00.000000+00:00"
ROWS: dict[str, dict[str, Any]] = {
    "organisation": {"id": 1, "code": "city", "name": "示例市总工会", "level": "市", "employer": "", "path": "/1/"},
    "person": {"id": 2, "created_at": AT, "org_id": 1},
    "address": {"id": 3, "person_id": 2, "channel": "oa", "user": "u1", "seen_at": AT, "created_at": AT},
    "inbound": {
        **{"id": 4, "channel": "oa", "dedupe": "d1", "person_id": 2},
        **{"kind": "text", "topic": "", "received_at": AT},
    },
    "miss": {"id": 5, "inbound_id": 4, "person_id": 2, "words": "班车", "decision": "decline", "at": AT},
    "case": {"id": 6, "person_id": 2, "topic": "human", "state": "open", "opened_at": AT},
    "entry": {
        **{"id": "aa", "category": "c", "question": "q", "phrasings": "[]", "answer": "a", "citations": "[]"},
        **{"related": "[]", "audience": "[]", "scope": "national", "as_of": "2026-01-01", "review_by": "2027-01-01"},
        **{"hand_over": False, "status": "published", "version": 3, "updated_at": AT},
    },
    "opinion": {"id": 7, "person_id": 2, "entry_id": "aa", "helpful": True, "reason": "", "at": AT},
}
ADDED = {
    "inbound": {"chat": ""},
    "miss": {"picked": "", "entry_id": "", "reason": "", "gap_id": None},
    "case": {"assignee": "", "outcome": ""},
    "entry": {"fields": None},
}
NEW = {"gap", "letter", "revision", "override", "staff", "session"}


@pytest.fixture
def engine(empty_url: str) -> Iterator[sa.Engine]:
    made = make_engine(empty_url)
    yield made
    made.dispose()


def go(engine: sa.Engine, step: Callable[[Config, str], None], revision: str) -> None:
    """Up or down to a revision, as an operator's Alembic would."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        step(config, revision)


def fill(engine: sa.Engine) -> None:
    """A row of every kind, as the first version wrote them."""
    with engine.begin() as conn:
        for name, row in ROWS.items():
            columns = ", ".join(f'"{key}"' for key in row)
            values = ", ".join(f":{key}" for key in row)
            conn.execute(sa.text(f'INSERT INTO "{name}" ({columns}) VALUES ({values})'), row)


def content(engine: sa.Engine) -> dict[str, dict[str, Any]]:
    """The one row of each table."""
    with engine.connect() as conn:
        return {name: dict(conn.execute(sa.text(f'SELECT * FROM "{name}"')).mappings().one()) for name in ROWS}


def test_rows_of_the_first_version_stay_and_get_defaults(engine: sa.Engine) -> None:
    go(engine, command.upgrade, "0001")
    fill(engine)
    before = content(engine)
    go(engine, command.upgrade, "0002")
    after = content(engine)
    assert not after["case"].pop("urgent")
    assert after == {name: {**row, **ADDED.get(name, {})} for name, row in before.items()}
    assert set(sa.inspect(engine).get_table_names()) >= NEW


def test_the_way_back_leaves_what_was_there(engine: sa.Engine) -> None:
    go(engine, command.upgrade, "0001")
    fill(engine)
    before, tables = content(engine), set(sa.inspect(engine).get_table_names())
    indexes = {name: sorted(str(each["name"]) for each in sa.inspect(engine).get_indexes(name)) for name in ROWS}
    go(engine, command.upgrade, "0002")
    go(engine, command.downgrade, "0001")
    assert content(engine) == before
    assert set(sa.inspect(engine).get_table_names()) == tables
    found = {name: sorted(str(each["name"]) for each in sa.inspect(engine).get_indexes(name)) for name in ROWS}
    assert found == indexes
    go(engine, command.upgrade, "0002")
    assert set(sa.inspect(engine).get_table_names()) >= NEW


def test_a_migration_that_breaks_off_leaves_the_old_schema(engine: sa.Engine) -> None:
    go(engine, command.upgrade, "0001")
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE staff (id INTEGER)")  # in the way of the new one
    with pytest.raises(sa.exc.DBAPIError):
        go(engine, command.upgrade, "0002")
    assert migrate.current(engine) == "0001"
    assert "letter" not in sa.inspect(engine).get_table_names()
