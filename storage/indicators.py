"""Indicators with their definitions, and yearly targets broken down the tree.

Unique: a target is one per indicator, year and organisation. Every change of a target is an audit row.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import BigId, Json, Row, UtcDateTime, default
from storage.work import Work


class Indicator(Row, table=True):
    """What is counted: numbers of duties, added up.

    `numerator` and `denominator` (null: a plain count): {"templates": [...], "levels": ["基层"], "keys": {"joined": 1,
    "left": -1}}; only reports of unions of these levels are added: nothing is counted on two floors of the tree.
    `how`: sum (over the periods of a year) or last (the newest report of each union). `cut_off`: day of the month after
    which a number counts for the next period (null: always for its own); `what`: the definition in words. `origin`:
    file (comes with the software) or staff (brought in by whoever runs this: what comes with the software leaves it).
    Whoever writes a definition has `storage/indicator_reports.py` work its rows out again.
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
    origin: str = Field(default="file", max_length=8, sa_column_kwargs=default("file"))


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


def put(work: Work, indicator_id: str, values: Mapping[str, Any]) -> bool:
    """Create or change an indicator; whether anything changed. What is the same already keeps its version."""
    found = work.session.get(Indicator, indicator_id)
    if found is not None and all(getattr(found, key) == value for key, value in values.items()):
        return False
    if found is None:
        found = Indicator(id=indicator_id, version=0, **values)
    for key, value in values.items():
        setattr(found, key, value)
    found.version += 1
    work.session.add(found)
    work.session.flush()
    return True


def get(work: Work, indicator_id: str) -> Indicator | None:
    """One indicator by its id."""
    return work.session.get(Indicator, indicator_id)


def live(work: Work) -> Sequence[Indicator]:
    """The indicators in use, by id."""
    return work.session.exec(select(Indicator).where(Indicator.state == "live").order_by(col(Indicator.id))).all()


def targets(work: Work, indicator_id: str, year: int, org_ids: Collection[int]) -> dict[int, Target]:
    """The targets of these organisations (those that have one)."""
    query = select(Target).where(Target.indicator_id == indicator_id, Target.year == year)
    return {each.org_id: each for each in work.session.exec(query.where(col(Target.org_id).in_(org_ids)))}


def set_target(
    work: Work, indicator_id: str, year: int, org_id: int, hundredths: int | None, by: str, now: datetime
) -> None:
    """Set, change or (None) take away one target. Hold `work.alone` of the indicator and year."""
    given = targets(work, indicator_id, year, [org_id]).get(org_id)
    if hundredths is None:
        if given is not None:
            work.session.delete(given)
    elif given is None:
        key = work.new_id()
        work.session.add(
            Target(id=key, indicator_id=indicator_id, year=year, org_id=org_id, hundredths=hundredths, by=by, at=now)
        )
    else:
        given.hundredths, given.by, given.at = hundredths, by, now
        work.session.add(given)
    work.session.flush()
