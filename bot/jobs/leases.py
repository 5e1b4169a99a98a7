"""The leases of the jobs that this process is running: short, and renewed while it lives.

A process that was killed renews nothing, so another one (or the same, started again) runs its jobs after `RENEWED` at
the latest, however long they take when nobody is killed. A lease is renewed only while it is still ours: who stood
still for longer finds that another process took the job over, which is harmless, as what a job does twice is once.
"""

import threading
from datetime import datetime, timedelta
from functools import partial

from storage import jobs
from storage.database import Database

LEASE = timedelta(minutes=5)  # where nobody renews it
RENEWED = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)


class Leases:
    """One for a process; used from many threads. `lasts`: how long each lease lasts unless it is renewed."""

    def __init__(self, database: Database, lasts: timedelta = LEASE) -> None:
        self._database, self._lasts = database, lasts
        self._held: dict[str, datetime] = {}
        self._lock = threading.Lock()  # nobody gives a lease back while it is being renewed

    def take(self, name: str, now: datetime) -> bool:
        """Whether this process may run the job now; then it holds the lease until `drop`."""
        until = now + self._lasts
        if not self._database.writer.run(partial(jobs.lease, name=name, now=now, until=until)):
            return False
        with self._lock:
            self._held[name] = until
        return True

    def renew(self, now: datetime) -> None:
        """Keep what is held; to be called every `RENEW_EVERY`."""
        with self._lock:
            if self._held:
                held, until = dict(self._held), now + self._lasts
                self._held = self._database.writer.run(partial(jobs.renew, held=held, until=until))

    def drop(self, name: str) -> datetime | None:
        """The job has ended and its lease is renewed no more; until when it is, None when it is no longer ours."""
        with self._lock:
            return self._held.pop(name, None)
