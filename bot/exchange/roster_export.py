"""Members as an xlsx that is read back as it is: text stays text, and nothing is run by a spreadsheet."""

import os
from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bot.exchange.writing import needs_care, put

SHEET = "会员名册"
COLUMNS = {
    "number": ("会员编号", 20),
    "name": ("姓名", 12),
    "id_number": ("身份证号", 22),
    "mobile": ("手机号", 14),
    "unit": ("工会", 26),
    "unit_code": ("工会代号", 16),
    "employer": ("工作单位", 26),
    "work_status": ("就业状况", 12),
    "migrant": ("是否农民工", 12),
    "joined_on": ("入会日期", 13),
    "state": ("会籍状态", 12),
    "source": ("来源", 12),
}


def write(members: Iterable[Mapping[str, str | date]]) -> bytes:
    """The file; rows in the order given."""
    book = Workbook(write_only=True)
    book.properties.creator = "unionbot"
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for place, (_, width) in enumerate(COLUMNS.values()):
        sheet.column_dimensions["ABCDEFGHIJKL"[place]].width = width
    heads = [WriteOnlyCell(sheet, value=name) for name, _ in COLUMNS.values()]
    for cell in heads:
        cell.font = Font(bold=True)
    sheet.append(heads)
    for member in members:
        sheet.append([_cell(sheet, member[key]) for key in COLUMNS])
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def save(path: Path, body: bytes) -> None:
    """Write the file, which only its owner may read. Raises OSError where there is one already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)


def _cell(sheet: Any, value: str | date) -> object:
    """Plain text as it is, which is quick; a date, and text a spreadsheet would run or XML cannot hold, as a cell."""
    if isinstance(value, str) and not needs_care(value):
        return value
    cell = WriteOnlyCell(sheet)
    put(cell, value)
    return cell
