"""Daily, per-minute and monthly limits of the API paths (platform.md 5.1-5.3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sandbox.answers import ApiError, Json
from sandbox.clock import day_of, month_of

DAILY_LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "token": 2000,
        "stable_token": 500_000,
        "message/custom/send": 500_000,
        "message/custom/typing": 500_000,
        "message/template/send": 100_000,
        "message/subscribe/bizsend": 100_000,
        "message/mass/sendall": 100,
        "message/mass/send": 100,
        "message/mass/preview": 100,
        "menu/create": 1000,
        "menu/get": 10_000,
        "menu/delete": 1000,
        "qrcode/create": 100_000,
        "user/get": 500,
        "user/info": 5_000_000,
        "user/info/batchget": 5_000_000,
        "media/upload": 100_000,
        "media/get": 200_000,
    }
)
MINUTE_LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {"stable_token": 10_000, "message/mass/sendall": 60, "message/mass/send": 60}
)
CLEARS_PER_MONTH: Final = 10
_SHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "custom": "message/custom/send",
        "template": "message/template/send",
        "mass": "message/mass/sendall",
        "stable_token": "stable_token",
        "token": "token",
    }
)


class Quota:
    """Counts calls per path; days and months are Beijing calendar days and months."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._day = -1
        self._used: dict[str, int] = {}
        self._minutes: dict[str, tuple[int, int]] = {}
        self._clears: tuple[str, int] = ("", 0)

    def take(self, path: str, now: float) -> None:
        """Count a call: 45009 above the day's limit, 45011 above the minute's."""
        self._turn(now)
        limit = DAILY_LIMITS.get(path)
        used = self._used.get(path, 0)
        if limit is not None and used >= limit:
            raise ApiError(45009)
        if path in MINUTE_LIMITS:
            self._take_minute(path, int(now // 60))
        self._used[path] = used + 1

    def used(self, path: str, now: float) -> int:
        """Calls of today."""
        self._turn(now)
        return self._used.get(path, 0)

    def reset_by_api(self, now: float) -> None:
        """clear_quota: ten times a month, then 48006."""
        month = month_of(now)
        times = self._clears[1] if self._clears[0] == month else 0
        if times >= CLEARS_PER_MONTH:
            raise ApiError(48006)
        self._clears = (month, times + 1)
        self._used.clear()

    def view(self, now: float) -> Json:
        """The counters the page shows."""
        return {name: {"used": self.used(path, now), "limit": DAILY_LIMITS[path]} for name, path in _SHOWN.items()}

    def _turn(self, now: float) -> None:
        day = day_of(now)
        if day != self._day:
            self._day = day
            self._used.clear()

    def _take_minute(self, path: str, minute: int) -> None:
        last, count = self._minutes.get(path, (minute, 0))
        count = count if last == minute else 0
        if count >= MINUTE_LIMITS[path]:
            raise ApiError(45011)
        self._minutes[path] = (minute, count + 1)
