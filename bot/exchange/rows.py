"""From the rows of a sheet to entries: every mistake with its row and column, none hides another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content import FaqEntry
from bot.exchange import cells, workbook
from bot.exchange.cells import BadCell
from bot.exchange.problems import BadFile, RowError, Where, quoted
from bot.exchange.sheet import BY_NAME, COLUMNS, SHEET, Column
from bot.exchange.workbook import Row, Unreadable
from bot.services.entries import BadEntry, validated


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with its place."""

    where: Where
    entry: FaqEntry


def read(data: bytes, file: str) -> list[Found]:
    """The entries of an xlsx. Takes any bytes. Raises BadFile with every mistake."""
    sheet = Where(file, SHEET)
    try:
        rows = workbook.read(data, SHEET)
    except Unreadable as error:
        raise BadFile([RowError(Where(file), "", error.words)]) from None
    if not rows:
        raise BadFile([RowError(sheet, "", "没有内容。")])
    places = _places(rows[0], Where(file, SHEET, rows[0].number))
    errors: list[RowError] = []
    found: list[Found] = []
    for row in rows[1:]:
        where = Where(file, SHEET, row.number)
        try:
            found.append(Found(where, _entry(row, places, where)))
        except BadFile as bad:
            errors += bad.errors
    if errors:
        raise BadFile(errors)
    return found


def _places(head: Row, where: Where) -> dict[int, Column]:
    """Which column stands where."""
    names = {place: _name(value) for place, value in head.cells.items()}
    errors = [RowError(where, "", f"不认识这一列：{quoted(name)}") for name in names.values() if name not in BY_NAME]
    given = list(names.values())
    errors += [RowError(where, name, "这一列有两次") for name in BY_NAME if given.count(name) > 1]
    errors += [RowError(where, each.name, "缺少这一列") for each in COLUMNS if each.needed and each.name not in given]
    if errors:
        raise BadFile(errors)
    return {place: BY_NAME[name] for place, name in names.items()}


def _name(value: workbook.Value) -> str:
    try:
        return "".join(cells.plain(value).split())
    except BadCell as bad:
        return str(bad)


def _entry(row: Row, places: Mapping[int, Column], where: Where) -> FaqEntry:
    data: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for place, value in sorted(row.cells.items()):
        try:
            column = places.get(place)
            if column is None:
                raise BadCell("这一列没有表头")
            data[column.key] = column.read(value)
        except BadCell as bad:
            problems.append((places[place].name if place in places else f"第{place}列", str(bad)))
    try:
        entry = validated(data)
    except BadEntry as bad:
        problems += _others(bad.problems, [name for name, _ in problems])
    if problems:
        raise BadFile(RowError(where, name, reason) for name, reason in problems)
    return entry


def _others(problems: Sequence[tuple[str, str]], known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong besides what is known already: a cell that could not be read is not missing as well."""
    return ((name, why) for name, why in problems if not known or not name.startswith((*known, "整条")))
