"""The table of vectors comes to a database that is already in use, and can be taken away again."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import storage
from storage import migrate
from storage.audit import Audit
from storage.base import table
from storage.database import make_engine
from storage.embeddings import Embedding

BEFORE, MINE = "0002", "0003"


def move(engine: sa.Engine, step: Callable[..., Any], revision: str) -> None:
    """Bring the schema to a revision with a step of Alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        step(config, revision)


def add(engine: sa.Engine, into: sa.Table, **values: Any) -> None:
    with engine.begin() as conn:
        conn.execute(sa.insert(into).values(**values))


def counted(engine: sa.Engine, rows: sa.Table) -> int:
    with engine.begin() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())


def test_forward_and_back(empty_url: str, now: datetime) -> None:
    engine = make_engine(empty_url)
    move(engine, command.upgrade, BEFORE)
    add(engine, table(Audit), id=1, actor="cli", action="test", subject="", note="", at=now)
    move(engine, command.upgrade, MINE)
    add(engine, table(Embedding), key="k" * 64, model="m", vector=b"\0\0\x80\x3f", at=now)
    assert (counted(engine, table(Audit)), counted(engine, table(Embedding))) == (1, 1)
    move(engine, command.downgrade, BEFORE)
    assert not sa.inspect(engine).has_table("embedding")
    migrate.upgrade(engine)
    assert (counted(engine, table(Audit)), counted(engine, table(Embedding))) == (1, 0)
    engine.dispose()
