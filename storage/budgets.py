"""Rate budgets shared by all processes: a token bucket per channel, as a row."""

from datetime import datetime, timedelta

from sqlmodel import Field, select

from storage.base import Row, UtcDateTime
from storage.work import Work

SKEW = timedelta(seconds=10)  # clocks of processes differ; further back means that somebody set the clock


class Budget(Row, table=True):
    """What a channel may still send right now; refilled by time. Unique: channel."""

    __tablename__ = "budget"
    channel: str = Field(primary_key=True, max_length=16)
    left: float
    refilled_at: datetime = Field(sa_type=UtcDateTime)


def take(work: Work, channel: str, per_second: float, want: int, now: datetime, keep: int = 0) -> int:
    """How many of `want` messages may go out now; they count as spent. The bucket holds one second's worth, of which
    `keep` stay for others."""
    query = select(Budget).where(Budget.channel == channel)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    row = work.session.exec(query).first() or Budget(channel=channel, left=per_second, refilled_at=now)
    at = max(now, row.refilled_at) if row.refilled_at - now < SKEW else now
    seconds = max(0.0, (at - row.refilled_at).total_seconds())  # a clock set back refills nothing
    left = min(max(per_second, 1.0), row.left + seconds * per_second)
    granted = max(0, min(want, int(left) - keep))
    row.left, row.refilled_at = left - granted, at
    work.session.add(row)
    return granted


def give_back(work: Work, channel: str, count: int) -> None:
    """Granted but not used."""
    row = work.session.get(Budget, channel)
    if row is not None and count > 0:
        row.left += count
        work.session.add(row)
