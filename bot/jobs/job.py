"""What a job is, and how one run goes: leased, timed, counted, written down."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import stopwatch
from bot.jobs.leases import Leases
from bot.services.house import House
from storage import jobs
from storage.database import Database

log = logging.getLogger(__name__)
SLOW_MILLIS = 60_000


@dataclass(frozen=True, slots=True)
class Job:
    """A job: how often it ticks and what it does. `run` returns its counts. `shared` jobs run in one process at a time;
    the others (caches) in every process."""

    name: str
    every: timedelta
    run: Callable[[Database, House, "Moment"], dict[str, int]]
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """As of when a job runs (UTC), and since when this process has been serving."""

    now: datetime
    up_since: datetime


def run_job(
    job: Job, database: Database, house: House, moment: Moment, leases: Leases | None = None
) -> dict[str, int] | None:
    """Run a job once and write down what it did; None when another process is at it. Errors are logged, then raised.

    `leases`: those of a process that renews them; without them the job is leased for `bot.jobs.leases.LEASE`.
    """
    leases = leases or Leases(database)
    if job.shared and not leases.take(job.name, moment.now):
        return None
    elapsed = stopwatch()
    try:
        counts = job.run(database, house, moment)
    except Exception as error:
        log.exception("job failed", extra={"job": job.name})
        _finish(database, job, moment, leases, elapsed(), None, type(error).__name__)
        raise
    if job.shared:
        _finish(database, job, moment, leases, elapsed(), counts, "")
    if elapsed() > SLOW_MILLIS:
        log.warning("job was slow", extra={"job": job.name, "millis": elapsed()})
    if any(counts.values()):
        log.info("job done", extra={"job": job.name, **{f"n_{key}": value for key, value in counts.items()}})
    return counts


def _finish(
    database: Database,
    job: Job,
    moment: Moment,
    leases: Leases,
    millis: int,
    counts: dict[str, int] | None,
    error: str,
) -> None:
    ended = moment.now + timedelta(milliseconds=millis)
    held = leases.drop(job.name)
    database.writer.run(lambda work: jobs.finish(work, job.name, ended, millis, counts, error, held))
