"""What the jobs did: a row per job with its last run, and the lease that keeps two processes off it at once."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from storage.base import Json, Row, UtcDateTime, default, table
from storage.work import Work


class JobRun(Row, table=True):
    """The last run of a job. `counts` is what it returned; `error` an exception's name. Unique: name.

    `stamp`: what its work came from when it was last done completely, for jobs that skip it while that is the same.
    """

    __tablename__ = "job_run"
    name: str = Field(primary_key=True, max_length=40)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    millis: int = 0
    counts: Any = Field(default=None, nullable=True, sa_type=Json)
    error: str = Field(default="", max_length=80)
    stamp: str = Field(default="", max_length=64, sa_column_kwargs=default(""))


def lease(work: Work, name: str, now: datetime, until: datetime) -> bool:
    """Whether this process may run the job now."""
    if work.session.get(JobRun, name) is None:
        work.session.add(JobRun(name=name, leased_until=until, started_at=now))
        work.session.flush()
        return True
    runs = table(JobRun)
    free = sa.or_(runs.c.leased_until.is_(None), runs.c.leased_until <= now)
    return bool(
        work.execute(
            sa.update(runs).where(runs.c.name == name, free).values(leased_until=until, started_at=now)
        ).rowcount
    )


def renew(work: Work, held: dict[str, datetime], until: datetime) -> dict[str, datetime]:
    """Move the end of these leases, given as they were last seen; those that another process took over are left out."""
    runs = table(JobRun)
    mine = sa.update(runs).values(leased_until=until)
    kept = (
        name
        for name, was in sorted(held.items())
        if work.execute(mine.where(runs.c.name == name, runs.c.leased_until == was)).rowcount
    )
    return dict.fromkeys(kept, until)


def finish(
    work: Work, name: str, now: datetime, millis: int, counts: dict[str, int] | None, error: str, held: datetime | None
) -> None:
    """Write the result of a run and give its lease, `held` until then, back; not that of who took the job over."""
    row = work.session.get(JobRun, name) or JobRun(name=name)
    row.finished_at, row.millis = now, millis
    if row.leased_until == held:
        row.leased_until = None
    row.counts, row.error = counts, error[:80]
    work.session.add(row)


def finished(work: Work, name: str) -> datetime | None:
    """When a job ended last; None when it never ran."""
    row = work.session.get(JobRun, name)
    return row.finished_at if row else None


def stamp(work: Work, name: str) -> str:
    """What a job's work last came from; empty when it was never done completely."""
    row = work.session.get(JobRun, name)
    return row.stamp if row else ""


def put_stamp(work: Work, name: str, value: str) -> None:
    """A job's work is done completely for what this stands for (at most 64 characters)."""
    row = work.session.get(JobRun, name) or JobRun(name=name)
    row.stamp = value
    work.session.add(row)


def release_all(work: Work) -> None:
    """Give back every lease; for the only server of a database, whose predecessor may have been killed."""
    work.execute(sa.update(table(JobRun)).values(leased_until=None))


def all_runs(work: Work) -> list[JobRun]:
    """Last runs of all jobs, by name."""
    return list(work.session.exec(select(JobRun).order_by(col(JobRun.name))).all())
