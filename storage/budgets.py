"""Rate budgets shared by all processes: a token bucket per channel, as a row."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field

from storage.base import Row, UtcDateTime, table
from storage.work import Work

SKEW = timedelta(seconds=10)  # clocks of processes differ; further back means that somebody set the clock


class Budget(Row, table=True):
    """What a channel may still send right now; refilled by time. Unique: channel."""

    __tablename__ = "budget"
    channel: str = Field(primary_key=True, max_length=16)
    left: float
    refilled_at: datetime = Field(sa_type=UtcDateTime)


_budget = table(Budget)
_READ = sa.select(_budget.c.left, _budget.c.refilled_at).where(_budget.c.channel == sa.bindparam("whose"))
_READ_HELD = _READ.with_for_update()
_SET = (
    sa.update(_budget)
    .where(_budget.c.channel == sa.bindparam("whose"))
    .values(left=sa.bindparam("new_left"), refilled_at=sa.bindparam("at", type_=UtcDateTime()))
)
_GIVE = (
    sa.update(_budget)
    .where(_budget.c.channel == sa.bindparam("whose"))
    .values(left=_budget.c.left + sa.bindparam("back", type_=sa.Integer()))
)


def take(work: Work, channel: str, per_second: float, want: int, now: datetime, keep: int = 0) -> int:
    """How many of `want` messages may go out now; they count as spent. The bucket holds one second's worth, of which
    `keep` stay for others."""
    found = work.execute(_READ_HELD if work.dialect == "postgresql" else _READ, {"whose": channel}).first()
    had, since = (found.left, found.refilled_at) if found else (per_second, now)
    at = max(now, since) if since - now < SKEW else now
    seconds = max(0.0, (at - since).total_seconds())  # a clock set back refills nothing
    left = min(max(per_second, 1.0), had + seconds * per_second)
    granted = max(0, min(want, int(left) - keep))
    if found:
        work.defer(_SET, {"whose": channel, "new_left": left - granted, "at": at})
    else:
        work.execute(sa.insert(_budget).values(channel=channel, left=left - granted, refilled_at=at))
    return granted


def give_back(work: Work, channel: str, count: int) -> None:
    """Granted but not used."""
    if count > 0:
        work.execute(_GIVE, {"whose": channel, "back": count})
