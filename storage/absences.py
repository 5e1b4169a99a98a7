"""Cadres on leave and who stands in for them. While it lasts, what they would be told is told to the substitute.

States: `open` → `ended` (cut short). An open one counts from `from_on` to `until_on`, both included, in China.
"""

from datetime import date, datetime

from sqlmodel import Field

from storage.base import BigId, Row, UtcDateTime, default


class Absence(Row, table=True):
    """One leave. Without a substitute nothing is said until it is over, and the superior's list says so."""

    __tablename__ = "absence"
    id: int = Field(primary_key=True, sa_type=BigId)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigId)
    substitute_id: int | None = Field(default=None, foreign_key="person.id", index=True, sa_type=BigId)
    from_on: date
    until_on: date = Field(index=True)
    state: str = Field(default="open", max_length=8, sa_column_kwargs=default("open"))
    by: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
