"""kill -9 while a month is issued, fired, answered and moved: nothing lost, nothing double, all as without kills."""

import shutil
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SHANGHAI
from tests.crash.duty_life import acknowledges, finishes, found, killed_month, settle, steps_of, whole_month

# Worked out by hand from a calendar of November 2026 (the 1st is a Sunday): a is due on Friday the 20th, b on the 25th
# and from the 12th on on Friday the 27th, c on Monday the 30th. Of one week's messages the fourth waits for Monday.
TALKS = (2, 13, 17, 19, 20, 23, 24, 26, 30, 31)  # days on which a silent cadre gets a message; 31: December 1
TALKS_RECEIVED = (2, 20, 23, 27, 30, 31)  # who said 收到 on the 2nd: from the deadlines on
TALKS_DONE = (2, 13, 20, 23, 24, 26, 30, 31)  # silent, but a is done on the 16th
TALKS_BOTH = (2, 27, 30, 31)
STEPS = (-7, -3, -1, 0, 1)


def judge(month: dict[str, Any], cadres: int) -> None:
    """What the month must have left, worked out without the bot."""
    users = [f"u{place:03}" for place in range(cadres)]
    given = [("a", "2026-11"), ("b", "2026-11"), ("c", "2026-11"), *((name, "2026-12") for name in "abc")]
    assert [key for key, _ in month["duties"]] == sorted((user, *each) for user in users for each in given)
    steps = steps_of(month["firings"])
    assert set(steps.values()) == {1}
    november = Counter((user, line) for user, line, period, step in steps if period == "2026-11" and step in STEPS)
    due = Counter((user, line) for user, line, period, step in steps if period == "2026-11" and step in (0, 1))
    lists = Counter(key[0] for key in steps if key[3] == -99)
    assert lists == dict.fromkeys(users, 6)  # three duties in November's, three in December's
    for user in users:
        done = finishes(user)
        assert [due[user, name] for name in "abc"] == [0 if done else 2, 2, 2]
        if not acknowledges(user):
            assert [november[user, name] for name in "abc"] == [1 if done else 5, 5, 5]
    days = {user: tuple(_day(due) for whose, due, _ in month["messages"] if whose == user) for user in users}
    assert days == {user: _talks(user) for user in users}
    assert [user for user, _ in month["letters"]] == users
    assert all("任务b：现在是11月27日前完成（原来是11月25日前）" in words for _, words in month["letters"])
    said, did = sum(map(acknowledges, users)), sum(map(finishes, users))
    assert Counter(what for _, what, _, _ in month["steps"]) == {"moved": cadres, "acknowledged": 3 * said, "done": did}
    moved = [kept[2] for (_, template, period), kept in month["duties"] if (template, period) == ("b", "2026-11")]
    assert moved == [date(2026, 11, 27)] * cadres


def _day(due: datetime) -> int:
    here = due.astimezone(SHANGHAI)
    assert (here.hour, here.minute) == (9, 0)
    return here.day if here.month == 11 else 30 + here.day


def _talks(user: str) -> tuple[int, ...]:
    if acknowledges(user):
        return TALKS_BOTH if finishes(user) else TALKS_RECEIVED
    return TALKS_DONE if finishes(user) else TALKS


def copied(template: Path, folder: Path) -> str:
    """A database file with the newest schema."""
    path = folder / "whole.db"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def lived(whole: str, url: str, cadres: int, kills: int, beside: bool = False) -> None:
    """Live the month on two databases, once in peace; compare, and judge."""
    settle(whole, cadres)
    commits = whole_month(whole)
    expected = found(whole)
    judge(expected, cadres)
    settle(url, cadres)
    assert killed_month(url, kills, commits, seed=kills, beside=beside) == kills
    month = found(url)
    for what, rows in expected.items():
        assert month[what] == rows, what


def test_six_kills(sqlite_template: Path, tmp_path: Path) -> None:
    second = tmp_path / "killed"
    second.mkdir()
    lived(copied(sqlite_template, tmp_path), copied(sqlite_template, second), cadres=45, kills=6)


@pytest.mark.slow
def test_fifty_kills(url: str, sqlite_template: Path, tmp_path: Path) -> None:
    lived(copied(sqlite_template, tmp_path), url, cadres=300, kills=50)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_of_two_processes_one_is_killed_thirty_times(url: str, sqlite_template: Path, tmp_path: Path) -> None:
    lived(copied(sqlite_template, tmp_path), url, cadres=300, kills=30, beside=True)
