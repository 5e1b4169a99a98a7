"""Collects the checks of one reply; a required check that fails ends the reading."""

from collections.abc import Callable

from sandbox.wire import Check


class BrokenReply(Exception):
    """A required check failed; the person sees the service-fault notice."""


class Findings:
    """The checks so far. ``media_known`` says whether a media_id belongs to this account."""

    def __init__(self, media_known: Callable[[str], bool]) -> None:
        self.media_known = media_known
        self.checks: list[Check] = []

    def note(self, name: str, ok: bool, detail: str = "") -> None:
        """Record a check that does not stop anything."""
        self.checks.append(Check(name, ok, detail if detail and not ok else ""))

    def require(self, name: str, ok: bool, detail: str = "") -> None:
        """Record a check; raises BrokenReply when it fails."""
        self.note(name, ok, detail)
        if not ok:
            raise BrokenReply(name)
