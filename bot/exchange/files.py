"""Files by their ending: .xlsx, .yaml or .yml."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.exchange import documents, rows, workbook, writing
from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.rows import Found
from bot.services.entries import NAMES

_READ: Mapping[str, tuple[Callable[[bytes, str], list[Found]], int]] = {
    ".xlsx": (rows.read, workbook.MAX_BYTES),
    ".yaml": (documents.read, documents.MAX_BYTES),
    ".yml": (documents.read, documents.MAX_BYTES),
}
_WRITE: Mapping[str, Callable[[Sequence[Mapping[str, Any]]], bytes]] = {
    ".xlsx": writing.write,
    ".yaml": documents.write,
    ".yml": documents.write,
}
ENDINGS = "只能是.xlsx、.yaml或.yml文件。"


def read(paths: Sequence[Path]) -> list[Found]:
    """The entries of all these files, ids unique. Raises BadFile with the mistakes of all of them."""
    errors: list[RowError] = []
    found: list[Found] = []
    for path in paths:
        try:
            found += _read(path)
        except BadFile as bad:
            errors += bad.errors
    errors += _twice(found)
    if errors:
        raise BadFile(errors)
    return found


def _read(path: Path) -> list[Found]:
    file = str(path)
    reader, limit = _READ.get(path.suffix.lower(), (None, 0))
    if reader is None:
        raise BadFile([RowError(Where(file), "", ENDINGS)])
    try:
        with path.open("rb") as source:
            return reader(source.read(limit + 1), file)
    except OSError as error:
        raise BadFile([RowError(Where(file), "", f"读不了：{error.strerror}")]) from None


def _twice(found: Sequence[Found]) -> Iterator[RowError]:
    first: dict[str, Where] = {}
    for each in found:
        before = first.setdefault(each.entry.id, each.where)
        if before is not each.where:
            yield RowError(each.where, NAMES["id"], f"{each.entry.id}在{before}已经有了")


def write(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write entries to a file, which then holds all of them or is as it was. Raises BadFile, OSError."""
    writer = _WRITE.get(path.suffix.lower())
    if writer is None:
        raise BadFile([RowError(Where(str(path)), "", ENDINGS)])
    data = writer(entries)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
