"""The platform misbehaves in the middle of a broadcast: everybody ends in the right state, with the right reason."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from bot.services import broadcast_states
from bot.services.broadcasts import CLI
from bot.services.bulk_brake import REFUSALS
from storage.notice_items import NoticeItem
from tests.sending.bulk import hours_later, state_of
from tests.sending.bulk_wire import (
    CUSTOM,
    TEMPLATE,
    announced,
    arrived,
    by_state,
    codes,
    ended,
    followers,
    open_rows,
    sent,
)
from tests.storage.kit import count
from tests.wire.room import Room, eventually, open_room

FAST = {"sends_per_second": 50, "in_flight": 16}  # a second's worth is less than half of the crowd
CROWD = 120
A_LITTLE = timedelta(seconds=0.2)  # ten more may go
SLOWLY = timedelta(seconds=0.1)  # no lease may end while the sender waits for an answer that does not come


@pytest.fixture
async def hall(any_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """A bot with customer messages only."""
    async with open_room(any_url, clock, account=FAST) as opened:
        yield opened


@pytest.fixture
async def templated(file_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """A bot that has a template, too."""
    async with open_room(file_url, clock, account=FAST, template="TPL_1") as opened:
        yield opened


async def halfway(room: Room, broadcast: int) -> None:
    """Let the clock run until half of the crowd, or a few more, have it; nothing goes out while it stands still."""
    await sent(room, broadcast, left=CROWD // 2, step=A_LITTLE)


async def test_busy_answers_are_tried_again_until_everybody_has_it_once(hall: Room) -> None:
    users = await followers(hall, CROWD)
    await hall.act("faults", p_busy=0.05, force_path=CUSTOM)
    broadcast = await announced(hall)
    await sent(hall, broadcast)
    assert by_state(hall, broadcast) == {("sent", "", "custom"): CROWD}
    assert await arrived(hall) == dict.fromkeys(users, 1)
    assert (await codes(hall, CUSTOM))[-1] > 0
    assert await ended(hall, broadcast) == "done"


async def test_always_busy_ends_as_failed(hall: Room) -> None:
    await followers(hall, 5)
    await hall.act("faults", p_busy=1, force_path=CUSTOM)
    broadcast = await announced(hall)
    await sent(hall, broadcast)
    assert by_state(hall, broadcast) == {("failed", "busy", "custom"): 5}
    assert await ended(hall, broadcast) == "failed"


async def test_when_the_days_quota_is_used_up_the_others_get_the_template(templated: Room) -> None:
    users = await followers(templated, CROWD)
    broadcast = await announced(templated)
    await halfway(templated, broadcast)
    await templated.act("faults", force_errcode=45009, force_path=CUSTOM)
    await sent(templated, broadcast)
    await eventually(lambda: not any(state == "accepted" for state, *_ in by_state(templated, broadcast)))
    found = by_state(templated, broadcast)
    assert found["sent", "", "custom"] + found["sent", "", "template"] == CROWD
    assert found["sent", "", "template"] >= CROWD // 4
    assert await arrived(templated) == dict.fromkeys(users, 1)
    assert 0 < (await codes(templated, CUSTOM))[45009] <= FAST["in_flight"]  # the route is closed for all at once


async def test_without_another_route_the_rest_waits_for_the_next_day(hall: Room) -> None:
    users = await followers(hall, CROWD)
    broadcast = await announced(hall)
    await halfway(hall, broadcast)
    await hall.act("faults", force_errcode=45009, force_path=CUSTOM)
    await eventually(lambda: not _moving(hall, broadcast))
    waiting = by_state(hall, broadcast)["queued", "quota", "custom"]
    assert waiting >= CROWD // 4
    assert open_rows(hall, broadcast) == waiting
    await hall.act("faults", force_errcode=None)
    hours_later(hall.clock, 23)  # 9:00 of the next day: the quota is new, and it is not night any more
    await sent(hall, broadcast)
    assert by_state(hall, broadcast) == {("sent", "", "custom"): CROWD}
    assert await arrived(hall) == dict.fromkeys(users, 1)


def _moving(room: Room, broadcast: int) -> bool:
    """Let a second pass; whether anything is due or under way."""
    room.clock.move(timedelta(seconds=1))
    return open_rows(room, broadcast, due=True) > 0


async def test_what_the_platform_refuses_to_everybody_is_paused_and_goes_on_when_it_is_mended(hall: Room) -> None:
    users = await followers(hall, CROWD)
    await hall.act("faults", force_errcode=48001, force_path=CUSTOM)
    broadcast = await announced(hall)
    await eventually(lambda: state_of(hall.bot.database, broadcast) == "paused")
    await eventually(lambda: not by_state(hall, broadcast)["sending", "", "custom"])
    found = by_state(hall, broadcast)
    refused = found["failed", "account", "custom"]
    assert REFUSALS <= refused < REFUSALS + 2 * FAST["in_flight"]
    assert found["queued", "", "custom"] == CROWD - refused
    notes = hall.rows("SELECT actor, note FROM audit WHERE action = 'broadcast_pause'")
    assert notes == [{"actor": "job:bulk_sender", "note": "refused 48001"}]
    await hall.act("faults", force_errcode=None)
    await hall.written(lambda work: broadcast_states.resume(work, CLI, broadcast, hall.clock.now(), hall.bot.house))
    await sent(hall, broadcast)
    assert by_state(hall, broadcast) == {
        ("failed", "account", "custom"): refused,
        ("sent", "", "custom"): CROWD - refused,
    }
    assert set((await arrived(hall)).values()) == {1} and len(await arrived(hall)) == len(users) - refused


async def test_a_revoked_token_is_renewed_and_nobody_gets_it_twice(hall: Room) -> None:
    users = await followers(hall, CROWD)
    broadcast = await announced(hall)
    await halfway(hall, broadcast)
    await hall.act("faults", revoke_tokens=True)
    await sent(hall, broadcast)
    assert by_state(hall, broadcast) == {("sent", "", "custom"): CROWD}
    assert await arrived(hall) == dict.fromkeys(users, 1)
    assert (await codes(hall, CUSTOM))[40001] > 0


async def test_what_was_accepted_in_silence_is_unknown_and_not_repeated(hall: Room) -> None:
    users = await followers(hall, CROWD)
    await hall.act("faults", p_timeout_after_accept=0.1, force_path=CUSTOM, seed=3)
    broadcast = await announced(hall)
    await sent(hall, broadcast, step=SLOWLY)
    found = by_state(hall, broadcast)
    assert 1 <= found["unknown", "no_answer", "custom"] <= CROWD // 2
    assert found["unknown", "no_answer", "custom"] + found["sent", "", "custom"] == CROWD
    assert await arrived(hall) == dict.fromkeys(users, 1)
    assert await ended(hall, broadcast) == "partly_failed"


async def test_a_template_accepted_in_silence_is_repeated_under_its_key_and_shown_once(templated: Room) -> None:
    users = await followers(templated, 20)
    await templated.act("faults", p_timeout_after_accept=0.2, force_path=TEMPLATE, seed=3)
    broadcast = await announced(templated, routes=["template"])
    await sent(templated, broadcast, step=SLOWLY)
    await eventually(lambda: set(by_state(templated, broadcast)) == {("sent", "", "template")})
    assert await arrived(templated) == dict.fromkeys(users, 1)
    assert (await codes(templated, TEMPLATE)).total() > 20


async def test_who_unfollows_meanwhile_is_unreachable_by_that_reason(templated: Room) -> None:
    users = await followers(templated, CROWD)
    broadcast = await announced(templated, routes=["template"])
    await halfway(templated, broadcast)
    have = await arrived(templated)
    gone = [user for user in users if user not in have][-3:]
    for user in gone:
        await templated.act(f"phones/{user}/unfollow")
    await sent(templated, broadcast)
    await eventually(lambda: not any(state == "accepted" for state, *_ in by_state(templated, broadcast)))
    found = by_state(templated, broadcast)
    assert found["unreachable", "not_following", "template"] == 3
    assert found["sent", "", "template"] == CROWD - 3
    assert not set(gone) & set(await arrived(templated))
    assert await ended(templated, broadcast) == "partly_failed"


async def test_a_window_that_is_closed_after_all_keeps_the_notice_for_the_next_contact(hall: Room) -> None:
    users = await followers(hall, 6)
    broadcast = await announced(hall)
    await sent(hall, broadcast)
    await hall.act("faults", force_errcode=45015, force_path=CUSTOM)
    second = await announced(hall, key="b2")
    await sent(hall, second)
    assert by_state(hall, second) == {("kept", "window_closed", "custom"): 6}
    assert count(hall.bot.database, NoticeItem) == 6
    assert await arrived(hall) == dict.fromkeys(users, 1)
    assert await ended(hall, second) == "done"
