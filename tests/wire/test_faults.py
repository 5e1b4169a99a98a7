"""The platform misbehaves: tokens, limits, broken answers, silence. Nothing is said twice, nothing gets lost unseen."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from tests.wire.room import CHEN, LI, Room, open_room

CUSTOM, TEMPLATE = "message/custom/send", "message/template/send"


async def ready(room: Room) -> None:
    """小陈 follows and has an open window."""
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")


async def later(room: Room, **by: float) -> None:
    """Time goes by, the sender works."""
    room.clock.move(timedelta(**by))
    await room.settled()


async def test_a_revoked_token_is_renewed(any_room: Room) -> None:
    room = any_room
    await ready(room)
    await room.broadcast("一")
    await room.act("faults", revoke_tokens=True)
    await room.broadcast("二")
    assert len(await room.received(CHEN, "custom")) == 2
    codes = [call["errcode"] for call in await room.see("calls", path=CUSTOM)]
    # Bulk may be refused on its own connection first, and once more by the way that renews the token.
    assert codes in ([0, 40001, 0], [0, 40001, 40001, 0])


@pytest.mark.parametrize("fault", [{"p_busy": 1}, {"p_45011": 1}])
async def test_busy_is_tried_again_later(fault: dict[str, Any], any_room: Room) -> None:
    room = any_room
    await ready(room)
    await room.act("faults", force_path=CUSTOM, **fault)
    await room.broadcast("一")
    assert room.recipients() == {"queued": 1}
    await room.act("faults", **dict.fromkeys(fault, 0))
    await later(room, seconds=10)
    assert room.recipients() == {"sent": 1}
    assert len(await room.received(CHEN, "custom")) == 1


async def test_always_busy_ends_as_failed(room: Room) -> None:
    await ready(room)
    await room.act("faults", force_path=CUSTOM, p_busy=1)
    await room.broadcast("一")
    for _ in range(8):
        await later(room, minutes=11)
    assert room.recipients() == {"failed": 1}
    assert len(await room.see("calls", path=CUSTOM)) == 6
    assert room.rows("SELECT tries, reason FROM recipient") == [{"tries": 6, "reason": "busy"}]


@pytest.mark.parametrize("fault", [{"p_502": 1}, {"p_garbage": 1}])
async def test_a_broken_answer_is_unknown_and_not_repeated(fault: dict[str, Any], room: Room) -> None:
    await ready(room)
    await room.act("faults", force_path=CUSTOM, **fault)
    await room.broadcast("一")
    await room.act("faults", **dict.fromkeys(fault, 0))
    await later(room, minutes=20)
    assert room.recipients() == {"unknown": 1}
    assert len(await room.received(CHEN, "custom")) == int("p_garbage" in fault)


@pytest.mark.parametrize("fault", [{"p_errcode_string": 1}, {"p_slow_body": 1}])
async def test_an_odd_answer_is_still_an_answer(fault: dict[str, Any], room: Room) -> None:
    await ready(room)
    await room.act("faults", force_path="message/", **fault)
    await room.broadcast("一")
    assert room.recipients() == {"sent": 1}


async def test_the_days_quota_is_waited_for(room: Room) -> None:
    await ready(room)
    await room.act("faults", force_path=CUSTOM, force_errcode=45009)
    await room.broadcast("一")
    await room.act("faults", force_errcode=None)
    await later(room, hours=13)
    assert room.recipients() == {"queued": 1}
    await later(room, hours=2)
    assert room.recipients() == {"sent": 1}


async def test_our_own_mistake_is_not_repeated(room: Room) -> None:
    await ready(room)
    await room.act("faults", ip_not_allowed=True)
    await room.broadcast("一")
    assert room.recipients() == {"failed": 1}
    assert room.rows("SELECT code, reason FROM recipient") == [{"code": "40164", "reason": "account"}]


async def test_a_platform_that_is_down(room: Room) -> None:
    await ready(room)
    await room.act("faults", p_502=1)
    for number in range(3):
        await room.broadcast(f"通知{number}")
    assert set(room.recipients()) == {"queued"}
    await room.act("faults", p_502=0)
    await later(room, minutes=1)
    assert room.recipients() == {"sent": 3}
    got = sorted(await room.received(CHEN, "custom"))
    assert [each.partition("\n\n")[0] for each in got] == [f"【通知{number}】\n请准时参加" for number in range(3)]


async def test_silence_after_acceptance(file_url: str, clock: FrozenClock) -> None:
    """A customer message is in doubt and stays so; a template message is repeated under its key and shown once."""
    async with open_room(file_url, clock, template="TPL_1") as room:
        await room.reply(LI, "follow")
        room.clock.move(timedelta(hours=50))
        await ready(room)
        await room.act("faults", p_timeout_after_accept=1, force_path="message/")
        await room.broadcast("停电")
        await room.act("faults", p_timeout_after_accept=0)
        assert room.recipients() == {"unknown": 1, "queued": 1}
        await later(room, seconds=30)
        await room.receipts(room.rows("SELECT id FROM broadcast")[0]["id"], {"unknown": 1, "sent": 1})
        assert (len(await room.received(CHEN, "custom")), len(await room.received(LI, "template"))) == (1, 1)
        keys = [call["request"]["client_msg_id"] for call in await room.see("calls", path=TEMPLATE)]
        assert len(keys) == 2 and len(set(keys)) == 1
        assert len(await room.see("calls", path=CUSTOM)) == 1
