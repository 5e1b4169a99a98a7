"""Processes of a measurement: pinned to a core, watched, and ended again."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
SERVER_CORE, OTHER_CORE = 0, 1


class NotStarted(Exception):
    """A server ended or did not listen in time; the message holds the end of its log."""


def pinned(command: Sequence[str], core: int) -> list[str]:
    """The command bound to one core where `taskset` exists and there is such a core."""
    if shutil.which("taskset") and core < (os.cpu_count() or 1):
        return ["taskset", "-c", str(core), *command]
    return list(command)


def module(name: str, *arguments: object) -> list[str]:
    """A module of this repository as a command."""
    return [sys.executable, "-m", name, *map(str, arguments)]


@contextmanager
def running(
    command: Sequence[str], log: Path, core: int = SERVER_CORE, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its output in `log`; ended with its children on leaving."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            pinned(command, core),
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore", **(env or {})},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port nobody listens on, from below those that systems give to outgoing connections.

    From among those, somebody who asks whether a server is up may be given that very port and answer himself.
    """
    for port in random.sample(range(12_000, 32_000), 50):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port found")


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> None:
    """Return when somebody listens. Raises NotStarted."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise NotStarted(log.read_text(errors="replace")[-800:] or "no output")


def _tree(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    return []


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children, the ended ones included."""
    total = 0.0
    for each in _tree(pid):
        with contextlib.suppress(psutil.Error):
            used = each.cpu_times()
            total += used.user + used.system + getattr(used, "children_user", 0) + getattr(used, "children_system", 0)
    return total


def memory_mib(pid: int) -> float:
    """Resident memory of a process and its children."""
    total = 0
    for each in _tree(pid):
        with contextlib.suppress(psutil.Error):
            total += each.memory_info().rss
    return total / 2**20
