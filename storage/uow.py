"""The unit of work: the only place that opens a write transaction.

SQLite has one writer thread. Jobs that wait together are committed together (`BEGIN IMMEDIATE … COMMIT`), each job
isolated from the others (see `storage/work.py`), so durability costs one sync per group and nobody meets
"database is locked". PostgreSQL has a few writer threads doing the same, each on its own connection.

Jobs with a `key` (a person's address) run one at a time and in order: at most one of a key is in any open group.

What happens when it breaks:
- a job raises: its effects are undone, the others commit, the caller gets the exception;
- the commit or the common flush fails (another process was faster, a deadlock): everything is rolled back and every
  job is run again alone, up to three times, so one bad job cannot hurt its neighbours. Jobs must therefore have no
  effect outside the database;
- the process dies: a group is either committed as a whole or was never there. A caller hears of success only after
  the commit.
"""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage.ids import Ids
from storage.seal import Sealer
from storage.work import Group, Statements, Work

__all__ = ["Batch", "Work", "Writer"]

log = logging.getLogger(__name__)

ItemT = TypeVar("ItemT", contravariant=True)
ResultT = TypeVar("ResultT", covariant=True)
T = TypeVar("T")
GROUP_LIMIT = 128  # longer groups would only add latency: the sync is already shared
TRIES = 3
LAZY_SECONDS = 0.05  # how long a posted job may wait for company
COMPANY = 8  # jobs (turns and what was posted with them) that make a group large
GATHER_SECONDS = 0.003


class Batch(Protocol[ItemT, ResultT]):
    """A kind of job whose reads are shared by all jobs of a group."""

    def prepare(self, work: Work, items: list[Any]) -> list[Any]:
        """Load what `run` needs for all items with few statements; one value an item, in the same order."""

    def run(self, work: Work, item: ItemT, loaded: Any) -> ResultT:
        """Do one job."""


class _Function(Generic[T]):
    """Any function of a Work as a job kind."""

    def prepare(self, work: Work, items: list[Any]) -> list[Any]:
        """Nothing to share."""
        return items

    def run(self, work: Work, item: Callable[[Work], T], loaded: Any) -> T:
        """Call it."""
        return item(work)


class _Job:
    """One queued job; `future` is an asyncio or a concurrent one, or None when nobody waits."""

    __slots__ = ("error", "future", "item", "key", "kind", "loop", "result")

    def __init__(
        self, kind: Batch[Any, Any], item: Any, key: Hashable, future: Any, loop: asyncio.AbstractEventLoop | None
    ) -> None:
        self.kind, self.item, self.key, self.future, self.loop = kind, item, key, future, loop
        self.result: Any = None
        self.error: BaseException | None = None


class Writer:
    """The queue of jobs and the threads that serve it. `start()` once, `stop()` finishes what is queued."""

    def __init__(self, engine: sa.Engine, ids: Ids, seal: Sealer, threads: int = 1) -> None:
        self._engine, self._ids, self._seal = engine, ids, seal
        self._statements = Statements()
        self._ready = threading.Condition()
        self._queue: deque[_Job] = deque()
        self._lazy: list[_Job] = []
        self._busy: set[Hashable] = set()
        self._closing = False
        self._function: _Function[Any] = _Function()
        self._threads = [
            threading.Thread(target=self._serve, name=f"unionbot-writer-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Start the writer threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Finish what is queued and end the threads; gives up waiting after `seconds`."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        for thread in self._threads:
            if thread.ident is not None:  # a start that failed half-way closes what never ran
                thread.join(seconds)

    def submit(self, kind: Batch[ItemT, T], item: ItemT, key: Hashable = None) -> "asyncio.Future[T]":
        """Queue a job from a running event loop; the future resolves after the commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Job(kind, item, key, future, loop))
        return future

    def write(self, job: Callable[[Work], T], key: Hashable = None) -> "asyncio.Future[T]":
        """Queue a function from a running event loop; the future resolves after the commit."""
        return self.submit(self._function, job, key)

    def run(self, job: Callable[[Work], T]) -> T:
        """Run a function from a thread without an event loop (commands, scheduled jobs) and wait for the commit."""
        result: T = self.run_batch(self._function, job)
        return result

    def run_batch(self, kind: Batch[ItemT, T], item: ItemT, key: Hashable = None) -> T:
        """Like `submit`, from a thread without an event loop."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._put(_Job(kind, item, key, future, None))
        return future.result()

    def post(self, kind: Batch[ItemT, Any], item: ItemT) -> None:
        """Queue a job nobody waits for; it rides with the next group, at the latest after 50 ms. Errors are logged."""
        with self._ready:
            self._lazy.append(_Job(kind, item, None, None, None))
            if len(self._lazy) == 1:
                self._ready.notify()

    def _put(self, job: _Job) -> None:
        with self._ready:
            if self._closing:
                raise RuntimeError("the unit of work is closed")
            self._queue.append(job)
            self._ready.notify()

    def _serve(self) -> None:
        with self._engine.connect() as conn:
            while jobs := self._take():
                self._process(conn, jobs)
                with self._ready:
                    self._busy.difference_update(job.key for job in jobs if job.key is not None)
                    if self._queue:
                        self._ready.notify()
                _settle(jobs)
                self._gather(len(jobs))

    def _gather(self, before: int) -> None:
        """After a large group wait a moment for the next one, unless it has come together meanwhile.

        Those who were just answered ask again within that moment; many small groups cost more than one large one.
        """
        if before >= COMPANY and len(self._queue) < before // 2 and not self._closing:
            time.sleep(GATHER_SECONDS)

    def _take(self) -> list[_Job]:
        """Wait for jobs; an empty list means the end.

        Posted jobs come first: what they wait for is then waited for while the group holds nothing that others need.
        """
        with self._ready:
            waited = False
            while True:
                jobs = self._pick()
                if jobs or (self._lazy and (waited or self._closing)):
                    lazy, self._lazy = self._lazy, []
                    return lazy + jobs
                if self._closing and not self._queue:
                    return []
                waited = not self._ready.wait(LAZY_SECONDS if self._lazy else None)

    def _pick(self) -> list[_Job]:
        """Queued jobs whose key is free, in order, at most a group's worth."""
        jobs: list[_Job] = []
        left: list[_Job] = []
        while self._queue and len(jobs) < GROUP_LIMIT:
            job = self._queue.popleft()
            if job.key is None:
                jobs.append(job)
            elif job.key in self._busy:
                left.append(job)
            else:
                self._busy.add(job.key)
                jobs.append(job)
        self._queue.extendleft(reversed(left))
        return jobs

    def _process(self, conn: sa.Connection, jobs: list[_Job]) -> None:
        try:
            self._transact(conn, jobs)
        except Exception as error:
            if len(jobs) > 1:
                log.info("group repeated one by one", extra={"jobs": len(jobs), "error": type(error).__name__})
            for job in jobs:
                self._alone(conn, job)

    def _alone(self, conn: sa.Connection, job: _Job) -> None:
        for attempt in range(1, TRIES + 1):
            job.result = job.error = None
            try:
                self._transact(conn, [job])
                return
            except Exception as error:
                job.error = error
                if not isinstance(error, DBAPIError) or attempt == TRIES:
                    return
                if error.connection_invalidated:
                    conn.rollback()

    def _transact(self, conn: sa.Connection, jobs: list[_Job]) -> None:
        with conn.begin():
            group = Group(conn, self._ids, self._seal, self._statements)
            for kind, members in _by_kind(jobs).items():
                loaded = kind.prepare(Work(group), [job.item for job in members])
                for job, given in zip(members, loaded, strict=True):
                    _attempt(Work(group), job, given)
                group.flush()


def _by_kind(jobs: list[_Job]) -> dict[Batch[Any, Any], list[_Job]]:
    kinds: dict[Batch[Any, Any], list[_Job]] = {}
    for job in jobs:
        kinds.setdefault(job.kind, []).append(job)
    return kinds


def _attempt(work: Work, job: _Job, loaded: Any) -> None:
    """Run one job; a database error ends the group (it may have been a race), anything else only this job."""
    try:
        job.result = job.kind.run(work, job.item, loaded)
        work.finish()
    except DBAPIError:
        work.undo()
        raise
    except Exception as error:
        work.undo()
        job.error = error


def _settle(jobs: list[_Job]) -> None:
    """Tell the waiting callers, one wake-up per event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        if job.loop is not None:
            loops.setdefault(job.loop, []).append(job)
        elif job.future is not None:
            _resolve(job)
        elif job.error is not None:
            log.error("posted job failed", exc_info=job.error)
    for loop, waiting in loops.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, waiting)
        except RuntimeError:  # the loop ended while we worked; the work itself is committed
            log.info("nobody left to tell", extra={"jobs": len(waiting)})


def _resolve_all(jobs: list[_Job]) -> None:
    for job in jobs:
        if not job.future.done():
            _resolve(job)


def _resolve(job: _Job) -> None:
    if job.error is not None:
        job.future.set_exception(job.error)
    else:
        job.future.set_result(job.result)
