"""What a row of a list says, and that no row crashes, lies or repeats a number."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import roster
from bot.exchange.workbook import Row, Unfit
from bot.services.roster_imports import FIELDS, Line, Places
from tests.members.people import id_number, mobile, people

TODAY = date(2026, 11, 25)
MAPPING = ["name", "id_number", "mobile", "unit", "employer", "joined_on", "work_status", "migrant"]
PLACES = Places({"forge": 1, "东区铁厂工会": 1, "两家": 0}, {1: "forge"})
GOOD: list[Any] = ["张三", id_number(1), mobile(1), "forge", "东区铁厂", date(2024, 3, 5), "在岗", "是"]


def parsed(*values: Any, mapping: list[str] = MAPPING, places: Places = PLACES) -> Any:
    cells = {place: value for place, value in enumerate(values, 1) if value is not None}
    return roster.parse(Row(2, cells), mapping, places, TODAY)


def changed(field: str, value: Any) -> Any:
    values = list(GOOD)
    values[MAPPING.index(field)] = value
    return parsed(*values)


def test_a_good_row() -> None:
    assert parsed(*GOOD) == Line(
        row=2,
        name="张三",
        id_number=id_number(1),
        org_id=1,
        joined_on=date(2024, 3, 5),
        mobile=mobile(1),
        employer="东区铁厂",
        work_status="在岗",
        migrant=True,
    )


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("id_number", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        ("mobile", 13800138000.0, "13800138000"),
        ("mobile", "+86 138-0013-8000", "13800138000"),
        ("joined_on", "2024年3月5日", date(2024, 3, 5)),
        ("joined_on", "45356", date(2024, 3, 5)),
        ("work_status", "待（下）岗", "待岗"),
        ("work_status", "退养（内退）", "退养"),
        ("migrant", "否", False),
        ("migrant", True, True),
        ("name", "阿依古丽·买买提", "阿依古丽·买买提"),
    ],
)
def test_spellings(field: str, value: Any, stored: Any) -> None:
    assert getattr(changed(field, value), field) == stored


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("id_number", 1.1010519491231e17, "被表格软件当成了数字"),
        ("id_number", "110105194912310021", "对不上校验"),
        ("id_number", "110105491231002", "15位"),
        ("id_number", id_number(1, date(2015, 1, 1)), "未满16周岁"),
        ("mobile", "123", "11位"),
        ("unit", "别处", "没有找到这个工会"),
        ("unit", "两家", "改写工会编码"),
        ("joined_on", "2030-01-01", "晚于今天"),
        ("joined_on", "1900-01-01", "早于1925年"),
        ("joined_on", "不记得", "2026-11-26这样"),
        ("work_status", "飞行", "只能是在岗"),
        ("migrant", "也许", "只能是是或否"),
        ("name", "张3", "不应该有数字"),
        ("name", Unfit("不能用公式，请只粘贴数值"), "不能用公式"),
    ],
)
def test_mistakes_have_plain_reasons(field: str, value: Any, reason: str) -> None:
    ((row, column, said),) = changed(field, value)
    assert (row, column) == (2, FIELDS[field])
    assert reason in said


def test_what_is_missing_is_named() -> None:
    assert parsed("张三") == [
        (2, "身份证号", "没有填"),
        (2, "入会日期", "没有填"),
        (2, "工会", "没有填，也没有为整份名册选工会"),
    ]


def test_every_mistake_of_a_row_is_listed() -> None:
    assert [column for _, column, _ in parsed("1", "2", "3", "4", None, "5", "6", "7")] == [
        "姓名",
        "身份证号",
        "手机号",
        "工会",
        "入会日期",
        "就业状况",
        "是否农民工",
    ]


VALUES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.builds(Unfit, st.text(max_size=10)),
    st.sampled_from([*GOOD, "11010519491231002X", "2024-03-05", "=1+1"]),
    st.from_regex(r"[0-9]{15,18}[Xx]?", fullmatch=True),
)


@given(st.lists(VALUES, max_size=12), st.lists(st.sampled_from(["", *FIELDS]), max_size=12))
def test_no_row_crashes_and_none_is_taken_wrongly(values: list[Any], mapping: list[str]) -> None:
    found = parsed(*values, mapping=mapping, places=Places(PLACES.by_word, PLACES.codes, 1))
    if isinstance(found, Line):
        assert found.name and len(found.id_number) == 18 and found.org_id == 1
        assert date(1925, 5, 1) <= found.joined_on <= TODAY
        assert not found.mobile or (len(found.mobile) == 11 and found.mobile.isdigit())
        return
    assert found
    written = {str(each) for each in values if isinstance(each, str) and len(each) >= 8 and each.isdigit()}
    assert not any(number in reason for number in written for _, _, reason in found)


@given(st.lists(st.text(max_size=12), max_size=30))
def test_no_header_crashes_and_a_field_is_proposed_once(names: list[str]) -> None:
    proposed = [each for each in roster.propose(names) if each]
    assert len(proposed) == len(set(proposed)) and set(proposed) <= set(FIELDS)


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (["序号", "姓名*", "证件号码", "联系电话"], ["", "name", "id_number", "mobile"]),
        (["姓名", "单位名称", "所在工会", "入会时间（年月日）"], ["name", "employer", "unit", "joined_on"]),
        (["姓名", "姓名"], ["name", ""]),
    ],
)
def test_headers_are_recognised(names: list[str], fields: list[str]) -> None:
    assert roster.propose(names) == fields


def test_invented_numbers_are_well_formed_and_all_different() -> None:
    everybody = list(people(3000))
    assert all(isinstance(parsed(name, number, phone, *GOOD[3:]), Line) for name, number, phone in everybody)
    assert len({number for _, number, _ in everybody}) == 3000
