"""Fault switches: what the sandbox does wrong on purpose, and the dice that decide when."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Before = Literal["hang", "502"] | int
After = Literal["hang", "slow", "garbage", "string"]


class FaultError(ValueError):
    """A switch is unknown or its value is out of range."""


@dataclass(frozen=True, slots=True)
class Faults:
    """All switches. Probabilities are 0..1; ``force_path`` limits every call fault to paths containing it.

    ``mass_status``: how every mass job ends, e.g. ``err(20001)`` or ``send fail``; nobody then gets it.
    """

    latency_ms: float = 0
    jitter_ms: float = 0
    p_busy: float = 0
    p_45011: float = 0
    p_502: float = 0
    p_timeout_after_accept: float = 0
    p_timeout_before: float = 0
    p_slow_body: float = 0
    p_garbage: float = 0
    p_errcode_string: float = 0
    force_errcode: int | None = None
    force_path: str | None = None
    ip_not_allowed: bool = False
    push_attempts: int = 3
    push_timeout_s: float = 5.0
    clock_skew_s: int = 0
    bad_signature: bool = False
    wrong_appid: bool = False
    duplicate_push: bool = False
    retry_on_non_200: bool = True
    seed: int = 1
    hang_s: float = 30.0
    slow_body_s: float = 3.0
    finish_events: bool = True
    finish_delay_s: float = 0.1
    template_duplicate_40241: bool = False
    mass_status: str | None = None


class FaultBox:
    """The current switches and the seeded dice."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """All switches back to their defaults."""
        self.current = Faults()
        self._dice = random.Random(self.current.seed)

    def update(self, changes: Mapping[str, Any]) -> None:
        """Change some switches; raises FaultError and changes nothing when one of them is wrong."""
        defaults = asdict(Faults())
        clean = {name: _checked(name, value, defaults) for name, value in changes.items() if name != "revoke_tokens"}
        self.current = replace(self.current, **clean)
        if "seed" in clean:
            self._dice = random.Random(self.current.seed)

    def view(self) -> dict[str, Any]:
        """JSON of all switches."""
        return asdict(self.current)

    def delay_s(self) -> float:
        """Seconds every API call waits before it is worked on."""
        faults = self.current
        if not faults.latency_ms and not faults.jitter_ms:
            return 0.0
        return (faults.latency_ms + faults.jitter_ms * self._dice.random()) / 1000

    def before(self, path: str) -> Before | None:
        """What goes wrong before the call is worked on: an HTTP fault or an error code."""
        faults = self.current
        if faults.force_path and faults.force_path not in path:
            return None
        if faults.force_errcode is not None:
            return faults.force_errcode
        odds: tuple[tuple[float, Before], ...] = (
            (faults.p_timeout_before, "hang"),
            (faults.p_502, "502"),
            (faults.p_busy, -1),
            (faults.p_45011, 45011),
        )
        return next((result for chance, result in odds if chance and self._dice.random() < chance), None)

    def after(self, path: str) -> After | None:
        """What goes wrong with the answer of a call that was accepted."""
        faults = self.current
        if faults.force_path and faults.force_path not in path:
            return None
        odds: tuple[tuple[float, After], ...] = (
            (faults.p_timeout_after_accept, "hang"),
            (faults.p_slow_body, "slow"),
            (faults.p_garbage, "garbage"),
            (faults.p_errcode_string, "string"),
        )
        return next((result for chance, result in odds if chance and self._dice.random() < chance), None)


_NAMES = frozenset(field.name for field in fields(Faults))
_OPTIONAL: Mapping[str, type] = {"force_errcode": int, "force_path": str, "mass_status": str}
_SIGNED = frozenset({"clock_skew_s", "seed", "force_errcode"})


def _checked(name: str, value: Any, defaults: Mapping[str, Any]) -> Any:
    if name not in _NAMES:
        raise FaultError(f"unknown fault: {name}")
    if name in _OPTIONAL:
        return _optional(name, value)
    default = defaults[name]
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise FaultError(f"{name} must be true or false")
        return value
    return _number(name, value, whole=name in {"push_attempts", "clock_skew_s", "seed"})


def _optional(name: str, value: Any) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, _OPTIONAL[name])):
        raise FaultError(f"{name} must be null or {_OPTIONAL[name].__name__}")
    return value


def _number(name: str, value: Any, *, whole: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise FaultError(f"{name} must be a number")
    if name not in _SIGNED and value < 0:
        raise FaultError(f"{name} must not be negative")
    if name.startswith("p_") and value > 1:
        raise FaultError(f"{name} is a probability")
    if name == "push_attempts" and not 1 <= value <= 10:
        raise FaultError("push_attempts must be 1 to 10")
    return float(value) if not whole else int(value)
