"""How one message goes out: which route, and what each outcome means for the row. Pure functions, one place.

Retry policy: `throttled` is tried again with exponential back-off and full jitter (2 s … 10 min, at most 6 attempts, or
at the time the platform names); `quota` of a closed window moves to the next route at once; `unknown` is repeated only
on a route where the platform drops repeats of the same key. Nothing else is retried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.contract import Capabilities, Outcome, Result
from storage.claims import Claimed, Settlement

MAX_ATTEMPTS = 6
FIRST_DELAY, LONGEST_DELAY = 2.0, 600.0
FINAL = {
    Result.OK: "sent",
    Result.ACCEPTED: "accepted",
    Result.UNREACHABLE: "unreachable",
    Result.OPTED_OUT: "unreachable",
    Result.REJECTED: "failed",
    Result.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Send by `route`, or do not send: then `state` is final and `reason` says why."""

    route: str = ""
    state: str = ""
    reason: str = ""


def plan(row: Claimed, can: Capabilities, now: datetime, templates: frozenset[str]) -> Plan:
    """The route of a claimed row, judged as of now."""
    if row.valid_until is not None and row.valid_until < now:
        return Plan(state="expired", reason="too late")
    if row.was == "sending" and row.route not in can.deduping_routes:
        return Plan(state="unknown", reason="the sender died while sending")
    if not row.following:
        return Plan(state="unreachable", reason="not following")
    if row.refused:
        return Plan(state="unreachable", reason=row.refused)
    return _route(row, can, now, templates)


def _route(row: Claimed, can: Capabilities, now: datetime, templates: frozenset[str]) -> Plan:
    if row.was == "sending" or (row.attempts and row.route in can.deduping_routes):
        return Plan(route=row.route)  # the same key must go by the same route
    if not can.windows:
        return Plan(route=can.routes[0])
    if row.window_until is not None and row.window_until > now and row.window_left > 0:
        return Plan(route="custom")
    if row.template and row.template in templates and "template" in can.routes:
        return Plan(route="template")
    return Plan(state="unreachable", reason="window closed")


def template_fields(text: str, now_local: datetime) -> dict[str, str]:
    """The fields of the notice template. The platform cuts each value to 20 characters (platform reference 0.2)."""
    title, _, rest = text.strip().partition("\n")
    return {
        "thing1": title.strip("【】 ")[:20],
        "thing2": " ".join(rest.split())[:20] or "详情请咨询工会",
        "time3": now_local.strftime("%Y-%m-%d %H:%M"),
    }


def settle(
    row: Claimed, route: str, outcome: Outcome, millis: int, now: datetime, jitter: Callable[[], float], dedupes: bool
) -> Settlement:
    """What an outcome means for the row. `jitter` gives a number in [0, 1)."""
    attempt = row.attempts + 1
    state, due_at = FINAL.get(outcome.result, "queued"), now
    if outcome.result is Result.QUOTA:
        due_at = outcome.until or now  # without a time the window is closed: the next plan takes another route, or none
    elif outcome.result is Result.THROTTLED:
        due_at = outcome.until or now + back_off(attempt, jitter)
    elif outcome.result is Result.UNKNOWN and dedupes:
        state, due_at = "queued", now + back_off(attempt, jitter)
    if state == "queued" and attempt >= MAX_ATTEMPTS:
        state = "unknown" if outcome.result is Result.UNKNOWN else "failed"
    return Settlement(
        row.id, attempt, state, route, outcome.result.value, outcome.code, outcome.message_id, millis, due_at, now
    )


def back_off(attempt: int, jitter: Callable[[], float]) -> timedelta:
    """Full jitter below an exponentially growing ceiling, never under half a second."""
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1))
    return timedelta(seconds=max(0.5, ceiling * jitter()))
