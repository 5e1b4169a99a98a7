"""The sandbox's only clock: a source of epoch seconds plus a shift that tests and the page may change."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Beijing")
DAY_SECONDS = 86_400


class Clock:
    """Epoch seconds (UTC) from ``source``, moved by ``shift_seconds``."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self.shift_seconds = 0

    def now(self) -> float:
        """The shifted time in epoch seconds."""
        return self._source() + self.shift_seconds

    def clear(self) -> None:
        """Undo every shift."""
        self.shift_seconds = 0


def iso(at: float) -> str:
    """ISO 8601 text of epoch seconds, Beijing time, milliseconds."""
    return datetime.fromtimestamp(at, BEIJING).isoformat(timespec="milliseconds")


def day_of(at: float) -> int:
    """Number of the Beijing calendar day; the platform's daily quotas change with it."""
    return int((at + 8 * 3600) // DAY_SECONDS)


def month_of(at: float) -> str:
    """Beijing calendar month as ``YYYY-MM``; the monthly mass-send limits change with it."""
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m")
