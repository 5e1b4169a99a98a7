"""The only place that asks for the time. Everything else gets a clock or a moment handed in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands until it is moved; for tests, previews and `jobs run --at`."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("naive datetime")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._moment

    def move(self, by: timedelta) -> None:
        """Turn the hands by a duration, forwards or backwards."""
        self._moment += by

    def set(self, moment: datetime) -> None:
        """Turn the hands to a moment."""
        self._moment = moment.astimezone(UTC)


def stopwatch() -> Callable[[], int]:
    """Starts now; the returned function gives the milliseconds since, whatever the wall clock does."""
    start = time.perf_counter()
    return lambda: round((time.perf_counter() - start) * 1000)


def local(moment: datetime) -> datetime:
    """The moment as people in China read it."""
    return moment.astimezone(SHANGHAI)
