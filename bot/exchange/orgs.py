"""The organisation tree as xlsx or YAML: hostile bytes in, units with their rows out, every mistake with its place."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot import content
from bot.errors import Misconfigured
from bot.exchange import cells, workbook
from bot.exchange.cells import BadCell
from bot.exchange.problems import BadFile, RowError, Where, quoted
from bot.exchange.workbook import Limits, Row, Unreadable
from bot.services.org_tree import LEVELS, NAMES, Mistake, Unit

WORDS = {
    "code": ("编码", "代号", "组织编码", "工会编码", "code"),
    "name": ("名称", "工会名称", "组织名称", "name"),
    "level": ("级别", "层级", "level"),
    "employer": ("单位", "单位名称", "用人单位", "所在单位", "employer"),
    "parent": ("上级编码", "上级", "上级代号", "parent"),
}
LIMITS = Limits(rows=50_000, title=5)
HEAD_ROWS = 6
CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
CHARS = {"name": (2, 80), "employer": (0, 80)}


def read(path: Path) -> list[Unit]:
    """The units of a file. Raises BadFile; Misconfigured for YAML of another shape."""
    if path.suffix.lower() != ".xlsx":
        return _of_yaml(path)
    try:
        with path.open("rb") as source:
            rows = workbook.read(source.read(workbook.MAX_BYTES + 1), None, LIMITS)
    except Unreadable as bad:
        raise BadFile([RowError(Where(str(path)), "", bad.words)]) from None
    return _of_rows(rows, str(path))


def _of_yaml(path: Path) -> list[Unit]:
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise Misconfigured(f"{path}: only .xlsx, .yaml or .yml")
    return [
        Unit(place, each["code"], each["name"], each["level"], each["employer"] or "", each["parent"] or "")
        for place, each in enumerate(content.read_units(path), 1)
    ]


def _of_rows(rows: list[Row], file: str) -> list[Unit]:
    head = max(rows[:HEAD_ROWS], key=lambda row: (len(_places(row)), -row.number), default=None)
    places = _places(head) if head else {}
    missing = [NAMES[key] for key in ("code", "name", "level", "parent") if key not in places.values()]
    if head is None or missing:
        raise BadFile([RowError(Where(file), "", f"没有这些列：{'、'.join(missing)}")])
    units: list[Unit] = []
    errors: list[RowError] = []
    for row in rows:
        if row.number > head.number:
            made = _unit(row, places)
            if isinstance(made, Unit):
                units.append(made)
            else:
                errors += [RowError(Where(file, row=row.number), NAMES[each.key], each.reason) for each in made]
    if errors:
        raise BadFile(errors)
    return units


def _places(row: Row) -> dict[int, str]:
    known = {word: key for key, words in WORDS.items() for word in words}
    found: dict[int, str] = {}
    for place, value in row.cells.items():
        name = "".join(str(value).split()).lower()
        if name in known and known[name] not in found.values():
            found[place] = known[name]
    return found


def _unit(row: Row, places: dict[int, str]) -> Unit | list[Mistake]:
    said: dict[str, str] = {}
    problems: list[Mistake] = []
    for place, key in places.items():
        try:
            said[key] = cells.plain(row.cells.get(place, ""))
        except BadCell as bad:
            problems.append(Mistake(row.number, key, str(bad)))
    problems += [each for each in _wrong(row.number, said)]
    return problems or Unit(row.number, **said)


def _wrong(row: int, said: dict[str, str]) -> Iterator[Mistake]:
    for key in ("code", "parent"):
        written = said.get(key, "")
        if (written or key == "code") and not CODE.fullmatch(written):
            yield Mistake(row, key, f"只能是2到32个小写字母、数字和连字符，现在是{quoted(written)}")
    for key, (least, most) in CHARS.items():
        if not least <= len(said.get(key, "")) <= most:
            yield Mistake(row, key, f"要写{least}到{most}个字")
    if said.get("level", "") not in LEVELS:
        yield Mistake(row, "level", f"只能是{'、'.join(LEVELS)}")
