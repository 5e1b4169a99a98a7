"""The channel against the sandbox, which shares no code with it: pushes, replies judged, sends, faults."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.oa.channel import OaChannel
from bot.channels.oa.menu import create_menu
from bot.channels.oa.qrcodes import create_qr
from bot.channels.oa.settings import OaSettings
from bot.contract import (
    Address,
    BadRequest,
    Challenge,
    Choice,
    Inbound,
    Kind,
    Media,
    Outcome,
    Outgoing,
    Result,
    WireRequest,
)
from sandbox.app import create_app
from sandbox.config import Mode, SandboxConfig
from tests.channels.oa_kit import NOW, SETTINGS, MemoryStore, outgoing

CHEN = "oSandboxChen0000000000000001"
TO = Address("oa", CHEN)
MODES: tuple[Mode, ...] = ("safe", "compat", "plain")


class Door:
    """A webhook that keeps what came in and answers `says`."""

    def __init__(self) -> None:
        self.channel: OaChannel | None = None
        self.inbound: list[Inbound] = []
        self.says: Outgoing | None = None

    async def handle(self, request: web.Request) -> web.Response:
        assert self.channel is not None
        wire = WireRequest(request.method, dict(request.query), await request.read())
        try:
            came = self.channel.receive(wire, NOW)
        except BadRequest as refusal:
            return web.Response(status=refusal.status)
        if isinstance(came, Challenge):
            answer = came.answer
        else:
            self.inbound.append(came)
            answer = self.channel.answer(came, self.says)
        return web.Response(body=answer.body, status=answer.status, content_type=answer.content_type)


class Room:
    """A sandbox, a door and the channel between them."""

    def __init__(self, door: Door, channel: OaChannel, http: ClientSession) -> None:
        self.door, self.channel, self.http = door, channel, http

    async def act(self, path: str, **body: Any) -> Any:
        async with self.http.post(f"/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def phone(self, action: str, **body: Any) -> dict[str, Any]:
        answer = await self.act(f"phones/{CHEN}/{action}", **body)
        push: dict[str, Any] = answer["push"]
        failed = [check for check in push["checks"] if not check["ok"]]
        assert failed == []
        return push

    async def received(self) -> list[str]:
        async with self.http.get("/sandbox/received", params={"user": CHEN}) as response:
            return [entry["text"] for entry in await response.json()]


@asynccontextmanager
async def open_room(mode: Mode = "safe") -> AsyncIterator[Room]:
    door = Door()
    callback = web.Application()
    callback.router.add_route("*", "/wechat/oa", door.handle)
    async with TestServer(callback) as bot_server:
        config = SandboxConfig(
            callback=str(bot_server.make_url("/wechat/oa")),
            app_id=SETTINGS.app_id,
            app_secret=SETTINGS.app_secret,
            token=SETTINGS.token,
            encoding_aes_key=SETTINGS.encoding_aes_key,
            mode=mode,
            now=NOW.timestamp,
        )
        async with TestServer(create_app(config)) as server, ClientSession(server.make_url("/")) as http:
            base_url = str(server.make_url("/")).rstrip("/")
            settings: OaSettings = replace(SETTINGS, mode=mode, api_base_url=base_url, timeout_s=0.4)
            door.channel = OaChannel(settings, MemoryStore(), lambda: NOW)
            room = Room(door, door.channel, http)
            await room.act("faults", finish_delay_s=0, hang_s=0.6, slow_body_s=0.05)
            yield room
            await door.channel.close()


@pytest.mark.parametrize("mode", MODES)
async def test_a_conversation_in_every_mode(mode: Mode) -> None:
    async with open_room(mode) as room:
        room.door.says = outgoing("欢迎]]>您😀", choices=(Choice("join", "我要入会"), Choice("wage", "拖欠工资")))
        push = await room.phone("follow", scene="bind_42")
        assert [attempt["verdict"] for attempt in push["attempts"]] == ["reply"]
        assert push["reply"]["text"] == "欢迎]]>您😀\n我要入会\n拖欠工资"
        assert push["reply"]["choices"] == [{"id": "join", "text": "我要入会"}, {"id": "wage", "text": "拖欠工资"}]
        await room.phone("text", text="我要入会", menu_id="join")
        room.door.says = None
        assert (await room.phone("text", text="谢谢"))["attempts"][0]["verdict"] == "success"
        follow, tapped, thanks = room.door.inbound
        assert (follow.kind, follow.scene, follow.user) == (Kind.FOLLOW, "bind_42", CHEN)
        assert (tapped.kind, tapped.text, tapped.key) == (Kind.TEXT, "我要入会", "join")
        assert (thanks.text, thanks.key) == ("谢谢", "")


KINDS = ("image", "voice", "video", "shortvideo", "location", "link", "file")


@pytest.mark.parametrize("mode", MODES)
async def test_every_kind_of_message(mode: Mode) -> None:
    async with open_room(mode) as room:
        await room.phone("follow")
        for kind in KINDS:
            await room.phone("message", kind=kind)
        assert [inbound.event for inbound in room.door.inbound[1:]] == list(KINDS)
        assert not any(inbound.kind is Kind.OTHER for inbound in room.door.inbound)
        await room.phone("consent", template_id="T1", accept=True, count=1)
        assert [(given.template_id, given.accepted) for given in room.door.inbound[-1].consents] == [("T1", True)]
        await room.phone("unfollow")
        assert room.door.inbound[-1].kind is Kind.UNFOLLOW


@pytest.mark.parametrize("fault", [{"bad_signature": True}, {"wrong_appid": True}, {"clock_skew_s": 700}])
async def test_wrong_pushes_are_refused(fault: dict[str, Any]) -> None:
    async with open_room() as room:
        await room.act("faults", **fault)
        answer = await room.act(f"phones/{CHEN}/follow")
        assert {attempt["status"] for attempt in answer["push"]["attempts"]} == {403}
        assert room.door.inbound == []


async def test_a_repeated_push_has_the_same_key_and_gets_the_same_bytes() -> None:
    async with open_room() as room:
        await room.phone("follow")
        room.door.says = outgoing("好的")
        await room.act("faults", duplicate_push=True)
        await room.phone("text", text="在吗")
        one, two = room.door.inbound[-2:]
        assert one.dedupe == two.dedupe
        assert room.channel.answer(one, room.door.says) == room.channel.answer(two, room.door.says)


async def test_sends_reach_the_person_until_the_window_is_used_up() -> None:
    async with open_room() as room:
        assert (await room.channel.send(outgoing("早"), TO)).result is Result.QUOTA
        await room.phone("follow")
        choices = (Choice("1", "是"), Choice("2", "否"))
        outcomes = [await room.channel.send(outgoing(f"第{n}条 <&>", choices=choices), TO) for n in range(4)]
        assert [outcome.result for outcome in outcomes] == [Result.OK, Result.OK, Result.OK, Result.QUOTA]
        assert outcomes[-1].code == "45047"
        assert len(await room.received()) == 3
        nobody = await room.channel.send(outgoing("早"), Address("oa", "oNobody"))
        assert (nobody.result, nobody.code) == (Result.UNREACHABLE, "40003")


async def test_a_template_ends_with_a_receipt() -> None:
    async with open_room() as room:
        await room.phone("follow")
        out = outgoing(route="template", template="duty", dedupe="d1", fields={"keyword1": "经费收缴"})
        first, again = await room.channel.send(out, TO), await room.channel.send(out, TO)
        assert {first.result, again.result} == {Result.ACCEPTED}
        assert len(await room.received()) == 1
        await room.phone("text", text="在吗")
        receipts = [receipt for inbound in room.door.inbound for receipt in inbound.receipts]
        assert [(receipt.message_id, receipt.ok) for receipt in receipts] == [(first.message_id, True)]


async def test_a_notice_uses_up_a_consent() -> None:
    async with open_room() as room:
        await room.phone("follow")
        out = outgoing(route="notice", template="duty", fields={"thing1": "经费收缴"})
        assert (await room.channel.send(out, TO)).result is Result.OPTED_OUT
        await room.phone("consent", template_id="CONSENT_DUTY", accept=True, count=1)
        assert (await room.channel.send(out, TO)).result is Result.ACCEPTED
        assert (await room.channel.send(out, TO)).code == "43101"


async def test_a_mass_send_is_taken_once() -> None:
    async with open_room() as room:
        await room.phone("follow")
        out = outgoing("全体会员：春游报名开始", route="mass", dedupe="b1")
        first = await room.channel.send(out, Address("oa", "@all"))
        assert first.result is Result.ACCEPTED
        again = await room.channel.send(out, Address("oa", "@all"))
        assert again.result in (Result.ACCEPTED, Result.THROTTLED)
        assert await room.received() == ["全体会员：春游报名开始"]


async def test_a_mass_send_to_a_list_is_taken_once_and_can_be_asked_for() -> None:
    async with open_room() as room:
        await room.phone("follow")
        out = outgoing("全体会员：春游报名开始", route="mass", dedupe="m1")
        first = await room.channel.send_many(out, [CHEN, "oNobody"])
        assert (first.result, first.code) == (Result.ACCEPTED, "")
        again = await room.channel.send_many(out, [CHEN, "oNobody"])
        assert (again.result, again.code, again.message_id) == (Result.ACCEPTED, "45065", first.message_id)
        assert await room.received() == ["全体会员：春游报名开始"]
        assert (await room.channel.mass_state(first.message_id)).result is Result.OK
        assert (await room.channel.mass_state("999")).result is Result.REJECTED
        await room.phone("text", text="在吗")
        (receipt,) = [each for inbound in room.door.inbound for each in inbound.receipts]
        assert (receipt.message_id, receipt.ok) == (first.message_id, True)
        assert receipt.counts == {"total": 2, "filtered": 2, "sent": 1, "error": 1}


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ({"p_busy": 1}, Result.THROTTLED),
        ({"p_45011": 1}, Result.THROTTLED),
        ({"p_502": 1}, Result.UNKNOWN),
        ({"p_garbage": 1}, Result.UNKNOWN),
        ({"p_timeout_after_accept": 1}, Result.UNKNOWN),
        ({"p_timeout_before": 1}, Result.UNKNOWN),
        ({"p_slow_body": 1}, Result.OK),
        ({"p_errcode_string": 1}, Result.OK),
        ({"force_errcode": 45009}, Result.QUOTA),
        ({"force_errcode": 48002}, Result.OPTED_OUT),
        ({"revoke_tokens": True}, Result.OK),
    ],
    ids=str,
)
async def test_faults_of_the_platform(fault: dict[str, Any], result: Result) -> None:
    async with open_room() as room:
        await room.phone("follow")
        assert (await room.channel.send(outgoing("一"), TO)).result is Result.OK
        await room.act("faults", force_path="message/", seed=1, **fault)
        assert (await room.channel.send(outgoing("二"), TO)).result is result


async def test_a_missing_whitelist_entry_calls_for_us() -> None:
    async with open_room() as room:
        await room.act("faults", ip_not_allowed=True)
        outcome = await room.channel.send(outgoing("一"), TO)
        assert (outcome.result, outcome.code, outcome.ours) == (Result.REJECTED, "40164", True)


async def test_menu_and_scene_codes() -> None:
    async with open_room() as room:
        await create_menu(room.channel.api, {"button": [{"type": "click", "name": "我要入会", "key": "join"}]})
        assert (await create_qr(room.channel.api, "bind_42", 600)).ticket
        assert (await create_qr(room.channel.api, "hall", None)).url
        await room.phone("follow")
        await room.phone("menu", key="join")
        assert (room.door.inbound[-1].kind, room.door.inbound[-1].key) == (Kind.CLICK, "join")
        await room.phone("scan", scene="bind_42")
        assert (room.door.inbound[-1].kind, room.door.inbound[-1].scene) == (Kind.SCAN, "bind_42")


async def test_a_picture_that_somebody_sent_is_fetched_until_the_platform_forgets_it() -> None:
    async with open_room() as room:
        await room.phone("follow")
        await room.phone("message", kind="image")
        media_id, channel = room.door.inbound[-1].media, room.door.channel
        assert channel is not None
        found = await channel.fetch(media_id, 1000)
        assert isinstance(found, Media)
        assert found.body.startswith(b"\x89PNG")
        assert found.mime == "image/png"
        small = await channel.fetch(media_id, 10)
        assert isinstance(small, Outcome)
        assert small.result is Result.REJECTED
        await room.act("clock", shift_seconds=3 * 86_400)
        gone = await channel.fetch(media_id, 1000)
        assert isinstance(gone, Outcome)
        assert gone.result is Result.UNREACHABLE
