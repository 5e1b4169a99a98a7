"""Indicators with their definitions, and yearly targets broken down the tree.

Unique: a target is one per indicator, year and organisation. Every change of a target is an audit row.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import BigId, Json, Row, UtcDateTime, default


class Indicator(Row, table=True):
    """What is counted. `numerator` and `denominator` name numbers of duties: {"templates": [...], "key": "joined"}.

    `how`: sum (over the periods of a year) or last (the newest period with a number). `cut_off`: day of the month after
    which a number counts for the next period; `what`: the definition in words.
    """

    __tablename__ = "indicator"
    id: str = Field(primary_key=True, max_length=64)
    title: str = Field(max_length=40)
    unit: str = Field(max_length=8)
    what: str
    numerator: Any = Field(sa_type=Json)
    denominator: Any = Field(default=None, nullable=True, sa_type=Json)
    how: str = Field(default="sum", max_length=8, sa_column_kwargs=default("sum"))
    cut_off: int | None = None
    state: str = Field(default="live", max_length=8, sa_column_kwargs=default("live"))
    version: int = Field(default=1, sa_column_kwargs=default(1))


class Target(Row, table=True):
    """What one organisation is to reach in a year, in hundredths of the indicator's unit."""

    __tablename__ = "target"
    __table_args__ = (sa.UniqueConstraint("indicator_id", "year", "org_id"),)
    id: int = Field(primary_key=True, sa_type=BigId)
    indicator_id: str = Field(foreign_key="indicator.id", max_length=64)
    year: int = Field(index=True)
    org_id: int = Field(foreign_key="organisation.id", index=True, sa_type=BigId)
    hundredths: int = Field(sa_type=sa.BigInteger)
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
