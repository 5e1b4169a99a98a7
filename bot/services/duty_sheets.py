"""Monthly, bimonthly, quarterly, half-yearly and yearly sheets, filled from what cadres told.

Rows are the unions of a branch, in the tree's order; columns the numbers of one duty. What was not told is 未报, never
nought. Sums over several months are of what was told and say how many reports are in them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.errors import Refusal
from bot.services import indicators
from bot.services.actors import Actor, require
from storage import duty_sheets, duty_templates, orgs
from storage.duty_templates import DutyTemplate
from storage.orgs import Organisation
from storage.work import Work

KINDS = {
    "month": ("月报", 1),
    "bimonth": ("双月报", 2),
    "quarter": ("季报", 3),
    "half": ("半年报", 6),
    "year": ("年报", 12),
}
CHANGES = 5000  # at most so many lines about corrections
STATES = {"missing": "未报", "excused": "免报", "none": "未派"}


class NoSheet(Refusal):
    """There is no such sheet; the words say what to choose."""


@dataclass(slots=True)
class Cell:
    """One union in one month: told, missing, excused or none (nobody there was asked). Numbers in hundredths."""

    state: str = "none"
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One union. `totals`: over the months; None where nothing was told. `told` of `due` reports are there."""

    name: str
    level: str
    cells: dict[str, Cell]
    totals: dict[str, int | None]
    due: int
    told: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled sheet. `columns`: (key, label, unit); `changes`: (union, month, moment, words) of corrections."""

    title: str
    union: str
    periods: list[str]
    columns: list[tuple[str, str, str]]
    lines: list[Line]
    total: Line
    changes: list[tuple[str, str, datetime, str]]
    first: str
    last: str
    as_of: date


def months(kind: str, year: int, number: int) -> tuple[str, str]:
    """First and last month of the n-th month, two months, quarter, half or year. Raises NoSheet."""
    if kind not in KINDS or not 1 <= number <= 12 // KINDS[kind][1] or not 2000 <= year <= 2099:
        raise NoSheet("没有这一期报表，请重新选择。")
    length = KINDS[kind][1]
    first = f"{year}-{(number - 1) * length + 1:02}"
    return first, indicators.month_after(first, length - 1)


def tasks(work: Work) -> Sequence[DutyTemplate]:
    """The duties in use that ask for numbers, by id."""
    return duty_sheets.with_numbers(work)


def filled(work: Work, actor: Actor, template_id: str, first: str, last: str, org_id: int | None, as_of: date) -> Sheet:
    """The sheet of a duty for a branch. Raises NotAllowed, NoSheet."""
    require(actor, "see")
    template, org = duty_templates.get(work, template_id), indicators.place(work, actor, org_id)
    if template is None or not template.numbers or first > last:
        raise NoSheet("没有这种报表：请选要报数的任务。")
    numbers: list[dict[str, Any]] = list(template.numbers)
    units = [each for each in orgs.below(work, org) if each.level in template.levels]
    found = _cells(duty_sheets.reported(work, template_id, first, last, org.path), {each["key"] for each in numbers})
    periods = sorted({period for _, period in found})
    lines = [_line(each, periods, found, numbers) for each in units]
    names = {each.id: each.name for each in units}
    changes = [
        (names.get(org_id, ""), period, moment, note)
        for org_id, period, moment, note in duty_sheets.changed(work, template_id, first, last, org.path, CHANGES)
    ]
    columns = [(each["key"], each["label"], each["unit"]) for each in numbers]
    total = _total(lines, periods, [key for key, _, _ in columns])
    return Sheet(template.title, org.name, periods, columns, lines, total, changes, first, last, as_of)


def _cells(rows: Iterable[Any], wanted: set[str]) -> dict[tuple[int, str], Cell]:
    """By union and month: the newest complete report of its cadres, else how the duty stands."""
    duties: dict[int, tuple[tuple[int, str], str]] = {}
    numbers: dict[int, dict[str, int]] = {}
    moments: dict[int, datetime | None] = {}
    for org_id, period, duty_id, state, key, hundredths, told in rows:
        duties[duty_id], moments[duty_id] = ((org_id, period), state), told
        mine = numbers.setdefault(duty_id, {})
        if key in wanted:
            mine[key] = int(hundredths)
    found: dict[tuple[int, str], tuple[Any, Cell]] = {}
    for duty_id, (place, state) in duties.items():
        whole = set(numbers[duty_id]) == wanted
        how = "told" if whole else "excused" if state == "excused" else "missing"
        cell = Cell(how, numbers[duty_id] if whole else {})
        rank = (whole, moments[duty_id] if whole else None, how == "missing")
        if place not in found or _better(rank, found[place][0]):
            found[place] = (rank, cell)
    return {place: cell for place, (_, cell) in found.items()}


def _better(one: tuple[bool, Any, bool], other: tuple[bool, Any, bool]) -> bool:
    if one[0] and other[0]:
        return bool(one[1] >= other[1])
    return (one[0], one[2]) > (other[0], other[2])


def _line(
    org: Organisation, periods: Sequence[str], found: dict[tuple[int, str], Cell], numbers: Sequence[dict[str, Any]]
) -> Line:
    cells = {period: found.get((org.id, period), Cell()) for period in periods}
    told = [cell for cell in cells.values() if cell.state == "told"]
    totals: dict[str, int | None] = {}
    for number in numbers:
        values = [cell.numbers[number["key"]] for cell in told]
        newest = number.get("how") == "last"
        totals[number["key"]] = (values[-1] if newest else sum(values)) if values else None
    due = sum(1 for cell in cells.values() if cell.state in ("told", "missing"))
    return Line(org.name, org.level, cells, totals, due, len(told))


def _total(lines: Sequence[Line], periods: Sequence[str], keys: Sequence[str]) -> Line:
    def added(values: Iterable[int | None]) -> int | None:
        given = [value for value in values if value is not None]
        return sum(given) if given else None

    cells = {}
    for period in periods:
        told = [each.cells[period] for each in lines if each.cells[period].state == "told"]
        numbers = {key: sum(cell.numbers[key] for cell in told) for key in keys} if told else {}
        cells[period] = Cell("told" if told else "missing", numbers)
    totals = {key: added(each.totals[key] for each in lines) for key in keys}
    return Line("合计", "", cells, totals, sum(each.due for each in lines), sum(each.told for each in lines))
