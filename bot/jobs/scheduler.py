"""APScheduler as a metronome: it ticks and knows nothing. The only user of apscheduler.

A tick that comes while the last one still runs is dropped (`max_instances=1`, `coalesce`); a late tick is never
dropped for being late (`misfire_grace_time=None`): lateness is judged by the rows.
"""

import logging
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.clock import Clock, SystemClock
from bot.jobs.job import Job, Moment, run_job
from bot.jobs.leases import RENEW_EVERY, RENEWED, Leases
from bot.services.house import House
from storage.database import Database

log = logging.getLogger(__name__)
RENEWAL = "renew leases"  # no job: nothing is leased or written down for it


class Scheduler:
    """Runs the jobs in threads beside the event loop."""

    def __init__(self, jobs: tuple[Job, ...], database: Database, house: House, clock: Clock) -> None:
        self._database, self._house, self._clock = database, house, clock
        self._up_since: datetime = clock.now()
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._ticker = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        for job in jobs:
            self._ticker.add_job(self._tick, "interval", seconds=job.every.total_seconds(), args=[job], id=job.name)
        # In a thread of its own: long jobs may take all the others.
        self._leases = Leases(database, RENEWED)
        self._ticker.add_executor(ThreadPoolExecutor(1), RENEWAL)
        often = RENEW_EVERY.total_seconds()
        self._ticker.add_job(self._renew, "interval", seconds=often, id=RENEWAL, executor=RENEWAL)

    def start(self) -> None:
        """Begin ticking; every job also runs once at once.

        At once is the machine's time: from another one the metronome would count every tick that lies between.
        """
        self._ticker.start()
        for job in self._ticker.get_jobs():
            job.modify(next_run_time=SystemClock().now())

    def stop(self) -> None:
        """Let running jobs end, then stop."""
        self._ticker.shutdown(wait=True)

    def _tick(self, job: Job) -> None:
        try:
            run_job(job, self._database, self._house, Moment(self._clock.now(), self._up_since), self._leases)
        except Exception:
            log.error("tick failed, next one will try again", extra={"job": job.name})

    def _renew(self) -> None:
        try:
            self._leases.renew(self._clock.now())
        except Exception:
            log.exception("the leases of running jobs were not renewed")
