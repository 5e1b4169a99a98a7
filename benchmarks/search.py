"""`python -m benchmarks.search --sets DIR --peers DIR`: our search beside the baselines of the evaluation folder.

The folder brings sets, harness and baselines; it is copied, as noisy copies of the questions are made beside the sets.
Everything runs in the virtual environment `faq` of `benchmarks/peers.txt`, one process a system and set. Without the
folder only the made-up store is measured.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import peers, report
from benchmarks.machine import ROOT, module

OURS = "unionbot"
SYSTEMS = {
    OURS: "benchmarks.search_adapter",
    "v8_final": "ref_engine",
    "bm25s_mix_pooled": "adapters",
    "tfidf_char13_pooled": "adapters",
    "tantivy_jieba": "adapters",
    "rapidfuzz_ratio": "adapters",
}
COPIES = ("labour_trad", "labour_homo", "labour_polite")
SHORT = (OURS, "v8_final", "tfidf_char13_pooled")  # the copies tell how much is lost; a few systems are enough
# set, entries added to its store, at most so many questions (0: all), systems
RUNS = (
    ("labour", "", 0, tuple(SYSTEMS)),
    *((name, "", 0, SHORT) for name in COPIES),
    ("labour", "lecoqa,lcqmc", 0, tuple(SYSTEMS)),
    ("lcqmc", "", 1500, tuple(SYSTEMS)),
)
TARGETS = ("0.95", "0.9")
HEAD = ("set, system", "n", "top-1 %", "recall@3 %", "MRR@10 %", "p50 ms", "p95 ms", "build s", "MiB")
BANDS = ("labour, system, target", "answered %", "precision %", "wrong %", "resolved %", "declined %",
         "far answered %", "near answered %")  # fmt: skip


def measured(folder: Path, python: Path, system: str, name: str, extra: str, limit: int) -> dict[str, Any] | None:
    """One system on one set, as the harness has it; None when it failed, which is said."""
    command = [str(python), "bench.py", "run", "--dataset", name, "--adapter", system, "--module", SYSTEMS[system]]
    command += ["--limit", str(limit)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [*command, *(["--extra", extra] if extra else [])],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"{system} on {name}: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    file = folder / "results" / f"{name}{'+' + extra if extra else ''}__{system}.json"
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return result


def row(result: Mapping[str, Any], parts: Sequence[str] = ("test",)) -> tuple[object, ...]:
    """A line of the first table, from the questions of these parts of a set."""
    asked = [each for each in result["rows"] if each["split"] in parts]

    def share(value: float) -> str:
        return f"{100 * value / max(1, len(asked)):.1f}"

    places = [each["rank"] for each in asked]
    return (
        f"{result['dataset']}{', whole' if len(parts) > 1 else ''}: {result['adapter']}",
        len(asked),
        share(sum(place == 1 for place in places)),
        share(sum(0 < place <= 3 for place in places)),
        share(sum(1 / place for place in places if 0 < place <= 10)),
        *(f"{result[key]:.2f}" for key in ("p50_ms", "p95_ms", "build_s")),
        f"{result['mem_mb']:.0f}",
    )


def bands(folder: Path, python: Path, systems: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """What the harness's policy makes of each system: thresholds from the dev part, figures from the test part."""
    files = [file for system in systems if (file := folder / "results" / f"labour__{system}.json").exists()]
    for file in files:
        command = [str(python), "policy.py", str(file), "--targets", ",".join(TARGETS)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        head, *lines = (line.split() for line in done.stdout.splitlines())
        for line in lines:
            found = dict(zip(head[2:], line[3:], strict=False))
            keys = ("answered", "precision", "wrong", "resolved", "declined", "far_answered", "near_answered")
            yield f"{line[1]}, policy {line[2]}", *(found.get(key, "–") for key in keys)


def own_bands(result: Mapping[str, Any]) -> tuple[object, ...]:
    """What a system's own `decide()` makes of the test part."""
    done = result["decide"]
    answered = done["right"] + done["wrong"]
    precision = done["right"] / answered if answered else 1.0
    resolved = done["right"] + done["suggest_hit"]
    values = (answered, precision, done["wrong"], resolved, done["declined"], done["far_answer"], done["near_answer"])
    return f"{result['adapter']}, own thresholds", *(f"{100 * value:.1f}" for value in values)


def beside(sets: Path, python: Path, systems: Sequence[str]) -> None:
    """Both tables of one run."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "faq"
        shutil.copytree(sets, folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        subprocess.run([python, "perturb.py", "labour"], cwd=folder, check=True, capture_output=True)
        rows, decided = [], []
        for name, extra, limit, wanted in RUNS:
            for system in (each for each in systems if each in wanted):
                result = measured(folder, python, system, name, extra, limit)
                if result is None:
                    continue
                rows.append(row(result))
                if name in ("labour", *COPIES) and not extra:
                    rows.append(row(result, ("dev", "test")))
                if result["decide"] and name == "labour" and not extra:
                    decided.append(own_bands(result))
        print(report.table(HEAD, rows), "\n")
        print(report.table(BANDS, [*decided, *bands(folder, python, systems)]), "\n")


def large_store() -> None:
    """The made-up store, in a process of its own."""
    done = subprocess.run(module("benchmarks.search_store"), cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    print(report.table(tuple(figures), [[f"{value:.4g}" for value in figures.values()]]), "\n")


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--sets", type=Path, default=ROOT.parent / "shared" / "bench" / "faq")
    wanted.add_argument("--peers", type=Path, help="folder of virtual environments, made when missing")
    wanted.add_argument("--systems", default=",".join(SYSTEMS), help=f"of {', '.join(SYSTEMS)}")
    options = wanted.parse_args()
    large_store()
    if not (options.sets / "bench.py").exists():
        print(f"{options.sets} has no evaluation sets: nothing is compared")
        return
    python = peers.python_of(options.peers or Path.home() / ".cache" / "unionbot-peers", "faq")
    if python is None:
        print("the baselines' environment could not be made: nothing is compared")
        return
    beside(options.sets, python, options.systems.split(","))


if __name__ == "__main__":
    main()
