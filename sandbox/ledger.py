"""Per-user allowances: customer-service windows, subscription consents, typing (platform.md 0.1 and 5.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from sandbox.answers import ApiError, Json
from sandbox.clock import iso

Window = Literal["message", "click", "subscribe", "scan"]
ALLOWANCES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"message": (5, 48 * 3600), "click": (3, 60), "subscribe": (3, 60), "scan": (3, 60)}
)
TYPING_AFTER_MESSAGE_S: Final = 30
TYPING_LASTS_S: Final = 15


@dataclass(slots=True)
class Allowance:
    """Messages left until a moment (epoch seconds)."""

    left: int
    until: float


class Ledger:
    """Customer-service quotas; an action of the same kind starts its window anew, windows of other kinds stay."""

    def __init__(self) -> None:
        self._windows: dict[str, dict[str, Allowance]] = {}
        self._last_message: dict[str, float] = {}
        self._typing: dict[str, float] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._windows.clear()
        self._last_message.clear()
        self._typing.clear()

    def grant(self, user: str, window: Window, now: float) -> None:
        """The person did something that allows answers."""
        count, seconds = ALLOWANCES[window]
        self._windows.setdefault(user, {})[window] = Allowance(count, now + seconds)
        if window == "message":
            self._last_message[user] = now

    def forget(self, user: str) -> None:
        """The person unfollowed: no answers any more."""
        self._windows.pop(user, None)
        self._last_message.pop(user, None)
        self._typing.pop(user, None)

    def take(self, user: str, now: float) -> None:
        """Use one message, from the window that ends first; 45015 without a window, 45047 with used-up ones."""
        live = [window for window in self._windows.get(user, {}).values() if window.until > now]
        if not live:
            raise ApiError(45015)
        usable = [window for window in live if window.left > 0]
        if not usable:
            raise ApiError(45047)
        min(usable, key=lambda window: window.until).left -= 1
        self._typing.pop(user, None)

    def start_typing(self, user: str, now: float) -> None:
        """Show «typing»: 45080 without a message in the last 30 s, 45081 when it is already shown."""
        if now - self._last_message.get(user, float("-inf")) > TYPING_AFTER_MESSAGE_S:
            raise ApiError(45080)
        if self._typing.get(user, 0.0) > now:
            raise ApiError(45081)
        self._typing[user] = now + TYPING_LASTS_S

    def stop_typing(self, user: str) -> None:
        """Hide «typing»."""
        self._typing.pop(user, None)

    def view(self, users: Iterable[str], now: float) -> list[Json]:
        """Open windows of these people."""
        return [
            {"user": user, "window": kind, "left": window.left, "until": iso(window.until)}
            for user in users
            for kind, window in self._windows.get(user, {}).items()
            if window.until > now
        ]

    def dump(self) -> Json:
        """For the state file."""
        return {
            user: {kind: [window.left, window.until] for kind, window in kinds.items()}
            for user, kinds in self._windows.items()
        }

    def load(self, saved: Mapping[str, Mapping[str, tuple[int, float]]]) -> None:
        """From the state file."""
        for user, kinds in saved.items():
            self._windows[user] = {kind: Allowance(left, until) for kind, (left, until) in kinds.items()}


class Consents:
    """How many subscription notices a person still accepts, per template. There is no time limit."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], int] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._left.clear()

    def add(self, user: str, template: str, count: int) -> None:
        """The person accepted ``count`` more notices."""
        self._left[user, template] = self._left.get((user, template), 0) + count

    def withdraw(self, user: str, template: str) -> None:
        """The person switched this notice off."""
        self._left.pop((user, template), None)

    def require(self, user: str, template: str) -> None:
        """43101 when no consent is left."""
        if self._left.get((user, template), 0) < 1:
            raise ApiError(43101)

    def use(self, user: str, template: str) -> None:
        """One notice was sent."""
        self._left[user, template] -= 1

    def view(self) -> list[Json]:
        """All counters, also those used up."""
        return [{"user": user, "template_id": template, "left": left} for (user, template), left in self._left.items()]

    def load(self, saved: Iterable[Mapping[str, object]]) -> None:
        """From the state file (the shape of ``view``)."""
        for row in saved:
            self._left[str(row["user"]), str(row["template_id"])] = int(str(row["left"]))
