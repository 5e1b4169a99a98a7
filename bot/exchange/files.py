"""Files by their ending: .xlsx, .yaml or .yml."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from bot.exchange import documents, rows, workbook, writing
from bot.exchange.problems import BadFile, RowError, Where
from bot.exchange.rows import Found
from bot.services.entries import NAMES

Read = Callable[[bytes, str], list[Found]]
Write = Callable[[Sequence[Mapping[str, Any]]], bytes]
ENDINGS = "只能是.xlsx、.yaml或.yml文件。"
MAX_BYTES = max(workbook.MAX_BYTES, documents.MAX_BYTES)
_KINDS: Mapping[str, tuple[Read, Write]] = {
    ".xlsx": (rows.read, writing.write),
    ".yaml": (documents.read, documents.write),
    ".yml": (documents.read, documents.write),
}


def parse(data: bytes, name: str) -> list[Found]:
    """The entries of a file with this name. Takes any bytes. Raises BadFile."""
    return _kind(name)[0](data, name)


def render(entries: Sequence[Mapping[str, Any]], name: str) -> bytes:
    """A file with this name that holds these entries. Raises BadFile."""
    return _kind(name)[1](entries)


def _kind(name: str) -> tuple[Read, Write]:
    kind = _KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise BadFile([RowError(Where(name), "", ENDINGS)])
    return kind


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
    _kind(str(path))
    try:
        with path.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadFile([RowError(Where(str(path)), "", f"读不了：{error.strerror}")]) from None
    return parse(data, str(path))


def _twice(found: Sequence[Found]) -> Iterator[RowError]:
    first: dict[str, Where] = {}
    for each in found:
        before = first.setdefault(each.entry.id, each.where)
        if before is not each.where:
            yield RowError(each.where, NAMES["id"], f"{each.entry.id}在{before}已经有了")


def write(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write entries to a file, which then holds all of them or is as it was. Raises BadFile, OSError."""
    data = render(entries, str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
