"""`python -m benchmarks.outbox`: the bot's sender delivering a broadcast to a mock platform, beside a bare loop and,
with `--peers DIR`, beside task queues that are used for the same job.

Deliverer on core 0, platform, PostgreSQL and Redis on core 1; alternating rounds, medians, ratios within a round.
Messages a second are counted by the platform, from the first to the last, so starting a worker costs a queue nothing.
A queue may be given fewer messages (`--peer-messages`): its rate does not depend on how many there are.
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

from benchmarks import ours, peers, report
from benchmarks.databases import KINDS, Databases, databases
from benchmarks.deliverers.queue import WORKERS
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
from benchmarks.redis_server import Redis, redis

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
    peer_messages: int = 0
    peers: Path | None = None
    redis: Redis | None = None

    def due(self, name: str) -> int:
        """How many messages this deliverer is given."""
        return self.peer_messages or self.messages if name in WORKERS else self.messages


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


def _peer(name: str) -> Callable[[Bench, str], list[str]]:
    def command(bench: Bench, api: str) -> list[str]:
        python = peers.python_of(bench.peers, name)
        if python is None:
            raise NotStarted("not installed")
        if name == "procrastinate":
            queue = bench.databases.new("postgresql")
        elif bench.redis is not None:
            queue = bench.redis.new()
        else:
            raise NotStarted("no redis-server")
        return module("benchmarks.deliverers.queue", name, python, queue, api, bench.due(name), bench.at_once)

    return command


# A name, and the command that delivers messages to the platform at `api` (see `deliverers`).
DELIVERERS: dict[str, Callable[[Bench, str], list[str]]] = {
    "unionbot, SQLite": _ours("sqlite"),
    "unionbot, PostgreSQL": _ours("postgresql"),
    BASELINE: lambda bench, api: module("benchmarks.deliverers.bare", api, bench.messages, bench.at_once),
    **{name: _peer(name) for name in WORKERS},
}
AIMS = (("celery", 8.0), ("taskiq", 4.0))  # how many times as fast as these we want to be


def measure(bench: Bench, name: str) -> Delivered:
    """Deliver everything once. Raises NotStarted when the platform or the deliverer fails."""
    port = free_port()
    log = bench.folder / f"platform-{port}.log"
    platform = module("benchmarks.platform", "--port", port, "--latency", bench.latency)
    server = _database_of(bench, name)
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


def _database_of(bench: Bench, name: str) -> int | None:
    """The process whose CPU is the deliverer's, too."""
    if "PostgreSQL" in name or name == "procrastinate":
        return bench.databases.server_pid
    return bench.redis.pid if name in WORKERS and bench.redis else None


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
    """All deliverers, each once a round, in a different order each round. What cannot be started is said once."""
    found: Rounds = {name: [] for name in names}
    for number in range(count):
        for name in random.Random(number).sample(names, len(names)):
            try:
                got = measure(bench, name)
            except NotStarted as reason:
                if name not in WORKERS:
                    raise
                print(f"  round {number + 1}: {name}: {reason}", file=sys.stderr, flush=True)
                continue
            found[name].append(got)
            print(f"  round {number + 1}: {name}: {got.rate:.0f}/s, {got.cpu_us:.0f} µs", file=sys.stderr, flush=True)
    return found


def against(found: Rounds, name: str, other: str) -> float:
    """How many times as fast as another one, the median over rounds; 0 where one of them is missing."""
    return report.median(one.rate / two.rate for one, two in zip(found[name], found.get(other, []), strict=False))


def aims(found: Rounds) -> str:
    """The aims as lines: ours beside the queues."""
    lines = [
        f"{name} / {peer}: {against(found, name, peer):.1f} (aim {aim:g})"
        for name in found
        if name.startswith("unionbot")
        for peer, aim in AIMS
        if found.get(peer)
    ]
    return "\n".join(lines)


def row(found: Rounds, name: str) -> list[object]:
    """One line of the table."""
    got = found[name]
    if not got:
        return [name, "not installed", *[""] * (len(HEAD) - 2)]
    ratio = against(found, name, BASELINE)
    return [
        name,
        f"{report.median(each.rate for each in got):.0f}",
        f"{ratio:.2f}" if ratio else "",
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
    parser.add_argument("--peers", type=Path, help="folder for virtual environments of task queues, made with pip")
    parser.add_argument("--peer-messages", type=int, default=0, help="messages for each queue (default: --messages)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when anything was lost or delivered twice."""
    given = options().parse_args(arguments)
    kinds = given.databases.split(",")
    names = [name for name in DELIVERERS if _wanted(name, kinds, given.peers)]
    folder = tempfile.TemporaryDirectory(prefix="unionbot-bench-")
    with folder as here, databases(kinds, Path(here)) as made, redis(Path(here)) as server:
        sizes = (given.messages, given.in_flight, given.latency, given.peer_messages)
        bench = Bench(Path(here), made, *sizes, given.peers, server)
        found = rounds(bench, names, given.rounds)
    print(f"\n### Outbox, {given.messages} messages, platform answers after {given.latency:g} ms\n")
    print(report.table(HEAD, (row(found, name) for name in found)), flush=True)
    print(f"\n{aims(found)}", flush=True)
    wrong = [name for name, got in found.items() if any(_wrong(each, bench.due(name)) for each in got)]
    return 1 if wrong else 0


def _wanted(name: str, kinds: Sequence[str], folder: Path | None) -> bool:
    """Whether a deliverer takes part: ours by database, the queues where there is a folder for them."""
    if name in WORKERS:
        return folder is not None and (name != "procrastinate" or "postgresql" in kinds)
    return name == BASELINE or dict(zip(list(DELIVERERS)[:2], KINDS, strict=True))[name] in kinds


def _wrong(got: Delivered, due: int) -> bool:
    return bool(got.duplicates) or got.delivered != due


if __name__ == "__main__":
    sys.exit(main())
