"""What every kind of answer of the platform does to the row, to the address, and to the next message."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.contract import Outcome, Outgoing, Result
from bot.services.delivery import MAX_ATTEMPTS
from storage import inbox
from storage.database import Database
from storage.outbox import REMINDER, Delivery, Outbox
from storage.people import Address, Known
from tests.sending.scripted import CAN, FREE, Answer, Scripted, crowd, open_window, sender, states
from tests.storage.kit import meet, queue, rows

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def known(database: Database, clock: FrozenClock) -> Known:
    return meet(database, "u1", clock.now())


def replies(*answers: Answer) -> Any:
    """These answers in turn, then OK."""
    left = list(answers)

    def script(out: Outgoing) -> Answer | None:
        return left.pop(0) if left else None

    return script


def ledger(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, Address, "following", "refused", "window_left")


async def test_ok_is_sent_logged_and_spends_the_window(database: Database, known: Known, clock: FrozenClock) -> None:
    open_window(database, known, clock.now() + DAY, 2)
    row_id = queue(database, known, clock.now(), text="a")
    channel = Scripted(CAN, replies(Outcome(Result.OK, "0", message_id="m1")))
    await sender(database, channel, clock).drain()
    assert rows(database, Outbox, "state", "route", "attempts", "message_id") == [("sent", "custom", 1, "m1")]
    assert rows(database, Delivery, "outbox_id", "attempt", "route", "result") == [(row_id, 1, "custom", "ok")]
    assert ledger(database) == [(True, "", 1)]


async def test_of_two_messages_only_one_fits_the_window_the_other_goes_by_template(
    database: Database, known: Known, clock: FrozenClock
) -> None:
    open_window(database, known, clock.now() + DAY, 1)
    for number in range(2):
        queue(database, known, clock.now() + number * SECOND, text=f"m{number}", template="reminder", lane=REMINDER)
    queue(database, known, clock.now() + 3 * SECOND, text="m2")
    clock.move(5 * SECOND)
    channel = Scripted(CAN)
    await sender(database, channel, clock).drain()
    assert [(out.text, out.route) for out in channel.sent] == [("m0", "custom"), ("m1", "template")]
    assert states(database) == {"m0": "sent", "m1": "sent", "m2": "unreachable"}
    assert ledger(database) == [(True, "", 0)]


async def test_throttled_is_tried_again_when_the_platform_said(
    database: Database, known: Known, clock: FrozenClock
) -> None:
    queue(database, known, clock.now(), text="a")
    until = clock.now() + timedelta(minutes=5)
    channel = Scripted(FREE, replies(Outcome(Result.THROTTLED, "45011", until=until)))
    running = sender(database, channel, clock)
    await running.drain()
    assert rows(database, Outbox, "state", "due_at") == [("queued", until)]
    clock.set(until - SECOND)
    await running.drain()
    assert len(channel.sent) == 1
    clock.set(until)
    await running.drain()
    assert rows(database, Outbox, "state", "attempts") == [("sent", 2)]
    assert [row[0] for row in sorted(rows(database, Delivery, "attempt", "result"))] == [1, 2]
    assert len({out.dedupe for out in channel.sent}) == 1


async def test_throttled_for_ever_is_given_up(database: Database, known: Known, clock: FrozenClock) -> None:
    queue(database, known, clock.now(), text="a")
    channel = Scripted(FREE, lambda out: Outcome(Result.THROTTLED, "-1"))
    running = sender(database, channel, clock)
    for _ in range(MAX_ATTEMPTS + 3):
        await running.drain()
        clock.move(timedelta(minutes=11))
    assert len(channel.sent) == MAX_ATTEMPTS
    assert rows(database, Outbox, "state", "code", "attempts") == [("failed", "-1", MAX_ATTEMPTS)]


@pytest.mark.parametrize(
    ("template", "routes", "end"), [("", ["custom"], "unreachable"), ("reminder", ["custom", "template"], "sent")]
)
async def test_a_window_the_platform_says_is_closed_leads_to_the_next_route(
    database: Database, known: Known, clock: FrozenClock, template: str, routes: list[str], end: str
) -> None:
    open_window(database, known, clock.now() + DAY, 5)
    queue(database, known, clock.now(), text="a", template=template)
    channel = Scripted(CAN, replies(Outcome(Result.QUOTA, "45047")))
    await sender(database, channel, clock).drain()
    assert [out.route for out in channel.sent] == routes
    assert states(database) == {"a": end}
    assert ledger(database) == [(True, "", 0)]


async def test_a_quota_until_midnight_waits_for_midnight(database: Database, known: Known, clock: FrozenClock) -> None:
    midnight = clock.now() + timedelta(hours=14)
    queue(database, known, clock.now(), text="a", valid_until=midnight + DAY)
    channel = Scripted(FREE, replies(Outcome(Result.QUOTA, "45009", until=midnight)))
    running = sender(database, channel, clock)
    await running.drain()
    assert rows(database, Outbox, "state", "due_at") == [("queued", midnight)]
    clock.set(midnight)
    await running.drain()
    assert states(database) == {"a": "sent"}


async def test_unknown_is_not_said_again(database: Database, known: Known, clock: FrozenClock) -> None:
    open_window(database, known, clock.now() + DAY, 5)
    queue(database, known, clock.now(), text="a")
    channel = Scripted(CAN, replies(Outcome(Result.UNKNOWN, "timeout")))
    running = sender(database, channel, clock)
    await running.drain()
    clock.move(DAY / 2)
    await running.drain()
    assert len(channel.sent) == 1
    assert rows(database, Outbox, "state", "code") == [("unknown", "timeout")]
    assert ledger(database) == [(True, "", 4)]  # it may have used up one


async def test_unknown_is_repeated_with_its_key_where_the_platform_drops_repeats(
    database: Database, known: Known, clock: FrozenClock
) -> None:
    queue(database, known, clock.now(), text="a", template="reminder")
    channel = Scripted(CAN, replies(Outcome(Result.UNKNOWN, "timeout")))
    running = sender(database, channel, clock)
    await running.drain()
    assert states(database) == {"a": "queued"}
    open_window(database, known, clock.now() + DAY, 5)
    clock.move(timedelta(minutes=1))
    await running.drain()
    assert states(database) == {"a": "sent"}
    assert [out.route for out in channel.sent] == ["template", "template"]
    assert len({out.dedupe for out in channel.sent}) == 1
    assert max(len(out.dedupe) for out in channel.sent) <= 32


@pytest.mark.parametrize("result", [Result.UNREACHABLE, Result.OPTED_OUT])
async def test_a_refusal_is_remembered_until_the_person_writes_again(
    database: Database, known: Known, clock: FrozenClock, result: Result
) -> None:
    queue(database, known, clock.now(), text="a")
    channel = Scripted(FREE, replies(Outcome(result, "43101")))
    running = sender(database, channel, clock)
    await running.drain()
    assert ledger(database)[0][:2] == (True, "43101")
    queue(database, known, clock.now(), text="b")
    await running.drain()
    assert channel.texts == ["a"]
    assert states(database) == {"a": "unreachable", "b": "unreachable"}


async def test_our_own_mistake_is_an_alarm_and_no_retry(
    database: Database, known: Known, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    queue(database, known, clock.now(), text="a secret text")
    channel = Scripted(FREE, replies(Outcome(Result.REJECTED, "40037", ours=True)))
    with caplog.at_level(logging.INFO):
        await sender(database, channel, clock).drain()
    assert rows(database, Outbox, "state", "code") == [("failed", "40037")]
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert "a secret text" not in caplog.text
    assert "u1" not in caplog.text


async def test_an_accepted_message_waits_for_its_receipt(database: Database, known: Known, clock: FrozenClock) -> None:
    queue(database, known, clock.now(), text="a", template="reminder")
    channel = Scripted(CAN, replies(Outcome(Result.ACCEPTED, message_id="42")))
    await sender(database, channel, clock).drain()
    assert rows(database, Outbox, "state", "message_id", "route") == [("accepted", "42", "template")]


@pytest.mark.parametrize(("code", "end"), [("", "sent"), ("user block", "failed")])
async def test_a_receipt_that_overtakes_our_own_note_is_not_lost(
    database: Database, known: Known, clock: FrozenClock, code: str, end: str
) -> None:
    queue(database, known, clock.now(), text="a", template="reminder")
    for _ in range(2):  # the platform repeats receipts too
        database.writer.run(lambda work: inbox.keep_receipt(work, "oa", "42", code, clock.now()))
    channel = Scripted(CAN, replies(Outcome(Result.ACCEPTED, message_id="42")))
    await sender(database, channel, clock).drain()
    assert rows(database, Outbox, "state", "message_id") == [(end, "42")]


async def test_a_channel_that_raises_hurts_only_its_message(
    database: Database, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    for known in crowd(database, 5, clock.now()):
        queue(database, known, clock.now(), text=f"to {known.user}")
    channel = Scripted(FREE, lambda out: RuntimeError("bang") if out.text == "to u002" else None)
    running = sender(database, channel, clock, in_flight=2)
    with caplog.at_level(logging.ERROR, "bot.sender"):
        await running.drain()
    found = states(database)
    assert found.pop("to u002") == "unknown"
    assert set(found.values()) == {"sent"}
    assert [record.message for record in caplog.records] == ["channel raised"]


async def test_a_row_nobody_can_render_frees_its_place(database: Database, clock: FrozenClock) -> None:
    broken, fine = crowd(database, 2, clock.now())
    for number in range(3):
        queue(database, broken, clock.now(), text=f"b{number}", choices=[["a", "b", "c", "too many"]])
    queue(database, fine, clock.now() + SECOND, text="fine")
    clock.move(2 * SECOND)
    channel = Scripted(FREE)
    await sender(database, channel, clock, in_flight=1).drain()
    assert channel.texts == ["fine"]
    assert states(database) == {"b0": "unknown", "b1": "unknown", "b2": "unknown", "fine": "sent"}


@pytest.mark.parametrize(
    ("more", "state", "code"),
    [
        ({"valid_until": -SECOND}, "expired", "too late"),
        ({}, "unreachable", "window closed"),
        ({"template": "unheard of"}, "unreachable", "window closed"),
    ],
)
async def test_what_cannot_go_is_settled_without_asking_the_platform(
    database: Database, known: Known, clock: FrozenClock, more: dict[str, Any], state: str, code: str
) -> None:
    values = {key: clock.now() + value if key == "valid_until" else value for key, value in more.items()}
    queue(database, known, clock.now(), text="a", **values)
    channel = Scripted(CAN)
    await sender(database, channel, clock).drain()
    assert channel.sent == []
    assert rows(database, Outbox, "state", "code", "settled_at") == [(state, code, clock.now())]


async def test_who_unfollowed_is_not_asked(database: Database, known: Known, clock: FrozenClock) -> None:
    open_window(database, known, clock.now() + DAY, 5)
    database.writer.run(lambda work: setattr(work.session.get(Address, known.address_id), "following", False))
    queue(database, known, clock.now(), text="a")
    channel = Scripted(CAN)
    await sender(database, channel, clock).drain()
    assert (channel.sent, states(database)) == ([], {"a": "unreachable"})


async def test_a_message_goes_out_as_it_was_decided(database: Database, known: Known, clock: FrozenClock) -> None:
    row_id = queue(
        database,
        known,
        clock.now(),
        text="【提醒】\n请查收",
        choices=[["a", "同意"]],
        hand_over=True,
        fields={"k": "v"},
    )
    queue(database, known, clock.now(), text="【提醒】\n请查收", template="reminder")
    channel = Scripted(FREE)
    await sender(database, channel, clock).drain()
    first, second = sorted(channel.sent, key=lambda out: out.id)
    assert (first.id, first.at, first.dedupe) == (row_id, clock.now(), f"o{row_id:x}")
    assert [(each.id, each.label) for each in first.choices] == [("a", "同意")]
    assert (first.hand_over, first.fields) == (True, {"k": "v"})
    assert (second.template, second.fields["thing1"]) == ("reminder", "提醒")
    assert second.fields["time3"] == "2026-11-25 10:00"
