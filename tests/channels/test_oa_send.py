"""Sends over a real socket to a stub: what goes over the wire by each route, and how every kind of answer ends."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web

from bot.channels.oa.channel import OaChannel
from bot.channels.oa.errors import Refused
from bot.channels.oa.menu import create_menu
from bot.channels.oa.qrcodes import QrCode, create_qr
from bot.channels.oa.transport import MAX_ANSWER_BYTES
from bot.contract import Address, Choice, Outcome, Outgoing, Result
from tests.channels.oa_kit import NOW, SETTINGS, USER, MemoryStore, outgoing
from tests.channels.oa_stub import Stub, half, hang, hang_up, redirect, running

TO = Address("oa", USER)
CUSTOM = "/cgi-bin/message/custom/send"


@asynccontextmanager
async def platform(
    store: MemoryStore | None = None, now: Callable[[], datetime] = lambda: NOW, **changes: Any
) -> AsyncIterator[tuple[Stub, OaChannel]]:
    async with running() as stub:
        settings = replace(SETTINGS, api_base_url=stub.base_url, **changes)
        channel = OaChannel(settings, store or MemoryStore(), now)
        try:
            yield stub, channel
        finally:
            await channel.close()


async def sent(out: Outgoing, user: str = USER) -> tuple[str, dict[str, Any], Outcome]:
    async with platform() as (stub, channel):
        stub.default = {"errcode": 0, "errmsg": "ok", "msgid": 200228332}
        outcome = await channel.send(out, Address("oa", user))
        return stub.calls[-1][0], stub.last(), outcome


async def test_custom_text_is_the_ordinary_route() -> None:
    path, body, outcome = await sent(outgoing("您好\n<b>"))
    assert path == CUSTOM
    assert body == {"touser": USER, "msgtype": "text", "text": {"content": "您好\n<b>"}}
    assert outcome == Outcome(Result.OK, message_id="200228332", route="custom")


async def test_custom_choices_are_a_message_menu() -> None:
    choices = (Choice("join", "我要入会"), Choice("wage", "拖欠工资"))
    _, body, outcome = await sent(outgoing("请选择", choices=choices, route="custom"))
    items = [{"id": "join", "content": "我要入会"}, {"id": "wage", "content": "拖欠工资"}]
    assert body["msgtype"] == "msgmenu"
    assert body["msgmenu"] == {"head_content": "请选择", "list": items, "tail_content": ""}
    assert outcome.result is Result.OK


async def test_custom_text_is_cut_by_bytes() -> None:
    _, body, _ = await sent(outgoing("工会" * 900))
    assert len(body["text"]["content"].encode()) <= 2048
    _, menu, _ = await sent(outgoing("工会" * 900, choices=(Choice("1", "是"),)))
    assert len(menu["msgmenu"]["head_content"].encode()) <= 2048


async def test_template_carries_the_dedupe_key() -> None:
    out = outgoing(
        route="template",
        template="duty",
        dedupe="d" * 32,
        fields={"keyword1": "经费收缴"},
        link="https://example.org/d/1",
    )
    path, body, outcome = await sent(out)
    assert path == "/cgi-bin/message/template/send"
    assert body == {
        "touser": USER,
        "template_id": "TEMPLATE_DUTY",
        "url": "https://example.org/d/1",
        "client_msg_id": "d" * 32,
        "data": {"keyword1": {"value": "经费收缴"}},
    }
    assert outcome == Outcome(Result.ACCEPTED, message_id="200228332", route="template")


async def test_a_long_dedupe_key_is_hashed_to_32() -> None:
    keys = set()
    for tail in "ab":
        _, body, _ = await sent(outgoing(route="template", template="duty", dedupe="d" * 40 + tail))
        keys.add(body["client_msg_id"])
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


async def test_notice_shortens_things() -> None:
    fields = {"thing1": "关于开展\n夏季送清凉活动的通知（各基层工会）请查收", "time2": "2026-11-21 09:00"}
    out = outgoing(route="notice", template="CONSENT_DUTY", fields=fields, link="https://example.org/")
    path, body, outcome = await sent(out)
    assert path == "/cgi-bin/message/subscribe/bizsend"
    assert (body["touser"], body["template_id"], body["page"]) == (USER, "CONSENT_DUTY", "https://example.org/")
    assert body["data"]["thing1"]["value"] == "关于开展 夏季送清凉活动的通知（各基层…"
    assert len(body["data"]["thing1"]["value"]) == 20
    assert body["data"]["time2"]["value"] == "2026-11-21 09:00"
    assert outcome.result is Result.ACCEPTED


@pytest.mark.parametrize(
    ("user", "audience"), [("@all", {"is_to_all": True}), ("tag:7", {"is_to_all": False, "tag_id": 7})]
)
async def test_mass_to_all_or_a_tag(user: str, audience: dict[str, Any]) -> None:
    path, body, outcome = await sent(outgoing("通知", route="mass", dedupe="b1"), user)
    assert path == "/cgi-bin/message/mass/sendall"
    assert body == {"filter": audience, "text": {"content": "通知"}, "msgtype": "text", "clientmsgid": "b1"}
    assert outcome.result is Result.ACCEPTED


async def test_mass_to_a_list_of_people() -> None:
    async with platform() as (stub, channel):
        stub.default = {"errcode": 0, "errmsg": "ok", "msg_id": 34182}
        outcome = await channel.send_many(outgoing("通知", dedupe="m1f"), ["a", "b"])
        assert stub.calls[-1][0] == "/cgi-bin/message/mass/send"
        assert stub.last() == {
            "touser": ["a", "b"],
            "text": {"content": "通知"},
            "msgtype": "text",
            "clientmsgid": "m1f",
        }
    assert outcome == Outcome(Result.ACCEPTED, message_id="34182", route="mass")


@pytest.mark.parametrize("count", [0, 1, 10_001])
async def test_a_list_the_platform_would_refuse_never_leaves(count: int) -> None:
    async with platform() as (stub, channel):
        outcome = await channel.send_many(outgoing("通知"), ["a"] * count)
        assert stub.calls == []
    assert (outcome.result, outcome.code, outcome.ours) == (Result.REJECTED, "no mass audience", True)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"msg_id": 1, "msg_status": "SEND_SUCCESS"}, Result.OK),
        ({"msg_id": 1, "msg_status": "SENDING"}, Result.ACCEPTED),
        ({"msg_id": 1, "msg_status": "SEND_FAIL"}, Result.REJECTED),
        ({"msg_id": 1, "msg_status": "DELETE"}, Result.REJECTED),
        ({"msg_id": 1, "msg_status": "SOMETHING_NEW"}, Result.UNKNOWN),
        ({"errcode": -1}, Result.THROTTLED),
    ],
)
async def test_how_far_a_mass_job_is(answer: dict[str, Any], result: Result) -> None:
    async with platform() as (stub, channel):
        stub.default = answer
        outcome = await channel.mass_state("34182")
        assert (stub.calls[-1][0], stub.last()) == ("/cgi-bin/message/mass/get", {"msg_id": "34182"})
    assert (outcome.result, outcome.route) == (result, "mass")


async def test_a_mass_send_already_taken_is_accepted_with_its_id() -> None:
    async with platform() as (stub, channel):
        stub.default = {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182}
        outcome = await channel.send(outgoing("通知", route="mass", dedupe="b1"), Address("oa", "@all"))
    assert outcome == Outcome(Result.ACCEPTED, "45065", message_id="34182", route="mass")


@pytest.mark.parametrize(
    ("out", "user", "code"),
    [
        (outgoing(""), USER, "empty text"),
        (outgoing("\x00"), USER, "empty text"),
        (outgoing(route="pigeon"), USER, "unknown route"),
        (outgoing(route="template", template="nobody knows"), USER, "unknown template"),
        (outgoing(route="notice"), USER, "unknown template"),
        (outgoing(route="mass"), USER, "no mass audience"),
        (outgoing(route="mass"), "tag:x", "no mass audience"),
        (outgoing(), "", "address"),
    ],
)
async def test_what_cannot_be_sent_is_ours_and_never_leaves(out: Outgoing, user: str, code: str) -> None:
    async with platform() as (stub, channel):
        outcome = await channel.send(out, Address("oa", user))
        assert (stub.calls, stub.token_calls) == ([], [])
    assert (outcome.result, outcome.code, outcome.ours) == (Result.REJECTED, code, True)


async def test_another_channels_address_is_refused() -> None:
    async with platform() as (_, channel):
        assert (await channel.send(outgoing(), Address("wecom", "zhangsan"))).result is Result.REJECTED


@pytest.mark.parametrize("text", ["公会\x01\x0b\x1f\x7f😀", "写成 \\u4e2d 的字", "\ud83d 半个", 'a"b\\c\n', "\u2028"])
async def test_no_escapes_ever_go_out(text: str) -> None:
    async with platform() as (stub, channel):
        await channel.send(outgoing(text), TO)
        fields = {"thing1": text, text: "x"}
        await channel.send(outgoing(text, route="notice", template="duty", fields=fields, link=text), TO)
        await channel.send(outgoing(text, choices=(Choice(text, text),)), TO)
        for _, _, body in stub.calls:
            assert re.search(rb"\\u[0-9a-fA-F]{4}", body) is None
            assert json.loads(body.decode())["touser"] == USER


def answered(reply: Any, **expected: Any) -> Any:
    return pytest.param(reply, expected, id=str(getattr(reply, "__name__", reply))[:40])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        answered({"errcode": "0", "errmsg": "ok"}, result=Result.OK),
        answered({"errcode": "45047", "errmsg": "out of response count limit"}, result=Result.QUOTA, code="45047"),
        answered({"errcode": 45015, "errmsg": "rid: 1"}, result=Result.QUOTA, code="45015"),
        answered({"errcode": "what"}, result=Result.UNKNOWN),
        answered({"errcode": None}, result=Result.UNKNOWN),
        answered({"errcode": [0]}, result=Result.UNKNOWN),
        answered({"errcode": 987654}, result=Result.REJECTED, code="987654", ours=True),
        answered({}, result=Result.UNKNOWN, code="no errcode"),
        answered(b"", result=Result.UNKNOWN, code="not json"),
        answered(b"<html>busy</html>", result=Result.UNKNOWN, code="not json"),
        answered(b"[" * 100_000, result=Result.UNKNOWN, code="not json"),
        answered(b'["errcode", 0]', result=Result.UNKNOWN, code="not json"),
        answered(b'{"errcode":0,"errmsg":"\xff\x01"}', result=Result.OK),
        answered(b" " * (MAX_ANSWER_BYTES + 1), result=Result.UNKNOWN, code="answer too large"),
        answered(500, result=Result.UNKNOWN, code="http 500"),
        answered(502, result=Result.UNKNOWN, code="http 502"),
        answered(503, result=Result.UNKNOWN, code="http 503"),
        answered(504, result=Result.UNKNOWN, code="http 504"),
        answered(408, result=Result.UNKNOWN, code="http 408"),
        answered(429, result=Result.THROTTLED, code="http 429"),
        answered(404, result=Result.REJECTED, code="http 404", ours=True),
        answered(redirect, result=Result.REJECTED, code="http 302", ours=True),
        answered(hang, result=Result.UNKNOWN, code="timeout"),
        answered(half, result=Result.UNKNOWN, code="timeout"),
        answered(hang_up, result=Result.UNKNOWN, code="broken off"),
    ],
)
async def test_every_kind_of_answer(reply: Any, expected: dict[str, Any]) -> None:
    async with platform(timeout_s=0.4) as (stub, channel):
        stub.replies = [reply]
        outcome = await channel.send(outgoing(), TO)
        assert len(stub.calls) == 1
        assert {name: getattr(outcome, name) for name in expected} == expected
        assert outcome.ours is expected.get("ours", False)
        assert (await channel.send(outgoing(), TO)).result is Result.OK


async def test_nobody_listening_is_safe_to_repeat() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    channel = OaChannel(replace(SETTINGS, api_base_url=base_url), MemoryStore(), lambda: NOW)
    outcome = await channel.send(outgoing(), TO)
    await channel.close()
    assert (outcome.result, outcome.code, outcome.ours) == (Result.THROTTLED, "connect", False)


async def test_a_listener_that_vanished_is_safe_to_repeat() -> None:
    store = MemoryStore()
    async with running() as stub:
        channel = OaChannel(replace(SETTINGS, api_base_url=stub.base_url), store, lambda: NOW)
        assert (await channel.send(outgoing(), TO)).result is Result.OK
        await channel.close()
    outcome = await channel.send(outgoing(), TO)
    await channel.close()
    assert (outcome.result, outcome.code) == (Result.THROTTLED, "connect")


async def test_the_log_tells_the_code_but_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    async with platform() as (stub, channel):
        stub.default = {"errcode": 47003, "errmsg": "argument invalid! data.thing1.value\n rid: 7"}
        await channel.send(outgoing("私密的话", route="template", template="duty"), TO)
    record = caplog.records[-1]
    assert vars(record)["code"] == 47003
    assert vars(record)["detail"] == "argument invalid! data.thing1.value rid: 7"
    everything = " ".join(str(vars(entry)) for entry in caplog.records)
    assert not any(secret in everything for secret in (SETTINGS.app_secret, "tok1", USER, "私密的话"))


async def test_menu_and_qr_codes() -> None:
    async with platform() as (stub, channel):
        button = {"type": "click", "name": "我要入会", "key": "join"}
        await create_menu(channel.api, {"button": [button]})
        assert stub.calls[-1][0] == "/cgi-bin/menu/create"
        assert stub.last() == {"button": [button]}
        assert "我要入会".encode() in stub.calls[-1][2]
        stub.default = {"ticket": "T", "expire_seconds": 60, "url": "http://weixin.qq.com/q/x"}
        assert await create_qr(channel.api, "bind_42", 60) == QrCode("T", "http://weixin.qq.com/q/x")
        scene = {"scene": {"scene_str": "bind_42"}}
        assert stub.last() == {"action_name": "QR_STR_SCENE", "action_info": scene, "expire_seconds": 60}
        await create_qr(channel.api, "bind_42", None)
        assert stub.last() == {"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene}


async def test_menu_and_qr_codes_that_fail_say_how() -> None:
    async with platform() as (stub, channel):
        stub.replies = [{"errcode": 48001, "errmsg": "api unauthorized"}, {"errcode": 0}]
        with pytest.raises(Refused) as caught:
            await create_menu(channel.api, {"button": []})
        assert caught.value.outcome == Outcome(Result.REJECTED, "48001", ours=True)
        with pytest.raises(Refused):
            await create_qr(channel.api, "x", 60)
        for scene, seconds in (("", 60), ("s" * 65, 60), ("s", 0), ("s", 2_592_001)):
            with pytest.raises(ValueError, match=r"scene|seconds"):
                await create_qr(channel.api, scene, seconds)


async def test_get_carries_the_token() -> None:
    async with platform() as (stub, channel):
        await channel.api.get("menu/get")
        assert stub.calls == [("/cgi-bin/menu/get", "tok1", b"")]


async def test_a_cancelled_send_leaves_the_channel_usable() -> None:
    async with platform() as (stub, channel):
        arrived = asyncio.Event()

        async def arrive(request: web.Request) -> web.StreamResponse:
            arrived.set()
            return await hang(request)

        stub.replies = [arrive]
        task = asyncio.create_task(channel.send(outgoing(), TO))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await channel.send(outgoing(), TO)).result is Result.OK
