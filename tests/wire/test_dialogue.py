"""The purpose of it all, over HTTP: ask, join, do one's duties, be told. Every reply is judged by the platform."""

from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from tests.wire.room import CHEN, LI, START, WANG, Room, open_room

ID_NUMBER, MOBILE, NAME = "11010519491231002X", "13800138000", "张三"
ANSWERS = (NAME, "可以", ID_NUMBER, MOBILE, "示例机械厂", "在岗", "是", "没入过")
NO_WATER = "【停水通知】\n明天上午九点停水\n\n退订请回复“退订 文体活动”"


async def join(room: Room, user: str) -> list[str]:
    """From 入会 to 确认; all replies."""
    return [await room.says(user, text) for text in ("入会", "同意", *ANSWERS, "确认")]


async def test_the_whole_purpose(any_room: Room) -> None:
    room = any_room
    assert "欢迎来到示例市总工会" in await room.reply(CHEN, "follow")
    answer = await room.says(CHEN, "年假有几天")
    assert "5天" in answer and "依据：" in answer and "核对于" in answer
    said = await join(room, CHEN)
    assert "请核对一下" in said[-2] and ID_NUMBER not in said[-2] and MOBILE not in said[-2]
    assert "申请已经提交，编号 20261125-0001" in said[-1]
    assert "等待审核" in await room.says(CHEN, "进度")
    bound = await room.reply(WANG, "follow", scene="bind_demo_wang")
    assert "已绑定：示例机械厂工会 主席" in bound and "1. " in bound and "待确认" in bound
    assert "项任务都已确认收到" in await room.says(WANG, "收到")
    assert "小结" in await room.says(WANG, "完成 3")
    assert "小结记下了" in await room.says(WANG, "小结：今年不换届，明年三月届满")
    assert "已记下：3." in await room.says(WANG, "完成 3")
    await room.marked()
    assert room.states() == {"sent": room.count("inbound")}
    await room.broadcast("停水通知", "明天上午九点停水")
    assert (await room.received(CHEN, "custom")) == [NO_WATER]
    assert (await room.received(WANG, "custom")) == [NO_WATER]
    assert await room.received(LI) == []


async def test_an_application_is_sealed(any_room: Room) -> None:
    room = any_room
    await room.reply(CHEN, "follow")
    await join(room, CHEN)
    (row,) = room.rows("SELECT * FROM application")
    opened = room.bot.database.look(lambda work: work.seal.open(bytes(row["id_number"]), "application.id_number"))
    assert opened == ID_NUMBER
    assert (row["state"], row["name"], row["employer"]) == ("submitted", NAME, "示例机械厂")
    assert (row["consent"], row["round"]) == ("2026-11.3", 1)
    everything = [value for row in _all_rows(room) for value in row.values()]
    for secret in (ID_NUMBER, MOBILE):
        assert not any(secret in value for value in everything if isinstance(value, str))
        assert not any(secret.encode() in bytes(value) for value in everything if isinstance(value, bytes | memoryview))


def _all_rows(room: Room) -> list[dict[str, object]]:
    tables = ("inbound", "outbox", "application", "conversation", "person", "audit", "miss")
    return [row for name in tables for row in room.rows(f'SELECT * FROM "{name}"')]


@pytest.mark.parametrize("mode", ["compat", "plain"])
async def test_the_other_modes(mode: str, file_url: str, clock: FrozenClock) -> None:
    async with open_room(file_url, clock, mode=mode) as room:
        await room.reply(CHEN, "follow")
        assert "依据：" in await room.says(CHEN, "加班费怎么算")
        assert "申请已经提交" in (await join(room, CHEN))[-1]


async def test_a_reminder_reaches_the_cadre(any_room: Room) -> None:
    room = any_room
    await room.reply(WANG, "follow", scene="bind_demo_wang")
    await room.says(WANG, "我的任务")
    room.clock.set(START + timedelta(days=1, hours=23, minutes=30))
    await room.run_jobs()
    await room.settled()
    reminded = await room.received(WANG, "custom")
    assert reminded and all(text.startswith("提醒：") for text in reminded)
    await room.run_jobs()
    await room.settled()
    assert await room.received(WANG, "custom") == reminded


async def test_a_scanned_unit_prefills_the_employer(room: Room) -> None:
    assert "示例纺织公司工会" in await room.reply(LI, "follow", scene="unit_fangzhi")
    said = [
        await room.says(LI, text)
        for text in ("入会", "同意", "李四", "可以", ID_NUMBER, MOBILE, "在岗", "不是", "没入过")
    ]
    assert "示例纺织公司" in said[-1] and "请核对一下" in said[-1]
