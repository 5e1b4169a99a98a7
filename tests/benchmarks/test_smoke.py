"""Every benchmark runs with tiny sizes, every reply is right, and the table has its rows. Figures are not judged."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_roster_benchmark_takes_every_row_once() -> None:
    command = [sys.executable, "-m", "benchmarks.roster", "--rows", "60", "--databases", "sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("| unionbot") or "| sqlite |" in line]
    assert len(lines) == 5 and lines[0].endswith("| 60 |")


def test_two_months_of_duties_are_right() -> None:
    command = [sys.executable, "-m", "benchmarks.duties", "--unions", "40", "--months", "2", "--databases", "sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    cells = done.stdout.splitlines()[-1].strip("| ").split(" | ")
    assert (cells[0], cells[1], cells[3], cells[-1]) == ("sqlite", "40", "2", "0")
    assert int(cells[5]) > 300


def rows(module: str, *options: str) -> dict[str, list[str]]:
    """Run a benchmark; its table lines by their first cell. A wrong reply or a lost message makes it fail."""
    command = [sys.executable, "-m", module, "--rounds", "1", "--databases", "sqlite", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("|")]
    return {name: cells for name, *cells in lines}


def test_the_webhook_benchmark_answers_and_compares() -> None:
    names = "unionbot, SQLite;aiohttp + wechatpy;aiohttp + our channel;WeRoBot with session store"
    found = rows("benchmarks.webhook", "--mode", "safe", "--seconds", "0.2", "--conns", "4", "--names", names)
    for name in names.split(";")[:3]:
        assert float(found[name][0]) > 0
        assert found[name][-1] == "0"
    assert found["WeRoBot with session store"][0] == "not installed"
    assert found["unionbot, SQLite / aiohttp + wechatpy"][0] == "≥ 1.2"


def test_the_outbox_benchmark_delivers_everything_once() -> None:
    found = rows("benchmarks.outbox", "--messages", "200", "--in-flight", "16")
    for name in ("unionbot, SQLite", "bare aiohttp loop"):
        assert found[name][-2:] == ["200", "0"]
