"""ID card, mobile and credit code: every vector, every change of one place, and an independent second opinion."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms.fields import bank_card, id_number, mobile, uscc
from bot.forms.identity import age_on, birth_date, luhn_fits, org_code_fits, sex
from bot.forms.model import Field, FieldError

TODAY = date(2026, 11, 21)
VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "data" / "validation_vectors.json").read_text())
USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def refusal(field: Field, text: str) -> str:
    with pytest.raises(FieldError) as caught:
        field.parse(text, TODAY)
    return caught.value.words


@pytest.mark.parametrize("value", VECTORS["id_valid"])
def test_valid_ids(value: str) -> None:
    assert id_number().parse(value, TODAY) == value


@pytest.mark.parametrize("vector", VECTORS["id_invalid"], ids=lambda each: each["why"])
def test_invalid_ids(vector: dict[str, str]) -> None:
    assert vector["value"] not in refusal(id_number(), vector["value"])


def test_below_sixteen_is_a_valid_number_and_the_age_tells() -> None:
    vector = VECTORS["id_under16"]
    value = str(id_number().parse(vector["value"], TODAY))
    assert birth_date(value).isoformat() == vector["birth"]
    assert age_on(value, TODAY) == 14


@pytest.mark.parametrize("value", VECTORS["uscc_valid"])
def test_valid_codes(value: str) -> None:
    assert uscc().parse(value.lower(), TODAY) == value


@pytest.mark.parametrize("vector", VECTORS["uscc_invalid"], ids=lambda each: each["why"])
def test_invalid_codes(vector: dict[str, str]) -> None:
    assert vector["value"] not in refusal(uscc(), vector["value"])


@pytest.mark.parametrize("value", VECTORS["mobile_valid"])
def test_valid_mobiles(value: str) -> None:
    assert mobile().parse(value, TODAY) == re.sub(r"^\+86|\D", "", value)


@pytest.mark.parametrize("value", VECTORS["mobile_invalid"])
def test_invalid_mobiles(value: str) -> None:
    assert value not in refusal(mobile(), value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("110105 19491231 002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("110105-19491231-002X。", "11010519491231002X"),
        ("我的身份证号是11010519491231002X", "11010519491231002X"),
        ("身份证：11010519491231002X", "11010519491231002X"),
        ("\u200e11010519491231002X\u202c", "11010519491231002X"),
    ],
)
def test_ways_of_typing_an_id(text: str, expected: str) -> None:
    assert id_number().parse(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("１３８００１３８０００", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("86 13800138000", "13800138000"),
        ("(+86) 138 0013 8000", "13800138000"),
        ("我的手机号是13800138000", "13800138000"),
        ("电话 13800138000", "13800138000"),
        ("一三八零零一三八零零零", "13800138000"),
    ],
)
def test_ways_of_typing_a_mobile(text: str, expected: str) -> None:
    assert mobile().parse(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("110101900307001", "15位"),
        ("1101011990030700", "少"),
        ("1101011990030700110", "多"),
        ("990101199003070011", "校验"),
        ("160101199003070011", "前两位"),
        ("1101O1199003070011", "第5位"),
        ("1101011990030700X1", "第17位"),
        ("110101203001010011", "7到14位"),
        ("张三", "没有看到号码"),
        ("", "没有看到号码"),
    ],
)
def test_reasons_point_to_the_place(text: str, hint: str) -> None:
    assert hint in refusal(id_number(), text)


def test_a_birthday_of_today_is_possible_and_tomorrow_is_not() -> None:
    newborn = with_check("11010120261121001")
    assert id_number().parse(newborn, TODAY) == newborn
    assert "7到14位" in refusal(id_number(), with_check("11010120261122001"))
    assert "7到14位" in refusal(id_number(), with_check("11010118991231001"))


def test_foreigners_permanent_residence_card() -> None:
    number = with_check("91156019900307001")
    assert id_number().parse(number, TODAY) == number


@pytest.mark.parametrize(
    ("value", "day", "age"),
    [
        ("110101199003070011", date(2026, 3, 6), 35),
        ("110101199003070011", date(2026, 3, 7), 36),
        ("440300200002291011", date(2023, 2, 28), 22),
        ("440300200002291011", date(2023, 3, 1), 23),
    ],
)
def test_age_counts_full_years(value: str, day: date, age: int) -> None:
    assert age_on(value, day) == age


def test_sex_is_the_seventeenth_digit() -> None:
    assert [sex(each) for each in ("110101199003070011", "11010119900307002X")] == ["男", "女"]


def test_masks() -> None:
    assert mobile().show("13800138000") == "138****8000"
    assert id_number().show("11010519491231002X") == "110***********002X"


def test_law_firms_have_codes_too() -> None:
    code = uscc_with_check("31110000E00017525")
    assert uscc().parse(code, TODAY) == code


def test_inner_organisation_code_is_a_hint_only() -> None:
    assert org_code_fits("91350100M000100Y43")
    odd = uscc_with_check("91350100M000100Y5")
    assert uscc().parse(odd, TODAY) == odd
    assert not org_code_fits(odd)


def with_check(head: str) -> str:
    """GB 11643 through ISO 7064 MOD 11-2, digit by digit: another way than the table of weights."""
    rest = 0
    for digit in head:
        rest = (rest + int(digit)) * 2 % 11
    last = (12 - rest) % 11
    return head + ("X" if last == 10 else str(last))


def uscc_with_check(head: str) -> str:
    """GB 32100 with powers of 3 instead of a table."""
    total = sum(USCC_CHARS.index(each) * pow(3, place, 31) for place, each in enumerate(head))
    return head + next(each for each in USCC_CHARS if (total + USCC_CHARS.index(each)) % 31 == 0)


def real_id(text: str) -> bool:
    """The independent opinion on a normalised number."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", text) or with_check(text[:17]) != text:
        return False
    try:
        return date(1900, 1, 1) <= date.fromisoformat(f"{text[6:10]}-{text[10:12]}-{text[12:14]}") <= TODAY
    except ValueError:
        return False


@given(
    st.sampled_from(VECTORS["id_valid"]),
    st.integers(0, 17),
    st.sampled_from("0123456789X"),
)
def test_one_changed_place_is_never_accepted(value: str, place: int, other: str) -> None:
    changed = value[:place] + other + value[place + 1 :]
    if changed == value:
        assert id_number().parse(changed, TODAY) == value
    else:
        refusal(id_number(), changed)


@given(st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]", fullmatch=True))
def test_ids_agree_with_the_independent_check(text: str) -> None:
    for candidate in (text, with_check(text[:17])):
        try:
            assert id_number().parse(candidate, TODAY) == candidate
            accepted = True
        except FieldError as error:
            accepted = False
            assert error.words
        regions = {"71", "81", "82", "83"} | {str(n) for n in range(11, 66)}
        if accepted:
            assert real_id(candidate)
            assert candidate[0] == "9" or candidate[:2] in regions
        elif candidate[:2] in ("11", "44", "65", "83"):
            assert not real_id(candidate)


@given(st.from_regex(rf"[1-9ANY][1-9][0-9]{{6}}[{USCC_CHARS}]{{10}}", fullmatch=True))
def test_codes_agree_with_the_independent_check(text: str) -> None:
    right = uscc_with_check(text[:17])
    assert uscc().parse(right, TODAY) == right
    if text != right:
        refusal(uscc(), text)


@given(st.text(alphabet=st.sampled_from("0123456789Xx０１+86- 一二:电话是我张①⑱𝟙٣"), max_size=24))
def test_what_is_accepted_is_real(text: str) -> None:
    for field, real in ((id_number(), real_id), (mobile(), re.compile(r"1[3-9][0-9]{9}").fullmatch)):
        try:
            value = str(field.parse(text, TODAY))
        except FieldError as error:
            assert error.words.endswith(("。", "。）")) or "请" in error.words
            continue
        assert real(value)


def test_every_vector_has_a_test() -> None:
    assert set(VECTORS) - {"note"} == {
        *("id_valid", "id_invalid", "id_under16", "uscc_valid", "uscc_invalid", "mobile_valid", "mobile_invalid"),
        *("bank_luhn_valid", "bank_luhn_invalid"),
    }


@pytest.mark.parametrize("value", VECTORS["bank_luhn_valid"])
def test_cards(value: str) -> None:
    spaced = f"银行卡号：{value[:4]} {value[4:8]} {value[8:12]} {value[12:]}"
    assert bank_card().parse(spaced, TODAY) == value
    assert luhn_fits(value)
    assert bank_card().show(value) == f"**** {value[-4:]}"


@pytest.mark.parametrize("value", VECTORS["bank_luhn_invalid"])
def test_a_card_that_fails_luhn_is_taken_and_told_apart(value: str) -> None:
    assert bank_card().parse(value, TODAY) == value
    assert not luhn_fits(value)


@pytest.mark.parametrize(
    "value", ("622202100011234", "62220210001123456721", "六二二二零二一零零零一一二三四五六七A", "")
)
def test_what_is_no_card(value: str) -> None:
    words = refusal(bank_card(), value)
    assert "16到19位" in words or "只有数字" in words


@given(st.sampled_from(VECTORS["bank_luhn_valid"]), st.integers(0, 18), st.integers(1, 9))
def test_luhn_sees_every_changed_digit(value: str, place: int, by: int) -> None:
    place %= len(value)
    changed = value[:place] + str((int(value[place]) + by) % 10) + value[place + 1 :]
    assert not luhn_fits(changed)
