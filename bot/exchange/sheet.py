"""The sheet 问答: its columns, how an entry stands in them, and what to tell whoever fills them in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.exchange import cells
from bot.exchange.cells import BadCell
from bot.exchange.workbook import Value
from bot.services.entries import NAMES

SHEET = "问答"
SCOPES = {"全国": "national", "地方": "local"}
AUDIENCES = {"职工": "worker", "干部": "cadre"}
YES_NO = {"是": True, "否": False}
STATES = {"发布": "published", "草稿": "draft", "停用": "retired"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `read` raises BadCell; `choices` are offered in a list; `width` in characters."""

    key: str
    width: int
    help: str
    read: Callable[[Value], Any]
    write: Callable[[Any], str | date]
    choices: tuple[str, ...] = ()
    needed: bool = False

    @property
    def name(self) -> str:
        """The header."""
        return NAMES[self.key]


def _citations(value: Value) -> list[dict[str, str]]:
    return [_citation(number, line) for number, line in enumerate(cells.lines(value), 1)]


def _citation(number: int, line: str) -> dict[str, str]:
    parts = cells.split(line)
    if len(parts) != 3:
        raise BadCell(f"第{number}项要写成“《法规》|条款|版本”")
    return {"law": cells.out_of_brackets(parts[0]), "article": parts[1], "version": parts[2]}


def _cite(citations: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(
        cells.join([cells.in_brackets(each["law"]), each["article"], each["version"]]) for each in citations
    )


def _fields(value: Value) -> list[dict[str, str]]:
    return [_field(number, line) for number, line in enumerate(cells.lines(value), 1)]


def _field(number: int, line: str) -> dict[str, str]:
    parts = cells.split(line)
    if not 2 <= len(parts) <= 4:
        raise BadCell(f"第{number}项要写成“代号|名称|提示|内容”")
    return dict(zip(("key", "label", "hint", "value"), parts, strict=False))


def _written_fields(fields: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(
        cells.join([each["key"], each["label"], each.get("hint", ""), each.get("value", "")]) for each in fields
    )


def _word(words: Mapping[str, Any]) -> Callable[[Any], str]:
    back = {value: word for word, value in words.items()}
    return lambda value: back[value]


def _words(words: Mapping[str, Any]) -> Callable[[Any], str]:
    word = _word(words)
    return lambda values: "、".join(map(word, values))


COLUMNS = (
    Column("id", 18, "小写英文字母、数字和连字符，一经使用不再改", cells.plain, str, needed=True),
    Column("question", 30, "最多60个字", cells.text, str, needed=True),
    Column("phrasings", 40, "群众会怎么问，每行写一种，一种问法只能属于一条", cells.lines, "\n".join, needed=True),
    Column("answer", 60, "10到600个字，用口语；地方性的要写“以当地规定为准”", cells.text, str, needed=True),
    Column("category", 14, "2到32个字", cells.text, str, needed=True),
    Column("citations", 50, "每行一个：《法规》|条款|版本；发布的内容必须有依据", _citations, _cite),
    Column("as_of", 13, "最近一次与法规原文核对的日期，如2026-11-26", cells.day, lambda day: day, needed=True),
    Column("review_by", 13, "过了这一天就不再回答，等待复核；要晚于核对日期", cells.day, lambda day: day, needed=True),
    Column("scope", 10, "全国或地方；空着是全国", cells.one_of(SCOPES), _word(SCOPES), tuple(SCOPES)),
    Column(
        "audience",
        12,
        "职工、干部或两者，用顿号隔开；空着是职工",
        cells.some_of(AUDIENCES),
        _words(AUDIENCES),
        ("职工", "干部", "职工、干部", "干部、职工"),
    ),
    Column("related", 20, "相关条目的编号，每行一个，最多8个", cells.listed, "\n".join),
    Column("hand_over", 9, "是：同时转给工作人员；空着是否", cells.one_of(YES_NO), _word(YES_NO), tuple(YES_NO)),
    Column("status", 9, "发布、草稿或停用；空着是发布", cells.one_of(STATES), _word(STATES), tuple(STATES)),
    Column("fields", 36, "每行一个：代号|名称|提示|内容；只用于地方性的条目", _fields, _written_fields),
)
BY_NAME = {column.name: column for column in COLUMNS}


def written(entry: Mapping[str, Any]) -> Iterator[str | date]:
    """The cells of an entry, in the order of `COLUMNS`."""
    return (column.write(entry[column.key]) for column in COLUMNS)
