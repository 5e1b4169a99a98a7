"""Lists of cadres to be bound, and of unions' dates, as xlsx: hostile bytes in, rows out; codes out, once."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.clock import local
from bot.exchange import cells, tables
from bot.exchange.cells import BadCell
from bot.services.binding_lists import Line, Made, Mistake
from bot.services.bindings import spaced

CADRE_WORDS = {
    "unit": ("工会", "工会代号", "工会编码", "编码", "代号", "工会名称", "单位工会", "unit"),
    "office": ("职务", "岗位", "担任职务", "office"),
    "name": ("姓名", "干部姓名", "name"),
}
CODE_HEADS = {"工会": 30, "工会代号": 16, "职务": 14, "姓名": 12, "绑定码": 28, "发给公众号的话": 34, "有效期至": 18}


def read(data: bytes) -> tuple[list[Line], list[Mistake]]:
    """The rows of a list with 工会, 职务 and perhaps 姓名, and what cannot be read. Raises Unreadable."""
    lines: list[Line] = []
    wrong: list[Mistake] = []
    for row, given in tables.read(data, CADRE_WORDS, ("unit", "office")):
        said = {}
        for key, value in given.items():
            said[key], problem = tables.plain(value)
            wrong += [Mistake(row, key, problem)] if problem else []
        if any(said.values()):
            lines.append(Line(row, said.get("unit", ""), said.get("office", ""), said.get("name", "")))
    return lines, wrong


def write(made: Sequence[Made]) -> bytes:
    """The codes as a file, in the order of the list; kept nowhere else."""
    return tables.write(
        "绑定码",
        CODE_HEADS,
        (
            (
                each.unit,
                each.unit_code,
                each.office,
                each.name,
                spaced(each.code),
                f"绑定 {each.code}",
                _until(each.ends_at),
            )
            for each in made
        ),
    )


def _until(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"


def read_dates(data: bytes, fields: dict[str, str]) -> tuple[list[tuple[int, str, dict[str, date]]], list[Mistake]]:
    """Rows of 工会 and columns of dates (`fields`: key to its name), and what cannot be read. Raises Unreadable.

    An empty cell says nothing about its date.
    """
    words = {"unit": CADRE_WORDS["unit"], **{key: (name,) for key, name in fields.items()}}
    found: list[tuple[int, str, dict[str, date]]] = []
    wrong: list[Mistake] = []
    for row, given in tables.read(data, words, ("unit",)):
        unit, problem = tables.plain(given.get("unit", ""))
        wrong += [Mistake(row, "unit", problem)] if problem else []
        days: dict[str, date] = {}
        for key in set(given) - {"unit"}:
            try:
                days[key] = cells.day(given[key])
            except BadCell as bad:
                wrong.append(Mistake(row, key, str(bad)))
        if unit or days:
            found.append((row, unit, days))
    return found, wrong
