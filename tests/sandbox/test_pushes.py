"""Pushes: signing in every mode, repeats, the verdicts on replies, faults."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any, get_args

import pytest
from aiohttp import web
from wechatpy import parse_message

from sandbox.config import Mode
from sandbox.messages import MESSAGE_DEFAULTS, head, message_fields, render
from tests.sandbox.room import CHEN, WANG, Bot, Room, open_room, text_xml

FAULT = "该公众号提供的服务出现故障，请稍后再试"


def failed(push: dict[str, Any]) -> list[str]:
    """Names of the failed checks."""
    return [check["name"] for check in push["checks"] if not check["ok"]]


@pytest.mark.parametrize("mode", get_args(Mode))
async def test_follow_and_talk_in_every_mode(mode: Mode) -> None:
    async with open_room(mode) as room:
        await room.phone(CHEN, "follow")

        async def echo(message: dict[str, Any]) -> web.Response:
            return room.bot.text(message, f"您说的是：{message['Content']}")

        room.bot.answer = echo
        push = await room.phone(CHEN, "text", text="年休假几天？")
        assert [attempt["verdict"] for attempt in push["attempts"]] == ["reply"]
        assert push["reply"]["text"] == "您说的是：年休假几天？" and push["reply"]["via"] == "passive"
        assert not failed(push)
        assert await room.received(CHEN) == ["您说的是：年休假几天？"]


@pytest.mark.parametrize("kind", sorted(MESSAGE_DEFAULTS))
def test_wechatpy_parses_every_message(kind: str) -> None:
    fields = head("gh_x", CHEN, 1795200000, kind) | message_fields(kind, {"content": "好", "latitude": 31.5})
    message = parse_message(render({**fields, "MsgId": 24000000000000001}))
    assert (message.source, message.target, str(message.id)) == (CHEN, "gh_x", "24000000000000001")
    assert message.type == ("unknown" if kind == "file" else kind)


async def test_events_have_the_platforms_fields(room: Room) -> None:
    await room.api("menu/create", {"button": [{"type": "scancode_waitmsg", "name": "扫一扫", "key": "SCAN"}]})
    await room.phone(CHEN, "follow", scene="bind_42")
    await room.phone(CHEN, "scan", scene="bind_42")
    await room.phone(CHEN, "menu", key="HELP")
    await room.phone(CHEN, "menu", key="SCAN")
    await room.phone(CHEN, "menu", url="https://example.org/")
    await room.phone(CHEN, "event", event="user_info_modified", xml_fields={"OpenID": CHEN})
    await room.phone(CHEN, "unfollow")
    followed, scanned, clicked, waited, viewed, modified, left = room.bot.pushes
    assert (followed["Event"], followed["EventKey"]) == ("subscribe", "qrscene_bind_42")
    assert (scanned["Event"], scanned["EventKey"], scanned["Ticket"]) == ("SCAN", "bind_42", followed["Ticket"])
    assert (clicked["Event"], clicked["EventKey"]) == ("CLICK", "HELP")
    assert (waited["Event"], waited["ScanCodeInfo"]["ScanType"]) == ("scancode_waitmsg", "qrcode")
    assert (viewed["Event"], viewed["EventKey"]) == ("VIEW", "https://example.org/")
    assert modified["OpenID"] == CHEN and left["Event"] == "unsubscribe"
    assert all("MsgId" not in push and push["MsgType"] == "event" for push in room.bot.pushes)


async def test_other_messages_and_menu_taps(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.phone(CHEN, "message", kind="location", latitude=31.5, label="人民广场")
    await room.phone(CHEN, "message", kind="image")
    await room.phone(CHEN, "text", text="我要入会", menu_id="join")
    place, picture, tapped = room.bot.pushes[1:]
    assert (place["Location_X"], place["Label"]) == ("31.5", "人民广场")
    assert tapped["bizmsgmenuid"] == "join"
    async with room.http.get("/cgi-bin/media/get") as response:
        assert (await response.json(content_type=None))["errcode"] == 41001
    async with room.http.get(f"/sandbox/media/{picture['MediaId']}") as response:
        assert response.content_type == "image/png" and (await response.read()).startswith(b"\x89PNG")


async def test_no_answer_is_repeated_and_ends_in_the_fault_notice(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.act("faults", push_timeout_s=0.05)

    async def never(_message: dict[str, Any]) -> web.Response:
        await room.bot.release.wait()
        return web.Response(text="success")

    room.bot.answer = never
    push = await room.phone(CHEN, "text", text="在吗")
    assert [attempt["verdict"] for attempt in push["attempts"]] == ["timeout"] * 3
    same = room.bot.pushes[1:]
    assert len(same) == 3 and len({(one["MsgId"], one["CreateTime"]) for one in same}) == 1
    assert len({query["nonce"] for query in room.bot.queries[1:]}) == 3
    assert push["reply"]["kind"] == "fault" and push["reply"]["text"] == FAULT
    assert (await room.bubbles(CHEN))[-1]["text"] == FAULT
    room.bot.release.set()


async def test_a_late_second_attempt_may_answer(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.act("faults", push_timeout_s=0.1)

    async def second(message: dict[str, Any]) -> web.Response:
        if len(room.bot.pushes) == 2:
            await room.bot.release.wait()
        return room.bot.text(message, "来了")

    room.bot.answer = second
    push = await room.phone(CHEN, "text", text="在吗")
    assert [attempt["verdict"] for attempt in push["attempts"]] == ["timeout", "reply"]
    assert await room.received(CHEN) == ["来了"]
    room.bot.release.set()


BROKEN: dict[str, Callable[[Bot, dict[str, Any]], web.Response]] = {
    "to_user": lambda bot, message: bot.reply(message, text_xml("好"), to="somebody"),
    "from_user": lambda bot, message: bot.reply(message, text_xml("好"), sender=message["FromUserName"]),
    "create_time": lambda bot, message: bot.reply(message, text_xml("好"), created="now"),
    "msg_type": lambda bot, message: bot.reply(message, "<MsgType>poem</MsgType>"),
    "content": lambda bot, message: bot.text(message, " "),
    "text_bytes": lambda bot, message: bot.text(message, "会" * 683),
    "xml": lambda bot, message: bot.text(message, "a]]>b<c>"),
    "elements_once": lambda bot, message: bot.text(message, "a]]></Content><Content><![CDATA[b"),
    "media_id": lambda bot, message: bot.reply(
        message, "<MsgType>image</MsgType><Image><MediaId>nothing</MediaId></Image>"
    ),
    "articles": lambda bot, message: bot.reply(message, "<MsgType>news</MsgType><ArticleCount>1</ArticleCount>"),
    "encrypted": lambda bot, message: web.Response(text="<xml><ToUserName>x</ToUserName></xml>"),
    "envelope": lambda bot, message: web.Response(text='{"ok": true}'),
    "status": lambda bot, message: web.Response(status=500),
    "signature": lambda bot, message: web.Response(
        text="<xml><Encrypt>QUJD</Encrypt><MsgSignature>x</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>"
    ),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
async def test_broken_replies_fail_their_check(room: Room, name: str) -> None:
    await room.phone(CHEN, "follow")

    async def broken(message: dict[str, Any]) -> web.Response:
        return BROKEN[name](room.bot, message)

    room.bot.answer = broken
    push = await room.phone(CHEN, "text", text="好")
    assert failed(push) == [name]
    assert push["attempts"][-1]["verdict"] == "fault" and push["reply"]["text"] == FAULT
    assert len(push["attempts"]) == (3 if name == "status" else 1)
    assert await room.received(CHEN) == []


async def test_compat_mode_accepts_a_plain_reply() -> None:
    async with open_room("compat") as room:
        await room.phone(CHEN, "follow")

        async def plain(message: dict[str, Any]) -> web.Response:
            assert {"Content", "MsgId"} <= set(message)
            room.bot.mode = "plain"
            return room.bot.text(message, "明文")

        room.bot.answer = plain
        push = await room.phone(CHEN, "text", text="好")
        assert not failed(push) and push["reply"]["text"] == "明文"


async def test_news_transfer_and_choices(room: Room) -> None:
    await room.phone(CHEN, "follow")
    item = "<item><Title>通知</Title><Description/><PicUrl/><Url>https://example.org</Url></item>"
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=入会&msgmenuid=1">我要入会</a>'
    answers = [
        f"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>{item}{item}</Articles>",
        "<MsgType>transfer_customer_service</MsgType><TransInfo><KfAccount>a@b</KfAccount></TransInfo>",
        text_xml(f"请选择：{link}"),
    ]

    async def answer(message: dict[str, Any]) -> web.Response:
        return room.bot.reply(message, answers.pop(0))

    room.bot.answer = answer
    news = await room.phone(CHEN, "text", text="1")
    assert failed(news) == ["article_limit"] and len(news["reply"]["articles"]) == 1
    assert (await room.phone(CHEN, "text", text="2"))["reply"]["kind"] == "transfer"
    choice = (await room.phone(CHEN, "text", text="3"))["reply"]
    assert choice["text"] == "请选择：我要入会" and choice["choices"] == [{"id": "1", "text": "入会"}]


async def test_a_reply_to_unsubscribe_reaches_nobody(room: Room) -> None:
    await room.phone(CHEN, "follow")

    async def bye(message: dict[str, Any]) -> web.Response:
        return room.bot.text(message, "再见")

    room.bot.answer = bye
    push = await room.phone(CHEN, "unfollow")
    assert failed(push) == ["reply_possible"] and push["reply"] is None
    assert await room.received(CHEN) == []


async def test_pushes_of_different_people_overlap(room: Room) -> None:
    for user in (CHEN, WANG):
        await room.phone(user, "follow")
    both = asyncio.Barrier(2)

    async def together(_message: dict[str, Any]) -> web.Response:
        await both.wait()
        return web.Response(text="")

    room.bot.answer = together
    pushes = await asyncio.gather(*(room.phone(user, "text", text="好") for user in (CHEN, WANG)))
    assert [push["attempts"][0]["verdict"] for push in pushes] == ["empty", "empty"]


async def test_pushes_under_way_are_bounded() -> None:
    async with open_room(max_pushes=2) as room:
        users = [(await room.act("phones", name=f"职工{number}"))["user"] for number in range(6)]
        under_way = [0, 0]

        async def count(_message: dict[str, Any]) -> web.Response:
            under_way[0] += 1
            under_way[1] = max(under_way)
            for _ in range(20):
                await asyncio.sleep(0)
            under_way[0] -= 1
            return web.Response(text="success")

        room.bot.answer = count
        await asyncio.gather(*(room.phone(user, "follow") for user in users))
        assert len(room.bot.pushes) == 6 and under_way == [0, 2]


async def test_repeated_pushes_for_tests(room: Room) -> None:
    async def echo(message: dict[str, Any]) -> web.Response:
        return room.bot.text(message, f"#{message['MsgId']}")

    room.bot.answer = echo
    answer = await room.act("push", user=CHEN, kind="text", fields={"Content": "好"}, count=3, concurrent=True)
    assert len(answer) == 3 and {one["verdict"] for one in answer} == {"reply"}
    assert b"<Encrypt>" in base64.b64decode(answer[0]["body_base64"])
    assert len({query["nonce"] for query in room.bot.queries}) == 3
    assert await room.received(CHEN) == [f"#{answer[0]['msg_id']}"]
    given = {"msg_id": 7, "create_time": 1795200000}
    await room.act("push", user=CHEN, kind="text", fields={"Content": "好"}, count=2, resign=False, **given)
    assert len({query["nonce"] for query in room.bot.queries[3:]}) == 1
    assert {(push["MsgId"], push["CreateTime"]) for push in room.bot.pushes[3:]} == {("7", "1795200000")}
    await room.act("push", user=CHEN, kind="event", fields={"Event": "CLICK", "EventKey": "K"})
    assert room.bot.pushes[-1]["EventKey"] == "K"


async def test_raw_bytes_and_url_verification(room: Room) -> None:
    assert (await room.act("verify"))["ok"] is True
    garbage = base64.b64encode(b"<xml>").decode()
    answer = await room.act("raw", query={"signature": "x", "timestamp": "1", "nonce": "2"}, body_base64=garbage)
    assert answer["status"] == 500 and room.bot.pushes == []
    assert (await room.try_act("raw", body_base64="***"))[0] == 400


@pytest.mark.parametrize("fault", [{"bad_signature": True}, {"wrong_appid": True}])
async def test_forged_pushes_are_refused_by_the_oracle(room: Room, fault: dict[str, bool]) -> None:
    await room.act("faults", **fault)
    push = await room.phone(CHEN, "follow")
    assert room.bot.pushes == [] and {one["status"] for one in push["attempts"]} == {500}
    await room.act("faults", retry_on_non_200=False)
    assert len((await room.phone(CHEN, "text", text="好"))["attempts"]) == 1


async def test_skewed_and_doubled_pushes(room: Room) -> None:
    await room.act("faults", clock_skew_s=-3600, duplicate_push=True)
    await room.phone(CHEN, "follow")
    first, second = room.bot.pushes
    assert (first["CreateTime"], first["Event"]) == (second["CreateTime"], second["Event"])
    now = (await room.get("state"))["now"]
    await room.act("faults", clock_skew_s=0, duplicate_push=False)
    await room.phone(CHEN, "text", text="好")
    assert int(room.bot.pushes[-1]["CreateTime"]) - int(first["CreateTime"]) >= 3600, now


async def test_a_closed_callback_is_refused(room: Room) -> None:
    async def cut(message: dict[str, Any]) -> web.Response:
        transport = room.bot.transport
        assert transport is not None
        transport.abort()
        return web.Response()

    room.bot.answer = cut
    push = await room.phone(CHEN, "follow")
    assert [attempt["verdict"] for attempt in push["attempts"]] == ["refused"] * 3
    assert push["reply"]["text"] == FAULT


async def test_push_can_be_watched(room: Room) -> None:
    async with room.http.post(f"/sandbox/phones/{CHEN}/follow?wait=0", json={}) as response:
        push = (await response.json())["push"]
    await room.bot.wait("subscribe")
    assert (await room.get(f"pushes/{push['id']}"))["id"] == push["id"]
    async with room.http.get("/sandbox/pushes/nothing") as response:
        assert response.status == 404
