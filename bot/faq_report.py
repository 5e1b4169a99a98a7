"""What `faq check` shows: a table for people, an object for scripts."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.services.golden import Question
from bot.services.golden_report import CEILINGS, Asked, Figure, Report


def table(report: Report, entries: int, today: date, everything: bool) -> Iterator[str]:
    """Lines: the figures with their limits and counts; with `everything` also what failed and what was set apart."""
    yield f"{today}: {entries} published entries, {len(report.asked)} golden questions asked"
    yield f"{'figure':14} {'share':>8}  {'limit':>10}  {'':6} count"
    yield from map(_row, report.figures)
    yield f"time a question: p50 {report.percentile(0.5):.2f} ms, p95 {report.percentile(0.95):.2f} ms"
    if report.apart or report.pairs_apart:
        unpublished = f"{len(report.apart)} questions, {len(report.pairs_apart)} pairs"
        yield f"set apart, because their entries are not published: {unpublished}"
    if everything:
        yield from map(_failure, report.failures)
        yield from (f"apart     {each.ask}  expected {_expected(each)}" for each in _apart(report))
    names = ", ".join(each.name for each in report.broken)
    yield f"{len(report.broken)} limits broken: {names}" if names else "all limits kept"


def _row(figure: Figure) -> str:
    share = "-" if figure.share is None else f"{figure.share:.1%}"
    sign = "≤" if figure.name in CEILINGS else "≥"
    limit = "-" if figure.limit is None else f"{sign} {figure.limit:.1%}"
    verdict = "" if figure.limit is None else "ok" if figure.holds else "BROKEN"
    return f"{figure.name:14} {share:>8}  {limit:>10}  {verdict:6} {figure.hits} of {figure.of}"


def _failure(asked: Asked) -> str:
    said = ", ".join(hit.id for hit in asked.result.hits) or "-"
    expected = f"expected {_expected(asked.question)}" if asked.question.expect else "not ours"
    return f"{asked.kind:9} {asked.question.ask}  {expected}  {asked.result.decision.value}: {said}"


def _expected(question: Question) -> str:
    return " or ".join(sorted(question.expect))


def _apart(report: Report) -> Iterator[Question]:
    yield from report.apart
    for pair in report.pairs_apart:
        yield from pair


def as_object(report: Report, entries: int, everything: bool) -> dict[str, Any]:
    """The same for scripts. Shares are 0 to 1, times in milliseconds."""
    found: dict[str, Any] = {
        "holds": not report.broken,
        "entries": entries,
        "asked": len(report.asked),
        "figures": {each.name: _figure(each) for each in report.figures},
        "p50_ms": round(report.percentile(0.5), 3),
        "p95_ms": round(report.percentile(0.95), 3),
        "apart": {"questions": len(report.apart), "pairs": len(report.pairs_apart)},
    }
    if everything:
        found["failures"] = [_failed(each) for each in report.failures]
        found["set_apart"] = [{"ask": each.ask, "expect": sorted(each.expect)} for each in _apart(report)]
    return found


def _figure(figure: Figure) -> dict[str, Any]:
    kind = "ceiling" if figure.name in CEILINGS else "floor"
    share = None if figure.share is None else round(figure.share, 4)
    return {"share": share, kind: figure.limit, "hits": figure.hits, "of": figure.of, "holds": figure.holds}


def _failed(asked: Asked) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "ask": asked.question.ask,
        "expect": sorted(asked.question.expect),
        "decision": asked.result.decision.value,
        "entries": [hit.id for hit in asked.result.hits],
    }
