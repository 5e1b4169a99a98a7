"""Deadlines by rule: festivals of the almanac, working days, nth weekdays, dates of a union; and what always holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import due_rules
from bot.calendar import clamped, is_workday, subtract_workdays
from bot.due_dates import FAR, deadline_in, field_of, months_before, reminder_days, say_rule
from bot.due_rules import BadRule, check_rule
from bot.festivals import ALIASES, NAMES, festival_day, first_from, last_until
from storage import org_dates

KNOWN = {
    "春节": ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03"],
    "元宵": ["2024-02-24", "2025-02-12", "2026-03-03"],
    "端午": ["2024-06-10", "2025-05-31", "2026-06-19"],
    "中秋": ["2024-09-17", "2025-10-06", "2026-09-25"],
    "重阳": ["2024-10-11", "2025-10-29", "2026-10-18"],
    "清明": ["2024-04-04", "2025-04-04", "2026-04-05"],
    "国庆": ["2026-10-01"],
    "妇女节": ["2026-03-08"],
    "宪法日": ["2026-12-04"],
}
VECTORS = [
    ("2026-11", {"day": 31}, "2026-11-30"),
    ("2028-02", {"day": 30}, "2028-02-29"),
    ("2026-10", {"last_workday": True}, "2026-10-30"),
    ("2026-05", {"last_workday": True}, "2026-05-29"),
    ("2026-02", {"last_workday": True}, "2026-02-28"),  # a Saturday on which people make up for the festival
    ("2026-11", {"last_workday": True, "workdays_before_end": 2}, "2026-11-26"),
    ("2026-10", {"workday": 1}, "2026-10-08"),
    ("2026-10", {"workday": 3}, "2026-10-10"),  # a make-up Saturday
    ("2026-02", {"workday": 23}, "2026-02-28"),  # there are not so many
    ("2026-11", {"nth": 1, "weekday": 7}, "2026-11-01"),
    ("2026-11", {"nth": 2, "weekday": 3}, "2026-11-11"),
    ("2026-11", {"nth": 4, "weekday": 6}, "2026-11-28"),
    ("2026-11", {"nth": -1, "weekday": 1}, "2026-11-30"),
    ("2026-11", {"nth": -1, "weekday": 2}, "2026-11-24"),
    ("2026-01", {"before": "春节", "days": 7}, "2026-02-10"),  # due in February, issued in January
    ("2026-01", {"before": "春节", "workdays": 7}, "2026-02-06"),  # the 14th is a make-up day
    ("2028-01", {"before": "春节", "days": 7}, "2028-01-19"),
    ("2025-02", {"before": "春节", "days": 7}, None),  # it is over; the next one is a year away
    ("2027-02", {"before": "春节", "days": 7}, "2027-02-01"),  # the day was in January: at once, not overdue
    ("2025-11", {"before": "春节", "days": 1}, "2026-02-16"),
    ("2026-02", {"after": "春节", "workdays": 5}, "2026-02-28"),
    ("2025-02", {"after": "春节", "workdays": 1}, "2025-02-05"),
    ("2024-12", {"after": "春节", "days": 3}, None),
    ("2026-12", {"before": "元旦", "days": 1}, "2026-12-31"),
    ("2026-12", {"before": "国家宪法日", "days": 0}, "2026-12-04"),
    ("2026-09", {"before": "国庆节", "workdays": 3}, "2026-09-28"),
    ("2026-10", {"after": "重阳", "workdays": 3}, "2026-10-21"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("name", "known"), KNOWN.items(), ids=KNOWN)
def test_festivals_fall_on_the_days_of_the_almanac(name: str, known: list[str]) -> None:
    assert [festival_day(name, day(each).year) for each in known] == [day(each) for each in known]


@pytest.mark.parametrize(("period", "rule", "expected"), VECTORS)
def test_a_rule_and_a_period_give_a_day(period: str, rule: dict[str, Any], expected: str | None) -> None:
    assert check_rule(rule) == rule
    assert deadline_in(period, rule) == (day(expected) if expected else None)


@pytest.mark.parametrize(
    ("rule", "periods"),
    [
        ({"field": "term_ends", "months_before": 6}, {"2026-08": "2026-08-28"}),
        ({"field": "term_ends", "months_before": 3}, {"2026-11": "2026-11-28"}),
        ({"field": "term_ends", "months_before": 0}, {"2027-02": "2027-02-28"}),
        ({"field": "contract_signed", "days_after": 10}, {"2027-03": "2027-03-10"}),
        ({"field": "contract_ends", "days_before": 60}, {"2026-12": "2026-12-30"}),
    ],
)
def test_a_date_of_the_union_is_due_in_one_period_only(rule: dict[str, Any], periods: dict[str, str]) -> None:
    ends = day("2027-02-28")
    check_rule(rule)
    months = [f"{year}-{month:02}" for year in (2026, 2027) for month in range(1, 13)]
    found = {period: due.isoformat() for period in months if (due := deadline_in(period, rule, ends))}
    assert found == periods
    assert field_of(rule) == rule["field"]
    assert [deadline_in(period, rule) for period in months] == [None] * 24


@pytest.mark.parametrize(
    ("ends", "count", "expected"),
    [("2027-08-31", 6, "2027-02-28"), ("2027-01-15", 1, "2026-12-15"), ("2027-01-15", 13, "2025-12-15")],
)
def test_months_before_a_day(ends: str, count: int, expected: str) -> None:
    assert months_before(day(ends), count) == day(expected)


def test_a_year_without_published_holidays_has_plain_weeks_before_a_festival() -> None:
    eve = festival_day("春节", 2098) - timedelta(days=1)
    weekdays = [each for n in range(1, 20) if (each := eve - timedelta(days=n)).weekday() < 5]
    assert deadline_in("2098-01", {"before": "春节", "workdays": 7}) == weekdays[6]


PERIODS = st.builds("{:04}-{:02}".format, st.integers(2005, 2090), st.integers(1, 12))
IN_MONTH = st.one_of(
    st.fixed_dictionaries({"day": st.integers(1, 31)}),
    st.fixed_dictionaries({"workday": st.integers(1, 23)}),
    st.fixed_dictionaries({"nth": st.sampled_from([1, 2, 3, 4, -1]), "weekday": st.integers(1, 7)}),
    st.just({"last_workday": True}),
)
AROUND = st.builds(
    lambda way, name, unit, count: {way: name, unit: count},
    st.sampled_from(["before", "after"]),
    st.sampled_from(NAMES),
    st.sampled_from(["days", "workdays"]),
    st.integers(0, 15),
)


@given(PERIODS, IN_MONTH)
def test_rules_of_the_month_stay_in_the_month(period: str, rule: dict[str, Any]) -> None:
    due = deadline_in(period, check_rule(rule))
    assert due is not None and f"{due:%Y-%m}" == period
    assert is_workday(due) or not {"workday", "last_workday"} & set(rule)
    assert due.isoweekday() == rule.get("weekday", due.isoweekday())


@given(PERIODS, AROUND)
def test_nothing_is_due_before_its_period_or_long_after_it(period: str, rule: dict[str, Any]) -> None:
    due = deadline_in(period, check_rule(rule))
    first, last = clamped(period, 1), clamped(period, 31)
    assert due is None or first <= due <= last + FAR + timedelta(days=60)
    assert due is None or "days" in rule or rule.get("workdays") == 0 or is_workday(due)


@given(PERIODS, st.sampled_from(NAMES), st.integers(0, 15))
def test_working_days_lie_on_their_side_of_the_festival(period: str, name: str, count: int) -> None:
    first, last = clamped(period, 1), clamped(period, 31)
    ahead, behind = first_from(name, first), last_until(name, last)
    assert ahead >= first and behind <= last
    assert ahead - first <= timedelta(days=400) and last - behind <= timedelta(days=400)
    before = subtract_workdays(ahead, count)
    between = [before + timedelta(days=n) for n in range((ahead - before).days)]
    assert sum(map(is_workday, between)) == count


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.lists(st.integers(-20, 20), min_size=1, max_size=8))
def test_reminders_fall_on_working_days_on_their_side_of_the_deadline(deadline: date, ladder: list[int]) -> None:
    days = reminder_days(deadline, ladder)
    assert days == sorted(set(days)) and all(map(is_workday, days))
    assert len(days) <= len(set(ladder))
    assert all(each <= deadline for each in reminder_days(deadline, [each for each in ladder if each <= 0]))
    assert all(each > deadline for each in reminder_days(deadline, [each for each in ladder if each > 0]))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (None, "mapping"),
        ({}, "exactly one of"),
        ({"day": 3, "workday": 3}, "exactly one of"),
        ({"day": 32}, "from 1 to 31"),
        ({"day": True}, "whole number"),
        ({"day": "25"}, "whole number"),
        ({"day": 25, "weekday": 3}, "does not go with weekday"),
        ({"last_workday": False}, "true or not there"),
        ({"nth": 5, "weekday": 3}, "-1 (the last)"),
        ({"nth": 2}, "with weekday"),
        ({"nth": 2, "weekday": 8}, "from 1 to 7"),
        ({"before": "春节"}, "needs one of days, workdays"),
        ({"before": "春节", "days": 1, "workdays": 1}, "needs one of"),
        ({"before": "春分", "days": 1}, "no festival"),
        ({"after": ["春节"], "days": 1}, "no festival"),
        ({"field": "birthday", "days_before": 1}, "no date"),
        ({"field": "term_ends"}, "needs one of months_before"),
        ({"workday": 0}, "from 1 to 23"),
    ],
)
def test_a_rule_nobody_can_follow_is_refused_with_a_reason(rule: object, said: str) -> None:
    with pytest.raises(BadRule) as error:
        check_rule(rule)
    assert said in str(error.value)
    assert error.value.words.endswith("。")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"day": 25}, "当月25日"),
        ({"day": 31}, "当月最后一天"),
        ({"last_workday": True}, "当月最后一个工作日"),
        ({"last_workday": True, "workdays_before_end": 2}, "当月最后一个工作日前2个工作日"),
        ({"workday": 3}, "当月第3个工作日"),
        ({"nth": 2, "weekday": 3}, "当月第2个星期三"),
        ({"nth": -1, "weekday": 7}, "当月最后一个星期日"),
        ({"before": "春节", "workdays": 7}, "春节前7个工作日"),
        ({"after": "重阳", "days": 3}, "重阳后3天"),
        ({"before": "宪法日", "days": 0}, "宪法日当天"),
        ({"field": "term_ends", "months_before": 6}, "工会委员会届满日期前6个月"),
        ({"field": "wage_signed", "days_after": 7}, "工资协议签订日期后7天"),
    ],
)
def test_a_rule_is_said_in_words(rule: dict[str, Any], said: str) -> None:
    assert say_rule(check_rule(rule)) == said


def test_every_date_of_a_union_can_be_counted_from() -> None:
    """The check stands below storage and keeps the names again."""
    assert set(due_rules.FIELDS) == set(org_dates.FIELDS)
    assert set(ALIASES.values()) <= set(NAMES)
