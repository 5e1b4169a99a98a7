"""Sheets as people fill them in: what is understood, and how mistakes are named."""

from datetime import date, datetime, time
from typing import Any

import pytest

from bot.exchange import rows
from tests.exchange.kit import HEAD, line, read_one, refused, sheet

DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "written",
    [
        DAY,
        datetime.combine(DAY, time(15, 30)),
        "2026-11-26",
        "2026/11/26",
        "2026.11.26",
        "2026年11月26日",
        "2026 年 11 月 26 日",
        "２０２６－１１－２６",
        "2026-11-26 00:00:00",
        "20261126",
        20261126,
        46352,
        46352.0,
        "46352",
        "４６３５２",
    ],
    ids=str,
)
def test_a_day_in_many_spellings(written: Any) -> None:
    assert read_one(as_of=written, review_by=date(2027, 1, 1)).as_of == DAY


@pytest.mark.parametrize(
    "written",
    ["2026-13-01", "2026-02-30", "明年", "26/11/2026", 5, 1e300, True, "9" * 5000, "2026-11-26 10:30"],
    ids=str,
)
def test_what_is_no_day_is_refused(written: Any) -> None:
    (said,) = refused(rows.read, sheet(line(as_of=written)))
    assert said.startswith("a.xlsx:问答:第2行 核对日期: 日期要写成2026-11-26这样，现在是“")
    assert len(said) < 120


def test_numbers_and_text_stand_for_each_other() -> None:
    read = read_one(id=2026, category=12.0, hand_over=1 == 1, related=7788)
    assert (read.id, read.category, read.hand_over, read.related) == ("2026", "12", True, ["7788"])


def test_closed_columns_and_lists() -> None:
    read = read_one(
        id="ｌｖ－１",
        scope="地方 ",
        answer="各地不同，以当地规定为准，请打电话问一问。",
        audience="干部，职工",
        related="lv-a、lv-b\nlv-c",
        hand_over="否",
        status="草稿",
        citations="《甲法》｜第三条 | 2008年施行\n\n乙办法|全文|2010年施行\n《甲》和《乙》|全文|2011年施行",
        fields="days|天数|问一问|158天\nphone|电话",
    )
    assert (read.id, read.scope, read.status, read.hand_over) == ("lv-1", "local", "draft", False)
    assert read.audience == ["cadre", "worker"]
    assert read.related == ["lv-a", "lv-b", "lv-c"]
    assert [each.law for each in read.citations] == ["甲法", "乙办法", "《甲》和《乙》"]
    assert [(each.key, each.hint, each.value) for each in read.fields] == [
        ("days", "问一问", "158天"),
        ("phone", "", ""),
    ]


def test_empty_cells_mean_the_usual() -> None:
    read = read_one()
    assert (read.scope, read.audience, read.related) == ("national", ["worker"], [])
    assert (read.hand_over, read.status, read.fields) == (False, "published", [])


def test_columns_in_any_order_and_empty_rows() -> None:
    order = [*reversed(range(len(HEAD)))]
    blank: list[Any] = [None, "", "  ", "\n"]
    given = [[line()[place] for place in order], blank, [line(id="lv-b", phrasings="别的")[place] for place in order]]
    found = rows.read(sheet(*given, blank, head=[f" {HEAD[place]} " for place in order]), "a.xlsx")
    assert [(each.entry.id, each.where.row) for each in found] == [("lv-annual", 2), ("lv-b", 4)]


def test_optional_columns_may_be_missing() -> None:
    needed = [0, 1, 2, 3, 4, 5, 6, 7]
    (found,) = rows.read(sheet([line()[each] for each in needed], head=[HEAD[each] for each in needed]), "a.xlsx")
    assert found.entry.status == "published"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ([*HEAD, "备注"], ["a.xlsx:问答:第1行: 不认识这一列：“备注”"]),
        ([*HEAD, "答案"], ["a.xlsx:问答:第1行 答案: 这一列有两次"]),
        ([each for each in HEAD if each != "分类"], ["a.xlsx:问答:第1行 分类: 缺少这一列"]),
        (
            [*HEAD, "_x001B_[31m" + "红" * 40],
            ["a.xlsx:问答:第1行: 不认识这一列：“ [31m" + "红" * 25 + "…”"],
        ),
    ],
    ids=["unknown", "twice", "missing", "hostile"],
)
def test_headers(head: list[str], said: list[str]) -> None:
    assert refused(rows.read, sheet(line(), head=head)) == said


def test_a_cell_below_no_header() -> None:
    assert refused(rows.read, sheet([*line(), None, "多出来的"])) == ["a.xlsx:问答:第2行 第16列: 这一列没有表头"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "年假"}, "编号: 只能用小写英文字母、数字和连字符"),
        ({"id": None}, "编号: 没有填写"),
        ({"question": "长" * 61}, "标准问法: 最多写60个字"),
        ({"question": "年假\n几天"}, "标准问法: 要写在一行里，不能换行"),
        ({"phrasings": " \n "}, "其他问法: 没有填写"),
        ({"phrasings": "\n".join(["几天", "长" * 201])}, "其他问法第2项: 最多写200个字"),
        ({"answer": "太短"}, "答案: 至少写10个字"),
        ({"answer": "有控制字符的答案有控制字符的答案_x0007_"}, "答案: 有看不见的控制字符，请删掉重新输入"),
        ({"phrasings": "有控制字符_x0007_"}, "其他问法: 有看不见的控制字符，请删掉重新输入"),
        ({"citations": None}, "整条: 发布的内容要写明依据"),
        ({"citations": "《甲法》第三条"}, "依据: 第1项要写成“《法规》|条款|版本”"),
        ({"citations": "《甲法》|第三条|2008年\n《乙法》||2008年"}, "依据第2项条款: 至少写1个字"),
        ({"as_of": date(1999, 1, 1)}, "核对日期: 不能早于2000-01-01"),
        ({"review_by": date(2026, 4, 19)}, "复核期限: 要晚于核对日期"),
        ({"scope": "全省"}, "适用范围: 只能是全国或地方，现在是“全省”"),
        ({"scope": "地方"}, "整条: 地方性的答案里要写“以当地规定为准”"),
        ({"audience": "学生"}, "对象: 只能是职工或干部，现在是“学生”"),
        ({"related": "年假"}, "相关问题第1项: 只能用小写英文字母、数字和连字符"),
        ({"hand_over": "也许"}, "转人工: 只能是是或否，现在是“也许”"),
        ({"status": "published"}, "状态: 只能是发布或草稿或停用，现在是“published”"),
        ({"fields": "days"}, "本地项目: 第1项要写成“代号|名称|提示|内容”"),
        ({"fields": "days|天数"}, "整条: 只有地方性的条目才有本地项目"),
        ({"category": time(8, 30)}, "分类: 不能是时间"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_named_with_row_and_column(changes: dict[str, Any], said: str) -> None:
    assert refused(rows.read, sheet(line(id="lv-b"), line(**changes))) == [f"a.xlsx:问答:第3行 {said}"]


def test_every_mistake_of_every_row_is_named() -> None:
    bad = sheet(line(status="在用", question="短" * 61, hand_over="也许"), line(id="lv-b"), line(id="坏"))
    assert refused(rows.read, bad) == [
        "a.xlsx:问答:第2行 转人工: 只能是是或否，现在是“也许”",
        "a.xlsx:问答:第2行 状态: 只能是发布或草稿或停用，现在是“在用”",
        "a.xlsx:问答:第2行 标准问法: 最多写60个字",
        "a.xlsx:问答:第4行 编号: 只能用小写英文字母、数字和连字符",
    ]


def test_a_sheet_without_anything() -> None:
    assert refused(rows.read, sheet(head=[])) == ["a.xlsx:问答: 没有内容。"]


def test_another_sheet() -> None:
    assert refused(rows.read, sheet(line(), title="Sheet1")) == ["a.xlsx: 没有名为“问答”的工作表。"]
