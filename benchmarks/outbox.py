"""`python -m benchmarks.outbox`: the bot's sender delivering a broadcast to a mock platform, beside a bare loop.

Deliverer on core 0, platform and PostgreSQL on core 1; alternating rounds, medians, ratios within a round. Messages a
second are counted by the platform, from the first to the last.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import ours, report
from benchmarks.databases import KINDS, Databases, databases
from benchmarks.machine import (
    OTHER_CORE,
    ROOT,
    SERVER_CORE,
    NotStarted,
    cpu_seconds,
    free_port,
    module,
    pinned,
    running,
    wait_for,
)

BASELINE = "bare aiohttp loop"
HEAD = (
    "deliverer",
    "messages/s",
    "× baseline",
    "min–max",
    "enqueue ms",
    "p50 s",
    "p99 s",
    "CPU µs/msg",
    "DB µs/msg",
    "peak RSS MiB",
    "delivered",
    "duplicates",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What one measurement needs."""

    folder: Path
    databases: Databases
    messages: int
    at_once: int
    latency: float


@dataclass(frozen=True, slots=True)
class Delivered:
    """One deliverer in one round. Seconds; `p50` and `p99` from enqueueing to settled; CPU in µs a message."""

    rate: float
    enqueue: float
    p50: float
    p99: float
    cpu_us: float
    db_us: float
    rss: float
    delivered: int
    duplicates: int


def _ours(kind: str) -> Callable[[Bench, str], list[str]]:
    def command(bench: Bench, api: str) -> list[str]:
        file = bench.folder / f"deliver-{free_port()}.yaml"
        ours.write_config(file, bench.databases.new(kind), "safe", 0, api, bench.at_once)
        return module("benchmarks.deliverers.ours", file, bench.messages)

    return command


# The place for peers: a name, and the command that delivers `messages` to the platform at `api` (see `deliverers`).
DELIVERERS: dict[str, Callable[[Bench, str], list[str]]] = {
    "unionbot, SQLite": _ours("sqlite"),
    "unionbot, PostgreSQL": _ours("postgresql"),
    BASELINE: lambda bench, api: module("benchmarks.deliverers.bare", api, bench.messages, bench.at_once),
}


def measure(bench: Bench, name: str) -> Delivered:
    """Deliver everything once. Raises NotStarted when the platform or the deliverer fails."""
    port = free_port()
    log = bench.folder / f"platform-{port}.log"
    platform = module("benchmarks.platform", "--port", port, "--latency", bench.latency)
    server = bench.databases.server_pid if "PostgreSQL" in name else None
    with running(platform, log, OTHER_CORE) as process:
        wait_for(port, process, log)
        command = pinned(DELIVERERS[name](bench, f"http://127.0.0.1:{port}"), SERVER_CORE)
        before = cpu_seconds(server) if server else 0.0
        done = subprocess.run(command, cwd=ROOT, env=ours.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotStarted(done.stderr[-800:])
        database = (cpu_seconds(server) if server else 0.0) - before
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=5) as answer:
            return _delivered(json.loads(done.stdout.splitlines()[-1]), json.load(answer), database)


def _delivered(said: dict[str, float], seen: dict[str, Any], database: float) -> Delivered:
    count = max(int(seen["delivered"]), 1)
    return Delivered(
        rate=count / max(seen["seconds"], 1e-9),
        enqueue=said["enqueue"],
        p50=said["p50"],
        p99=said["p99"],
        cpu_us=said["cpu"] / count * 1e6,
        db_us=database / count * 1e6,
        rss=said["rss"],
        delivered=int(seen["delivered"]),
        duplicates=int(seen["duplicates"]),
    )


Rounds = dict[str, list[Delivered]]


def rounds(bench: Bench, names: Sequence[str], count: int) -> Rounds:
    """All deliverers, each once a round, in a different order each round."""
    found: Rounds = {name: [] for name in names}
    for number in range(count):
        for name in random.Random(number).sample(names, len(names)):
            got = measure(bench, name)
            found[name].append(got)
            print(f"  round {number + 1}: {name}: {got.rate:.0f}/s, {got.cpu_us:.0f} µs", file=sys.stderr, flush=True)
    return found


def row(found: Rounds, name: str) -> list[object]:
    """One line of the table."""
    got = found[name]
    against = [one.rate / other.rate for one, other in zip(got, found.get(BASELINE, []), strict=False)]
    return [
        name,
        f"{report.median(each.rate for each in got):.0f}",
        f"{report.median(against):.2f}" if against else "",
        f"{min(each.rate for each in got):.0f}–{max(each.rate for each in got):.0f}",
        f"{report.median(each.enqueue for each in got) * 1000:.0f}",
        f"{report.median(each.p50 for each in got):.2f}",
        f"{report.median(each.p99 for each in got):.2f}",
        f"{report.median(each.cpu_us for each in got):.0f}",
        f"{report.median(each.db_us for each in got):.0f}",
        f"{report.median(each.rss for each in got):.0f}",
        min(each.delivered for each in got),
        sum(each.duplicates for each in got),
    ]


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbox", description=__doc__)
    parser.add_argument("--messages", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=64, help="requests on their way at once")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds the platform takes to answer")
    parser.add_argument("--databases", default=",".join(KINDS), help="sqlite, postgresql or both (default)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when anything was lost or delivered twice."""
    given = options().parse_args(arguments)
    kinds = given.databases.split(",")
    names = [name for name, kind in zip(DELIVERERS, (*KINDS, ""), strict=True) if kind in ("", *kinds)]
    with tempfile.TemporaryDirectory(prefix="unionbot-bench-") as folder, databases(kinds, Path(folder)) as made:
        bench = Bench(Path(folder), made, given.messages, given.in_flight, given.latency)
        found = rounds(bench, names, given.rounds)
    print(f"\n### Outbox, {given.messages} messages, platform answers after {given.latency:g} ms\n")
    print(report.table(HEAD, (row(found, name) for name in found)), flush=True)
    got = [each for every in found.values() for each in every]
    return 1 if any(each.duplicates or each.delivered != given.messages for each in got) else 0


if __name__ == "__main__":
    sys.exit(main())
