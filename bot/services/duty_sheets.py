"""Monthly, bimonthly, quarterly, half-yearly and yearly sheets, filled from what cadres told.

Rows are the unions of a branch, in the tree's order; columns the numbers of one duty, each judged by itself. What was
not told is 未报, never nought; what was not asked yet when a report was finished is 当时未设. Sums over several months
are of what was told and say how many reports are in them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from bot.errors import Refusal
from bot.services import indicators, number_notes
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
# what is said where several hold: the first
STATES = {"missing": "未报", "unasked": "当时未设", "excused": "免报", "none": "未派"}


class NoSheet(Refusal):
    """There is no such sheet; the words say what to choose."""


@dataclass(slots=True)
class Cell:
    """One union in one month. `state`: told (all that was asked), missing, excused or none (nobody there was asked).
    `numbers` in hundredths, as far as they are there: some of one that is missing; of one that is told all but those
    that the duty asks for only since then.
    """

    state: str = "none"
    numbers: dict[str, int] = field(default_factory=dict)

    def lacks(self, key: str) -> str:
        """Why a number is not there: one of STATES; empty when it is."""
        return "" if key in self.numbers else "unasked" if self.state == "told" else self.state


@dataclass(frozen=True, slots=True)
class Line:
    """One union. `totals`: over the months; None where nothing was told. `told` of `due` reports are there."""

    name: str
    level: str
    cells: dict[str, Cell]
    totals: dict[str, int | None]
    due: int
    told: int

    def nothing(self, key: str) -> str:
        """Why there is no sum, in words."""
        return STATES[_foremost(each.lacks(key) for each in self.cells.values())]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled sheet. `columns`: (key, label, unit); `changes`: (union, month, moment, words) of corrections, without
    who made them and why: a reason may name somebody.
    """

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

    @property
    def grown(self) -> bool:
        """Whether a number is wanted by now that some of the reports were not asked for."""
        cells = [cell for line in self.lines for cell in line.cells.values()]
        return any(cell.lacks(key) == "unasked" for cell in cells for key, _, _ in self.columns)


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
    labels = {each["key"]: each["label"] for each in numbers}
    changes = [
        (names.get(org_id, ""), period, moment, number_notes.without_reason(note, labels))
        for org_id, period, moment, note in duty_sheets.changed(work, template_id, first, last, org.path, CHANGES)
    ]
    columns = [(each["key"], each["label"], each["unit"]) for each in numbers]
    total = _total(lines, periods, [key for key, _, _ in columns])
    return Sheet(template.title, org.name, periods, columns, lines, total, changes, first, last, as_of)


def _cells(rows: Iterable[Any], wanted: set[str]) -> dict[tuple[int, str], Cell]:
    """By union and month: the newest whole report of its cadres, else how the duty stands."""
    found: dict[tuple[int, str], tuple[Any, Cell]] = {}
    for mine in _by_duty(rows):
        org_id, period, _, state, *_ = mine[0]
        rank, cell = _judged(state, mine, wanted)
        if (org_id, period) not in found or rank >= found[org_id, period][0]:
            found[org_id, period] = (rank, cell)
    return {place: cell for place, (_, cell) in found.items()}


def _by_duty(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """The rows of each duty; they come by union, month and duty."""
    return (list(mine) for _, mine in groupby(rows, key=lambda row: row[2]))


def _judged(state: str, rows: Sequence[Any], wanted: set[str]) -> tuple[tuple[bool, float, int, bool], Cell]:
    """How a duty stands, and how much that counts beside others. What was finished was whole by what was asked then."""
    told = [(key, int(hundredths), at) for *_, key, hundredths, at in rows if key is not None]
    numbers = {key: hundredths for key, hundredths, _ in told if key in wanted}
    whole = set(numbers) == wanted or (state == "done" and bool(told))
    if state == "excused" and not whole:
        return (False, 0.0, 0, False), Cell("excused")
    moment = max(at.timestamp() for _, _, at in told) if whole else 0.0
    return (whole, moment, len(numbers), state != "excused"), Cell("told" if whole else "missing", numbers)


def _line(
    org: Organisation, periods: Sequence[str], found: dict[tuple[int, str], Cell], numbers: Sequence[dict[str, Any]]
) -> Line:
    cells = {period: found.get((org.id, period), Cell()) for period in periods}
    totals: dict[str, int | None] = {}
    for number in numbers:
        key, newest = number["key"], number.get("how") == "last"
        values = [cell.numbers[key] for cell in cells.values() if key in cell.numbers]
        totals[key] = (values[-1] if newest else sum(values)) if values else None
    states = [cell.state for cell in cells.values()]
    told = states.count("told")
    return Line(org.name, org.level, cells, totals, told + states.count("missing"), told)


def _total(lines: Sequence[Line], periods: Sequence[str], keys: Sequence[str]) -> Line:
    cells = {}
    for period in periods:
        mine = [each.cells[period] for each in lines]
        added = {key: _added(cell.numbers.get(key) for cell in mine) for key in keys}
        lacking = _foremost(cell.state for cell in mine)
        state = "told" if lacking != "missing" and any(cell.state == "told" for cell in mine) else lacking
        cells[period] = Cell(state, {key: value for key, value in added.items() if value is not None})
    totals = {key: _added(each.totals[key] for each in lines) for key in keys}
    return Line("合计", "", cells, totals, sum(each.due for each in lines), sum(each.told for each in lines))


def _foremost(why: Iterable[str]) -> str:
    given = set(why)
    return next((state for state in STATES if state in given), "none")


def _added(values: Iterable[int | None]) -> int | None:
    """What is there together; None where nothing is."""
    given = [value for value in values if value is not None]
    return sum(given) if given else None
