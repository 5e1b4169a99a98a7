"""The cadres' year: every month has work at every level, and every line says what it rests on."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from tests.content.models import CONTENT, CalendarFile, Duty, load_duties

DUTIES = load_duties()
RULES: dict[str, Callable[[int], bool]] = {
    "monthly": lambda month: True,
    "even_months": lambda month: month % 2 == 0,
    "quarterly": lambda month: month % 3 == 0,
    "half_yearly": lambda month: month % 6 == 0,
}


def due(duty: Duty, month: int) -> bool:
    return duty.month == month if duty.rule is None else RULES[duty.rule](month)


def test_ids_and_number_keys_are_unique() -> None:
    assert len({duty.id for duty in DUTIES}) == len(DUTIES)
    for duty in DUTIES:
        keys = [number.key for number in duty.numbers or []]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize(("level", "least"), [("基层", 3), ("街道", 4), ("区县", 4), ("市", 4)])
def test_every_month_has_work(month: int, level: str, least: int) -> None:
    once_a_year = [duty for duty in DUTIES if duty.month == month and level in duty.levels]
    assert len(once_a_year) >= least
    assert len([duty for duty in DUTIES if due(duty, month) and level in duty.levels]) >= len(once_a_year)


def test_slugs_carry_the_month_and_no_year() -> None:
    for duty in DUTIES:
        assert "20" not in duty.id
        assert duty.month is None or duty.id.startswith(f"m{duty.month:02}-")


def test_the_file_says_that_customary_dates_are_set_each_year() -> None:
    comment = (CONTENT / "calendar.yaml").read_text(encoding="utf-8").split("duties:")[0]
    assert "superior union sets them anew every year" in comment
    assert any(duty.basis == "惯例：以当年上级通知为准" for duty in DUTIES)


@pytest.mark.parametrize(
    "change",
    [
        {"month": 13},
        {"month": None},
        {"rule": "monthly"},
        {"numbers": None},
        {"evidence": "photo"},
        {"basis": "惯例"},
        {"title": "标" * 25},
        {"owner": "x"},
    ],
)
def test_the_shape_is_strict(change: dict[str, object]) -> None:
    good = next(duty for duty in DUTIES if duty.evidence == "number" and duty.month).model_dump()
    with pytest.raises(ValidationError):
        CalendarFile.model_validate({"duties": [good | change]})
