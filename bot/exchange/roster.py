"""A list of members as unions keep them: finding its headers, what each column means, and what a row says.

Reasons name row and column and never repeat what stands in a cell: a list in the wrong columns would spell out numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.exchange import cells, workbook
from bot.exchange.cells import BadCell
from bot.exchange.workbook import Limits, Row, Unreadable, Value
from bot.forms.fields import id_number, mobile, organisation, person_name
from bot.forms.identity import age_on
from bot.forms.model import FieldError
from bot.services.roster_imports import FIELDS, Line, Places, Problem

MAX_ROWS = 50_000
TITLE_ROWS = 5  # above the headers there may be so many rows of title
LIMITS = Limits(rows=MAX_ROWS, title=TITLE_ROWS)
PEEK = Limits(title=TITLE_ROWS, only=TITLE_ROWS + 1)
FOUNDED = date(1925, 5, 1)  # the all-China federation
MIN_AGE = 16  # 禁止使用童工规定 art. 2
EMPLOYER_CHARS = 80
STATUSES = ("在岗", "灵活就业", "待岗", "失业", "退休", "退职", "退养", "病休", "其他")
_SAME = {"待下岗": "待岗", "下岗": "待岗", "退养内退": "退养", "内退": "退养", "在职": "在岗", "其它": "其他"}
_YES_NO = {"是": True, "否": False, "Y": True, "N": False, "√": True, "×": False, "非": False}
WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "会员姓名", "职工姓名", "名字"),
    "id_number": ("身份证号", "身份证号码", "身份证", "证件号", "证件号码", "公民身份号码", "居民身份证号"),
    "mobile": ("手机号", "手机号码", "手机", "移动电话", "联系电话", "电话", "联系方式", "电话号码"),
    "unit": ("工会", "所在工会", "工会名称", "基层工会", "所属工会", "工会组织", "工会编码", "工会代码"),
    "employer": ("工作单位", "单位", "单位名称", "所在单位", "公司", "企业名称", "公司名称", "用人单位"),
    "work_status": ("就业状况", "就业状态", "在岗情况", "工作状态"),
    "migrant": ("是否农民工", "农民工", "是否农民工会员", "农民工会员"),
    "joined_on": ("入会日期", "入会时间", "入会年月日", "加入工会日期", "加入工会时间"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """Where the headers are (row from 1), their words by column from 1 on, and the field proposed for each column."""

    row: int
    names: list[str]
    fields: list[str]


def head(data: bytes) -> Head:
    """The headers of the first sheet: the row among the first six with most known words. Raises Unreadable."""
    rows = workbook.read(data, None, PEEK)
    if not rows:
        raise Unreadable("第一个工作表是空的。")
    best = max(rows, key=lambda row: (len(set(filter(None, propose(_names(row))))), -row.number))
    names = _names(best)
    return Head(best.number, names, propose(names))


def _names(row: Row) -> list[str]:
    return [_name(row.cells.get(place)) for place in range(1, max(row.cells, default=0) + 1)]


def _name(value: Value | None) -> str:
    """A header; digits are hidden, for a list without headers begins with somebody's numbers."""
    try:
        plain = "" if value is None else "".join(cells.plain(value).split())[:20]
    except BadCell:
        return ""
    return "".join("*" if each.isdigit() else each for each in plain)


def propose(names: Sequence[str]) -> list[str]:
    """The field each header means; empty where none, and for the second header of the same field."""
    known = {word: field for field, words in WORDS.items() for word in words}
    found: list[str] = []
    for name in names:
        bare = name.partition("（")[0].partition("(")[0].strip("*＊:：")
        field = known.get(bare, "")
        found.append("" if field in found else field)
    return found


def read(data: bytes, head_row: int) -> list[Row]:
    """The rows below the headers. Raises Unreadable."""
    return [row for row in workbook.read(data, None, LIMITS) if row.number > head_row]


def parse(row: Row, mapping: Sequence[str], places: Places, today: date) -> Line | list[Problem]:
    """What a row says, or everything that is wrong with it."""
    said: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, field in enumerate(mapping, 1):
        value = row.cells.get(column)
        if not field or value is None:
            continue
        try:
            said[field] = _READ[field](value, places, today)
        except BadCell as bad:
            problems.append((row.number, FIELDS[field], str(bad)))
    wrong = {column for _, column, _ in problems}
    problems += [
        (row.number, FIELDS[field], "没有填")
        for field in ("name", "id_number", "joined_on")
        if field not in said and FIELDS[field] not in wrong
    ]
    org_id = said.pop("unit", None) or places.default
    if org_id is None and FIELDS["unit"] not in wrong:
        problems.append((row.number, FIELDS["unit"], "没有填，也没有为整份名册选工会"))
    return problems or Line(row=row.number, org_id=org_id or 0, **said)


def _plain(value: Value) -> str:
    try:
        return cells.plain(value)
    except BadCell:
        raise BadCell("不能用公式或错误值，请只粘贴数值") from None


def _field(kind: Any, most: int = 0) -> Callable[[Value, Places, date], str]:
    def read(value: Value, places: Places, today: date) -> str:
        try:
            said = str(kind.parse(_plain(value), today))
        except FieldError as error:
            raise BadCell(error.words) from None
        return said[:most] if most else said

    return read


def _id(value: Value, places: Places, today: date) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**15:
        raise BadCell("被表格软件当成了数字，后几位已经丢失；请把这一列设成文本，再重新填写")
    number = _READ_ID(value, places, today)
    if age_on(number, today) < MIN_AGE:
        raise BadCell("未满16周岁，不能办理入会；请按未成年人保护规定另行处理")
    return number


def _unit(value: Value, places: Places, today: date) -> int:
    found = places.by_word.get(_plain(value))
    if found is None:
        raise BadCell("没有找到这个工会；请写工会全称、单位全称或工会编码，并且在您管理的范围内")
    if not found:
        raise BadCell("有几个工会都叫这个名字，请改写工会编码")
    return found


def _day(value: Value, places: Places, today: date) -> date:
    try:
        day = cells.day(value)
    except BadCell:
        raise BadCell("日期要写成2026-11-26这样") from None
    if not FOUNDED <= day <= today:
        raise BadCell("日期不能早于1925年，也不能晚于今天")
    return day


def _status(value: Value, places: Places, today: date) -> str:
    said = "".join(each for each in _plain(value) if each not in "（）() ")
    said = _SAME.get(said, said)
    if said not in STATUSES:
        raise BadCell(f"只能是{'、'.join(STATUSES)}")
    return said


def _yes_no(value: Value, places: Places, today: date) -> bool:
    if isinstance(value, bool):
        return value
    said = _plain(value).upper()
    if said not in _YES_NO:
        raise BadCell("只能是是或否")
    return _YES_NO[said]


_READ_ID = _field(id_number())
_READ: Mapping[str, Callable[[Value, Places, date], Any]] = {
    "name": _field(person_name()),
    "id_number": _id,
    "mobile": _field(mobile()),
    "unit": _unit,
    "employer": _field(organisation(), EMPLOYER_CHARS),
    "work_status": _status,
    "migrant": _yes_no,
    "joined_on": _day,
}
