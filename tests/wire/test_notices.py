"""Reach is data: the 48-hour window, what closes it, the template route, and saying why somebody cannot be reached."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from bot.services.broadcasts import BadNotice
from tests.wire.room import CHEN, LI, WANG, Room, open_room

TEMPLATE = "TPL_notice"


@pytest.fixture
async def templated(file_url: str, clock: FrozenClock) -> AsyncIterator[Room]:
    """An account with a notice template."""
    async with open_room(file_url, clock, template=TEMPLATE) as opened:
        yield opened


def reasons(room: Room, broadcast_id: int) -> list[tuple[str, str, str]]:
    rows = room.rows("SELECT state, route, reason FROM recipient WHERE broadcast_id = :id ORDER BY id", id=broadcast_id)
    return [(row["state"], row["route"], row["reason"]) for row in rows]


async def test_five_messages_then_kept_for_the_next_contact(any_room: Room) -> None:
    room = any_room
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    for number in range(5):
        sent = await room.broadcast(f"通知{number}")
        assert reasons(room, sent) == [("sent", "custom", "")]
    sent = await room.broadcast("第六条")
    assert reasons(room, sent) == [("kept", "", "no_route")]
    assert len(await room.received(CHEN, "custom")) == 5
    await room.says(CHEN, "你好")
    assert reasons(room, await room.broadcast("第七条")) == [("sent", "custom", "")]


async def test_after_48_hours_kept_for_the_next_contact(room: Room) -> None:
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    room.clock.move(timedelta(hours=48, seconds=1))
    assert reasons(room, await room.broadcast("太晚了")) == [("kept", "", "no_route")]
    assert await room.see("calls", path="message/custom/send") == []


async def test_a_follow_opens_a_minute(room: Room) -> None:
    await room.reply(CHEN, "follow")
    assert reasons(room, await room.broadcast("马上")) == [("sent", "custom", "")]
    room.clock.move(timedelta(seconds=61))
    assert reasons(room, await room.broadcast("一分钟后")) == [("kept", "", "no_route")]


async def test_unfollowed_people_are_not_tried(room: Room) -> None:
    for user in (CHEN, LI):
        await room.reply(user, "follow")
    await room.phone(CHEN, "unfollow")
    sent = await room.broadcast("还在的人")
    assert [state for state, _, _ in reasons(room, sent)] == ["sent"]
    assert (await room.received(CHEN, "custom"), len(await room.received(LI, "custom"))) == ([], 1)


@pytest.mark.parametrize("setting", ["blocked", "muted"])
async def test_a_refusal_is_remembered_until_they_write(setting: str, room: Room) -> None:
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    await room.act(f"phones/{CHEN}/settings", **{setting: True})
    assert reasons(room, await room.broadcast("一")) == [("unreachable", "custom", "blocked")]
    with pytest.raises(BadNotice):  # nobody else is there
        await room.broadcast("二")
    await room.act(f"phones/{CHEN}/settings", **{setting: False})
    await room.says(CHEN, "我又来了")
    assert reasons(room, await room.broadcast("三")) == [("sent", "custom", "")]


async def test_the_platform_knows_better_that_the_window_is_closed(room: Room) -> None:
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    await room.act("faults", force_errcode=45015, force_path="message/custom/send")
    assert reasons(room, await room.broadcast("一")) == [("kept", "custom", "window_closed")]
    calls = len(await room.see("calls", path="message/custom/send"))
    assert reasons(room, await room.broadcast("二")) == [("kept", "", "no_route")]
    assert len(await room.see("calls", path="message/custom/send")) == calls


async def test_outside_the_window_by_template(templated: Room) -> None:
    room = templated
    await room.reply(CHEN, "follow")
    room.clock.move(timedelta(hours=50))
    sent = await room.broadcast("会员大会", "12月3日下午两点\n大礼堂")
    (call,) = await room.see("calls", path="message/template/send")
    request = call["request"]
    assert (request["touser"], request["template_id"]) == (CHEN, TEMPLATE)
    assert 0 < len(request["client_msg_id"]) <= 32
    assert request["data"]["thing1"]["value"] == "会员大会"
    await room.receipts(sent, {"sent": 1})
    assert await room.received(CHEN, "template") == ["会员大会\n12月3日下午两点 大礼堂\n2026-11-27 12:00"]


async def test_a_full_window_moves_on_to_the_template_at_once(templated: Room) -> None:
    room = templated
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    await room.act("faults", force_errcode=45047, force_path="message/custom/send")
    sent = await room.broadcast("会员大会")
    await room.receipts(sent, {"sent": 1})
    assert len(await room.received(CHEN, "template")) == 1


@pytest.mark.parametrize("delay", [0.2, 0])
async def test_a_receipt_that_the_person_refuses(delay: float, templated: Room) -> None:
    """Also when it overtakes our own note that the message was taken."""
    room = templated
    await room.act("faults", finish_delay_s=delay)
    await room.reply(CHEN, "follow")
    room.clock.move(timedelta(hours=50))
    await room.act(f"phones/{CHEN}/settings", muted=True)
    sent = await room.broadcast("会员大会")
    await room.receipts(sent, {"unreachable": 1})
    assert reasons(room, sent) == [("unreachable", "template", "blocked")]


async def test_cadres_only(room: Room) -> None:
    await room.reply(CHEN, "follow")
    await room.reply(WANG, "follow", scene="bind_demo_wang")
    await room.broadcast("干部会议", who="cadres")
    assert (await room.received(CHEN, "custom"), len(await room.received(WANG, "custom"))) == ([], 1)


async def test_the_same_notice_is_sent_once(any_room: Room) -> None:
    room = any_room
    await room.reply(CHEN, "follow")
    assert await room.broadcast("一次") == await room.broadcast("一次")
    assert len(await room.received(CHEN, "custom")) == 1


async def test_received_can_be_tapped_in_the_message_itself(room: Room) -> None:
    """The platform's menu in a message; what is tapped confirms this notice alone."""
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "你好")
    first = await room.broadcast("消防演练", wants_receipt=True)
    await room.broadcast("另一件事", wants_receipt=True)
    sent = [call["request"] for call in await room.see("calls", path="message/custom/send")]
    assert [body["msgtype"] for body in sent] == ["msgmenu", "msgmenu"]
    (choice,) = sent[0]["msgmenu"]["list"]
    assert choice["content"] == "收到"
    assert "消防演练" in await room.reply(CHEN, "text", text="收到", menu_id=choice["id"])
    acked = room.rows("SELECT broadcast_id FROM recipient WHERE acked_at IS NOT NULL")
    assert [row["broadcast_id"] for row in acked] == [first]
