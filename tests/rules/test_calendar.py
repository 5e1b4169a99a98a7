"""Working days of 2026 as the State Council published them, office hours, ends of months, years not published yet."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.calendar import (
    Hours,
    add_workdays,
    at,
    clamped,
    days_off,
    first_workday,
    holidays_known,
    is_workday,
    next_workday,
    not_quiet,
    period_of,
    previous_workday,
    say_date,
    say_day,
    unpublished,
)
from bot.clock import SHANGHAI, FrozenClock, local

HOURS = Hours(time(9), time(18))
HOLIDAYS = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7)]
MAKE_UP_DAYS = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
UNKNOWN_YEAR = 2199


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def moment(text: str, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day(text), time(hour, minute), SHANGHAI)


@pytest.mark.parametrize(("first", "length"), HOLIDAYS)
def test_statutory_holidays_are_free(first: str, length: int) -> None:
    assert not any(is_workday(day(first) + timedelta(days=n)) for n in range(length))


@pytest.mark.parametrize("text", MAKE_UP_DAYS)
def test_make_up_days_at_weekends_are_working_days(text: str) -> None:
    assert day(text).weekday() >= 5
    assert is_workday(day(text))


def test_the_year_has_the_published_number_of_working_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    holidays = {day(first) + timedelta(days=n) for first, length in HOLIDAYS for n in range(length)}
    make_up = {day(text) for text in MAKE_UP_DAYS}
    expected = {each for each in days if (each.weekday() < 5 and each not in holidays) or each in make_up}
    assert {each for each in days if is_workday(each)} == expected


def test_a_year_nobody_has_published_has_plain_weeks_and_fixed_festivals() -> None:
    monday = date(UNKNOWN_YEAR, 1, 7)
    assert monday.weekday() == 0
    assert [is_workday(monday + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2
    assert first_workday(f"{UNKNOWN_YEAR}-10") == date(UNKNOWN_YEAR, 10, 4)  # outside the lunar tables, too


# Days off of working days by law: 元旦; 除夕 to 初三; 清明; May 1 and 2; 端午; 中秋; October 1 to 3. What falls on a
# weekend, or on another festival (中秋 of 2028), is made up for on the working days right after.
BY_LAW = {
    2027: "01-01 02-05 02-08 02-09 02-10 04-05 05-03 05-04 06-09 09-15 10-01 10-04 10-05",
    2028: "01-03 01-25 01-26 01-27 01-28 04-04 05-01 05-02 05-29 10-02 10-03 10-04 10-05",
}


@pytest.mark.parametrize("year", BY_LAW)
def test_a_year_that_is_not_published_has_the_holidays_of_the_law(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [f"{each:%m-%d}" for each in sorted(days_off(year))] == BY_LAW[year].split()
    monkeypatch.setattr("bot.calendar.chinese_calendar.is_workday", unheard_of)
    is_workday.cache_clear()  # another test may have asked a package that knows more
    try:
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
        free = {each for each in days if each.weekday() < 5 and not is_workday(each)}
        assert free == days_off(year) and not any(is_workday(each) for each in days if each.weekday() >= 5)
    finally:
        is_workday.cache_clear()


def unheard_of(day: date) -> bool:
    raise NotImplementedError(day)


@pytest.mark.parametrize("year", [2025, 2026])
def test_what_the_law_frees_was_free_in_the_years_that_are_published(year: int) -> None:
    assert holidays_known(year)
    assert [each for each in sorted(days_off(year)) if is_workday(each)] == []


def test_years_that_are_not_published_are_named_once_in_order() -> None:
    days = [date(UNKNOWN_YEAR, 5, 1), date(2026, 5, 1), date(UNKNOWN_YEAR - 1, 5, 1), date(UNKNOWN_YEAR, 6, 1)]
    assert unpublished(days) == [UNKNOWN_YEAR - 1, UNKNOWN_YEAR]


@pytest.mark.parametrize(
    ("text", "following", "before"),
    [
        ("11-25", "11-25", "11-25"),
        ("11-28", "11-30", "11-27"),
        ("10-03", "10-08", "09-30"),
        ("02-20", "02-24", "02-14"),
        ("10-10", "10-10", "10-10"),
    ],
)
def test_the_next_and_the_last_working_day(text: str, following: str, before: str) -> None:
    assert next_workday(day(text)) == day(following)
    assert previous_workday(day(text)) == day(before)


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [("11-25", 0, "11-25"), ("11-25", 3, "11-30"), ("11-28", 1, "11-30"), ("09-30", 1, "10-08"), ("10-08", 3, "10-12")],
)
def test_counting_working_days(text: str, count: int, expected: str) -> None:
    assert add_workdays(day(text), count) == day(expected)


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2026-01", "01-04"), ("2026-02", "02-02"), ("2026-05", "05-06"), ("2026-10", "10-08"), ("2026-11", "11-02")],
)
def test_the_first_working_day_of_a_month(period: str, expected: str) -> None:
    assert first_workday(period) == day(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (moment("11-25", 9), moment("11-25", 9)),
        (moment("11-25", 17, 59), moment("11-25", 17, 59)),
        (moment("11-25", 18), moment("11-26", 9)),
        (moment("11-25", 23, 59), moment("11-26", 9)),
        (moment("11-25", 0), moment("11-25", 9)),
        (moment("11-25", 8, 59), moment("11-25", 9)),
        (moment("11-27", 18), moment("11-30", 9)),
        (moment("11-28", 7), moment("11-30", 9)),
        (moment("11-28", 12), moment("11-30", 9)),
        (moment("09-30", 19), moment("10-08", 9)),
        (moment("10-10", 12), moment("10-10", 12)),
    ],
)
def test_quiet_hours_end_on_a_working_day_at_the_start_of_office_hours(given: datetime, expected: datetime) -> None:
    assert not_quiet(given, HOURS) == expected
    assert not_quiet(given.astimezone(UTC), HOURS) == expected
    assert not_quiet(expected, HOURS) == expected


@pytest.mark.parametrize(
    ("period", "number", "expected"),
    [
        ("2026-11", 31, date(2026, 11, 30)),
        ("2026-02", 31, date(2026, 2, 28)),
        ("2028-02", 31, date(2028, 2, 29)),
        ("2026-12", 31, date(2026, 12, 31)),
        ("2026-11", 1, date(2026, 11, 1)),
    ],
)
def test_a_day_is_clamped_to_the_end_of_its_month(period: str, number: int, expected: date) -> None:
    assert clamped(period, number) == expected


def test_a_month_begins_at_midnight_in_shanghai() -> None:
    assert period_of(datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)) == "2026-10"
    assert period_of(datetime(2026, 10, 31, 16, 0, tzinfo=UTC)) == "2026-11"


def test_wall_clock_times_are_shanghai_times() -> None:
    assert at(day("11-25"), time(9)) == datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert local(datetime(2026, 11, 25, 1, 0, tzinfo=UTC)).hour == 9


def test_dates_are_said_as_people_say_them() -> None:
    assert say_date(day("11-05")) == "2026年11月5日"
    assert say_day(day("11-05")) == "11月5日"


def test_a_frozen_clock_moves_only_when_told_and_wants_a_zone(clock: FrozenClock) -> None:
    before = clock.now()
    assert clock.now() == before
    assert before.tzinfo is UTC
    clock.move(timedelta(hours=-1))
    assert clock.now() == before - timedelta(hours=1)
    clock.set(moment("11-30", 9))
    assert clock.now() == moment("11-30", 9)
    with pytest.raises(ValueError, match="naive"):
        FrozenClock(before.replace(tzinfo=None))
