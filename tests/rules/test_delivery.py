"""The delivery policy as tables: the route of a row, what each outcome makes of it, how long to wait."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.contract import Capabilities, Kind, Outcome, Result, Window
from bot.services.delivery import MAX_ATTEMPTS, Plan, back_off, plan, settle, template_fields
from storage.claims import Claimed

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(seconds=1)
OA = Capabilities(
    routes=("custom", "template"),
    windows={Kind.TEXT: Window("message", 5, 48 * 3600)},
    deduping_routes=frozenset({"template"}),
)
TALK = Capabilities(routes=("direct",), deduping_routes=frozenset({"direct"}))
PLAIN = Capabilities(routes=("push",))
TEMPLATES = frozenset({"reminder"})
OPEN = {"window_until": LATER, "window_left": 1}


def claimed(**more: Any) -> Claimed:
    values: dict[str, Any] = dict.fromkeys(Claimed._fields)
    values.update(id=1, person_id=2, address_id=3, lane=0, route="", text="您好", template="", hand_over=False)
    values.update(attempts=0, created_at=NOW, was="queued", channel="oa", user="u1", following=True, refused="")
    return Claimed(**{**values, "window_left": 0, **more})


PLANS = [
    ("open window", OA, OPEN, Plan("custom")),
    (
        "window just over",
        OA,
        {"window_until": NOW, "window_left": 5},
        Plan(state="unreachable", reason="window closed"),
    ),
    ("window used up", OA, {"window_until": LATER}, Plan(state="unreachable", reason="window closed")),
    ("never a window", OA, {}, Plan(state="unreachable", reason="window closed")),
    ("template outside", OA, {"template": "reminder"}, Plan("template")),
    ("window before template", OA, {"template": "reminder", **OPEN}, Plan("custom")),
    ("template not set up", OA, {"template": "notice"}, Plan(state="unreachable", reason="window closed")),
    ("no windows at all", PLAIN, {}, Plan("push")),
    ("too late", OA, {**OPEN, "valid_until": BEFORE}, Plan(state="expired", reason="too late")),
    ("just in time", OA, {**OPEN, "valid_until": NOW}, Plan("custom")),
    ("gone", OA, {**OPEN, "following": False}, Plan(state="unreachable", reason="not following")),
    ("refuses", OA, {**OPEN, "refused": "43101"}, Plan(state="unreachable", reason="43101")),
    (
        "died while sending",
        OA,
        {**OPEN, "was": "sending", "route": "custom", "attempts": 1},
        Plan(state="unknown", reason="the sender died while sending"),
    ),
    (
        "died before the route was known",
        OA,
        {**OPEN, "was": "sending", "attempts": 1},
        Plan(state="unknown", reason="the sender died while sending"),
    ),
    ("died on a deduping route", TALK, {"was": "sending", "route": "direct", "attempts": 1}, Plan("direct")),
    ("again on its deduping route", OA, {**OPEN, "route": "template", "attempts": 1}, Plan("template")),
    ("again, judged anew", OA, {**OPEN, "route": "custom", "attempts": 1}, Plan("custom")),
    (
        "again, window closed meanwhile",
        OA,
        {"template": "reminder", "route": "custom", "attempts": 1},
        Plan("template"),
    ),
]


@pytest.mark.parametrize(("can", "row", "expected"), [case[1:] for case in PLANS], ids=[case[0] for case in PLANS])
def test_the_route(can: Capabilities, row: dict[str, Any], expected: Plan) -> None:
    assert plan(claimed(**row), can, NOW, TEMPLATES) == expected


def test_a_channel_without_template_never_takes_that_route() -> None:
    bare = Capabilities(routes=("custom",), windows=OA.windows)
    assert plan(claimed(template="reminder"), bare, NOW, TEMPLATES).state == "unreachable"


HALF = timedelta(seconds=1)  # the first back-off ceiling is 2 s, the jitter below is a half
SETTLED = [
    (Outcome(Result.OK), False, "sent", NOW),
    (Outcome(Result.ACCEPTED, message_id="m1"), False, "accepted", NOW),
    (Outcome(Result.UNREACHABLE, "43004"), False, "unreachable", NOW),
    (Outcome(Result.OPTED_OUT, "43101"), False, "unreachable", NOW),
    (Outcome(Result.REJECTED, "40037"), False, "failed", NOW),
    (Outcome(Result.UNKNOWN), False, "unknown", NOW),
    (Outcome(Result.UNKNOWN), True, "queued", NOW + HALF),
    (Outcome(Result.THROTTLED), False, "queued", NOW + HALF),
    (Outcome(Result.THROTTLED, until=LATER), False, "queued", LATER),
    (Outcome(Result.QUOTA, "45009", until=LATER), False, "queued", LATER),
    (Outcome(Result.QUOTA, "45047"), False, "queued", NOW),
]


def test_the_table_of_outcomes_is_complete() -> None:
    assert {case[0].result for case in SETTLED} == set(Result)


@pytest.mark.parametrize(("outcome", "dedupes", "state", "due_at"), SETTLED)
def test_what_an_outcome_makes_of_a_row(outcome: Outcome, dedupes: bool, state: str, due_at: datetime) -> None:
    done = settle(claimed(attempts=0), "custom", outcome, 7, NOW, lambda: 0.5, dedupes)
    assert (done.id, done.attempt, done.state, done.due_at, done.at) == (1, 1, state, due_at, NOW)
    assert (done.route, done.result, done.code, done.message_id) == (
        "custom",
        outcome.result.value,
        outcome.code,
        outcome.message_id,
    )


@pytest.mark.parametrize(
    ("result", "dedupes", "end"),
    [(Result.THROTTLED, False, "failed"), (Result.QUOTA, False, "failed"), (Result.UNKNOWN, True, "unknown")],
)
def test_nothing_is_tried_for_ever(result: Result, dedupes: bool, end: str) -> None:
    states = [
        settle(claimed(attempts=n), "custom", Outcome(result), 0, NOW, lambda: 0.5, dedupes).state
        for n in range(MAX_ATTEMPTS)
    ]
    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + [end]


def test_waiting_grows_to_ten_minutes_and_is_spread_over_the_whole_range() -> None:
    longest = [back_off(attempt, lambda: 0.999999).total_seconds() for attempt in range(1, 12)]
    assert [round(each) for each in longest] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert {back_off(attempt, lambda: 0.0).total_seconds() for attempt in range(1, 12)} == {0.5}


def test_template_fields_fit_what_the_platform_shows() -> None:
    at = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    fields = template_fields("【法律讲座】\n本周六上午九点，在市职工服务中心三楼，欢迎参加，\n请带会员卡。", at)
    assert fields == {
        "thing1": "法律讲座",
        "thing2": "本周六上午九点，在市职工服务中心三楼，欢",
        "time3": "2026-11-25 10:00",
    }
    assert all(len(value) <= 20 for value in fields.values())
    assert template_fields("一行", at)["thing2"] == "详情请咨询工会"
    assert template_fields("", at)["thing1"] == ""
