"""A table of what cadres write and what becomes of it: taken, asked about, or refused with a reason."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.model import FieldError
from bot.services.duty_labels import Wanted
from bot.services.duty_reading import Reading, read, value_of

NOVEMBER, DECEMBER = "2026-11", "2026-12"
CHANGES, FEES, VISITS = "会员变动月报", "经费收缴", "送温暖"
WANTED = (
    Wanted(1, "joined", "入会", "人", 2, CHANGES, NOVEMBER),
    Wanted(1, "moved_in", "转入", "人", 2, CHANGES, NOVEMBER),
    Wanted(1, "moved_out", "转出", "人", 2, CHANGES, NOVEMBER),
    Wanted(1, "left", "退会", "人", 2, CHANGES, NOVEMBER),
    Wanted(2, "households", "走访户数", "户", 3, VISITS, NOVEMBER),
    Wanted(2, "amount", "慰问金额", "元", 3, VISITS, NOVEMBER),
    Wanted(3, "due", "应缴", "元", 4, FEES, NOVEMBER),
    Wanted(3, "paid", "已缴", "元", 4, FEES, NOVEMBER),
    Wanted(4, "net_gain", "比年初净增", "人", 5, "会员统计", NOVEMBER),
    Wanted(5, "people", "涉及职工", "人", 6, "欠薪", NOVEMBER),
)

TAKEN = """
入会12人，转入3人                 | 入会12 转入3
12人入会，3人转入                 | 入会12 转入3
有1人退会，2人入会                | 退会1 入会2
共有12名入会。3人转出了           | 入会12 转出3
入会12 转入0 转出0 退会1          | 入会12 转入0 转出0 退会1
入会12人转入3人退会0人            | 入会12 转入3 退会0
入会12转入3                       | 入会12 转入3
入会：12；转入=3                  | 入会12 转入3
入会 12 名，退会 两 个            | 入会12 退会2
入会（人）：12                    | 入会12
1. 入会：12人/2. 转入：3人        | 入会12 转入3
①入会12 ②转入3                    | 入会12 转入3
入会：/12/转入：/3                | 入会12 转入3
我们单位11月份入会12人            | 入会12
本月入会12人，转入3人             | 入会12 转入3
11月：入会12人                    | 入会12
11月12人入会                      | 入会12
11月共入会12人                    | 入会12
入会十二人转入三人退会一人        | 入会12 转入3 退会1
没有入会、转入3人                 | 入会0 转入3
十一月入会12人                    | 入会12
2026年11月入会12人                | 入会12
会员变动月报：入会12人            | 入会12
入会人数为12                      | 入会12
入会共计12人，谢谢                | 入会12
入会三百二十人                    | 入会320
入会一百零二人                    | 入会102
入会0.5万人                       | 入会5000
入会1,200人，转入3人              | 入会1200 转入3
入会１，２００人                  | 入会1200
入会3人和转入2人                  | 入会3 转入2
走访3户困难职工家庭               | 走访户数3
慰问3户，慰问5000元               | 走访户数3 慰问金额5000
慰问金额1.2万元                   | 慰问金额12000
应缴500元，已缴300元              | 应缴500 已缴300
已缴三万五千元                    | 已缴35000
比年初净增-3人                    | 比年初净增-3
比年初净增—3人                    | 比年初净增-3
比年初净增负3人                   | 比年初净增-3
没有退会，转入3人                 | 退会0 转入3
入会12人，转出没有 退会无         | 入会12 转出0 退会0
本月没有退会                      | 退会0
涉及职工12人                      | 涉及职工12
"""

REFUSED = """
涉及职工1,2345人
涉及职工12，34人
入会1 2人
入会12 13
入会12+3人
入会12*2人
入会1/2人
入会12→13人
入会12:30
入会12.3.4人
入会二、三人
入会十二三人
入会1o人
入会12²人
入会一百二人
入会0755人
入会2百5十人
入会—12人
入会+12人
入会>12人
入会~12人
12人入会3人转入
12人 入会 3人 转入
其他 5人入会 3人转入
12入会
入会12人退会
12人入会待审核
会员12人退会
入会、转入各3人
入会，转入3人
入会和转入12人
入会转入12人
没有入会12人
本月没有入会12人
入会12人，不对，是13人
入会12人，13人
入会12人（预计）
入会12人（含转入3人）
入会12人，预计
入会预计12人
大概入会12人
约入会12人
入会12人左右
入会超12人
入会12人以内
入会百余人
入会几十人
入会目标12人
计划入会12人
拒绝入会12人
动员入会12人
待入会12人
申请入会12人
累计入会120人
截至11月25日入会120人
截至目前，入会120人
1至11月入会120人
1-11月入会120人
1至11月，入会120人
年初以来入会120人
三季度入会50人
第3季度入会50人
上周入会5人
昨天入会3人，今天入会2人
11月25日入会2人
去年入会12人
全年入会12人
10月入会5人
上月入会5人
下月入会5人
2025年11月入会5人
人均慰问金额500元
慰问金额每户500元
走访3户共5000元
走访3户，每户500元
入会 13800138000
慰问金额13800138000元
入会99999999人
入会110101199003074258人
入会12元
入会12人次
入会50%
入会12.5人
入会-3人
入会12人多
净减3人
新增12人入会
11月和12月入会13人
11月12月入会13人
11月底入会120人
到11月底入会120人
11月上旬入会12人
11月5入会3人
入会12人11月
12名会员入会
入会12转3人
转入入会12人
转出、入会12人
入会★12人
入会—共12人
入会户12人
2人：转出
【入会】12人约
未走访户数2户
全市入会1200人
"""

ASKED = """
走访5 | 走访户数
慰问3 | 慰问金额
金额5000 | 慰问金额
职工12人 | 涉及职工
净增3人 | 比年初净增
"""

IGNORED = (
    "党员5人|入会资料12|入会培训12人|一线职工|三方协商入会|入会2026年|我入会3年了|完成2|12|12人|3号开会|谢谢|入会几人"
)


def said(found: Reading) -> str:
    return " ".join(f"{each.label}{value / 100:g}" for each, value in found.given.items())


def lines(table: str) -> list[str]:
    return [each.strip() for each in table.strip().splitlines()]


@pytest.mark.parametrize("line", lines(TAKEN))
def test_what_is_clear_is_taken(line: str) -> None:
    text, expected = (each.strip() for each in line.split("|"))
    found = read(text.replace("/", "\n"), WANTED, NOVEMBER)
    assert sorted(said(found).split()) == sorted(expected.split())
    assert (found.refused, found.doubtful, found.unknown) == ([], {}, [])


@pytest.mark.parametrize("text", lines(REFUSED))
def test_what_is_not_clear_is_refused_with_a_reason(text: str) -> None:
    found = read(text, WANTED, NOVEMBER)
    assert (said(found), found.doubtful) == ("", {})
    assert found.refused
    assert all(words.endswith("。") for words in found.refused)


@pytest.mark.parametrize("line", lines(ASKED))
def test_what_is_like_a_name_is_asked_about(line: str) -> None:
    text, label = (each.strip() for each in line.split("|"))
    found = read(text, WANTED, NOVEMBER)
    assert found.given == {}
    assert "没有记" in found.refused[0]
    assert label in found.refused[0]


@pytest.mark.parametrize("text", IGNORED.split("|"))
def test_what_reports_nothing_is_left_to_others(text: str) -> None:
    assert read(text, WANTED, NOVEMBER).labels == 0


def test_a_clause_that_is_refused_leaves_the_others() -> None:
    found = read("入会约12人，转入3人，党员5人", WANTED, NOVEMBER)
    assert said(found) == "转入3"
    assert len(found.refused) == 1
    assert found.unknown == ["党员5人"]
    assert said(read("入会12人，其中女职工5人", WANTED, NOVEMBER)) == "入会12"
    inside = read("入会12人，其中女职工5人，转入3人", WANTED, NOVEMBER)
    assert said(inside) == "入会12"
    assert len(inside.refused) == 1


LATER = (
    *WANTED,
    Wanted(9, "joined", "入会", "人", 11, CHANGES, DECEMBER),
    Wanted(8, "h", "探访", "户", 12, "", DECEMBER),
)


@pytest.mark.parametrize(
    ("text", "duty"),
    [("11月入会13人", 1), ("上月入会13人", 1), ("上个月的入会13人", 1), ("12月入会13人", 9), ("本月入会13人", 9)],
)
def test_a_month_picks_the_duty(text: str, duty: int) -> None:
    assert [each.duty_id for each in read(text, LATER, DECEMBER).given] == [duty]


def test_each_number_has_the_month_before_it() -> None:
    found = read("11月入会5人，12月入会6人", LATER, DECEMBER)
    assert {each.duty_id: value for each, value in found.given.items()} == {1: 500, 9: 600}
    found = read("12月入会6人，转入2人", LATER, DECEMBER)
    assert {each.duty_id: value for each, value in found.given.items()} == {9: 600}
    assert "12月" in found.refused[0]


def test_a_choice_settles_what_is_doubtful_and_leaves_the_rest() -> None:
    found = read("入会12人，探访3户", LATER, DECEMBER)
    assert [{each.number for each in ones} for ones in found.doubtful.values()] == [{2, 11}]
    found = read("入会12人，探访3户", LATER, DECEMBER, choice=2)
    assert {each.duty_id: value for each, value in found.given.items()} == {1: 1200, 8: 300}
    assert (found.doubtful, found.unknown, found.refused) == ({}, [], [])
    assert read("入会12人", LATER, DECEMBER, choice=7).doubtful


def test_a_long_letter_is_not_cut_in_the_middle_of_a_number() -> None:
    found = read("各位领导好。" * 49 + "入会12345人", WANTED, NOVEMBER)
    assert found.given == {}
    assert "分几条" in found.refused[0]


@pytest.mark.parametrize(
    "text", ["12 0 0 1", "1 2", "12\n0", "1,2345", "1 2人", "12、0", "12²", "一百二", "13800138000"]
)
def test_an_answer_is_one_number(text: str) -> None:
    with pytest.raises(FieldError):
        value_of(text, "人")


PIECES = """入会 转入 退会 走访 慰问 应缴 已缴 涉及职工 比年初净增 约 左右 没有 人 户 元 万 万元 % - — + ( ) : ~
十 百 二 ， 。 、 ; 1 2 30 4.5 1,200 11月 上月 日 多 几 第 累计 预计 至 个 的 有 共 和 其中 各 每 改为"""


@given(st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=16).map("".join))
def test_every_number_stands_in_a_clause_with_its_name(text: str) -> None:
    """The digits of what is taken stand in one clause with a word of its name, and nothing raises."""
    found = read(text, WANTED, NOVEMBER)
    for each, value in found.given.items():
        parts = re.split(r"[。;，\n]", text)
        assert any(_beside(part, each, value) for part in parts) or re.search(r":\s*\n", text), (each.label, value)


def _beside(part: str, each: Wanted, value: int) -> bool:
    named = each.label[:2] in part or (each.key in ("households", "amount") and re.search("走访|慰问", part))
    whole = f"{abs(value) / 100:g}"
    return bool(named) and (whole in part.replace(",", "") or value == 0 or bool(re.search("[十百二万]", part)))


@given(
    st.lists(
        st.tuples(st.sampled_from(["入会", "转入", "转出", "退会"]), st.integers(0, 9999)), min_size=1, max_size=4
    ),
    st.sampled_from(["，", "。", "；", "\n", " ", ""]),
    st.booleans(),
)
def test_numbers_never_move_to_another_name(pairs: list[tuple[str, int]], between: str, first: bool) -> None:
    """Number first or name first, whatever stands between: each name has its own number or none."""
    own = dict(pairs)
    if len(own) < len(pairs):
        return
    text = between.join(f"{n}人{name}" if first else f"{name}{n}人" for name, n in pairs)
    for each, value in read(text, WANTED, NOVEMBER).given.items():
        assert value == own[each.label] * 100


@given(
    st.integers(1, 999), st.integers(1, 99999), st.sampled_from([" ", ",", "，", "、", "+", "*", "/", "—", "至", ":"])
)
def test_two_numbers_are_never_one(one: int, other: int, between: str) -> None:
    found = read(f"涉及职工{one}{between}{other}人", WANTED, NOVEMBER)
    grouped = between in ",，" and len(str(other)) == 3
    assert said(found) == (f"涉及职工{one * 1000 + other:g}" if grouped else "")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert set(read(f"入会{text}12人", LATER, DECEMBER, choice=2).given) <= set(LATER)
