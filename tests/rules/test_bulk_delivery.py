"""Which route a recipient goes by, and what every outcome means. Pure: no database, no clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.contract import Outcome, Result
from bot.services.bulk_delivery import KEY_LASTS, Plan, Ways, ended_as, heard, plan, settle
from bot.services.delivery import MAX_ATTEMPTS
from storage.bulk_claims import Claimed

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL = ("custom", "notice", "template")
ROW = Claimed(1, 2, "queued", NOW, "custom", "", 1, "", "u", True, "", NOW + HOUR, 5, 0)


def ways(*routes: str, **more: Any) -> Ways:
    values: dict[str, Any] = {"valid_until": NOW + 24 * HOUR, "deduping": ("template",), **more}
    return Ways(routes or ALL, **values)


def outcome(
    row: Claimed, by: str, result: Result, code: str = "", given: Ways | None = None, **more: Any
) -> tuple[str, ...]:
    found = settle(row, by, Outcome(result, code, **more), given or ways(), NOW, lambda: 0.5)
    return found.state, found.route, found.reason, found.tried


@pytest.mark.parametrize(
    ("row", "route"),
    [
        (ROW, "custom"),
        (ROW._replace(window_left=0), "template"),
        (ROW._replace(window_until=NOW - HOUR, grants=1), "notice"),
        (ROW._replace(tried="custom"), "template"),
        (ROW._replace(tried="custom,template", grants=2), "notice"),
    ],
)
def test_the_first_open_route_that_did_not_refuse(row: Claimed, route: str) -> None:
    assert plan(row, ways(), NOW) == Plan(route=route)


@pytest.mark.parametrize(
    ("row", "given", "state", "reason"),
    [
        (ROW._replace(window_left=0), ways("custom"), "kept", "no_route"),
        (ROW, ways(valid_until=NOW - HOUR), "expired", "too_late"),
        (ROW._replace(following=False), ways(), "unreachable", "not_following"),
        (ROW._replace(refused="43019"), ways(), "unreachable", "blocked"),
        (ROW._replace(unwanted=True), ways(), "cancelled", "opted_out"),
        (ROW._replace(was="sending", route="template", unwanted=True), ways(), "unknown", "sender_died"),
        (ROW._replace(was="sending"), ways(), "unknown", "sender_died"),
        (ROW._replace(was="sending", route="template", since=NOW - 2 * KEY_LASTS), ways(), "unknown", "sender_died"),
        (ROW, ways("custom", stops={"custom": NOW + HOUR}), "kept", "no_route"),  # its window closes first
        (ROW._replace(window_until=NOW + 9 * HOUR), ways("custom", stops={"custom": NOW + HOUR}), "queued", "quota"),
    ],
)
def test_what_is_not_sent(row: Claimed, given: Ways, state: str, reason: str) -> None:
    found = plan(row, given, NOW)
    assert (found.state, found.reason, found.route) == (state, reason, "")


def test_what_a_dead_sender_held_goes_by_the_same_route_while_the_key_is_known() -> None:
    row = ROW._replace(was="sending", route="template", since=NOW - KEY_LASTS, following=False)
    assert plan(row, ways(), NOW) == Plan(route="template")


def test_without_another_open_route_a_mass_job_takes_whom_it_may() -> None:
    row = ROW._replace(window_left=0)
    assert plan(row, ways("custom", "mass"), NOW) == Plan(route="mass", state="queued", until=NOW)
    assert plan(row._replace(tried="mass"), ways("custom", "mass"), NOW).state == "kept"


@pytest.mark.parametrize(
    ("by", "result", "code", "expected"),
    [
        ("custom", Result.OK, "", ("sent", "custom", "", "")),
        ("template", Result.ACCEPTED, "", ("accepted", "template", "", "")),
        ("custom", Result.UNKNOWN, "timeout", ("unknown", "custom", "no_answer", "")),
        ("template", Result.UNKNOWN, "timeout", ("queued", "template", "no_answer", "")),
        ("custom", Result.THROTTLED, "-1", ("queued", "custom", "busy", "")),
        ("custom", Result.QUOTA, "45015", ("queued", "template", "window_closed", "custom")),
        ("notice", Result.OPTED_OUT, "43101", ("queued", "custom", "no_consent", "notice")),
        ("template", Result.UNREACHABLE, "43004", ("unreachable", "template", "not_following", "")),
        ("custom", Result.OPTED_OUT, "48002", ("unreachable", "custom", "blocked", "")),
        ("template", Result.REJECTED, "47003", ("failed", "template", "content", "")),
        ("custom", Result.REJECTED, "40164", ("failed", "custom", "account", "")),
    ],
)
def test_what_an_outcome_means(by: str, result: Result, code: str, expected: tuple[str, ...]) -> None:
    assert outcome(ROW, by, result, code) == expected


def test_a_refused_route_without_another_one_keeps_the_notice() -> None:
    assert outcome(ROW, "custom", Result.QUOTA, "45047", ways("custom")) == (
        "kept",
        "custom",
        "window_closed",
        "custom",
    )


def test_a_days_quota_is_waited_for_and_not_held_against_the_route() -> None:
    row, until = ROW._replace(window_until=NOW + 30 * HOUR), NOW + 3 * HOUR
    found = settle(row, "custom", Outcome(Result.QUOTA, "45009", until), ways("custom"), NOW, lambda: 0.5)
    assert (found.state, found.due_at, found.tried, found.reason) == ("queued", until, "", "quota")


def test_busy_to_the_end_is_failed_and_silence_to_the_end_unknown() -> None:
    last = ROW._replace(tries=MAX_ATTEMPTS)
    assert outcome(last, "custom", Result.THROTTLED, "45011")[0] == "failed"
    assert outcome(last, "template", Result.UNKNOWN, "timeout")[0] == "unknown"


def test_what_may_have_been_heard_never_changes_its_route() -> None:
    unsure = ROW._replace(reason="no_answer", route="template")
    assert outcome(unsure, "template", Result.QUOTA, "45009", until=NOW + HOUR)[:3] == (
        "unknown",
        "template",
        "no_answer",
    )
    long = outcome(unsure, "template", Result.THROTTLED, "43117", until=NOW + 2 * KEY_LASTS)
    assert long[:3] == ("unknown", "template", "no_answer")


def test_receipts() -> None:
    assert heard(True, "") == ("sent", "")
    assert heard(False, "failed:user block") == ("unreachable", "blocked")
    assert heard(False, "failed: system failed") == ("failed", "busy")


@pytest.mark.parametrize(
    ("states", "ended"),
    [
        ({"sent": 3, "kept": 1, "left_out": 9}, "done"),
        ({}, "done"),
        ({"sent": 3, "failed": 1}, "partly_failed"),
        ({"unreachable": 2, "left_out": 9}, "failed"),
        ({"unknown": 2}, "partly_failed"),
        ({"expired": 2, "kept": 1}, "partly_failed"),
    ],
)
def test_what_a_broadcast_came_to(states: dict[str, int], ended: str) -> None:
    assert ended_as(states) == ended
