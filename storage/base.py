"""The common ground of all tables: column types that mean the same on SQLite and PostgreSQL, and small helpers."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """Base of every table. Rows are plain values once their unit of work is over."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.types.UserDefinedType[datetime]):
    """Aware datetimes in, aware UTC datetimes out. A naive one is refused: it has no meaning.

    `timestamptz` on PostgreSQL; on SQLite text like `2026-11-21 02:03:04.000005` in UTC, which sorts by time.
    """

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The column type; SQLite takes any name."""
        return "TIMESTAMP WITH TIME ZONE"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """To UTC; ValueError on a naive datetime."""
        return _to_utc if dialect.name == "postgresql" else _to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """To aware UTC."""
        return _to_utc if dialect.name == "postgresql" else _from_text


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    return value.astimezone(UTC)


@lru_cache(maxsize=4096)  # the rows of a batch mostly have the same few moments
def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = _to_utc(value)
    return value.replace(tzinfo=None).isoformat(" ", "microseconds") if value else None


@lru_cache(maxsize=4096)
def _from_text(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None


def default(value: str | int) -> dict[str, Any]:
    """`sa_column_kwargs` for a column that the database fills when a set-based insert leaves it out."""
    return {"default": None, "server_default": sa.text(str(value) if isinstance(value, int) else f"'{value}'")}


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def tally(rows: Iterable[Any]) -> dict[str, int]:
    """Two-column rows (name, count) as a mapping."""
    return {str(row[0]): int(row[1]) for row in rows}


def mixed(one: sa.ColumnElement[int], other: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """A number below 10**12 of two ids that belong together; sums of it tell whether any of them changed."""
    return (one % 1_000_003) * (other % 999_983)


def table(model: type[SQLModel]) -> sa.Table:
    """The Core table of a model, for set-based statements."""
    return model.metadata.tables[str(model.__tablename__)]
