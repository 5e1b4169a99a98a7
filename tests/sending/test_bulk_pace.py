"""Bulk and everything else: places, rate, pauses, the night, several broadcasts at once, replies first."""

import asyncio
from collections import Counter
from datetime import timedelta

from bot.bulk_sender import BulkSender
from bot.calendar import Hours
from bot.clock import FrozenClock
from bot.lanes import Lane
from bot.sender import Sender
from storage.database import Database
from storage.outbox import REPLY, SEND_LEASE
from tests.conftest import Opener
from tests.sending import bulk as kit
from tests.sending.bulk import POLICY, announce, bulk, change, crowd, resolve, scripted, settle, state_of, states
from tests.storage.kit import queue
from tests.wire.room import eventually

SECOND = timedelta(seconds=1)


async def test_a_pause_stops_new_sends_and_resuming_goes_on_where_it_stopped(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 60, clock.now())
    broadcast = announce(database, clock.now())
    resolve(database, clock.now())
    channel = scripted()
    running = bulk(database, channel, clock, in_flight=8)
    with channel.held() as gate:
        running.start()
        await channel.started(6)
        change(database, broadcast, state="paused", paused_from="sending")
        for _ in range(20):
            gate.release()
        await asyncio.sleep(0)
    await eventually(lambda: states(database, broadcast)["sent", "", "custom"] >= 6)
    before = len(channel.sent)
    running.wake()
    await asyncio.sleep(0.1)
    assert len(channel.sent) == before <= 12  # at most those that were claimed before the pause
    change(database, broadcast, state="sending", paused_from="")
    running.wake()
    await eventually(lambda: states(database, broadcast) == {("sent", "", "custom"): 60})
    await running.stop()
    assert len({out.dedupe for out in channel.sent}) == len(channel.sent) == 60


async def test_what_is_cancelled_is_not_sent_any_more(database: Database, clock: FrozenClock) -> None:
    crowd(database, 30, clock.now())
    broadcast = announce(database, clock.now())
    resolve(database, clock.now())
    change(database, broadcast, state="cancelled")
    channel = scripted()
    await bulk(database, channel, clock).drain()
    settle(database, clock.now())
    assert channel.sent == []
    assert states(database, broadcast) == {("cancelled", "cancelled", "custom"): 30}


async def test_what_was_not_sent_in_time_is_expired(database: Database, clock: FrozenClock) -> None:
    crowd(database, 10, clock.now())
    broadcast = announce(database, clock.now(), hours=2)
    resolve(database, clock.now())
    clock.move(timedelta(hours=3))
    channel = scripted()
    settle(database, clock.now())
    await bulk(database, channel, clock).drain()
    settle(database, clock.now())
    assert channel.sent == []
    assert states(database, broadcast) == {("expired", "too_late", "custom"): 10}
    assert state_of(database, broadcast) == "failed"


async def test_a_reply_starts_at_once_while_bulk_fills_its_places(database: Database, clock: FrozenClock) -> None:
    people = crowd(database, 21, clock.now())
    announce(database, clock.now())
    resolve(database, clock.now())
    channel = scripted()
    lane = Lane(channel, 10_000.0, 8)
    replies, bulk_sender = Sender(database, {"oa": lane}, clock), BulkSender(database, lane, clock, POLICY)
    with channel.held():
        bulk_sender.start()
        await channel.started(6)  # a quarter of the places is kept free
        queue(database, people[20], clock.now(), text="reply", lane=REPLY)
        replies.start()
        assert await channel.started() == ["reply"]
    await channel.started(15)
    await replies.stop()
    await bulk_sender.stop()
    assert channel.most <= 8
    assert lane.places.taken == 0


async def test_bulk_leaves_a_part_of_the_rate_to_replies(another: Opener, clock: FrozenClock) -> None:
    one, two = another(), another()
    crowd(one, 80, clock.now())
    announce(one, clock.now())
    resolve(one, clock.now())
    channel = scripted()
    senders = [bulk(each, channel, clock, per_second=20.0) for each in (one, two)]
    counts = []
    for _ in range(3):
        await asyncio.gather(*(each.drain() for each in senders))
        counts.append(len(channel.sent))
        clock.move(SECOND)
    assert counts == [15, 30, 45]  # 20 a second over both; five of them are left, and the bucket holds no more than 20


async def test_two_processes_send_to_everybody_once(another: Opener, clock: FrozenClock) -> None:
    one, two = another(), another()
    crowd(one, 150, clock.now())
    broadcast = announce(one, clock.now())
    resolve(one, clock.now())
    channels = [scripted(), scripted()]
    both = [bulk(one, channels[0], clock, in_flight=8), bulk(two, channels[1], clock, in_flight=8)]
    await asyncio.gather(*(each.drain() for each in both))
    sent = Counter(out.dedupe for channel in channels for out in channel.sent)
    assert len(sent) == 150
    assert set(sent.values()) == {1}
    assert states(one, broadcast) == {("sent", "", "custom"): 150}


async def test_several_broadcasts_go_out_side_by_side_and_the_urgent_one_is_no_later(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 40, clock.now())
    first = announce(database, clock.now())
    second = announce(database, clock.now(), key="b2", text="第二条", topic="urgent")
    resolve(database, clock.now())
    channel = scripted()
    await bulk(database, channel, clock, in_flight=8).drain()
    early = Counter(out.text == "第二条" for out in channel.sent[:40])
    assert 15 <= early[True] <= 25
    assert states(database, first) == states(database, second) == {("sent", "", "custom"): 40}


async def test_nothing_goes_out_at_night_but_what_is_urgent_or_for_any_hour(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 5, clock.now())
    plain = announce(database, clock.now())
    resolve(database, clock.now())
    kit.hours_later(clock, 11)  # nine in the evening
    late = announce(database, clock.now(), key="late")
    night = announce(database, clock.now(), key="night", any_hour=True)
    assert resolve(database, clock.now())["begun"] == 1
    await bulk(database, scripted(), clock, hours=Hours()).drain()
    assert states(database, plain) == {("queued", "", "custom"): 5}
    assert state_of(database, late) == "scheduled"
    assert states(database, night) == {("sent", "", "custom"): 5}
    kit.hours_later(clock, 12)
    resolve(database, clock.now())
    await bulk(database, scripted(), clock, hours=Hours()).drain()
    assert states(database, plain) == states(database, late) == {("sent", "", "custom"): 5}


def abandon(database: Database, clock: FrozenClock, started: int) -> None:
    """Everything of a sender ends in the middle of its sends, as when the process is killed."""

    async def die() -> None:
        channel = scripted()
        with channel.held():
            bulk(database, channel, clock).start()
            await channel.started(started)
            raise KeyboardInterrupt

    try:
        asyncio.run(die())
    except KeyboardInterrupt:
        return


def test_what_a_dead_sender_held_is_repeated_only_where_the_platform_drops_repeats(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 3, clock.now())
    crowd(database, 4, clock.now(), window=False, prefix="v")
    broadcast = announce(database, clock.now())
    resolve(database, clock.now())
    abandon(database, clock, 7)
    assert {state for state, *_ in states(database, broadcast)} == {"sending"}
    clock.move(SEND_LEASE + SECOND)
    channel = scripted()
    asyncio.run(bulk(database, channel, clock).drain())
    assert states(database, broadcast) == {("unknown", "sender_died", "custom"): 3, ("sent", "", "template"): 4}
    assert {out.route for out in channel.sent} == {"template"}


def test_long_after_the_platform_has_forgotten_its_keys_nothing_is_repeated(
    database: Database, clock: FrozenClock
) -> None:
    crowd(database, 4, clock.now(), window=False)
    broadcast = announce(database, clock.now())
    resolve(database, clock.now())
    abandon(database, clock, 4)
    clock.move(timedelta(minutes=20))
    channel = scripted()
    asyncio.run(bulk(database, channel, clock).drain())
    assert channel.sent == []
    assert states(database, broadcast) == {("unknown", "sender_died", "template"): 4}
