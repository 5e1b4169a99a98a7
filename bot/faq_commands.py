"""The `faq` commands: files into the knowledge base and out of it, questions to it, and its golden questions."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot import content, faq_report
from bot.clock import SystemClock, local
from bot.commands import Failed, opened
from bot.config import Config
from bot.exchange import files
from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.rows import Found
from bot.search import Result
from bot.services import entries, golden, golden_report, importing, shipped
from bot.services.clashes import Clash
from bot.services.golden import Broken, Golden
from bot.services.importing import Plan
from bot.services.knowledge import Knowledge
from storage import knowledge as base
from storage.database import Database

MAX_LISTED = 50
MAX_LINE = 64 * 1024  # bytes of a question; the rest of the line is not looked at


def faq_import(config: Config, given: argparse.Namespace) -> int:
    """All files are checked, then the golden questions asked, before anything is written; one transaction."""
    found = _read(given.files)
    questions = _golden(config)
    with opened(config) as database:
        planned = database.look(lambda work: importing.plan(work, [each.entry for each in found]))
        _check(planned, found)
        broken = _examine(planned, questions)
        if broken and not given.despite_golden:
            raise Failed(f"{len(broken)} golden questions would break; nothing was imported (see --despite-golden)")
        now = SystemClock().now()
        counts = database.writer.run(lambda work: importing.write(work, planned, now, len(broken)))
    print(f"{counts['new']} new, {counts['changed']} changed, {counts['same']} unchanged")
    return 0


def _read(paths: list[Path]) -> list[Found]:
    try:
        return files.read(paths)
    except BadFile as bad:
        _list(bad.errors)
        raise Failed(f"{len(bad.errors)} errors; nothing was imported") from None


def _golden(config: Config) -> Golden:
    return golden.of_files(content.read_golden(config.content.folder / "golden"))


def _check(planned: Plan, found: Iterable[Found]) -> None:
    """What only shows beside the other entries. Raises Failed."""
    places = {each.entry.id: each.where for each in found}
    dangling = [
        RowError(places[entry], entries.NAMES["related"], f"没有{other}这一条（只是提醒）")
        for entry, other in planned.dangling
    ]
    _list(dangling)
    clashes = [_clash(each, places) for each in planned.clashes]
    _list(clashes)
    if clashes:
        raise Failed(f"{len(clashes)} errors; nothing was imported")


def _clash(clash: Clash, places: Mapping[str, Where]) -> RowError:
    there = f"（{places[clash.other_id]}）" if clash.other_id in places else ""
    reason = f"{clash.entry_id}的“{clash.words}”和{clash.other_id}{there}的问法相同"
    return RowError(places[clash.entry_id], entries.NAMES[clash.key], reason)


def _examine(planned: Plan, questions: Golden) -> list[Broken]:
    count = len(list(questions.every()))
    if not planned.empty:
        _say(f"asking {count} golden questions …" if count else "there are no golden questions; nothing is tried")
    _list(f"黄金问题“{each.ask}” 改后没有条目可以回答（只是提醒）" for each in importing.apart(planned, questions))
    broken = importing.examine(planned, questions)
    _list(map(_broken, broken))
    return broken


def _broken(broken: Broken) -> str:
    expect = "、".join(broken.expect) or "不该回答"
    return f"黄金问题“{broken.ask}” 应为: {expect} 改后: {broken.now}"


def _list(lines: Iterable[object]) -> None:
    """At most fifty lines on stderr, and how many more there are."""
    every = list(map(str, lines))
    for line in every[:MAX_LISTED]:
        print(line, file=sys.stderr)
    if len(every) > MAX_LISTED:
        print(f"… 还有{len(every) - MAX_LISTED}处", file=sys.stderr)


def _say(progress: str) -> None:
    """For whoever waits at a terminal."""
    if sys.stderr.isatty():
        print(progress, file=sys.stderr)


def faq_export(config: Config, given: argparse.Namespace) -> int:
    """What `faq import` reads, as xlsx or YAML."""
    with opened(config) as database:
        rows = database.look(lambda work: [entries.of_row(row) for row in base.every(work)])
    try:
        files.write(given.file, rows)
    except BadFile as bad:
        raise Failed("; ".join(map(str, bad.errors))) from None
    print(f"{len(rows)} entries written to {given.file}")
    return 0


@contextmanager
def _filled(config: Config) -> Iterator[Database]:
    """The database; an empty knowledge base is filled from the content folder first."""
    with opened(config) as database:
        if database.look(base.state)[0] == 0:
            read = content.read_faq(sorted((config.content.folder / "faq").glob("*.yaml")))
            database.writer.run(lambda work: shipped.load(work, read, SystemClock().now()))
        yield database


def _knowledge(config: Config) -> Knowledge:
    knowledge = Knowledge()
    with _filled(config) as database:
        database.look(knowledge.refresh)
    return knowledge


def faq_ask(config: Config, given: argparse.Namespace) -> int:
    """Answer questions from standard input: a line out for every line in, whatever is in it."""
    knowledge = _knowledge(config)
    for line in _lines(sys.stdin.buffer):
        print(_result(knowledge.ask(line), given.json), flush=True)
    return 0


def _lines(source: BinaryIO) -> Iterator[str]:
    """Lines as text. What is not UTF-8 is replaced, what is too long is cut; memory stays bounded."""
    while line := source.readline(MAX_LINE):
        rest = line
        while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
            rest = source.readline(MAX_LINE)
        yield line.decode("utf-8", "replace").strip()


def _result(result: Result, as_json: bool) -> str:
    hits = [{"id": hit.id, "question": hit.question, "score": round(hit.score, 4)} for hit in result.hits]
    if as_json:
        return json.dumps({"decision": result.decision.value, "entries": hits}, ensure_ascii=False)
    return " ".join([result.decision.value, *(f"{hit['id']} {hit['question']} {hit['score']}" for hit in hits)])


def faq_check(config: Config, given: argparse.Namespace) -> int:
    """Ask the golden questions and compare with the floors of the file; status 1 when one is broken."""
    questions = _golden(config)
    if not questions.questions or not questions.floors:
        raise Failed(f"no golden questions or no floors in {config.content.folder / 'golden'}")
    knowledge = _knowledge(config)
    _say(f"asking {len(list(questions.every()))} golden questions …")
    published = knowledge.base.answers
    report = golden_report.measure(questions, knowledge.ask, published, time.perf_counter)
    if given.json:
        print(json.dumps(faq_report.as_object(report, len(published), given.list), ensure_ascii=False))
    else:
        today = local(SystemClock().now()).date()
        print("\n".join(faq_report.table(report, len(published), today, given.list)))
    return 1 if report.broken else 0
