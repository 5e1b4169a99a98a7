"""A list of members brought in, beside plain openpyxl reading the same file: wall time, CPU, peak memory, and replies.

Run it with `python -m benchmarks.roster`. Every part is a process of its own, so that its peak memory is its own. While
ours works, small jobs go through the writer as turns do; how long they wait is what people would notice.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from benchmarks.databases import KINDS, databases
from benchmarks.machine import ROOT, module
from bot.exchange import roster, roster_work
from bot.services import roster_imports
from bot.services.actors import FILES
from storage import audit, imports, members, migrate, orgs
from storage.base import table
from storage.database import Database
from storage.imports import RosterImport
from storage.seal import Sealer
from storage.work import Work

HEAD = ("姓名", "身份证号", "手机号", "工会", "工作单位", "入会日期", "就业状况", "是否农民工")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
UNIONS = 100
BETWEEN_S = 0.02  # between two small jobs


def id_number(place: int) -> str:
    """A made-up number with a right check digit."""
    head = f"110000{1960 + place // 12000:04d}{1 + place // 1000 % 12:02d}01{place % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def make_file(path: Path, count: int) -> None:
    """A list of so many invented members."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(HEAD)
    for place in range(count):
        name = "赵钱孙李周吴郑王"[place % 8] + "甲乙丙丁戊己"[place // 8 % 6]
        union = f"示例第{place % UNIONS}厂"
        day = date(2015 + place % 10, 1 + place % 12, 1 + place % 28)
        mobile = f"13{place:09d}"
        sheet.append([name, id_number(place), mobile, f"{union}工会", union, day, "在岗", "是" if place % 2 else "否"])
    book.save(path)


def plain(path: Path) -> dict[str, Any]:
    """The baseline: every cell of the file, and nothing done with it."""
    book = load_workbook(path, read_only=True)
    cells = sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))
    return {"rows": cells // len(HEAD) - 1}


class Replies:
    """Small jobs that wait for the writer, as turns do."""

    def __init__(self, database: Database) -> None:
        self._database, self.waits = database, [0.0]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Replies":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(BETWEEN_S):
            begun = time.perf_counter()
            self._database.writer.run(lambda work: audit.write(work, "bench", "note", "bench:1", NOW))
            self.waits.append((time.perf_counter() - begun) * 1000)

    def figures(self) -> dict[str, float]:
        """The median, the 99th percentile and the longest wait in ms."""
        waits = sorted(self.waits)
        place = {"p50": len(waits) // 2, "p99": len(waits) * 99 // 100, "max": len(waits) - 1}
        return {f"reply_{name}": waits[at] for name, at in place.items()}


def ours(path: Path, url: str) -> dict[str, Any]:
    """Upload, check and switch; and the same file once more."""
    database = Database(url, Sealer({1: bytes(range(32))}, b"pepper of the benchmark"))
    migrate.upgrade(database.engine)
    database.start()
    database.writer.run(_grow)
    found: dict[str, Any] = {}
    for again in ("", "again_"):
        data = path.read_bytes()
        head = roster.head(data)
        import_id = database.writer.run(_begun(data, head))
        for step in ("check", "switch"):
            with Replies(database) as replies:
                done, *spent = _timed(lambda which=import_id: _step(database, which))
            found[f"{again}{step}_s"], found[f"{again}{step}_cpu_s"] = spent
            found |= {f"{again}{step}_{name}": value for name, value in replies.figures().items()}
            if step == "check":
                database.writer.run(_confirmed(import_id))
        found[f"{again}fresh"], found[f"{again}same"] = done.fresh, done.same
    found["rows"] = database.look(lambda work: _count(work))
    database.close()
    return found


def _timed(job: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, wall seconds, and CPU seconds of the whole process."""
    begun, used = time.perf_counter(), time.process_time()
    return job(), time.perf_counter() - begun, time.process_time() - used


def _confirmed(import_id: int) -> Callable[[Work], None]:
    return lambda work: roster_imports.confirm(work, FILES, import_id, NOW, "cli")


def _grow(work: Work) -> None:
    city = orgs.put(work, "city", "示例市总工会", "市", "", None)
    for place in range(UNIONS):
        orgs.put(work, f"u{place}", f"示例第{place}厂工会", "基层", f"示例第{place}厂", city)


def _begun(data: bytes, head: roster.Head) -> Callable[[Work], int]:
    def job(work: Work) -> int:
        made = roster_imports.start(work, FILES, data, head.row, head.names, head.fields, NOW, "cli")
        roster_imports.check(work, FILES, made, head.fields, None, NOW, "cli")
        return made

    return job


def _step(database: Database, import_id: int) -> RosterImport:
    claimed = database.writer.run(lambda work: imports.claim(work, import_id, NOW))
    if claimed is None:
        raise RuntimeError("somebody else works on it")
    return roster_work.work_on(database, claimed, NOW)


def _count(work: Work) -> int:
    rows = table(members.Member)
    return len(work.look(rows.select().with_only_columns(rows.c.id)).all())


def part(given: argparse.Namespace) -> dict[str, Any]:
    """One part in this process, with what it cost."""
    begun = time.perf_counter()
    found = ours(given.file, given.url) if given.url else plain(given.file)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"wall_s": time.perf_counter() - begun, "cpu_s": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}
    return found | cost


def measured(file: Path, url: str) -> dict[str, Any]:
    """A part in a process of its own. Raises CalledProcessError."""
    command = module("benchmarks.roster", "--part", "--file", file, "--url", url)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=900)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def report(count: int, base: dict[str, Any], found: dict[str, dict[str, Any]]) -> list[str]:
    """Two tables."""
    lines = ["| | wall s | × baseline | CPU s | peak RSS MiB | rows |", "|---|---:|---:|---:|---:|---:|"]
    for name, each in (("openpyxl, read only", base), *found.items()):
        times = each["wall_s"] / base["wall_s"]
        cost = f"{each['cpu_s']:.1f} | {each['mib']:.0f} | {each['rows']}"
        lines.append(f"| {name} | {each['wall_s']:.1f} | {times:.2f} | {cost} |")
    heads = ("step", "database", "s", "CPU s", "rows/s", "reply p50 ms", "p99 ms", "longest ms")
    lines += ["", f"| {' | '.join(heads)} |", f"|---|---|{'---:|' * (len(heads) - 2)}"]
    for name, each in found.items():
        for step in ("check", "switch", "again_check", "again_switch"):
            waits = " | ".join(f"{each[f'{step}_reply_{kind}']:.0f}" for kind in ("p50", "p99", "max"))
            seconds, used = each[f"{step}_s"], each[f"{step}_cpu_s"]
            figures = f"{seconds:.2f} | {used:.2f} | {count / seconds:.0f} | {waits}"
            lines.append(f"| {step.replace('_', ', ')} | {name.split(', ')[1]} | {figures} |")
    return lines


def main() -> int:
    """Measure and print; status 1 when a row was lost or taken twice."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rows", type=int, default=25_000)
    ask.add_argument("--databases", default=",".join(KINDS))
    ask.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    ask.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    ask.add_argument("--url", default="", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.part:
        print(json.dumps(part(given)))
        return 0
    kinds = given.databases.split(",")
    with tempfile.TemporaryDirectory() as folder, databases(kinds, Path(folder)) as made:
        file = Path(folder) / "roster.xlsx"
        make_file(file, given.rows)
        base = measured(file, "")
        found = {f"unionbot, {kind}, twice": measured(file, made.new(kind)) for kind in kinds}
        print(f"{given.rows} rows, {file.stat().st_size / 2**20:.1f} MiB")
    print("\n".join(report(given.rows, base, found)))
    right = all(
        (each["rows"], each["fresh"], each["again_same"]) == (given.rows, given.rows, given.rows)
        for each in found.values()
    )
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
