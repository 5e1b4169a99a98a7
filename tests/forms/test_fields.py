"""Names, texts, days, numbers, choices: what is understood, what is refused, and that nothing crashes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import fields
from bot.forms.fields import Option, choice, number, organisation, person_name, text, yes_no
from bot.forms.fold import looks_like_question
from bot.forms.model import Field, FieldError, Value

TODAY = date(2026, 11, 21)  # a Saturday
EAST, WEST = "运输公司（东区）", "运输公司（西区）"
UNITS = choice(Option("1", "一厂", ("第一机械厂",)), Option("2", "二厂"), Option("3", EAST), WEST)
ALL = {
    "text": text(),
    "short": text(2, 10),
    "name": person_name(),
    "unit": organisation(),
    "id": fields.id_number(),
    "mobile": fields.mobile(),
    "uscc": fields.uscc(),
    "date": fields.date(),
    "past": fields.date(future=False),
    "yes_no": yes_no(),
    "choice": UNITS,
    "count": number("人", min=0, max=10000),
    "money": number("元", min=0, places=2),
    "any": number(places=9),
}


def refusal(field: Field, words: str) -> str:
    with pytest.raises(FieldError) as caught:
        field.parse(words, TODAY)
    return caught.value.words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("张三", "张三"),
        (" 张 三 。", "张三"),
        ("我叫张三", "张三"),
        ("张三；", "张三"),
        ("姓名：张三", "张三"),
        ("我的名字是张三", "张三"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("欧阳〇𠮷", "欧阳〇𠮷"),
        ("Ｊｏｈｎ Ｓｍｉｔｈ", "John Smith"),
        ("何为", "何为"),
    ],
)
def test_names(words: str, expected: str) -> None:
    assert person_name().parse(words, TODAY) == expected


MORE_NO_NAMES = ["我想问一下会费多少", "谢谢", "张三\n是我？"]
NO_NAMES = [
    "张",
    "张3",
    "张三😀",
    "",
    "·张三",
    "你好",
    "好的",
    "为什么要姓名",
    "张三？",
    "我想问一下会费多少",
    "张" * 31,
    "<b>张三",
    "①②",
]


@pytest.mark.parametrize("words", [*NO_NAMES, *MORE_NO_NAMES])
def test_no_names(words: str) -> None:
    assert refusal(person_name(), words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("深圳市第一机械厂", "深圳市第一机械厂"),
        ("我在深圳市第一机械厂上班", "深圳市第一机械厂"),
        ("单位：一厂", "一厂"),
        ("某某(深圳)有限公司", "某某（深圳）有限公司"),
        ("某某（深圳）有限 公司。", "某某（深圳）有限公司"),
        ("3M中国", "3M中国"),
    ],
)
def test_organisations(words: str, expected: str) -> None:
    assert organisation().parse(words, TODAY) == expected


@pytest.mark.parametrize("words", ["厂", "12345", "入会要交多少钱？", "怎么入会", "不知道", "一厂🙂", "厂" * 61, ""])
def test_no_organisations(words: str) -> None:
    assert refusal(organisation(), words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("２０２４年３月５号", "2024-03-05"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二零二四年十二月三十一号", "2024-12-31"),
        ("24年3月5日", "2024-03-05"),
        ("98年3月5日", "1998-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("2024/03/05", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024-03-05 10:30", "2024-03-05"),
        ("三月五号", "2026-03-05"),
        ("3月5日", "2026-03-05"),
        ("12月31日", "2026-12-31"),
        ("1月2日", "2026-01-02"),
        ("3-5", "2026-03-05"),
        ("去年3月5日", "2025-03-05"),
        ("今年10月1日", "2026-10-01"),
        ("上个月5号", "2026-10-05"),
        ("这个月5号", "2026-11-05"),
        ("5号", "2026-11-05"),
        ("昨天", "2026-11-20"),
        ("就是昨天下午吧", "2026-11-20"),
        ("大前天", "2026-11-18"),
        ("明天", "2026-11-22"),
        ("上周三", "2026-11-11"),
        ("本周一", "2026-11-16"),
        ("下星期天", "2026-11-29"),
        ("三天前", "2026-11-18"),
        ("2周后", "2026-12-05"),
        ("2024年2月29日", "2024-02-29"),
    ],
)
def test_dates(words: str, expected: str) -> None:
    assert str(fields.date().parse(words, TODAY)) == expected


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("2023年2月29日", "没有这一天"),
        ("2月30日", "没有这一天"),
        ("2024-13-01", "没有这一天"),
        ("2024年3月", "哪一天"),
        ("3月份", "哪一天"),
        ("1850年1月1日", "太早"),
        ("2150年1月1日", "太远"),
        ("周三", "没看懂"),
        ("春节那天", "没看懂"),
        ("2024-3/5", "没看懂"),
        ("", "没看懂"),
    ],
)
def test_no_dates(words: str, hint: str) -> None:
    assert hint in refusal(fields.date(), words)


def test_a_missing_year_is_one_that_is_allowed() -> None:
    assert fields.date(future=False).parse("12月31日", TODAY) == date(2025, 12, 31)
    assert fields.date(past=False).parse("3月5日", TODAY) == date(2027, 3, 5)
    assert "还没到" in refusal(fields.date(future=False), "明天")
    assert "已经过去" in refusal(fields.date(past=False), "昨天")
    assert "年份" in refusal(fields.date(), "2月29日")
    assert fields.date().show(date(2024, 3, 5)) == "2024年3月5日"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12", 12),
        ("１２", 12),
        ("12人", 12),
        ("12个人", 12),
        ("大概12个", 12),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百二", 120),
        ("一百二十", 120),
        ("两千三", 2300),
        ("两千零三", 2003),
        ("三千零五十", 3050),
        ("一万", 10000),
        ("0.5万", 5000),
        ("1,200", 1200),
        ("零", 0),
    ],
)
def test_counts(words: str, expected: int) -> None:
    assert ALL["count"].parse(words, TODAY) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1.2万", 12000),
        ("1.2万元", 12000),
        ("三万五", 35000),
        ("三万零五百", 30500),
        ("十二万", 120000),
        ("一亿两千万", 120000000),
        ("3500块钱", 3500),
        ("12.50元", Decimal("12.5")),
        ("1,234,567.89", Decimal("1234567.89")),
    ],
)
def test_amounts(words: str, expected: Value) -> None:
    value = ALL["money"].parse(words, TODAY)
    assert value == expected
    assert type(value) is type(expected)


NO_COUNTS = ["", "很多", "10-20", "1.5", "-1", "10001", "十十", "百", "12天", "1,20", "1e3", "万", "三十百", "٣"]


@pytest.mark.parametrize("words", [*NO_COUNTS, "七八个", "十七八个", "三四十", "一百二三", "几十"])
def test_no_counts(words: str) -> None:
    assert refusal(ALL["count"], words)


@pytest.mark.parametrize("words", ["是", "是的。", "对啊", "好的", "可以！", "嗯", "YES", "1", "有", "Ｏｋ"])
def test_yes(words: str) -> None:
    assert yes_no().parse(words, TODAY) is True


@pytest.mark.parametrize("words", ["否", "不是", "不是的", "没有", "不可以", "no", "2", "不用了"])
def test_no(words: str) -> None:
    assert yes_no().parse(words, TODAY) is False


@pytest.mark.parametrize("words", ["也许", "可以不可以", "是不是", "", "3", "可以吗", "不一定"])
def test_neither(words: str) -> None:
    assert refusal(yes_no("可以", "不可以"), words) == "请回复“可以”或“不可以”。"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1", "1"),
        ("１", "1"),
        ("①", "1"),
        ("1️⃣", "1"),
        ("1.", "1"),
        ("第一个", "1"),
        ("第 2 项", "2"),
        ("选3", "3"),
        ("2、二厂", "2"),
        ("一厂", "1"),
        (" 一 厂 ", "1"),
        ("第一机械厂", "1"),
        ("二", "2"),
        ("运输公司东区", "3"),
        ("运输公司(西", "运输公司（西区）"),
        ("4", "运输公司（西区）"),
    ],
)
def test_choices(words: str, expected: str) -> None:
    assert UNITS.parse(words, TODAY) == expected


@pytest.mark.parametrize("words", ["0", "5", "运输", "三厂", "", "1 2", "2、一厂", "不是一厂", "第五个"])
def test_no_choices(words: str) -> None:
    assert refusal(UNITS, words)


def test_numerals_that_could_mean_two_options_are_asked_again() -> None:
    swapped = choice("二厂", "一厂")
    assert "几个选项" in refusal(swapped, "一")
    assert swapped.parse("1", TODAY) == "二厂"


@pytest.mark.parametrize("options", [(), ("一厂", "一 厂"), (Option("a", "一厂"), Option("a", "二厂")), ("？",)])
def test_options_must_differ(options: tuple[str | Option, ...]) -> None:
    with pytest.raises(ValueError, match="differ"):
        choice(*options)


def test_text_bounds_and_invisible_characters() -> None:
    assert ALL["short"].parse(" 你\u202e好\x00 ", TODAY) == "你好"
    assert "至少写2" in refusal(ALL["short"], "你")
    assert "10个字以内" in refusal(ALL["short"], "你" * 11)
    assert text().parse("第一行\n第二行", TODAY) == "第一行\n第二行"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("要交会费吗", True),
        ("会费多少？", True),
        ("然后呢", True),
        ("为什么要填身份证", True),
        ("怎么入会", True),
        ("我想问一下会费多少", True),
        ("这个要填多久", True),
        ("请问在哪办", True),
        ("张三", False),
        ("13800138000", False),
        ("", False),
    ],
)
def test_questions(words: str, expected: bool) -> None:
    assert looks_like_question(words) is expected


TALK = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("我叫是的姓名单位:：·. 0123456789一二三十百千万"),
        st.sampled_from("年月日号前后天①.,-/零两亿半负x\u200b\ud800在上班改"),
    ),
    max_size=40,
)


@pytest.mark.parametrize("kind", ALL)
@given(words=TALK)
def test_nothing_crashes_and_what_is_accepted_stays(kind: str, words: str) -> None:
    field = ALL[kind]
    try:
        value = field.parse(words, TODAY)
    except FieldError as error:
        assert error.words
        assert str(error) == "FieldError"
        return
    assert field.parse(field.write(value), TODAY) == value
    assert field.accept(value, TODAY) == value
    assert type(value) in field.kinds
    assert field.show(value)
    (str(value) + field.show(value)).encode()


@given(st.integers(0, 10000))
def test_written_numbers_come_back(value: int) -> None:
    assert ALL["count"].parse(f"{value:,}人", TODAY) == value
    assert ALL["count"].parse(numerals(value), TODAY) == value


def numerals(value: int) -> str:
    """Chinese numerals the school way, written anew for the test."""
    digits = "零一二三四五六七八九"
    if value == 0:
        return digits[0]
    if value == 10000:
        return "一万"
    out, zero = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + name
            zero = False
        else:
            zero = True
    return out.removeprefix("一") if out.startswith("一十") else out


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_comes_back(day: date) -> None:
    field = fields.date()
    for words in (day.isoformat(), field.show(day), f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}"):
        assert field.parse(words, TODAY) == day
