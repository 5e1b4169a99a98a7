"""Numbers as an xlsx file. What people or staff wrote stays text: a cell never becomes a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, the heads of its columns, its rows."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]


def workbook(tables: Iterable[Table]) -> bytes:
    """The file."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for table in tables:
        sheet = book.create_sheet(table.name)
        for row, values in enumerate([table.heads, *table.rows], 1):
            for column, value in enumerate(values, 1):
                put(sheet, row, column, value)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 24
        sheet.column_dimensions["B"].width = 36
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def put(sheet: Worksheet, row: int, column: int, value: Value) -> None:
    """One cell; words that a spreadsheet would take for a formula are marked as text."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = sheet.cell(row, column, value)
    if isinstance(value, str) and value.startswith(FORMULA):
        cell.data_type = "s"
        cell.quotePrefix = True
