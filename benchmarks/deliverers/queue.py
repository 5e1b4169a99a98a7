"""A task queue delivering: `python -m benchmarks.deliverers.queue NAME PYTHON QUEUE PLATFORM MESSAGES AT_ONCE`.

Queues all messages, then starts the queue's own worker and watches the platform until everything arrived or nothing
more does. The worker inherits the core of this process. PYTHON is the interpreter of the peer's environment.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, cpu_seconds, memory_mib

LIMIT_S = 600.0
STUCK_S = 30.0
LOOK_S = 0.1
Command = Callable[[str, str, int], list[str]]


def _script(name: str, *more: str) -> Command:
    """A program that the peer's environment brings."""
    return lambda python, app, at_once: [
        str(Path(python).with_name(name)),
        *(each.format(app=app, n=at_once) for each in more),
    ]


CELERY = ("worker", "-P", "prefork", "-c", "8", "-l", "ERROR", "--without-gossip", "--without-mingle", "-Q", "bench")
TASKIQ = ("--workers", "1", "--max-async-tasks", "{n}", "--log-level", "ERROR")
WORKERS: dict[str, Command] = {
    "celery": _script("celery", "-A", "{app}", *CELERY),
    "taskiq": _script("taskiq", "worker", "{app}:broker", *TASKIQ),
    "arq": _script("arq", "{app}.WorkerSettings"),
    "dramatiq": _script("dramatiq", "{app}", "-p", "1", "-t", "{n}"),
    "huey": _script("huey_consumer", "{app}.huey", "-k", "thread", "-w", "{n}", "-q"),
    "procrastinate": lambda python, app, at_once: [python, "-m", app, "work"],
}


def stats(platform: str) -> dict[str, Any]:
    """What the platform has seen."""
    with urllib.request.urlopen(f"{platform}/stats", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


class Watch:
    """What was seen while the worker worked: CPU from the first message on, peak memory, when how many had arrived."""

    def __init__(self, worker: "subprocess.Popen[bytes]", platform: str, messages: int) -> None:
        self._worker, self._platform, self._messages = worker, platform, messages
        self.peak, self.cpu, self._before = 0.0, 0.0, -1.0
        self.arrived: list[tuple[float, int]] = []

    def until_done(self) -> None:
        """Return when everything arrived, the worker ended, or nothing arrived for a while."""
        began = moved = time.monotonic()
        while time.monotonic() - began < LIMIT_S and self._worker.poll() is None:
            time.sleep(LOOK_S)
            count, now = int(stats(self._platform)["delivered"]), time.monotonic()
            self._look(count, now - began)
            if not self.arrived or count > self.arrived[-1][1]:
                self.arrived.append((now - began, count))
                moved = now
            if count >= self._messages or now - moved > STUCK_S:
                return

    def _look(self, count: int, at: float) -> None:
        self.peak = max(self.peak, memory_mib(self._worker.pid))
        used = cpu_seconds(self._worker.pid)
        if count and self._before < 0:
            self._before = used
        self.cpu = used - max(self._before, 0.0)

    def after(self, part: float) -> float:
        """Seconds until this part of the messages had arrived."""
        return next((at for at, count in self.arrived if count >= part * self._messages), 0.0)


def run(name: str, python: str, queue: str, platform: str, messages: int, at_once: int) -> None:
    """Queue, work, report."""
    app = f"benchmarks.queues.{name}_app"
    more = {"PLATFORM": platform, "QUEUE": queue, "AT_ONCE": str(at_once), "PYTHONPATH": str(ROOT)}
    env = {**os.environ, **more, "PYTHONWARNINGS": "ignore"}
    started = time.perf_counter()
    subprocess.run([python, "-m", app, str(messages)], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    enqueued = time.perf_counter() - started
    command = WORKERS[name](python, app, at_once)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, **quiet)
    watch = Watch(worker, platform, messages)
    try:
        watch.until_done()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    took = {"enqueue": enqueued, "p50": watch.after(0.5), "p99": watch.after(0.99)}
    print(json.dumps({"sent": messages, **took, "cpu": watch.cpu, "rss": watch.peak}), flush=True)


if __name__ == "__main__":
    run(*sys.argv[1:5], int(sys.argv[5]), int(sys.argv[6]))
