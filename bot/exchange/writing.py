"""Writing an xlsx for people to edit: real dates, lists to choose from, and no text that a spreadsheet would run."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.sheet import COLUMNS, SHEET, Column, written
from bot.exchange.workbook import MAX_CELL, MAX_ROWS

_RUNS = (*"=+-@\t\r＝＋－＠",)  # what spreadsheets take for a formula when it is typed or pasted
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x(?=[0-9A-Fa-f]{4}_)")
_BOLD, _SHADE = Font(bold=True), PatternFill("solid", fgColor="FFE8F0E8")
_WRAP = Alignment(wrap_text=True, vertical="top")
NOTES = (
    "一行是一条问答。表头的名称不要改，列的先后可以换，不认识的列会被指出来。",
    "一格里写几行：Windows按Alt+Enter，苹果电脑按Option+Enter。",
    "“依据”和“本地项目”用竖线隔开几部分；内容里本来就有竖线的，前面加一条反斜杠。",
    "不要合并单元格，不要用公式。日期写成2026-11-26、2026/11/26或2026年11月26日都可以。",
    "读回：faq import 文件名。有错会逐行列出来，改好再读；有一处错就一条都不导入。",
)


def write(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """Entries as an xlsx. Raises BadFile where a cell or the sheet cannot hold them."""
    if len(entries) > MAX_ROWS:
        raise BadFile([RowError(Where(SHEET), "", f"超过{MAX_ROWS}条，请导出为YAML。")])
    book = Workbook()
    book.properties.creator = "unionbot"
    sheet = book.worksheets[0]
    sheet.title = SHEET
    _fill(sheet, [[column.name for column in COLUMNS], *(list(written(entry)) for entry in entries)])
    _furnish(sheet, len(entries))
    _explain(book.create_sheet("说明"))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, rows: Iterable[Iterable[str | date]]) -> None:
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            if value != "":
                put(sheet.cell(number, place), value)


def put(cell: Cell | MergedCell, value: str | date) -> None:
    """A real date, or text that stays text whatever it begins with. Raises BadFile when it is too long for a cell."""
    cell.alignment = _WRAP
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
        return
    text = _NOT_XML.sub(_in_hexadecimal, value)
    if len(text) > MAX_CELL:
        raise BadFile([RowError(Where(cell.coordinate), "", f"超过{MAX_CELL}个字，请导出为YAML。")])
    cell.value, cell.data_type, cell.number_format = text, "s", "@"
    cell.quotePrefix = value.startswith(_RUNS)


def needs_care(value: str) -> bool:
    """Whether text would be run by a spreadsheet, or holds what XML cannot."""
    return value.startswith(_RUNS) or len(value) > MAX_CELL or _NOT_XML.search(value) is not None


def _in_hexadecimal(found: re.Match[str]) -> str:
    sign = found[0]
    return f"_x{ord(sign[0]):04X}_" + sign[1:]


def _furnish(sheet: Worksheet, count: int) -> None:
    sheet.freeze_panes = "A2"
    for place, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(1, place)
        head.font, head.fill = _BOLD, _SHADE
        if column.choices:
            _offer(sheet, column, f"{letter}2:{letter}{count + 1000}")


def _offer(sheet: Worksheet, column: Column, cells: str) -> None:
    choices = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
    choices.showErrorMessage, choices.errorTitle, choices.error = True, column.name, column.help
    choices.add(cells)
    sheet.add_data_validation(choices)


def _explain(sheet: Worksheet) -> None:
    table = [[column.name, "必填" if column.needed else "", column.help] for column in COLUMNS]
    _fill(sheet, [["列", "", "怎么填"], *table, [], *([note] for note in NOTES)])
    for letter, width in (("A", 14), ("B", 8), ("C", 70)):
        sheet.column_dimensions[letter].width = width
    for cell in sheet[1]:
        cell.font, cell.fill = _BOLD, _SHADE
