"""Every errcode of the platform's table has its outcome; waits end when the platform says they do."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.oa.errors import RULES, code_of, outcome_of
from bot.contract import Outcome, Result

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 00:00 of the 22nd in China

# Class and outcome by code, written down from platform.md 7.1.
TABLE: dict[tuple[str, Result], tuple[int, ...]] = {
    ("T", Result.REJECTED): (40001, 40014, 42001),
    ("B", Result.THROTTLED): (-1, 45011, 61450, 45066, 43117),
    ("Q", Result.QUOTA): (45009, 45015, 45047, 45028),
    ("P", Result.UNREACHABLE): (40003, 43004, 43019, 50005),
    ("P", Result.OPTED_OUT): (43101, 48002),
    ("D", Result.ACCEPTED): (40241, 45065, 46003),
    ("F", Result.REJECTED): (
        *(40002, 40013, 40125, 41001, 41002, 41004, 40164, 40243, 50007),
        *range(40004, 40012),
        *(40033, 40037, 41030, 47001, 47003, 40130, 43116, 45067, 61451, 61452),
        *(44002, 44004, 45002, *range(45003, 45009)),
        *(45157, 45158, 45159, 45056, 45057, 45058, 45059),
        *(48001, 48004, 50002, 48008),
    ),
}
ROWS = [(code, reaction, result) for (reaction, result), codes in TABLE.items() for code in codes]


def test_the_table_is_complete_and_holds_nothing_else() -> None:
    assert sorted(RULES) == sorted(code for code, _, _ in ROWS)


@pytest.mark.parametrize(("code", "reaction", "result"), ROWS)
def test_every_code_has_its_outcome(code: int, reaction: str, result: Result) -> None:
    outcome = outcome_of(code, NOW)
    assert RULES[code].reaction == reaction
    assert (outcome.result, outcome.code) == (result, str(code))
    assert outcome.ours is (result is Result.REJECTED)


WAITS = {45009: MIDNIGHT, 45028: MIDNIGHT, 45066: NOW + timedelta(minutes=1), 43117: NOW + timedelta(minutes=10)}


@pytest.mark.parametrize("code", sorted(RULES))
def test_only_some_say_until_when(code: int) -> None:
    assert outcome_of(code, NOW).until == WAITS.get(code)


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 20, 0, tzinfo=UTC), datetime(2027, 1, 1, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_daily_quota_comes_back_at_midnight_in_china(now: datetime, midnight: datetime) -> None:
    until = outcome_of(45009, now).until
    assert until == midnight
    assert until is not None and until.tzinfo is UTC


def test_an_unknown_code_is_ours_to_look_at() -> None:
    assert outcome_of(123456, NOW, "9") == Outcome(Result.REJECTED, "123456", None, True, "9")


@pytest.mark.parametrize(("given", "code"), [(0, 0), ("0", 0), ("45009", 45009), (-1, -1), ("-1", -1)])
def test_codes_come_as_numbers_and_as_strings(given: object, code: int) -> None:
    assert code_of({"errcode": given}) == code
