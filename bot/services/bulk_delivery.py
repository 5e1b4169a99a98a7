"""How one recipient of a broadcast is reached: which route, and what each outcome means. Pure functions, one place.

Routes are tried in the order of the notice; one that refused (window closed, consent used up, no right to it) is not
tried again. A route that the platform closed for a while comes last, and is waited for when it opens again in time.
Retry policy as in `bot/services/delivery.py`. `unknown` is repeated only where the platform drops repeats of the same
key, and only while it surely still knows the key (ten minutes, platform.md 5.2).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.contract import Outcome, Result
from bot.services import reasons
from bot.services.delivery import MAX_ATTEMPTS, back_off
from storage.bulk_claims import Claimed, Settlement
from storage.recipients import NOT_REACHED
from storage.recipients import REACHED as PUSHED

KEY_LASTS = timedelta(minutes=5)  # after the end of a lease, or after a repeat was due
NO_CONSENT = "43101"
REACHED = (Result.OK, Result.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Ways:
    """What holds for all recipients of one notice on one channel now. `stops`: closed routes, and until when."""

    routes: tuple[str, ...]
    valid_until: datetime
    deduping: Collection[str] = ()
    stops: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Send by `route`, or do not send: then `state` says how the row goes on, `until` when it is due again.

    `queued` for the route `mass` means: a mass job takes it.
    """

    route: str = ""
    state: str = ""
    reason: str = ""
    until: datetime | None = None


def plan(row: Claimed, ways: Ways, now: datetime) -> Plan:
    """The route of a claimed recipient, judged as of now."""
    if _is_unsure(row):
        if row.route in ways.deduping and now - row.since <= KEY_LASTS and not row.unwanted:
            return Plan(route=row.route)  # the same key must go by the same route
        return Plan(state="unknown", reason="sender_died" if row.was == "sending" else "no_answer")
    if row.unwanted:
        return Plan(state="cancelled", reason="opted_out")
    if ways.valid_until < now:
        return Plan(state="expired", reason="too_late")
    if not row.following:
        return Plan(state="unreachable", reason="not_following")
    if row.refused:
        return Plan(state="unreachable", reason=reasons.of_code(row.refused) or "refused")
    return route(row, ways, now, row.tried)


def _is_unsure(row: Claimed) -> bool:
    """Whether the platform may have this message already, from an attempt whose end nobody heard."""
    return row.was == "sending" or row.reason == "no_answer"


def route(row: Claimed, ways: Ways, now: datetime, tried: str) -> Plan:
    """The first route that is open; else to wait for one that opens in time; else to keep it for the next contact."""
    refused = tried.split(",")
    left = [each for each in ways.routes if each != "mass" and each not in refused]
    for each in left:
        if each not in ways.stops and _is_open(row, each, now):
            return Plan(route=each)
    if "mass" in ways.routes and "mass" not in refused:
        return Plan(route="mass", state="queued", until=now)
    later = [ways.stops[each] for each in left if each in ways.stops and _is_open(row, each, ways.stops[each])]
    if later and min(later) < ways.valid_until:
        return Plan(state="queued", reason="quota", until=min(later))
    return Plan(state="kept", reason="quota" if later else "no_route")


def _is_open(row: Claimed, name: str, at: datetime) -> bool:
    if name == "custom":
        return row.window_until is not None and row.window_until > at and row.window_left > 0
    return name != "notice" or row.grants > 0


def unsent(row: Claimed, chosen: Plan) -> Settlement:
    """What a plan that sends nothing means for the row."""
    by = chosen.route or row.route
    return Settlement(row.id, chosen.state, by, chosen.reason, "", row.tried, chosen.until)


def settle(
    row: Claimed, by: str, outcome: Outcome, ways: Ways, now: datetime, jitter: Callable[[], float]
) -> Settlement:
    """What an outcome means for the row. `jitter` gives a number in [0, 1)."""
    result, code = outcome.result, outcome.code
    if result in REACHED:
        state = "sent" if result is Result.OK else "accepted"
        return Settlement(row.id, state, by, "", "", row.tried, None, outcome.message_id)
    if closes_route(by, outcome):
        return _onward(row, by, outcome, ways, now)
    if result is Result.THROTTLED or (result is Result.UNKNOWN and by in ways.deduping):
        return _again(row, by, outcome, ways, now, jitter)
    reason = "no_answer" if result is Result.UNKNOWN else reasons.of_code(code) or "account"
    state = {Result.UNKNOWN: "unknown", Result.REJECTED: "failed"}.get(result, "unreachable")
    return Settlement(row.id, state, by, reason, code, row.tried, None)


def closes_route(by: str, outcome: Outcome) -> bool:
    """Whether the platform refused the route and not the person: another one may do."""
    return outcome.result is Result.QUOTA or (by == "notice" and outcome.code == NO_CONSENT)


def _onward(row: Claimed, by: str, outcome: Outcome, ways: Ways, now: datetime) -> Settlement:
    """To the next route at once. A route that opens again later is not used up, and waited for at worst."""
    if _is_unsure(row):
        return Settlement(row.id, "unknown", by, "no_answer", outcome.code, row.tried, None)
    tried = row.tried if outcome.until else ",".join(filter(None, (row.tried, by)))
    stops = {**ways.stops, by: outcome.until} if outcome.until else ways.stops
    following = route(row, Ways(ways.routes, ways.valid_until, ways.deduping, stops), now, tried)
    reason = reasons.of_code(outcome.code) or "quota"
    state = following.state or "queued"
    due_at = (following.until or now) if state == "queued" else None
    by = following.route or by
    return Settlement(row.id, state, by, reason, outcome.code, tried, due_at)


def _again(
    row: Claimed, by: str, outcome: Outcome, ways: Ways, now: datetime, jitter: Callable[[], float]
) -> Settlement:
    """Later by the same route; a message that the platform may have already is only repeated while it knows the key."""
    unsure = outcome.result is Result.UNKNOWN or _is_unsure(row)
    due_at = outcome.until or now + back_off(row.tries, jitter)
    reason = "no_answer" if unsure else reasons.of_code(outcome.code) or "busy"
    if row.tries >= MAX_ATTEMPTS or (unsure and due_at - now > KEY_LASTS):
        state = "unknown" if unsure else "failed"
        return Settlement(row.id, state, by, reason, outcome.code, row.tried, None)
    if due_at > ways.valid_until and not unsure:
        return Settlement(row.id, "expired", by, "too_late", outcome.code, row.tried, None)
    return Settlement(row.id, "queued", by, reason, outcome.code, row.tried, due_at)


def heard(ok: bool, code: str) -> tuple[str, str]:
    """State and reason of a recipient whose receipt has come (TEMPLATESENDJOBFINISH and its like)."""
    if ok:
        return "sent", ""
    reason = reasons.of_code(code) or "account"
    return ("unreachable" if reason in ("blocked", "not_following") else "failed"), reason


def ended_as(states: Mapping[str, int]) -> str:
    """What a broadcast came to whose newest recipients are in these states. Who was left out does not count."""
    missed = sum(states.get(each, 0) for each in (*NOT_REACHED, "unknown"))
    reached = sum(states.get(each, 0) for each in (*PUSHED, "kept"))
    if not missed:
        return "done"
    return "partly_failed" if reached or states.get("unknown", 0) else "failed"
