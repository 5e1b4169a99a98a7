"""Targets of a whole tree from a list: every row, or every mistake and no target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services import indicators, targets
from bot.services.actors import Actor, require
from storage import orgs
from storage.indicators import Indicator
from storage.orgs import Organisation
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was written; `unit` is a code or a whole name, `indicator` an id or a title."""

    row: int
    unit: str
    indicator: str
    year: str
    goal: str


def bring_in(work: Work, actor: Actor, lines: Sequence[Line], now: datetime, who: str) -> tuple[int, list[str]]:
    """Set them, in the caller's transaction; how many changed, and every mistake in words (nothing is set then).

    Raises NotAllowed for a union whose own target is not the actor's to set.
    """
    require(actor, "approve")
    places: dict[str, list[Organisation]] = {}
    for org in orgs.beneath(work, actor.path or "/"):
        for key in {org.code, org.name}:
            places.setdefault(key, []).append(org)
    known = {key: each for each in indicators.every(work) for key in (each.id, each.title)}
    wrong = list(_wrong(lines, places, known))
    if wrong:
        return 0, wrong
    changed = 0
    for line in lines:
        org, indicator = places[line.unit][0], known[line.indicator]
        changed += targets.set_own(work, actor, indicator.id, int(line.year), org.id, line.goal, now, who)
    return changed, []


def _wrong(lines: Sequence[Line], places: dict[str, list[Organisation]], known: dict[str, Indicator]) -> Iterator[str]:
    seen: dict[tuple[int, str, str], int] = {}
    for line in lines:
        found, indicator = places.get(line.unit, []), known.get(line.indicator)
        if len(found) != 1:
            yield f"第{line.row}行 工会: {'有几个工会同名，请写代号' if found else '没有这个工会，请写代号或全称'}"
        elif indicator is None:
            yield f"第{line.row}行 指标: 没有这个指标，请写代号或名称"
        elif not (line.year.isascii() and line.year.isdigit() and int(line.year[:5]) in targets.YEARS):
            yield f"第{line.row}行 年份: 请写四位数的年份"
        elif (first := seen.setdefault((found[0].id, indicator.id, line.year), line.row)) != line.row:
            yield f"第{line.row}行 工会: 和第{first}行是同一个工会、指标和年份"
        else:
            yield from _bad_goal(line, indicator)


def _bad_goal(line: Line, indicator: Indicator) -> Iterator[str]:
    try:
        targets.read(line.goal, indicator.unit)
    except targets.BadTarget as bad:
        yield f"第{line.row}行 目标: {bad.words}"
