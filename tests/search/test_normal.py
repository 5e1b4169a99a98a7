"""Normalisation: what is made one, and what must stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import normalise
from bot.search.normal import MAX_CHARS, fold, normalise_all


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＨＲ说Ｎ＋１", "hr说n1"),
        ("產假與護理假", "产假与护理假"),
        (" 年假， 几天？ ", "年假几天"),
        ("您好，我想问一下，产假多少天呢？谢谢！", "产假多少天"),
        ("在吗？麻烦问一下工伤怎么报呀", "工伤怎么报"),
        ("请问心理咨询怎么预约", "心理咨询怎么预约"),
        ("工资不发吗？那我走吧", "工资不发那我走"),
        ("十五天", "15天"),
        ("二十一个月", "21个月"),
        ("两倍工资", "2倍工资"),
        ("百分之八十的工资", "80%的工资"),
        ("七级至十级", "7级至10级"),
        ("7-10级", "7至10级"),
        ("一次性补助", "一次性补助"),
        ("一天到晚加班", "一天到晚加班"),
        ("七八天", "七八天"),
        ("五险一金", "五险一金"),
        ("三八妇女节", "三八妇女节"),
        ("什么时候", "什么时候"),
        ("老板一直没有给我们交过社保", "老板一直没交社保"),
        ("不跟我签任何劳动合同", "不签劳动合同"),
        ("有没有补贴", "有没有补贴"),
        ("給不給上保險", "给不给上保险"),
        ("能不能补缴", "能不能补缴"),
        ("你好", "你好"),
        ("谢谢啦", "谢谢啦"),
        ("🙂！？", ""),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@settings(deadline=None)
@given(st.text(max_size=2100))
def test_any_text_gives_only_letters_digits_and_percent(text: str) -> None:
    normal = normalise(text)
    assert all(character.isalnum() or character == "%" for character in normal)
    assert bool(normal) == bool(fold(text))


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_many_texts_are_normalised_as_each_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


@settings(deadline=None)
@given(st.text(alphabet="工会入退天假", min_size=1, max_size=30))
def test_plain_chinese_is_left_alone(text: str) -> None:
    assert normalise(text) == text


def test_only_the_first_part_of_a_letter_is_read() -> None:
    assert normalise("假" * MAX_CHARS + "工会") == "假" * MAX_CHARS
