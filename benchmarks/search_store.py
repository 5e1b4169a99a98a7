"""`python -m benchmarks.search_store`: a made-up store of 10 000 entries: build, memory, queries, also in a rebuild.

Prints one JSON object. Times are wall clock in milliseconds unless they say CPU, which is the asking thread's own.
"""

import argparse
import gc
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import psutil

from benchmarks.report import percentile
from benchmarks.search_sets import made_up, own_questions
from bot.search import Entry, Index

_REBUILDS = 3


def asked(index: Index, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Wall clock and CPU time of each question, in milliseconds."""
    wall, cpu = [], []
    for text in texts:
        began, spent = time.perf_counter(), time.thread_time()
        index.ask(text)
        cpu.append((time.thread_time() - spent) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
    return wall, cpu


def while_rebuilding(index: Index, entries: Sequence[Entry], texts: Sequence[str]) -> tuple[list[float], float]:
    """Wall clock of questions asked while another thread rebuilds with one changed entry; seconds of a rebuild."""
    took: list[float] = []

    def rebuild() -> None:
        for number in range(_REBUILDS):
            changed = [replace(entries[0], question=f"改过{number}次的问题"), *entries[1:]]
            began = time.perf_counter()
            Index(changed, previous=index)
            took.append(time.perf_counter() - began)

    thread = threading.Thread(target=rebuild)
    thread.start()
    wall: list[float] = []
    while thread.is_alive():
        for text in texts:
            if not thread.is_alive():
                break
            wall += asked(index, [text])[0]
    thread.join()
    return wall, min(took)


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--entries", type=int, default=10_000)
    wanted.add_argument("--phrasings", type=int, default=5, help="of an entry, its question among them")
    options = wanted.parse_args()
    entries = made_up(options.entries, options.phrasings - 1)
    texts = [question.text for question in own_questions()]
    Index(entries[:10]).ask(texts[0])
    gc.collect()
    process = psutil.Process()
    before, began, spent = process.memory_info().rss, time.perf_counter(), time.process_time()
    index = Index(entries)
    build, build_cpu = time.perf_counter() - began, time.process_time() - spent
    gc.collect()
    memory = (process.memory_info().rss - before) / 2**20
    asked(index, texts)
    wall, cpu = map(sorted, asked(index, texts))
    busy, rebuild = while_rebuilding(index, entries, texts)
    figures = {
        "entries": options.entries,
        "phrasings": options.phrasings,
        "build_s": build,
        "build_cpu_s": build_cpu,
        "mib": memory,
        "p50_ms": percentile(wall, 0.5),
        "p95_ms": percentile(wall, 0.95),
        "p50_cpu_ms": percentile(cpu, 0.5),
        "p95_cpu_ms": percentile(cpu, 0.95),
        "rebuild_s": rebuild,
        "busy_p50_ms": percentile(sorted(busy), 0.5),
        "busy_p95_ms": percentile(sorted(busy), 0.95),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
