"""Two reminders and no third, whatever happens in between, whoever runs the job, and never at night."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.clock import SHANGHAI, FrozenClock
from bot.jobs import nudge_applicants
from bot.jobs.job import Moment
from bot.services import nudges
from bot.services.house import House
from storage.database import Database
from storage.outbox import Outbox
from tests.conftest import Opener
from tests.joining.kit import all_of, says, start, talk
from tests.storage.kit import rows

DAY = timedelta(days=1)
ASKED = datetime(2026, 11, 25, 2, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("count", "last", "days", "due"),
    [
        (0, None, 2.9, False),
        (0, None, 3, True),
        (1, 3, 9.9, False),
        (1, 3, 10, True),
        (1, 9, 10, False),  # the server was down: not two reminders in two days
        (1, 9, 13, True),
        (2, 10, 29, False),
    ],
)
def test_when_a_reminder_is_due(count: int, last: int | None, days: float, due: bool) -> None:
    before = ASKED + last * DAY if last is not None else None
    assert nudges.due(count, before, ASKED, ASKED + days * DAY) is due


def told(database: Database) -> list[str]:
    """Reminders in the outbox, by key."""
    keys = sorted(str(key) for (key,) in rows(database, Outbox, "dedupe") if str(key).startswith("n:"))
    return [key.rpartition(":")[2] for key in keys]


async def test_two_processes_remind_once(another: Opener, clock: FrozenClock, house: House) -> None:
    first, second = another(), another()
    await asyncio.to_thread(partial(says, talk(first, clock.now()), *start()))
    (application,) = all_of(first)
    for days, count in ((3, 0), (5, 1), (6, 1), (12, 2), (19, 2), (27, 2)):  # a Saturday, a Monday …
        at = clock.now() + days * DAY
        one = partial(nudges.nudge, application_id=application.id, house=house, now=at)
        results = await asyncio.gather(*(each.writer.write(one) for each in (first, second) * 4))
        assert len(told(first)) == count
        assert results.count("nudged") <= 1
    assert told(first) == ["1", "2"]


def test_the_job_reminds_everybody_who_waits_and_nobody_else(database: Database, clock: FrozenClock) -> None:
    speaker = talk(database, clock.now())
    for number in range(5):
        says(speaker, *start(), user=f"u{number}")
    says(speaker, "稍后", user="u1")
    says(speaker, "取消", "确定取消", user="u2")
    at = clock.now() + 5 * DAY
    assert nudge_applicants.run(database, House(), Moment(at, at))["nudged"] == 4
    assert nudge_applicants.run(database, House(), Moment(at, at))["nudged"] == 0
    night = at.astimezone(SHANGHAI).replace(hour=23)
    assert nudge_applicants.run(database, House(), Moment(night + 10 * DAY, night)) == {
        **dict.fromkeys(("nudged", "early", "unreachable", "gone", "failed"), 0)
    }


def test_who_left_the_account_is_not_reminded_and_not_counted(database: Database, clock: FrozenClock) -> None:
    speaker = talk(database, clock.now())
    says(speaker, *start())
    speaker.says(kind="unfollow")
    at = clock.now() + 5 * DAY
    counts = nudge_applicants.run(database, House(), Moment(at, at))
    assert counts["nudged"] == 0 and told(database) == []
    assert all_of(database) == []  # what was not handed in goes with an unfollow
