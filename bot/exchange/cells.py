"""What a cell means: text, a calendar day, yes or no, one of a few words, several lines. And how to write it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from bot.content import tidy
from bot.exchange.problems import quoted
from bot.exchange.workbook import Unfit, Value

_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's own dates
_DAYS = range(36_526, 73_051)  # the years 2000 to 2099, in days since then
_DAY = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00?:00(?::00)?)?")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_BETWEEN = re.compile(r"[\s,，、;；/]+")
_MARK = re.compile(r"\\([\\|｜])|[|｜]")


class BadCell(Exception):
    """A cell does not say what its column needs; the message is the reason in Chinese."""


def text(value: Value) -> str:
    """Any cell as text: a number without a needless `.0`, a day in ISO form."""
    match value:
        case Unfit(reason):
            raise BadCell(reason)
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return str(value)


def plain(value: Value) -> str:
    """Text of one spelling, for what is not prose: half width, no blanks around."""
    return unicodedata.normalize("NFKC", text(value)).strip()


def day(value: Value) -> date:
    """A real date, 2026-11-26, 2026/11/26, 2026.11.26, 2026年11月26日, 20261126, or a spreadsheet's number of a day."""
    if isinstance(value, date):
        return value
    written = plain(value)
    if len(written) == 5 and written.isdecimal() and int(written) in _DAYS:
        return _EPOCH + timedelta(days=int(written))
    found = _DAY.fullmatch(written)
    parts = (found[1], found[3], found[4]) if found else _compact(written)
    try:
        return date(*map(int, parts))
    except (TypeError, ValueError):
        raise BadCell(f"日期要写成2026-11-26这样，现在是{quoted(written)}") from None


def _compact(written: str) -> tuple[str, ...]:
    found = _COMPACT.fullmatch(written)
    return found.groups() if found else ()


def one_of(words: Mapping[str, Any]) -> Callable[[Value], Any]:
    """Reads one of these words as what it stands for; where that is a truth, a spreadsheet's own truths too."""
    known = {**words, **{str(each).upper(): each for each in words.values() if isinstance(each, bool)}}

    def read(value: Value) -> Any:
        written = plain(value)
        if written.upper() not in known:
            raise BadCell(f"只能是{'或'.join(words)}，现在是{quoted(written)}")
        return known[written.upper()]

    return read


def listed(value: Value) -> list[str]:
    """Short words of one spelling, between line ends, blanks or commas of any kind."""
    return [each for each in _BETWEEN.split(plain(value)) if each]


def some_of(words: Mapping[str, Any]) -> Callable[[Value], list[Any]]:
    """Reads several of these words."""
    read = one_of(words)
    return lambda value: [read(each) for each in listed(value)]


def lines(value: Value) -> list[str]:
    """The lines of a cell that are not empty, without blanks around. Raises BadCell for control characters."""
    try:
        whole = str(tidy(text(value)))
    except ValueError:
        raise BadCell("有看不见的控制字符，请删掉重新输入") from None
    return [line for each in whole.split("\n") if (line := each.strip())]


def split(line: str) -> list[str]:
    """The parts between `|` (or its full-width form), without blanks around; `\\|` is the sign itself."""
    parts, start = [""], 0
    for mark in _MARK.finditer(line):
        parts[-1] += line[start : mark.start()] + (mark[1] or "")
        if not mark[1]:
            parts.append("")
        start = mark.end()
    parts[-1] += line[start:]
    return [part.strip() for part in parts]


def join(parts: list[str]) -> str:
    """A line that `split` takes apart again."""
    return "|".join(re.sub(r"([\\|｜])", r"\\\1", part) for part in parts)


def in_brackets(law: str) -> str:
    """A law as it is cited, 《…》; without them where they would not come off again."""
    return f"《{law}》" if _balanced(law) else law


def out_of_brackets(law: str) -> str:
    """A law without the 《》 around the whole of it; 《甲》和《乙》 keeps its own."""
    inner = law[1:-1].strip()
    return inner if law[:1] == "《" and law[-1:] == "》" and _balanced(inner) else law


def _balanced(law: str) -> bool:
    depth = 0
    for sign in law:
        depth += (sign == "《") - (sign == "》")
        if depth < 0:
            return False
    return depth == 0
