"""Numbers the platform gives out; they never repeat within a run, nor after a restart a moment later."""

from itertools import count


class Ids:
    """Counters that start from the time of the start (epoch seconds), except the bubbles' own."""

    def __init__(self, started: float) -> None:
        base = int(started)
        self._message = count(base * 10_000_000 + 1)
        self._job = count(base * 100 + 1)
        self._push = count(1)
        self._bubble = count(1)
        self._prefix = f"p{base:x}"

    def message(self) -> int:
        """MsgId of a pushed message (64 bit)."""
        return next(self._message)

    def job(self) -> int:
        """msgid of a template, notice or mass send."""
        return next(self._job)

    def push(self) -> str:
        """Id of a push."""
        return f"{self._prefix}-{next(self._push)}"

    def bubble(self) -> int:
        """Id of a bubble or a received entry."""
        return next(self._bubble)

    def bubbles_from(self, first: int) -> None:
        """Go on after bubbles loaded from the state file."""
        self._bubble = count(first)
