"""Numbers in free words: what is read, what is refused, what is asked; and that nothing is ever made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.model import FieldError
from bot.services.duty_labels import Wanted
from bot.services.duty_reading import NO_CHANGE, read, value_of

WANTED = (
    Wanted(1, "joined", "入会", "人", 2, "会员变动月报"),
    Wanted(1, "moved_in", "转入", "人", 2, "会员变动月报"),
    Wanted(1, "left", "退会", "人", 2, "会员变动月报"),
    Wanted(2, "households", "走访户数", "户", 3, "送温暖"),
    Wanted(2, "amount", "慰问金额", "元", 3, "送温暖"),
    Wanted(3, "new_members", "新增会员", "人", 4, "建会入会"),
    Wanted(4, "net_gain", "比年初净增", "人", 5, "会员统计"),
    Wanted(5, "budget", "投入", "万元", 6, "投入"),
)


def taken(text: str) -> dict[str, float]:
    return {each.label: value / 100 for each, value in read(text, WANTED).given.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新增会员12人，慰问3户", {"新增会员": 12, "走访户数": 3}),
        ("入会12 转入0 退会1", {"入会": 12, "转入": 0, "退会": 1}),
        ("入会：１２名；转入=三人", {"入会": 12, "转入": 3}),
        ("本月入会三百二十人", {"入会": 320}),
        ("入会1,200人,转入3人", {"入会": 1200, "转入": 3}),
        ("慰问金额1.2万元", {"慰问金额": 12000}),
        ("慰问5000块钱，走访3户", {"慰问金额": 5000, "走访户数": 3}),
        ("慰问金额12.5元", {"慰问金额": 12.5}),
        ("投入5000元", {"投入": 0.5}),
        ("投入3万元", {"投入": 3}),
        ("入会2人，没有退会", {"入会": 2, "退会": 0}),
        ("转入无", {"转入": 0}),
        ("比年初净增-3人", {"比年初净增": -3}),
    ],
)
def test_what_is_certain_is_taken(text: str, expected: dict[str, float]) -> None:
    found = read(text, WANTED)
    assert {each.label: value / 100 for each, value in found.given.items()} == expected
    assert (found.refused, found.doubtful, found.unknown) == ([], {}, [])


VAGUE = """入会约12人 入会12人左右 入会十来人 入会十几人 入会12-15人 入会七八个人 入会12.5人 入会-3人 入会12元 入会50%
慰问金额3万5元 慰问金额1.234元 入会12，入会13 入会12套棉被 入会99999999999999人 走访3家 投入3万"""


@pytest.mark.parametrize("text", VAGUE.split())
def test_what_is_not_certain_is_refused_with_a_reason(text: str) -> None:
    found = read(text, WANTED)
    assert found.given == {}
    assert found.refused
    assert all(words.endswith(("。", "”。")) for words in found.refused)


@pytest.mark.parametrize(
    "text",
    [
        "入会资料12",
        "入会百分之五十",
        "党员5人",
        "一线职工",
        "第3方",
        "",
    ],
)
def test_what_means_something_else_is_not_taken(text: str) -> None:
    found = read(text, WANTED)
    assert found.given == {}
    assert found.labels == 0


def test_what_fits_two_is_asked_about() -> None:
    found = read("发展会员8名", WANTED)
    assert found.given == {}
    assert [{each.label for each in ones} for ones in found.doubtful.values()] == [{"入会", "新增会员"}]
    same = (Wanted(1, "paid", "已缴", "元", 1), Wanted(2, "paid", "已缴", "元", 2))
    assert len(read("已缴500元", same).doubtful["已缴500元"]) == 2


@pytest.mark.parametrize("text", ["本月没有变动", "没有变动", "无变化", "这个月没有会员变动", "零报告", "本月报零"])
def test_no_change_in_other_words(text: str) -> None:
    assert NO_CHANGE.fullmatch(text)
    assert not NO_CHANGE.fullmatch(f"{text}吗")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read(text, WANTED)
    assert set(found.given) <= set(WANTED)


PIECES = """入会 转入 退会 慰问 走访 新增会员 约 左右 没有 元 人 户 万 万元 % - 十 二 点
， 。 1 2 30 4.5 日 月 多 几 第 累计 ： 至 个"""


@given(st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=14).map("".join))
def test_what_is_taken_was_said_with_its_name(text: str) -> None:
    """Nothing is made up: every number that was taken is written in the text, and nothing vague is taken for it."""
    found = read(text, WANTED)
    for value in found.given.values():
        assert value == 0 or re.search(r"[\d一二三四五六七八九十百千万]", text)
    if re.fullmatch(r"(?:入会|转入|退会)约\d+人?", text):
        assert not found.given


@given(st.integers(0, 10**7), st.sampled_from(["人", "名", ""]), st.sampled_from(["", "：", " ", "为"]))
def test_a_plain_number_is_read_as_it_is(number: int, unit: str, between: str) -> None:
    assert taken(f"入会{between}{number}{unit}") == {"入会": number}
    assert taken(f"入会{between}约{number}{unit}") == {}
    assert taken(f"入会{between}{number}{unit}左右") == {}


@given(st.text(max_size=30))
def test_an_answer_is_a_number_or_a_reason(text: str) -> None:
    try:
        value = value_of(text, "人")
    except FieldError as error:
        assert error.words
    else:
        assert 0 <= value <= 10**11
        assert value == int(value)
