"""The sender: who goes first, how many at once, in what order, and what stopping and dying leave behind."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.calendar import Hours
from bot.clock import FrozenClock, local
from bot.contract import Capabilities
from storage import quotas
from storage.base import table
from storage.database import Database
from storage.outbox import BULK, REMINDER, REPLY, SEND_LEASE, Outbox
from storage.people import Address
from tests.conftest import Opener
from tests.sending.scripted import CAN, FREE, PATIENCE_S, Scripted, crowd, sender, states
from tests.storage.kit import meet, queue, rows

SECOND = timedelta(seconds=1)
DIRECT = Capabilities(routes=("direct",), deduping_routes=frozenset({"direct"}))


@pytest.mark.parametrize("in_flight", [1, 2, 5, 40])
async def test_never_more_in_flight_than_allowed_and_everything_arrives(
    database: Database, clock: FrozenClock, in_flight: int
) -> None:
    people = crowd(database, 60, clock.now())
    for number, known in enumerate(people):
        queue(database, known, clock.now(), text=f"t{number}", lane=number % 3)
    channel = Scripted()
    await sender(database, channel, clock, in_flight=in_flight).drain()
    assert channel.most <= in_flight
    assert Counter(states(database).values()) == {"sent": 60}
    assert Counter(channel.texts) == {f"t{number}": 1 for number in range(60)}


async def test_replies_and_reminders_go_before_bulk(database: Database, clock: FrozenClock) -> None:
    people = crowd(database, 30, clock.now())
    for number, known in enumerate(people):
        lane = (BULK, REMINDER, REPLY)[number % 3]
        queue(database, known, clock.now() - number * SECOND, text=f"{lane}", lane=lane)
    channel = Scripted()
    await sender(database, channel, clock, in_flight=4).drain()
    assert "".join(channel.texts) == "0" * 10 + "1" * 10 + "2" * 10


async def test_a_reply_starts_at_once_while_bulk_fills_its_places(database: Database, clock: FrozenClock) -> None:
    people = crowd(database, 21, clock.now())
    for known in people[:20]:
        queue(database, known, clock.now(), text="bulk", lane=BULK)
    channel = Scripted()
    running = sender(database, channel, clock, in_flight=8)
    with channel.held():
        running.start()
        assert await channel.started(6) == ["bulk"] * 6  # a quarter of the places is kept free
        queue(database, people[20], clock.now(), text="reply", lane=REPLY)
        running.wake()
        assert await channel.started() == ["reply"]
    await channel.started(14)
    await running.stop()
    assert channel.most <= 8


async def test_messages_to_one_address_go_one_by_one_in_order(database: Database, clock: FrozenClock) -> None:
    known, other = crowd(database, 2, clock.now())
    for number in range(5):
        queue(database, known, clock.now() + number * SECOND, text=f"m{number}", lane=(BULK, REPLY)[number % 2])
    clock.move(10 * SECOND)
    channel = Scripted()
    running = sender(database, channel, clock)
    with channel.held() as gate:
        running.start()
        assert await channel.started() == ["m0"]
        queue(database, known, clock.now(), text="later")  # claimed while the first is still on its way
        queue(database, other, clock.now(), text="other")
        running.wake()
        assert await channel.started() == ["other"]
        gate.release()
        for expected in ("m1", "m2", "m3", "m4", "later"):
            assert channel.idle()
            gate.release()
            assert await channel.started() == [expected]
    await running.stop()
    assert channel.together == []


async def test_the_rate_is_kept_over_all_cycles_and_processes(another: Opener, clock: FrozenClock) -> None:
    one, two = another(), another()
    for known in crowd(one, 35, clock.now()):
        queue(one, known, clock.now())
    channel = Scripted()
    senders = [sender(each, channel, clock, per_second=10.0) for each in (one, two)]
    counts = []
    for _ in range(4):
        await asyncio.gather(*(each.drain() for each in senders))
        counts.append(len(channel.sent))
        clock.move(SECOND)
    assert counts == [10, 20, 30, 35]


async def test_two_processes_send_every_row_once(another: Opener, clock: FrozenClock) -> None:
    one, two = another(), another()
    for number, known in enumerate(crowd(one, 80, clock.now())):
        queue(one, known, clock.now(), text=f"t{number}", lane=number % 3)
    channels = [Scripted(), Scripted()]
    both = [sender(one, channels[0], clock, in_flight=8), sender(two, channels[1], clock, in_flight=8)]
    await asyncio.gather(*(each.drain() for each in both))
    texts = Counter(channels[0].texts + channels[1].texts)
    assert texts == {f"t{number}": 1 for number in range(80)}
    assert set(states(one).values()) == {"sent"}


async def test_stop_finishes_what_is_in_flight_and_claims_nothing_more(database: Database, clock: FrozenClock) -> None:
    people = crowd(database, 4, clock.now())
    for known in people[:3]:
        queue(database, known, clock.now(), text=f"to {known.user}")
    channel = Scripted()
    running = sender(database, channel, clock)
    with channel.held():
        running.start()
        await channel.started(3)
        stopping = asyncio.create_task(running.stop())
        await asyncio.sleep(0)
        queue(database, people[3], clock.now(), text="too late")
        running.wake()
    async with asyncio.timeout(PATIENCE_S):
        await stopping
    assert Counter(states(database).values()) == {"sent": 3, "queued": 1}
    assert rows(database, Outbox, "state", "owner", "attempts")[0][2] in (0, 1)


async def test_a_sender_that_was_never_started_can_be_stopped(database: Database, clock: FrozenClock) -> None:
    queue(database, meet(database, "u1", clock.now()), clock.now(), text="a")
    await sender(database, Scripted(), clock).stop()
    assert states(database) == {"a": "queued"}


def die_while_sending(database: Database, channel: Scripted, clock: FrozenClock, count: int) -> None:
    """Everything of a sender ends in the middle of its sends, as when the process is killed."""

    async def abandoned() -> None:
        running = sender(database, channel, clock)
        channel._gate = asyncio.Semaphore(0)
        running.start()
        await channel.started(count)

    asyncio.run(abandoned())
    channel._gate = None


def drain(database: Database, channel: Scripted, clock: FrozenClock) -> None:
    asyncio.run(sender(database, channel, clock).drain())


def test_a_crash_leaves_rows_in_doubt_that_are_not_said_twice(database: Database, clock: FrozenClock) -> None:
    for known in crowd(database, 3, clock.now()):
        queue(database, known, clock.now(), text=f"to {known.user}")
    channel = Scripted(FREE)
    die_while_sending(database, channel, clock, 3)
    assert set(states(database).values()) == {"sending"}
    clock.move(SEND_LEASE - SECOND)
    drain(database, channel, clock)
    assert set(states(database).values()) == {"sending"}
    clock.move(SECOND)
    drain(database, channel, clock)
    assert set(states(database).values()) == {"unknown"}
    assert len(channel.sent) == 3
    assert {code for (code,) in rows(database, Outbox, "code")} == {"the sender died while sending"}


def test_after_a_crash_a_route_that_drops_repeats_is_used_again_with_the_same_key(
    database: Database, clock: FrozenClock
) -> None:
    queue(database, meet(database, "u1", clock.now()), clock.now(), text="a")
    channel = Scripted(DIRECT)
    die_while_sending(database, channel, clock, 1)
    clock.move(SEND_LEASE)
    drain(database, channel, clock)
    assert states(database) == {"a": "sent"}
    assert [out.route for out in channel.sent] == ["direct", "direct"]
    assert len({out.dedupe for out in channel.sent}) == 1


def test_after_a_crash_by_template_the_template_is_repeated_even_if_a_window_opened(
    database: Database, clock: FrozenClock
) -> None:
    known = meet(database, "u1", clock.now())
    queue(database, known, clock.now(), text="a", template="reminder", lane=REMINDER)
    channel = Scripted(CAN)
    die_while_sending(database, channel, clock, 1)
    clock.move(SEND_LEASE)
    drain(database, channel, clock)
    assert [out.route for out in channel.sent] == ["template", "template"]
    assert states(database) == {"a": "sent"}


async def test_an_error_of_the_database_is_logged_and_the_next_cycle_works(
    database: Database, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    def rename(old: str, new: str) -> None:
        database.writer.run(lambda work: work.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}")))

    queue(database, meet(database, "u1", clock.now()), clock.now(), text="a secret text")
    rename("budget", "budget_gone")
    channel = Scripted()
    failing = sender(database, channel, clock)
    with caplog.at_level(logging.ERROR, "bot.sender"):
        failing.start()
        while not caplog.records:
            await asyncio.wait_for(asyncio.shield(asyncio.to_thread(lambda: None)), PATIENCE_S)
    rename("budget_gone", "budget")
    failing.wake()
    assert await channel.started() == ["a secret text"]
    await failing.stop()
    assert states(database) == {"a secret text": "sent"}
    assert "a secret text" not in caplog.text


async def test_what_is_sent_is_counted_by_route_and_day(database: Database, clock: FrozenClock) -> None:
    people = crowd(database, 5, clock.now())
    for known in people:
        queue(database, known, clock.now(), text="t", template="notice")
    opened = sa.update(table(Address)).where(table(Address).c.id.in_([each.address_id for each in people[:2]]))
    until = clock.now() + 60 * SECOND
    database.writer.run(lambda work: work.execute(opened.values(window_until=until, window_left=5)))
    await sender(database, Scripted(CAN), clock).drain()
    day = local(clock.now()).date()
    assert database.look(lambda work: quotas.used(work, "oa", day, day)) == {"custom": 2, "template": 3}


async def test_what_is_asked_of_many_waits_for_the_morning_and_replies_do_not(
    database: Database, clock: FrozenClock
) -> None:
    """Whatever has made it late: a server that was down, a day's quota that is new at midnight."""
    known = meet(database, "u1", clock.now())
    for text, lane in (("收到了吗", BULK), ("答复", REPLY), ("到期提醒", REMINDER)):
        queue(database, known, clock.now(), text, lane=lane)
    clock.move(timedelta(hours=11))
    channel = Scripted()
    running = sender(database, channel, clock, hours=Hours())
    await running.drain()
    assert sorted(channel.texts) == ["到期提醒", "答复"]
    clock.move(timedelta(hours=12))
    await running.drain()
    assert channel.texts[2:] == ["收到了吗"]
