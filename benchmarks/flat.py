"""`python -m benchmarks.flat`: does the sender's memory grow with the number of recipients?

One broadcast to few and one to many, on each database, against the mock platform of `benchmarks.outbox`. The peak is
that of the whole process: writing the recipients, claiming, sending and settling. Ends with 1 when a message was lost
or delivered twice, or when the larger broadcast took over a fifth more memory.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.databases import KINDS, databases
from benchmarks.outbox import Bench, Delivered, measure

NAMES = {"sqlite": "unionbot, SQLite", "postgresql": "unionbot, PostgreSQL"}
MOST = 1.2
HEAD = ("database", "recipients", "messages/s", "CPU µs/msg", "enqueue s", "peak RSS MiB", "× least", "twice")


def lines(kind: str, found: dict[int, Delivered]) -> list[list[object]]:
    """The table's lines of one database."""
    least = found[min(found)].rss
    return [
        [
            kind,
            size,
            f"{got.rate:.0f}",
            f"{got.cpu_us:.0f}",
            f"{got.enqueue:.1f}",
            f"{got.rss:.0f}",
            f"{got.rss / least:.2f}",
            got.duplicates,
        ]
        for size, got in found.items()
    ]


def is_wrong(found: dict[int, Delivered]) -> bool:
    """Whether anything was lost or came twice, or memory grew too much."""
    lost = any(got.duplicates or got.delivered != size for size, got in found.items())
    return lost or found[max(found)].rss > MOST * found[min(found)].rss


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flat", description=__doc__)
    parser.add_argument("--sizes", default="10000,1800000", help="recipients, smallest first (default: %(default)s)")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--databases", default=",".join(KINDS), help="sqlite, postgresql or both (default)")
    given = parser.parse_args(arguments)
    sizes = [int(each) for each in given.sizes.split(",")]
    table: list[list[object]] = []
    wrong = False
    for kind in given.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="unionbot-flat-") as folder, databases((kind,), Path(folder)) as made:
            found = {size: measure(Bench(Path(folder), made, size, given.in_flight, 0), NAMES[kind]) for size in sizes}
        table += lines(kind, found)
        wrong = wrong or is_wrong(found)
    print(f"\n{report.table(HEAD, table)}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
