"""Migrations from code: bring a database to the newest schema, or say how far it is behind."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.work import Work


def _config(conn: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest revision; several processes may call it at once. Does nothing when it is there."""
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT pg_advisory_xact_lock(7233001)"))
        command.upgrade(_config(conn), "head")


def current(engine: sa.Engine) -> str | None:
    """The revision the database is at; None before the first migration."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def head() -> str | None:
    """The newest revision in the code."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision(work: Work) -> str | None:
    """The revision the database is at, read within a unit of work."""
    return MigrationContext.configure(work.session.connection()).get_current_revision()
