"""Sheets and circulars as xlsx: numbers as numbers, 未报 as a word, and no text that a spreadsheet would run."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bot.clock import local
from bot.exchange.writing import needs_care, put
from bot.services.circular import HEADS, Circular, Row
from bot.services.duty_sheets import STATES, Line, Sheet
from bot.services.indicators import of_day

Value = str | int | float
_BOLD = Font(bold=True)


def circular(given: Circular) -> bytes:
    """A circular: what it is about above the table, definition and cut-off below it."""
    book, sheet = _book("通报", (30, 14, 14, 12, 18, 12))
    unit = given.total.unit
    _title(sheet, given.title, given.union)
    heads = [f"{head}（{unit}）" if head in HEADS[1:3] or head == HEADS[4] else head for head in HEADS]
    _append(sheet, heads, bold=True)
    for row in (*given.rows, given.total):
        _append(sheet, _cells(row, given), bold=row is given.total)
    sheet.append([])
    for note in given.notes:
        _append(sheet, [note])
    return _saved(book)


def _cells(row: Row, given: Circular) -> list[Value]:
    name = f"{row.name}（合计）" if row is given.total else row.name
    share = "—" if row.share is None else float(round(row.share, 4))
    gap: Value = "—" if row.gap is None else _number(-row.gap)
    goal: Value = "未定" if row.goal is None else _number(row.goal)
    number: Value = "未报" if row.number is None else _number(row.number)
    return [name, goal, number, share, gap, row.reports]


def sheet(given: Sheet) -> bytes:
    """A sheet of a duty's numbers: sums first, then month by month where there are several; corrections apart."""
    book, page = _book("报表", (30, 8, 8))
    when = given.first if given.first == given.last else f"{given.first}至{given.last}"
    _title(page, f"{given.title}（{when}）", given.union)
    _append(page, _heads(given), bold=True)
    for line in (*given.lines, given.total):
        _append(page, _values(line, given), bold=line is given.total)
    page.append([])
    grown = f"“{STATES['unasked']}”是报数以后才加的一栏，不用补报。" if given.grown else ""
    _append(page, [f"{of_day(given.as_of)}。没有报的写“{STATES['missing']}”，不按零计算；合计只加已报的数。{grown}"])
    if given.changes:
        _changes(book, given)
    return _saved(book)


def _heads(given: Sheet) -> list[str]:
    named = [f"{label}（{unit}）" for _, label, unit in given.columns]
    months = given.periods if len(given.periods) > 1 else []
    return ["单位", "应报", "已报", *named, *(f"{period} {each}" for period in months for each in named)]


def _values(line: Line, given: Sheet) -> list[Value]:
    months = given.periods if len(given.periods) > 1 else []
    keys = [key for key, _, _ in given.columns]
    totals = [_value(line.totals[key], line.nothing(key)) for key in keys]
    each = [
        _value(cell.numbers.get(key), STATES.get(cell.lacks(key), ""))
        for cell in (line.cells[period] for period in months)
        for key in keys
    ]
    return [line.name, line.due, line.told, *totals, *each]


def _value(hundredths: int | None, nothing: str) -> Value:
    return nothing if hundredths is None else _number(hundredths)


def _changes(book: Workbook, given: Sheet) -> None:
    page: Any = book.create_sheet("更正和补报")
    for letter, width in (("A", 30), ("B", 10), ("C", 18), ("D", 60)):
        page.column_dimensions[letter].width = width
    _append(page, ["单位", "月份", "时间（北京时间）", "内容"], bold=True)
    for name, period, moment, words in given.changes:
        _append(page, [name, period, f"{local(moment):%Y-%m-%d %H:%M}", words])


def _number(hundredths: int) -> int | float:
    return hundredths // 100 if hundredths % 100 == 0 else float(Fraction(hundredths, 100))


def _book(name: str, widths: Sequence[int]) -> tuple[Workbook, Any]:
    book = Workbook(write_only=True)
    book.properties.creator = "unionbot"
    sheet: Any = book.create_sheet(name)
    sheet.freeze_panes = "B4"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    return book, sheet


def _title(sheet: Any, title: str, union: str) -> None:
    _append(sheet, [title], bold=True)
    _append(sheet, [union])


def _append(sheet: Any, values: Iterable[Value], bold: bool = False) -> None:
    sheet.append([_cell(sheet, value, bold) for value in values])


def _cell(sheet: Any, value: Value, bold: bool) -> object:
    text = isinstance(value, str)
    if not bold and not (text and needs_care(str(value))):
        return value
    cell = WriteOnlyCell(sheet, value=None if text else value)
    if text:
        put(cell, str(value))
    if bold:
        cell.font = _BOLD
    return cell


def _saved(book: Workbook) -> bytes:
    into = BytesIO()
    book.save(into)
    return into.getvalue()
