"""The schema: the same on both databases, the same as the models, and safe to bring up from several sides."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import migrate
from storage.base import UtcDateTime
from storage.database import Database, make_engine
from storage.schema import METADATA, MODULES


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": same_type})
        return list(compare_metadata(context, METADATA))


def same_type(context: MigrationContext, _: object, __: object, found: sa.types.TypeEngine[Any], ours: Any) -> Any:
    """SQLite has no type for moments and reads back any name as a number; elsewhere Alembic compares by itself."""
    return False if isinstance(ours, UtcDateTime) and context.dialect.name == "sqlite" else None


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    assert differences(database.engine) == []


def test_every_module_with_tables_is_known_to_the_migrations() -> None:
    assert {table.name for table in METADATA.tables.values()} >= {"person", "address", "inbound", "outbox"}
    assert len(METADATA.tables) >= len(MODULES)


def test_upgrade_brings_an_empty_database_to_the_head_and_twice_is_once(empty_url: str) -> None:
    engine = make_engine(empty_url)
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    assert differences(engine) == []
    engine.dispose()


def test_several_processes_upgrading_at_once_make_one_schema(empty_url: str) -> None:
    engines = [make_engine(empty_url) for _ in range(4)]
    start = threading.Barrier(len(engines))
    errors: list[BaseException] = []

    def upgrade(engine: sa.Engine) -> None:
        start.wait()
        try:
            migrate.upgrade(engine)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=upgrade, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert migrate.current(engines[0]) == migrate.head()
    assert differences(engines[0]) == []
    for engine in engines:
        engine.dispose()


def test_the_revision_is_read_inside_a_unit_of_work(database: Database) -> None:
    assert database.look(migrate.revision) == migrate.head()


def test_foreign_keys_are_enforced(database: Database) -> None:
    statement = sa.text("INSERT INTO conversation VALUES (1, 'f', :p, :at, :at)")
    values = {"p": b"x", "at": "2026-11-25 02:00:00.000000+00:00"}
    with pytest.raises(sa.exc.IntegrityError), database.engine.begin() as conn:
        conn.execute(statement, values)
        conn.execute(sa.text("SELECT 1"))
