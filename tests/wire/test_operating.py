"""What operators see and do: health, numbers, logs without people, a clean stop, a restart that keeps everything."""

import asyncio
import logging
import time
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from aiohttp import ClientSession, CookieJar

from bot.app import Application
from bot.clock import FrozenClock
from bot.log import FieldFormatter
from bot.services import accounts
from bot.services.accounts import CLI, Wanted
from bot.services.passwords import Passwords
from storage import migrate, staff
from tests.wire.room import CHEN, LI, WANG, Room, configuration, eventually, open_room, restarted
from tests.wire.test_dialogue import ID_NUMBER, MOBILE, NAME, join

PEOPLE = (CHEN, WANG, LI, NAME, ID_NUMBER, MOBILE, "示例机械厂")
PRIVATE = (*PEOPLE, "年假有几天", "我家的私事", "明天上午九点停水", "依据")
PASSWORD = "correct horse 42"
STOPS_WITHIN_S = 8.0
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


async def page(room: Room, path: str, port: int = 0, headers: Mapping[str, str] = NO_HEADERS) -> tuple[int, str]:
    url = f"http://127.0.0.1:{port or room.bot.public_port}{path}"
    async with room.web.get(url, headers=headers) as response:
        return response.status, await response.text()


async def lively(room: Room) -> None:
    """A day's work: a question, an application, a cadre, a miss, a case, a notice."""
    await room.reply(CHEN, "follow")
    await room.says(CHEN, "年假有几天")
    await join(room, CHEN)
    await room.reply(WANG, "follow", scene="bind_demo_wang")
    await room.says(WANG, "收到")
    await room.reply(LI, "follow")
    await room.says(LI, "我家的私事")
    await room.says(LI, "转人工")
    await room.broadcast("停水通知", "明天上午九点停水")
    await room.marked()


async def test_health(any_room: Room) -> None:
    room = any_room
    assert await page(room, "/healthz") == (200, "ok")
    status, text = await page(room, "/readyz")
    assert status == 200 and '"ready": true' in text and str(migrate.head()) in text
    assert (await page(room, "/no-such-page"))[0] == 404


async def test_metrics_are_for_this_machine_only(room: Room) -> None:
    await room.reply(CHEN, "follow")
    status, text = await page(room, "/metrics")
    assert status == 200 and "unionbot_turn_seconds_count" in text and CHEN not in text
    for header in ("X-Forwarded-For", "Forwarded"):
        assert (await page(room, "/metrics", headers={header: "for=127.0.0.1"}))[0] == 403
    forged = {"X-Forwarded-For": "1.2.3.4", "Authorization": "Bearer "}
    assert (await page(room, "/metrics", headers=forged))[0] == 403


async def test_the_console_shows_numbers_and_nobody(any_room: Room) -> None:
    room = any_room
    await lively(room)
    await room.run_jobs()
    kept = Passwords().hash(PASSWORD)
    made = Wanted("小何", "staff")
    account = await room.written(lambda work: accounts.create(work, CLI, "kefu", made, kept, room.clock.now()))
    account.must_change = False
    await room.written(lambda work: staff.save(work, account))
    console = f"http://127.0.0.1:{room.bot.console_port}"
    async with ClientSession(console, cookie_jar=CookieJar(unsafe=True)) as browser:
        form = {"name": "kefu", "password": PASSWORD}
        async with browser.post("/login", data=form, headers={"Origin": console}) as answer:
            status, text = answer.status, await answer.text()
    assert status == 200
    for shown in ("收到消息", "没答上来", "等待人工", "待审核入会", "停水通知", "干部任务", "settle_outbox"):
        assert shown in text
    assert [word for word in PRIVATE if word in text] == []
    assert (await page(room, "/", room.bot.public_port))[0] == 404


async def test_logs_name_nobody(any_room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room = any_room
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(FieldFormatter("%(levelname)s %(name)s %(message)s"))
    await lively(room)
    await room.act("faults", ip_not_allowed=True, revoke_tokens=True)
    await room.broadcast("通知二")
    await room.run_jobs()
    async with room.web.post(f"{room.callback}?signature=1&openid={CHEN}", data=f"<xml>{NAME}") as response:
        assert response.status == 403
    assert "push refused" in caplog.text and "the platform refuses our request" in caplog.text
    assert [word for word in PRIVATE if word in caplog.text] == []


async def test_a_failing_handler_is_logged_without_words(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """The database refuses a whole turn: the platform is told to come again, the log names no one."""
    caplog.handler.setFormatter(FieldFormatter("%(levelname)s %(name)s %(message)s"))
    await room.reply(CHEN, "follow")
    with room.bot.database.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE inbound RENAME TO gone")
    push = (await room.act(f"phones/{CHEN}/text", text="我家的私事"))["push"]
    assert {attempt["status"] for attempt in push["attempts"]} == {503}
    with room.bot.database.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE gone RENAME TO inbound")
    assert await room.says(CHEN, "你好")
    assert "turn not taken" in caplog.text
    assert [word for word in PRIVATE if word in caplog.text] == []


async def test_a_restart_keeps_everything(any_room: Room) -> None:
    room = any_room
    await room.reply(WANG, "follow", scene="bind_demo_wang")
    await room.reply(CHEN, "follow")
    for text in ("入会", "同意", NAME, "可以"):
        await room.says(CHEN, text)
    first = await room.act("push", user=LI, kind="text", fields={"Content": "年假有几天"}, msg_id=555)
    await room.bot.__aexit__(None, None, None)
    async with restarted(room):
        again = await room.act("push", user=LI, kind="text", fields={"Content": "年假有几天"}, msg_id=555)
        assert again[0]["body_base64"] == first[0]["body_base64"]
        assert "手机号" in await room.says(CHEN, ID_NUMBER)
        assert "项任务都已确认收到" in await room.says(WANG, "收到")
        await room.broadcast("重启之后")
        assert len(await room.received(CHEN, "custom")) == 1
        assert len(await room.see("calls", path="stable_token")) <= 1


async def test_a_stop_in_the_middle_of_sending_loses_nothing(any_room: Room) -> None:
    """What was claimed is sent and written down, what was not waits for the next start: nothing ends in doubt."""
    room = any_room
    users = (await room.act("load", users=40, window=True))["users"]
    for user in users:
        await room.act("push", user=user, kind="text", fields={"Content": "你好"})
    await room.act("faults", latency_ms=300, jitter_ms=200)
    await room.announced("停水", "九点")
    assert room.bot.bulk_sender is not None
    room.bot.bulk_sender.wake()
    await eventually(lambda: room.count("recipient WHERE state = 'sending'") > 0)
    began = time.perf_counter()
    await room.bot.__aexit__(None, None, None)
    assert time.perf_counter() - began < STOPS_WITHIN_S
    assert not {"sending", "unknown"} & set(room.recipients())
    await room.act("faults", latency_ms=0, jitter_ms=0)
    async with restarted(room):
        await room.settled()
        assert room.recipients() == {"sent": len(users)}
        reached = [entry["user"] for entry in await room.see("received") if entry["via"] == "custom"]
        assert sorted(reached) == sorted(users)


async def test_a_clean_stop_with_everything_under_way(file_url: str, clock: FrozenClock) -> None:
    """Idle connections, a caller that never ends its request, a platform that does not answer."""
    async with open_room(file_url, clock) as room:
        await room.reply(CHEN, "follow")
        await room.says(CHEN, "你好")
        _, writer = await asyncio.open_connection("127.0.0.1", room.bot.public_port)
        head = "POST /wechat/oa?signature=1&timestamp=1&nonce=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>"
        writer.write(head.encode())
        await writer.drain()
        await room.act("faults", p_timeout_before=1)
        await room.announced("停水", "九点")
        assert room.bot.bulk_sender is not None
        room.bot.bulk_sender.wake()
        await eventually(lambda: room.count("recipient WHERE state = 'sending'") == 1)
        began = time.perf_counter()
        await room.bot.__aexit__(None, None, None)
        assert time.perf_counter() - began < 2 * STOPS_WITHIN_S
        assert set(room.recipients()) <= {"sent", "unknown", "queued"}
        writer.close()
        async with ClientSession() as http:
            with pytest.raises(OSError):
                await http.get(f"http://127.0.0.1:{room.bot.public_port}/healthz")


async def test_a_failed_start_leaves_nothing_running(room: Room) -> None:
    """The port is taken: the second bot unwinds, lets go of its database, and the first one goes on."""
    url = f"{room.bot.config.database.url}2"
    taken = configuration(url, "http://127.0.0.1:1", public_port=room.bot.public_port)
    with pytest.raises(OSError):
        await Application(taken, room.clock).__aenter__()
    async with Application(configuration(url, "http://127.0.0.1:1"), room.clock) as second:
        assert second.public_port != room.bot.public_port
    assert await room.reply(CHEN, "follow")
