"""`python -m benchmarks.mixed`: a broadcast to many while the platform misbehaves and members ask: how long they wait.

The bot as it is served, the sandbox as the platform, each a process of its own over HTTP. Faults while the broadcast
runs: 5 % "busy" (−1), answers that never come although the message was taken, one revocation of the token, and the
daily quota of customer messages used up (45009), so that the rest goes by template. Printed: in which states the
recipients ended and why, what reached people twice, and p50/p95/p99 of what members waited for an answer. Ends with 1
when anybody was lost or got it twice, or when p95 was a second or more.
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import run
from typing import Any

import sqlalchemy as sa
import yaml

from benchmarks import account, ours, report
from benchmarks.databases import KINDS, databases
from benchmarks.machine import OTHER_CORE, ROOT, SERVER_CORE, free_port, module, running, wait_for
from bot.app import open_database
from bot.clock import SystemClock
from bot.config import load
from storage import migrate, people
from storage.base import table
from storage.broadcasts import ENDED, Broadcast
from storage.database import Database
from storage.recipients import Recipient
from storage.work import Work

WINDOW = ("message", 5, 48 * 3600)
CHUNK = 2000
OPEN = ("queued", "sending", "massed")
FAULTS = {"p_busy": 0.05, "p_timeout_after_accept": 0.002, "hang_s": 6, "latency_ms": 5, "jitter_ms": 10}
CALM = {"p_busy": 0, "p_timeout_after_accept": 0, "force_errcode": None, "force_path": None}
QUOTA_GONE = {"force_errcode": 45009, "force_path": "custom"}
ASK_EVERY_S = 0.2
SLOW_MS = 1000.0
LIMIT_S = 540.0
KEY = "mixed"
SEAL_KEYS = ours.secrets()["UNIONBOT__SECURITY__SEAL_KEYS"]


@dataclass(slots=True)
class Seen:
    """What happened in one run. `waited` in milliseconds, per answered question; `silent` those without an answer.

    `ended`: the broadcast's state; `states`: recipients by state and reason. `received` and `duplicates` as the sandbox
    counts them, answers included.
    """

    waited: list[float] = field(default_factory=list)
    silent: int = 0
    ended: str = ""
    states: dict[str, int] = field(default_factory=dict)
    received: int = 0
    duplicates: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """Recipients without an end."""
        return sum(count for state, count in self.states.items() if state.split()[0] in OPEN)


class Sandbox:
    """The control API of a running sandbox."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/sandbox/"

    def do(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST with a body, else GET. Raises what the network or the sandbox refuses."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def ask(self, user: str, number: int) -> float | None:
        """One question of a member; milliseconds until the words came, None without words at the first attempt."""
        push = self.do(f"phones/{user}/text", {"text": account.question(number % account.ENTRIES)})["push"]
        first = push["attempts"][0]
        return float(first["millis"]) if first["verdict"] == "reply" else None


class Installation:
    """The bot and its platform, started on fresh ports and an empty database."""

    def __init__(self, stack: ExitStack, folder: Path, url: str) -> None:
        self.port, api = free_port(), free_port()
        self.config = folder / f"mixed-{self.port}.yaml"
        ours.prepare(folder, url, "safe", self.port)  # imports the questions
        self._write(url, f"http://127.0.0.1:{api}")
        keys = ("--app-id", account.APP_ID, "--app-secret", "secret", "--token", account.TOKEN)
        callback = ("--callback", f"http://127.0.0.1:{self.port}{ours.PATH}", "--port", api)
        command = module("sandbox", *callback, *keys, "--encoding-aes-key", account.AES_KEY)
        log = folder / f"sandbox-{api}.log"
        wait_for(api, stack.enter_context(running(command, log, OTHER_CORE)), log)
        self.sandbox, self._stack, self._folder = Sandbox(api), stack, folder
        self.database = self._opened()

    def _write(self, url: str, api: str) -> None:
        """The configuration, with as many sends a second as can be configured: the machine is the limit."""
        ours.write_config(self.config, url, "safe", self.port, api)
        config = yaml.safe_load(self.config.read_text("utf-8"))
        config["channels"]["oa"] |= {"sends_per_second": 1000, "notice_template": "template-of-notices"}
        self.config.write_text(yaml.safe_dump(config), "utf-8")

    def _opened(self) -> Database:
        """The bot's database, opened beside it."""
        config = load(self.config, security={"seal_keys": SEAL_KEYS, "pepper": "benchmark"})
        database = open_database(config)
        migrate.upgrade(database.engine)
        database.start()
        self._stack.callback(database.close)
        return database

    def follow(self, count: int) -> list[str]:
        """So many followers whose window is open, known to both sides; returns some of them as members who ask."""
        users = self.sandbox.do("load", {"users": count, "window": True})["users"]
        for first in range(0, count, CHUNK):
            self.database.writer.run(partial(_add, users[first : first + CHUNK]))
        return [str(user) for user in users[:: max(1, count // 50)]]

    def serve(self) -> None:
        """Start the bot."""
        log = self._folder / f"bot-{self.port}.log"
        command = module("bot", "--config", self.config, "serve")
        wait_for(self.port, self._stack.enter_context(running(command, log, SERVER_CORE, ours.secrets())), log)

    def announce(self) -> None:
        """The broadcast, as an operator sends it."""
        notice = ("--key", KEY, "--title", "通知", "--text", "明天上午停水，请提前准备。", "--to", "followers", "--now")
        command = module("bot", "--config", self.config, "broadcast", "send", *notice)
        run(command, cwd=ROOT, env=ours.environment(), check=True, capture_output=True)


def _add(users: list[str], work: Work) -> None:
    now = SystemClock().now()
    for user in users:
        people.create(work, "oa", user, "", now, WINDOW)


def state(work: Work) -> str:
    """The broadcast's state."""
    rows = table(Broadcast)
    return str(work.look(sa.select(rows.c.state).where(rows.c.key == KEY)).scalar_one())


def states(work: Work) -> dict[str, int]:
    """Recipients by state and reason."""
    rows = table(Recipient)
    found = work.look(sa.select(rows.c.state, rows.c.reason, sa.func.count()).group_by(rows.c.state, rows.c.reason))
    return {f"{each[0]} {each[1]}".strip(): int(each[2]) for each in found}


def measure(stack: ExitStack, folder: Path, url: str, recipients: int) -> Seen:
    """One run."""
    here = Installation(stack, folder, url)
    members = here.follow(recipients)
    here.serve()
    here.sandbox.do("faults", FAULTS)
    here.announce()
    seen, began, troubles = Seen(), time.monotonic(), Troubles(here.sandbox, recipients)
    while time.monotonic() - began < LIMIT_S and seen.ended not in ENDED:
        _ask(here.sandbox, members, seen)
        troubles.come(int(here.sandbox.do("stats")["received"]))
        seen.ended = here.database.look(state)
        time.sleep(ASK_EVERY_S)
    stats = here.sandbox.do("stats")
    seen.seconds, seen.states = time.monotonic() - began, here.database.look(states)
    seen.received, seen.duplicates = int(stats["received"]), int(stats["duplicates"])
    return seen


def _ask(sandbox: Sandbox, members: Sequence[str], seen: Seen) -> None:
    number = len(seen.waited) + seen.silent
    waited = sandbox.ask(members[number % len(members)], number)
    if waited is None:
        seen.silent += 1
    else:
        seen.waited.append(waited)


class Troubles:
    """What goes wrong once a part of the messages has arrived, each once and in order."""

    def __init__(self, sandbox: Sandbox, recipients: int) -> None:
        self._sandbox = sandbox
        plans: list[tuple[float, dict[str, Any]]] = [(0.3, {"revoke_tokens": True}), (0.6, QUOTA_GONE), (0.6, CALM)]
        self._plans = [(share * recipients, body) for share, body in plans]

    def come(self, received: int) -> None:
        """The next one, when it is time."""
        if self._plans and received >= self._plans[0][0]:
            self._sandbox.do("faults", self._plans.pop(0)[1])


def show(database: str, recipients: int, seen: Seen) -> None:
    """Print one run."""
    ordered = sorted(seen.waited)
    p50, p95, p99 = (report.percentile(ordered, share) for share in (0.5, 0.95, 0.99))
    rate = recipients / max(seen.seconds, 1e-9)
    print(f"\n### {database}: {recipients} recipients in {seen.seconds:.0f} s ({rate:.0f}/s), ended {seen.ended}\n")
    print(report.table(("state and reason", "recipients"), sorted(seen.states.items())))
    print(f"\nreached in all {seen.received} messages, {seen.duplicates} of them twice")
    print(f"{len(ordered)} questions answered: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms", flush=True)
    print(f"{seen.silent} questions without words at the first attempt", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when somebody was lost or got it twice, or members waited too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mixed", description=__doc__)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--databases", default=",".join(KINDS), help="sqlite, postgresql or both (default)")
    given = parser.parse_args(arguments)
    wrong = False
    for kind in given.databases.split(","):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unionbot-mixed-")))
            made = stack.enter_context(databases((kind,), folder))
            seen = measure(stack, folder, made.new(kind), given.recipients)
        show(kind, given.recipients, seen)
        slow = report.percentile(sorted(seen.waited), 0.95) >= SLOW_MS
        wrong = wrong or bool(seen.lost or seen.duplicates or seen.silent or slow or seen.ended not in ENDED)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
