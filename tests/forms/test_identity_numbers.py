"""Numbers of people and firms against the shared vectors, and against checks written independently of the code."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.identity import age_on, birth_date, id_number, mobile, sex, uscc
from bot.forms.model import FieldError

TODAY = date(2026, 11, 21)
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "validation_vectors.json").read_text("utf-8")
)
FIELDS = {"id": id_number(), "uscc": uscc(), "mobile": mobile()}
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def accepts(kind: str, text: str) -> bool:
    try:
        FIELDS[kind].parse(text, TODAY)
    except FieldError:
        return False
    return True


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind in FIELDS for text in VECTORS[f"{kind}_valid"]])
def test_valid_vectors(kind: str, text: str) -> None:
    expected = "".join(char for char in text if char.isalnum())
    assert FIELDS[kind].parse(text, TODAY) == (expected[-11:] if kind == "mobile" else expected)


@pytest.mark.parametrize(("kind", "case"), [(kind, case) for kind in FIELDS for case in VECTORS[f"{kind}_invalid"]])
def test_invalid_vectors_are_refused_without_echo(kind: str, case: Any) -> None:
    text = case if isinstance(case, str) else case["value"]
    with pytest.raises(FieldError) as refused:
        FIELDS[kind].parse(text, TODAY)
    assert refused.value.words
    assert text not in refused.value.words and text not in str(refused.value)


@pytest.mark.parametrize("text", VECTORS["bank_luhn_valid"] + VECTORS["bank_luhn_invalid"])
@pytest.mark.parametrize("kind", FIELDS)
def test_bank_cards_are_nobodys_number(kind: str, text: str) -> None:
    assert not accepts(kind, text)


def test_under_16_is_read_and_told_by_age() -> None:
    case = VECTORS["id_under16"]
    number = str(FIELDS["id"].parse(case["value"], TODAY))
    assert birth_date(number).isoformat() == case["birth"]
    assert age_on(number, TODAY) == 14


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2006, 3, 6), 15), (date(2006, 3, 7), 16), (date(2006, 3, 8), 16), (date(2026, 3, 6), 35)],
)
def test_age_turns_on_the_birthday(day: date, age: int) -> None:
    assert age_on("110101199003070011", day) == age


def test_sex() -> None:
    assert (sex("110101199003070011"), sex("11010119900307002X")) == ("男", "女")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("id", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        ("id", " 110105 19491231 002x ", "11010519491231002X"),
        ("id", "110105-19491231-002X", "11010519491231002X"),
        ("id", "我的身份证号是11010519491231002X", "11010519491231002X"),
        ("id", "身份证号：11010519491231002X。", "11010519491231002X"),
        ("mobile", "１３８ ００１３ ８０００", "13800138000"),
        ("mobile", "+8613800138000", "13800138000"),
        ("mobile", "86 138-0013-8000", "13800138000"),
        ("mobile", "手机号：13800138000", "13800138000"),
        ("mobile", "我的手机号是13800138000", "13800138000"),
        ("uscc", "91350100m000100y43", "91350100M000100Y43"),
        ("uscc", "９１３５０１００ M000100Y43", "91350100M000100Y43"),
    ],
)
def test_ways_of_writing(kind: str, text: str, value: str) -> None:
    assert FIELDS[kind].parse(text, TODAY) == value


def test_masks() -> None:
    assert FIELDS["id"].show("11010519491231002X") == "110***********002X"
    assert FIELDS["mobile"].show("13800138000") == "138****8000"


def test_nobody_is_born_tomorrow() -> None:
    number = "110101199003070011"
    assert FIELDS["id"].parse(number, date(1990, 3, 7)) == number
    with pytest.raises(FieldError):
        FIELDS["id"].parse(number, date(1990, 3, 6))


def id_is_right(number: str) -> bool:
    """ISO 7064 MOD 11-2, written as the standard has it rather than with a weight table."""
    total = sum((10 if char == "X" else int(char)) * pow(2, 17 - place, 11) for place, char in enumerate(number))
    return total % 11 == 1


def uscc_is_right(code: str) -> bool:
    """GB 32100: the weighted sum of all 18 places, powers of 3, is a multiple of 31."""
    return sum(SIGNS.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17])) % 31 == (
        -SIGNS.index(code[17]) % 31
    )


LIKE_ID = st.builds(
    lambda region, born, rest: region + born.strftime("%Y%m%d") + rest,
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(1890, 1, 1), date(2030, 1, 1)),
    st.from_regex(r"[0-9]{3}[0-9Xx]", fullmatch=True),
)


@given(LIKE_ID | st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True))
def test_no_wrong_id_is_accepted(text: str) -> None:
    if accepts("id", text):
        number = text.upper()
        assert id_is_right(number)
        assert date(1900, 1, 1) <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= TODAY


@given(st.sampled_from(VECTORS["id_valid"]), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(number: str, place: int, digit: str) -> None:
    changed = number[:place] + digit + number[place + 1 :]
    assert accepts("id", changed) == (changed == number)


@given(st.sampled_from(VECTORS["uscc_valid"]), st.integers(0, 17), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_always_found(code: str, place: int, sign: str) -> None:
    changed = code[:place] + sign + code[place + 1 :]
    assert uscc_is_right(code)
    assert accepts("uscc", changed) == (changed == code)


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=60) | st.text("0123456789Xx+- ０１８：是号", max_size=30))
def test_nothing_crashes_and_what_is_read_reads_the_same_again(kind: str, text: str) -> None:
    field = FIELDS[kind]
    try:
        value = field.parse(text, TODAY)
    except FieldError as refused:
        assert refused.words
        return
    assert isinstance(value, str) and len(value) == (11 if kind == "mobile" else 18)
    assert field.parse(value, TODAY) == value
