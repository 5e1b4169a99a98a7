"""A year of duties and reminders by a clock that stands still: 14 000 unions, 20 000 cadres, the whole calendar.

Run it with `python -m benchmarks.duties [--unions 14000] [--databases sqlite postgresql]`. The bot is closed and opened
every month, down for three days over a month's end, its clock is set an hour back and forth, and on PostgreSQL two
instances fire at the same moment. A seeded part of the cadres answers: the first `--served` of them through the bot's
own service, one by one; what the others answer is written as the service writes it, many in one statement, so that the
figures are about reminding. Ends with status 1 when `duty_oracle.py`, which shares no code with the bot, finds a
reminder that is missing, double, outside working hours or after the duty was done.

Printed: the bot's share (giving out, firing, noting deliveries) and the simulated cadres' share as seconds by the clock
and, in brackets, of processor time, which other programs on the machine disturb less.
"""

import argparse
import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.databases import KINDS, databases
from benchmarks.duty_oracle import judge
from benchmarks.duty_year import DOWN, HOUSE, Union, end_of, live, log
from benchmarks.machine import ROOT

HEAD = ("database", "unions", "cadres", "months", "duties", "messages", "said", "merged", "missed", "moot")
HEAD += ("bot s", "giving out", "firing", "noting", "cadres s", "first of month s", "peak MiB", "wrong")
SHARES = ("giving out", "firing", "noting")


def run(url: str, unions: int, months: int, served: int, minutes: float) -> dict[str, Any]:
    """Build, live, judge."""
    union = Union(url)
    union.start()
    cadres = union.build(unions, served)
    figures = live(union, months, minutes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with union.open[0].engine.connect() as conn:
        verdict = judge(conn, HOUSE.duties.ladder, end_of(figures.months), [DOWN])
    union.stop()
    sizes = {"cadres": cadres, "unions": unions, "months": figures.months, "mib": peak}
    judged = {"parts": verdict.counts, "wrong": verdict.wrong, "examples": verdict.examples}
    counted = {"issued": figures.issued, "first": figures.first}
    shares = {"clock": figures.clock, "processor": figures.processor}
    return {**counted, **shares, **sizes, **judged}


def main() -> int:
    """Print a row for each database; 1 when something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unions", type=int, default=14_000)
    parser.add_argument("--months", type=int, default=12, help="of the year, for a quick look")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--served", type=int, default=100, help="cadres who answer through the bot's service")
    parser.add_argument("--minutes", type=float, default=600, help="end at the first month's end after so long")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.url:
        logging.basicConfig(level=logging.WARNING)
        log.setLevel(logging.INFO)
        print(json.dumps(run(given.url, given.unions, given.months, given.served, given.minutes)))
        return 0
    bad = 0
    print(f"| {' | '.join(HEAD)} |\n|---|{'---:|' * (len(HEAD) - 1)}")
    with tempfile.TemporaryDirectory() as folder, databases(given.databases, Path(folder)) as made:
        for kind in given.databases:
            bad += _row(kind, made.new(kind), given)
    return 1 if bad else 0


def _row(kind: str, url: str, given: argparse.Namespace) -> int:
    options = ("--url", url, "--unions", str(given.unions), "--months", str(given.months))
    options += ("--served", str(given.served), "--minutes", str(given.minutes))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.duties", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    parts, wrong = Counter(found["parts"]), sum(found["wrong"].values())
    cells = [kind, found["unions"], found["cadres"], found["months"], found["issued"], parts["messages"]]
    cells += [parts[each] for each in ("said", "merged", "missed", "moot")]
    cells += [_seconds(found, *each) for each in (SHARES, *((share,) for share in SHARES), ("cadres",))]
    cells += [f"{found['first']:.1f}", f"{found['mib']:.0f}", wrong]
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    for each in found["examples"]:
        print(each, file=sys.stderr)
    return wrong


def _seconds(found: dict[str, Any], *whose: str) -> str:
    clock, processor = (sum(found[kind][each] for each in whose) for kind in ("clock", "processor"))
    return f"{clock:.0f} ({processor:.0f})"


if __name__ == "__main__":
    sys.exit(main())
