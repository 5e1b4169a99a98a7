"""Plain lists as xlsx: the rows below a head that is looked for, and a list written as a file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bot.exchange import cells, workbook
from bot.exchange.cells import BadCell
from bot.exchange.workbook import Limits, Row, Unreadable, Value
from bot.exchange.writing import put

LIMITS = Limits(rows=20_000, title=5)
HEAD_ROWS = 6


def read(data: bytes, words: Mapping[str, Sequence[str]], needed: Sequence[str]) -> list[tuple[int, dict[str, Value]]]:
    """The rows of the first sheet below its head, each with its number and the cells of known columns.

    `words`: key to the names a column may have, the first as it is said. Raises Unreadable, also when a column that is
    `needed` is not there.
    """
    rows = workbook.read(data, None, LIMITS)
    head = max(rows[:HEAD_ROWS], key=lambda row: (len(_places(row, words)), -row.number), default=None)
    places = _places(head, words) if head else {}
    missing = [words[key][0] for key in needed if key not in places.values()]
    if head is None or missing:
        raise Unreadable(f"没有这些列：{'、'.join(missing or [words[key][0] for key in needed])}。")
    return [
        (row.number, {key: row.cells[place] for place, key in places.items() if place in row.cells})
        for row in rows
        if row.number > head.number
    ]


def _places(row: Row, words: Mapping[str, Sequence[str]]) -> dict[int, str]:
    known = {word.lower(): key for key, names in words.items() for word in names}
    found: dict[int, str] = {}
    for place, value in row.cells.items():
        key = known.get("".join(str(value).split()).lower())
        if key is not None and key not in found.values():
            found[place] = key
    return found


def plain(value: Value) -> tuple[str, str]:
    """A cell as text of one spelling, and what is wrong with it (then the text is empty)."""
    try:
        return cells.plain(value), ""
    except BadCell as bad:
        return "", str(bad)


def write(sheet: str, heads: Mapping[str, int], rows: Iterable[Sequence[str | date]]) -> bytes:
    """A file with one sheet; `heads` are the columns with their widths. Text stays text, whatever it begins with."""
    book = Workbook(write_only=True)
    book.properties.creator = "unionbot"
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    for place, width in enumerate(heads.values(), 1):
        page.column_dimensions[get_column_letter(place)].width = width
    titles = [WriteOnlyCell(page, value=name) for name in heads]
    for cell in titles:
        cell.font = Font(bold=True)
    page.append(titles)
    for row in rows:
        made = [WriteOnlyCell(page) for _ in row]
        for cell, value in zip(made, row, strict=True):
            put(cell, value)
        page.append(made)
    into = BytesIO()
    book.save(into)
    return into.getvalue()
