"""A mass send over the real wire: one call, one message a phone, the finish event, and what the platform gets wrong."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.contract import Outcome
from bot.jobs import resolve_broadcasts
from storage.broadcasts import Broadcast
from storage.recipients import Recipient
from storage.work import Work
from tests.wire.room import CHEN, LI, WANG, Room, eventually, open_room

PEOPLE = (CHEN, WANG, LI)
SAID = "【讲座】\n周六上午"


@pytest.fixture
async def massing(any_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """An account that may send to many; three followers."""
    async with open_room(any_url, clock, account={"mass": True}) as opened:
        for user in PEOPLE:
            await opened.reply(user, "follow")
        yield opened


async def noticed(room: Room, hours: int = 48) -> int:
    """A broadcast by mass send to everybody, as it is after its recipients were written; its id."""
    addresses = room.rows("SELECT id, person_id FROM address ORDER BY id")
    now = room.clock.now()

    def write(work: Work) -> int:
        number = work.new_id()
        what: dict[str, Any] = {"key": f"k{number}", "title": "讲座", "text": SAID, "segment": {}, "routes": ["mass"]}
        when = {"created_at": now, "started_at": now, "not_before": now, "valid_until": now + timedelta(hours=hours)}
        work.session.add(Broadcast(id=number, state="sending", author="test", **what, **when))
        work.session.flush()
        for each in addresses:
            whose = {"person_id": each["person_id"], "address_id": each["id"], "broadcast_id": number}
            work.append(Recipient, {"id": work.new_id(), **whose, "state": "queued", "route": "mass", "due_at": now})
        return number

    return await room.written(write)


def states(room: Room, broadcast_id: int) -> dict[tuple[str, str], int]:
    rows = room.rows(
        "SELECT state, reason, count(*) AS n FROM recipient WHERE broadcast_id = :id GROUP BY state, reason",
        id=broadcast_id,
    )
    return {(row["state"], row["reason"]): row["n"] for row in rows}


def jobs(room: Room) -> list[tuple[str, str]]:
    return [(row["state"], row["code"]) for row in room.rows("SELECT state, code FROM mass_job ORDER BY id")]


async def until(room: Room, wanted: list[tuple[str, str]]) -> None:
    """Let time go by, a second at a time, until the jobs are in these states."""

    def there() -> bool:
        room.clock.move(timedelta(seconds=0.2))
        return jobs(room) == wanted

    await eventually(there)


async def test_everybody_gets_it_once_in_one_call(massing: Room) -> None:
    broadcast = await noticed(massing)
    await until(massing, [("done", "")])
    assert states(massing, broadcast) == {("sent", ""): 3}
    for user in PEOPLE:
        assert await massing.received(user, "mass") == [SAID]
    assert len(await massing.see("calls", path="message/mass/send")) == 1
    assert massing.rows("SELECT total, filtered, sent, errors FROM mass_job") == [
        {"total": 3, "filtered": 0, "sent": 3, "errors": 0}
    ]
    used = massing.rows("SELECT route, used FROM quota_use ORDER BY route")
    assert used == [{"route": "mass", "used": 3}, {"route": "mass_calls", "used": 1}]


async def test_who_is_filtered_is_not_guessed(massing: Room) -> None:
    await massing.act(f"phones/{WANG}/settings", muted=True)
    broadcast = await noticed(massing)
    await until(massing, [("done", "")])
    assert states(massing, broadcast) == {("unknown", "mass_unknown"): 3}
    assert massing.rows("SELECT total, filtered, sent, errors FROM mass_job") == [
        {"total": 3, "filtered": 1, "sent": 2, "errors": 0}
    ]


async def test_an_answer_that_was_lost_is_asked_for_by_the_same_key(massing: Room) -> None:
    await massing.act("faults", p_timeout_after_accept=1, force_path="mass/send", hang_s=6, finish_events=False)
    broadcast = await noticed(massing)
    await until(massing, [("sending", "timeout")])
    await massing.act("faults", p_timeout_after_accept=0, finish_events=True)
    massing.clock.move(timedelta(seconds=62))
    await until(massing, [("accepted", "45065")])
    for user in PEOPLE:
        assert await massing.received(user, "mass") == [SAID]
    massing.clock.move(timedelta(minutes=41))
    await until(massing, [("done", "SEND_SUCCESS")])
    assert states(massing, broadcast) == {("unknown", "mass_unknown"): 3}


@pytest.mark.parametrize(
    ("status", "reason"), [("err(20001)", "content"), ("send fail", "mass_failed")], ids=["content", "failed"]
)
async def test_what_the_platform_does_not_let_through_failed(massing: Room, status: str, reason: str) -> None:
    await massing.act("faults", mass_status=status)
    broadcast = await noticed(massing)
    await until(massing, [("failed", status)])
    assert states(massing, broadcast) == {("failed", reason): 3}


async def test_too_soon_and_without_quota_it_waits(massing: Room) -> None:
    await massing.act("faults", force_errcode=45066, force_path="mass/send")
    broadcast = await noticed(massing)
    await until(massing, [("planned", "45066")])
    await massing.act("faults", force_errcode=45028)
    massing.clock.move(timedelta(seconds=61))
    await until(massing, [("planned", "45028")])
    (stop,) = massing.rows("SELECT route, code FROM route_stop")
    assert stop == {"route": "mass", "code": "45028"}
    await massing.act("faults", force_errcode=None)
    massing.clock.move(timedelta(hours=14, minutes=30))  # midnight is over: the platform would, but people sleep
    massing.clock.move(timedelta(seconds=1))
    assert massing.bot.mass_sender is not None
    await massing.bot.mass_sender.cycle()
    assert jobs(massing) == [("planned", "45028")]
    massing.clock.move(timedelta(hours=9))
    await until(massing, [("done", "")])
    assert states(massing, broadcast) == {("sent", ""): 3}


async def test_the_fifth_of_a_month_is_not_sent(massing: Room) -> None:
    for number in range(4):
        await noticed(massing)
        await until(massing, [("done", "")] * (number + 1))
    fifth = await noticed(massing)
    waits = "recipient WHERE broadcast_id = :id AND state = 'queued' AND route = '' AND tried = 'mass'"
    await eventually(lambda: massing.count(waits, id=fifth) == 3)
    assert len(await massing.received(CHEN, "mass")) == 4


async def test_a_stopped_bot_finishes_its_call_and_another_goes_on(massing: Room) -> None:
    sender = massing.bot.mass_sender
    assert sender is not None
    await sender.stop()
    broadcast = await noticed(massing)
    assert await sender.cycle()
    assert states(massing, broadcast) == {("massed", ""): 3}
    assert not await sender.cycle()
    await until(massing, [("done", "")])


async def test_a_channel_that_raises_leaves_it_in_doubt(massing: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*given: object) -> Outcome:
        raise RuntimeError("no promise was kept")

    assert massing.bot.official_account is not None
    monkeypatch.setattr(massing.bot.official_account, "send_many", broken)
    await noticed(massing)
    await until(massing, [("sending", "exception")])
    monkeypatch.undo()
    massing.clock.move(timedelta(seconds=62))
    await until(massing, [("done", "")])


async def scheduled(room: Room, routes: list[str]) -> int:
    """A broadcast to all followers, approved and due now; its recipients are written by the job."""
    now = room.clock.now()

    def write(work: Work) -> int:
        number = work.new_id()
        rule = {"all": [{"who": "followers"}], "none": []}
        what: dict[str, Any] = {"key": f"k{number}", "title": "讲座", "text": SAID, "segment": rule, "routes": routes}
        work.session.add(Broadcast(id=number, state="scheduled", author="test", created_at=now, not_before=now, **what))
        return number

    number = await room.written(write)
    await room.run(resolve_broadcasts.JOB)
    return number


async def test_who_falls_back_to_the_mass_send_goes_with_the_others(massing: Room) -> None:
    massing.clock.move(timedelta(minutes=2))
    await massing.says(CHEN, "在吗")
    await massing.act("faults", force_errcode=45015, force_path="custom/send")
    broadcast = await scheduled(massing, ["custom", "mass"])
    assert massing.count("recipient WHERE broadcast_id = :id AND route = 'mass'", id=broadcast) == 2
    await until(massing, [("done", "")])
    assert states(massing, broadcast) == {("sent", ""): 3}
    assert massing.rows("SELECT DISTINCT tried FROM recipient ORDER BY tried") == [{"tried": ""}, {"tried": "custom"}]
    for user in PEOPLE:
        assert await massing.received(user, "mass") == [SAID]


async def test_one_alone_is_kept_for_the_next_contact(massing: Room) -> None:
    for user in (WANG, LI):
        await massing.phone(user, "unfollow")
    massing.clock.move(timedelta(minutes=2))
    broadcast = await scheduled(massing, ["mass"])

    def there() -> bool:
        massing.clock.move(timedelta(seconds=0.2))
        return ("kept", "no_route") in states(massing, broadcast)

    await eventually(there)
    assert massing.count("notice_item WHERE broadcast_id = :id", id=broadcast) == 1
    assert jobs(massing) == []
