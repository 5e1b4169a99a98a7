"""`python -m benchmarks.webhook`: the bot's webhook beside bare servers and peers, in alternating rounds.

Every round starts every server once, in a fresh process on core 0 (generator and PostgreSQL on core 1), so a noisy
neighbour hits all of them. Figures are medians over the rounds; ratios are made within a round.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours, peers, report
from benchmarks.databases import KINDS, Databases, databases
from benchmarks.generator import Load
from benchmarks.machine import (
    OTHER_CORE,
    ROOT,
    NotStarted,
    cpu_seconds,
    free_port,
    memory_mib,
    module,
    pinned,
    running,
    wait_for,
)
from benchmarks.servers import bare

BASELINE = "aiohttp + wechatpy"
ON_UVLOOP = "aiohttp + wechatpy, uvloop"
CHANNEL = "aiohttp + our channel"
WEROBOT = "WeRoBot with session store"
HEAD = ("server", "req/s", "× baseline", "min–max", "p50 ms", "p99 ms", "CPU µs/req", "DB µs/req", "RSS MiB", "errors")


@dataclass(frozen=True, slots=True)
class Bench:
    """What one measurement needs: where, how long, how many connections, in which mode."""

    folder: Path
    databases: Databases
    mode: str
    seconds: float
    connections: int
    users: int = 2000
    peers: Path | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One server in one round."""

    load: Load
    cpu_us: float
    db_us: float
    rss: float


@dataclass(frozen=True, slots=True)
class Server:
    """How a server is started: the command for a port, and the path of its webhook."""

    command: Callable[[Bench, int], list[str] | None]
    path: str
    env: Mapping[str, str]
    database: str = ""


def _ours(kind: str) -> Server:
    def command(bench: Bench, port: int) -> list[str]:
        return ours.prepare(bench.folder, bench.databases.new(kind), bench.mode, port)

    return Server(command, ours.PATH, ours.secrets(), kind)


def _bare(kind: str) -> Server:
    return Server(lambda bench, port: module("benchmarks.servers.bare", port, kind, bench.mode), bare.PATH, {})


def _werobot() -> Server:
    def command(bench: Bench, port: int) -> list[str] | None:
        python = peers.python_of(bench.peers, "werobot")
        file = bench.folder / f"sessions-{port}.db"
        return (
            [str(python), "-m", "benchmarks.servers.werobot_app", str(port), str(file), "tornado"] if python else None
        )

    return Server(command, "/", {"PYTHONPATH": str(ROOT)})


SERVERS = {
    "unionbot, SQLite": _ours("sqlite"),
    "unionbot, PostgreSQL": _ours("postgresql"),
    BASELINE: _bare("wechatpy"),
    ON_UVLOOP: _bare("wechatpy-uvloop"),
    CHANNEL: _bare("channel"),
    WEROBOT: _werobot(),
}
AIMS = (
    ("unionbot, SQLite", BASELINE, 1.2),
    ("unionbot, PostgreSQL", BASELINE, 0.9),
    ("unionbot, SQLite", WEROBOT, 8.0),
)


def generate(bench: Bench, server: Server, port: int, seconds: float) -> Load:
    """Run the load generator once against a port."""
    count = int(seconds * 9000) + 200
    options = ["--port", port, "--path", server.path, "--conns", bench.connections, "--users", bench.users]
    safe = ["--safe"] if bench.mode == "safe" else []
    command = module("benchmarks.generator", *options, "--seconds", seconds, "--messages", count, *safe)
    done = subprocess.run(pinned(command, OTHER_CORE), cwd=ROOT, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout))


def measure(bench: Bench, name: str) -> Measured | None:
    """Start, warm up, measure, stop. None when the server is not installed. Raises NotStarted."""
    server, port = SERVERS[name], free_port()
    command = server.command(bench, port)
    if command is None:
        return None
    log = bench.folder / f"server-{port}.log"
    database = bench.databases.server_pid if server.database == "postgresql" else None
    with running(command, log, env=server.env) as process:
        wait_for(port, process, log)
        generate(bench, server, port, min(0.7, bench.seconds))
        before = cpu_seconds(process.pid), cpu_seconds(database) if database else 0.0
        load = generate(bench, server, port, bench.seconds)
        after = cpu_seconds(process.pid), cpu_seconds(database) if database else 0.0
        cpu, db = ((late - early) / max(load.n, 1) * 1e6 for early, late in zip(before, after, strict=True))
        return Measured(load, cpu, db, memory_mib(process.pid))


Rounds = dict[str, list[Measured | None]]


def rounds(bench: Bench, names: Sequence[str], count: int) -> Rounds:
    """All servers, each once a round, in a different order each round."""
    found: Rounds = {name: [] for name in names}
    for number in range(count):
        for name in random.Random(number).sample(names, len(names)):
            try:
                got = measure(bench, name)
            except NotStarted as error:
                print(f"{name} did not start: {error}", file=sys.stderr)
                got = None
            found[name].append(got)
            shown = f"{got.load.rps:.0f} req/s, {got.cpu_us:.0f} µs, {got.load.what}" if got else "not measured"
            print(f"  {bench.mode} round {number + 1}: {name}: {shown}", file=sys.stderr, flush=True)
    return found


def ratios(found: Rounds, name: str, base: str) -> list[float]:
    """The ratio of two servers within each round that has both."""
    pairs = zip(found.get(name, ()), found.get(base, ()), strict=False)
    return [one.load.rps / other.load.rps for one, other in pairs if one and other and other.load.n]


def row(found: Rounds, name: str) -> list[object]:
    """One line of the table."""
    got = [each for each in found[name] if each]
    if not got:
        return [name, "not installed" if name == WEROBOT else "failed", *[""] * (len(HEAD) - 2)]
    rates = [each.load.rps for each in got]
    against = ratios(found, name, BASELINE)
    return [
        name,
        f"{report.median(rates):.0f}",
        f"{report.median(against):.2f}" if against else "",
        f"{min(rates):.0f}–{max(rates):.0f}",
        f"{report.median(each.load.p50 for each in got):.1f}",
        f"{report.median(each.load.p99 for each in got):.1f}",
        f"{report.median(each.cpu_us for each in got):.0f}",
        f"{report.median(each.db_us for each in got):.0f}",
        f"{report.median(each.rss for each in got):.0f}",
        sum(each.load.errors for each in got),
    ]


def aims(found: Rounds) -> list[list[object]]:
    """Each aim with what was measured."""
    lines: list[list[object]] = []
    for name, base, least in AIMS:
        got = ratios(found, name, base)
        if got:
            value = report.median(got)
            lines.append([f"{name} / {base}", f"≥ {least}", f"{value:.2f}", "met" if value >= least else "missed"])
    return lines


def shown(found: Rounds, mode: str) -> str:
    """The tables of one mode."""
    text = f"\n### Webhook, {mode} mode\n\n" + report.table(HEAD, (row(found, name) for name in found))
    lines = aims(found) if mode == "safe" else []
    return text + ("\n\n" + report.table(("aim", "least", "measured", ""), lines) if lines else "")


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhook", description=__doc__)
    parser.add_argument("--mode", choices=("plain", "safe", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--conns", type=int, default=32)
    parser.add_argument("--users", type=int, default=2000, help="how many people take turns asking (default: 2000)")
    parser.add_argument("--databases", default=",".join(KINDS), help="sqlite, postgresql or both (default)")
    parser.add_argument("--names", default="", help=f"servers to run, separated by ';' (of: {'; '.join(SERVERS)})")
    parser.add_argument("--peers", type=Path, help="folder for virtual environments of peers, made with pip")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when any reply was wrong or any server failed."""
    given = options().parse_args(arguments)
    kinds = given.databases.split(",")
    wanted = [name.strip() for name in given.names.split(";") if name.strip()] or list(SERVERS)
    names = [name for name in wanted if SERVERS[name].database in ("", *kinds)]
    errors = 0
    with tempfile.TemporaryDirectory(prefix="unionbot-bench-") as folder, databases(kinds, Path(folder)) as made:
        for mode in ("plain", "safe") if given.mode == "both" else (given.mode,):
            bench = Bench(Path(folder), made, mode, given.seconds, given.conns, given.users, given.peers)
            found = rounds(bench, names, given.rounds)
            print(shown(found, mode), flush=True)
            errors += sum(each.load.errors for got in found.values() for each in got if each)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
