"""Entries and workbooks for tests."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from bot.content import FaqEntry
from bot.exchange import rows
from bot.exchange.problems import BadFile
from bot.exchange.sheet import COLUMNS, SHEET

HEAD = [column.name for column in COLUMNS]


def entry(entry_id: str = "lv-annual", **changes: Any) -> dict[str, Any]:
    """A valid entry as files hold it."""
    made = {
        "id": entry_id,
        "question": "年休假有几天？",
        "phrasings": ["年假几天", "一年能休多少天"],
        "answer": "连续工作满1年就有带薪年休假，满1年不满10年是5天。",
        "category": "休息休假",
        "citations": [{"law": "职工带薪年休假条例", "article": "第三条", "version": "2008-01-01施行"}],
        "as_of": date(2026, 4, 19),
        "review_by": date(2027, 1, 31),
    }
    return FaqEntry.model_validate(made | changes).model_dump()


def sheet(*lines: Sequence[Any], head: Sequence[Any] = HEAD, title: str = SHEET) -> bytes:
    """An xlsx with these rows below the header, written the plain way."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = title
    for line in (head, *lines):
        page.append(list(line))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def line(**changes: Any) -> list[Any]:
    """A row in the order of the header; keys are those of an entry."""
    made: dict[str, Any] = {
        "id": "lv-annual",
        "question": "年休假有几天？",
        "phrasings": "年假几天\n一年能休多少天",
        "answer": "连续工作满1年就有带薪年休假，满1年不满10年是5天。",
        "category": "休息休假",
        "citations": "《职工带薪年休假条例》|第三条|2008-01-01施行",
        "as_of": date(2026, 4, 19),
        "review_by": date(2027, 1, 31),
    }
    made |= changes
    return [made.get(column.key) for column in COLUMNS]


def read_one(**changes: Any) -> FaqEntry:
    """The entry of a workbook with one row."""
    (found,) = rows.read(sheet(line(**changes)), "a.xlsx")
    return found.entry


def refused(read: Callable[[bytes, str], object], data: bytes, file: str = "a.xlsx") -> list[str]:
    """The mistakes that a file is refused with."""
    try:
        read(data, file)
    except BadFile as bad:
        return [str(error) for error in bad.errors]
    raise AssertionError("it was taken")


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A zip with every part changed, and more parts."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return out.getvalue()
