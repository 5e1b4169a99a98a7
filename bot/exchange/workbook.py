"""Opening somebody's xlsx: limits before anything is unpacked, values only, no formula and no macro."""

import math
import posixpath
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile, is_zipfile

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from bot.errors import Refusal

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 2000
MAX_ROWS = 20_000
MAX_COLUMNS = 40
MAX_MARKS = 2_500_000  # tags of all sheets: 20 000 rows with 14 columns of text have 1.7 million
MAX_OTHER_MARKS = 100_000  # tags of all other parts: styles, names, properties
MAX_ROW_MARKS = 10_000  # tags between the ends of two rows: what must be in memory at once
MAX_CELL = 32_767  # characters; what Excel itself keeps
_LAST_ROW = 1_048_576  # of the format
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how files of old Office begin, and encrypted ones of today
_BOOK, _LINKS, _TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MERGED = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^>]{0,200}?ref="([A-Z0-9:]{2,40})"')
_STRANGE = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|\x00"
)  # entities, or UTF-16 that hides them: no program writes such parts
_ROW_END = re.compile(rb"</(?:[\w.-]+:)?row\s*>")
_HEXADECIMAL = re.compile("_x([0-9A-Fa-f]{4})_")  # how the format writes what XML cannot


class Unreadable(Refusal):
    """The file as such cannot be taken; the words say why and what to do."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A cell that cannot be taken, with the reason in Chinese."""

    reason: str


Value = str | int | float | bool | date | Unfit


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row that are not empty, by column. Both count from 1."""

    number: int
    cells: dict[int, Value]


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `rows` (0: MAX_ROWS); the first `title` rows may have merged cells; nothing is read below row `only`."""

    rows: int = 0
    title: int = 0
    only: int = _LAST_ROW


LIMITS = Limits()


def read(data: bytes, sheet: str | None, limits: Limits = LIMITS) -> list[Row]:
    """The rows of a sheet (None: the first one) that are not empty. Takes any bytes. Raises Unreadable.

    Formulas are not taken, not even their last result: what they say can change without anybody touching the row.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"文件超过{MAX_BYTES // 2**20}MB，请分成几个文件。")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles it does not know; we take none
        try:
            return _read(data, sheet, limits)
        except Unreadable:
            raise
        except Exception:  # of damaged files openpyxl and zipfile raise whatever happens to break
            raise Unreadable("文件已损坏，请用表格软件打开后另存为xlsx再试。") from None


def _read(data: bytes, wanted: str | None, limits: Limits) -> list[Row]:
    _check_kind(data)
    with ZipFile(BytesIO(data)) as archive:
        _check_size(archive)
        _check_parts(archive)
        sheet = wanted or _first(archive)
        _check_merged(archive, sheet, limits.title)
    # Without data_only, so that a formula is seen as one instead of as its last result.
    book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        return _limited(_rows(book, sheet, limits.only), limits.rows or MAX_ROWS)
    finally:
        book.close()


def _check_kind(data: bytes) -> None:
    if data.startswith(_COMPOUND):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Unreadable("文件有密码，请去掉密码再试。" if locked else "这是旧版的表格，请另存为xlsx再试。")
    if not is_zipfile(BytesIO(data)):
        raise Unreadable("不是xlsx文件，请用表格软件另存为xlsx再试。")


def _check_size(archive: ZipFile) -> None:
    """By what the archive declares: zipfile never unpacks more of a part than that."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable(f"文件解开后超过{MAX_UNPACKED // 2**20}MB，请分成几个文件。")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("文件有密码，请去掉密码再试。")


def _check_parts(archive: ZipFile) -> None:
    names = archive.namelist()
    if not {_BOOK, _LINKS, _TYPES} <= set(names):
        raise Unreadable("不是xlsx文件，请用表格软件另存为xlsx再试。")
    if b"macroEnabled" in archive.read(_TYPES) or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable("文件带有宏，请另存为不带宏的xlsx再试。")
    _check_marks(archive, [name for name in names if name.endswith((".xml", ".rels"))])


def _check_marks(archive: ZipFile, names: Iterable[str]) -> None:
    """Every tag becomes an object many times its size, so tags are counted before anything takes them apart."""
    sheets = others = 0
    for name in names:
        part = archive.read(name)
        if _STRANGE.search(part):
            raise Unreadable("文件里有不认识的内容，请用表格软件打开后另存为xlsx再试。")
        if name.startswith("xl/worksheets/") or name == "xl/sharedStrings.xml":
            sheets += part.count(b"<")
            most = max(row.count(b"<") for row in _ROW_END.split(part)) if "worksheets" in name else 0
            if sheets > MAX_MARKS or most > MAX_ROW_MARKS:
                raise Unreadable("表格太大，请删掉多余的空行和空列，或分成几个文件。")
        else:
            others += part.count(b"<")
    if others > MAX_OTHER_MARKS:
        raise Unreadable("文件里的格式太多，请把内容复制到新的表格里再试。")


def _first(archive: ZipFile) -> str:
    """Name of the first sheet."""
    sheets = ElementTree.fromstring(archive.read(_BOOK)).iter()
    name = next((each.get("name") for each in sheets if each.get("name") and each.get(_RELATION)), None)
    if name is None:
        raise Unreadable("文件里没有工作表。")
    return name


def _check_merged(archive: ZipFile, sheet: str, title: int) -> None:
    part = _part_of(archive, sheet)
    for found in _MERGED.finditer(archive.read(part) if part else b""):
        last = int("".join(filter(str.isdigit, found[1].decode().rpartition(":")[2])) or 0)
        if last > title:
            raise Unreadable(f"工作表“{sheet}”有合并的单元格（{found[1].decode()}），请取消合并再试。")


def _part_of(archive: ZipFile, sheet: str) -> str:
    """Name of the part that holds a sheet; empty when there is no such sheet."""
    sheets = ElementTree.fromstring(archive.read(_BOOK)).iter()
    key = next((each.get(_RELATION) for each in sheets if each.get("name") == sheet and each.get(_RELATION)), None)
    links = ElementTree.fromstring(archive.read(_LINKS)).iter()
    target = next((each.get("Target") for each in links if key and each.get("Id") == key), None)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""


def _rows(book: Workbook, name: str, last: int) -> Iterator[Row]:
    if name not in book.sheetnames:
        raise Unreadable(f"没有名为“{name}”的工作表。")
    sheet: Any = book[name]
    if (sheet.max_column or 0) > MAX_COLUMNS:
        raise Unreadable(f"工作表“{name}”超过{MAX_COLUMNS}列，请删掉多余的列。")
    sheet.reset_dimensions()  # what a file says of its own size need not be true
    rows = sheet.iter_rows(max_row=last, max_col=MAX_COLUMNS)
    blank: object = None
    for number, cells in enumerate(rows, 1):
        if cells is blank:  # rows that are not in the file are all one object, and there may be a million of them
            continue
        values = ((column, _value(cell)) for column, cell in enumerate(cells, 1) if cell.value is not None)
        if kept := {column: value for column, value in values if value != ""}:
            yield Row(number, kept)
        else:
            blank = cells


def _limited(rows: Iterable[Row], most: int) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        if len(kept) > most:
            raise Unreadable(f"超过{most}行，请分成几个文件。")
        kept.append(row)
    return kept


def _value(cell: Any) -> Value:
    if cell.data_type == "f":
        return Unfit("不能用公式，请只粘贴数值")
    if cell.data_type == "e":
        return Unfit("是一个错误值")
    return _plain(cell.value)


def _plain(value: Any) -> Value:
    match value:
        case str():
            return _text(value)
        case datetime():
            return value.date()
        case time() | timedelta():
            return Unfit("不能是时间")
        case float() if not math.isfinite(value):
            return Unfit("不是数字")
    return value if isinstance(value, bool | int | float | date) else Unfit("内容不认识")


def _text(written: str) -> Value:
    if len(written) > MAX_CELL:
        return Unfit(f"超过{MAX_CELL}个字")
    text = _HEXADECIMAL.sub(lambda found: chr(int(found[1], 16)), written)
    return text if text.strip() else ""
