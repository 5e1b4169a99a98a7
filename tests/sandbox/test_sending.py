"""Customer-service messages: allowances per action, refusals, contents, faults of the API."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.room import CHEN, WANG, Room


async def codes(room: Room, count: int) -> list[int]:
    """errcodes of several sends of different texts."""
    return [(await room.say(CHEN, f"第{number}条"))["errcode"] for number in range(count)]


async def test_five_answers_within_48_hours(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.shift(61)
    assert await codes(room, 1) == [45015]
    await room.phone(CHEN, "text", text="在吗")
    assert await codes(room, 6) == [0] * 5 + [45047]
    await room.shift(61 + 48 * 3600)
    room.token = ""
    assert await codes(room, 1) == [45015]


@pytest.mark.parametrize(
    ("action", "body"), [("scan", {"scene": "s"}), ("menu", {"key": "K"}), ("text", {"text": "x", "menu_id": "1"})]
)
async def test_three_answers_within_a_minute(room: Room, action: str, body: dict[str, str]) -> None:
    await room.phone(CHEN, "follow")
    await room.shift(61)
    await room.phone(CHEN, action, **body)
    assert await codes(room, 4) == [0, 0, 0, 45047]
    await room.phone(CHEN, action, **body)
    await room.shift(61 + 61)
    assert await codes(room, 1) == [45015]


async def test_short_windows_are_used_first_and_views_give_nothing(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.phone(CHEN, "text", text="好")
    await codes(room, 3)
    left = {row["window"]: row["left"] for row in (await room.get("state"))["ledger"]}
    assert left == {"subscribe": 0, "message": 5}
    await room.phone(CHEN, "unfollow")
    assert await codes(room, 1) == [45015]
    await room.phone(CHEN, "follow")
    await room.shift(61)
    await room.phone(CHEN, "menu", url="https://example.org/")
    assert await codes(room, 1) == [45015]


async def test_unreachable_people(room: Room) -> None:
    assert (await room.say("oNobody", "好"))["errcode"] == 40003
    assert (await room.say(WANG, "好"))["errcode"] == 45015
    await room.phone(CHEN, "follow")
    await room.act(f"phones/{CHEN}/settings", muted=True)
    assert (await room.say(CHEN, "好"))["errcode"] == 48002
    await room.act(f"phones/{CHEN}/settings", muted=False, blocked=True)
    assert (await room.say(CHEN, "好"))["errcode"] == 43019


CONTENTS: list[tuple[dict[str, Any], int]] = [
    ({"msgtype": "text", "text": {"content": "会" * 682}}, 0),
    ({"msgtype": "text", "text": {"content": "会" * 683}}, 45002),
    ({"msgtype": "text", "text": {"content": ""}}, 44004),
    ({"msgtype": "poem", "poem": {}}, 40008),
    ({"msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
    ({"msgtype": "news", "news": {"articles": [{"title": "一"}, {"title": "二"}]}}, 45008),
    ({"msgtype": "news", "news": {"articles": [{"title": "一", "url": "https://example.org"}]}}, 0),
    ({"msgtype": "text", "text": {"content": "x"}, "customservice": {"kf_account": "bad"}}, 61452),
    ({"msgtype": "miniprogrampage", "miniprogrampage": {"title": "办事"}}, 0),
    ({"msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "A1"}}, 0),
]


@pytest.mark.parametrize(("body", "expected"), CONTENTS)
async def test_contents(room: Room, body: dict[str, Any], expected: int) -> None:
    await room.phone(CHEN, "follow")
    assert (await room.api("message/custom/send", {"touser": CHEN, **body}))["errcode"] == expected
    assert len(await room.received(CHEN)) == (expected == 0)


async def test_msgmenu_becomes_choices(room: Room) -> None:
    await room.phone(CHEN, "follow")
    menu = {"head_content": "解决了吗？", "list": [{"id": "y", "content": "是"}, {"id": "n", "content": "否"}]}
    await room.api("message/custom/send", {"touser": CHEN, "msgtype": "msgmenu", "msgmenu": menu})
    bubble = (await room.bubbles(CHEN))[-1]
    assert bubble["kind"] == "menu" and bubble["choices"] == [{"id": "y", "text": "是"}, {"id": "n", "text": "否"}]


async def test_escapes_and_rubbish_are_refused(room: Room) -> None:
    await room.phone(CHEN, "follow")
    good: dict[str, Any] = {"touser": CHEN, "msgtype": "text", "text": {"content": "好"}}
    bodies = {json.dumps(good).encode(): 40033, b"": 44002, b"[]": 47001, b"{": 47001, b"\xff": 47001}
    for body, expected in bodies.items():
        assert (await room.api("message/custom/send", body))["errcode"] == expected
    good["text"]["content"] = "C:\\users"
    assert (await room.api("message/custom/send", good))["errcode"] == 0
    assert (await room.api("message/custom/send"))["errcode"] == 43002
    assert (await room.api("no/such/path", {}))["errcode"] == 40066


async def test_typing(room: Room) -> None:
    await room.phone(CHEN, "follow")
    body = {"touser": CHEN, "command": "Typing"}
    assert (await room.api("message/custom/typing", body))["errcode"] == 45080
    await room.phone(CHEN, "text", text="好")
    answers = [(await room.api("message/custom/typing", body))["errcode"] for _ in range(2)]
    assert answers == [0, 45081]
    assert (await room.api("message/custom/typing", body | {"command": "CancelTyping"}))["errcode"] == 0
    assert (await room.api("message/custom/typing", body | {"command": "Sing"}))["errcode"] == 45072


async def test_error_codes_can_be_forced_for_a_path(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.act("faults", force_errcode=45011, force_path="custom")
    assert (await room.say(CHEN, "好"))["errcode"] == 45011
    assert (await room.api("menu/get"))["errcode"] == 46003
    await room.act("faults", force_errcode=None, p_busy=1)
    assert (await room.say(CHEN, "好"))["errcode"] == -1
    assert await room.received(CHEN) == []


@pytest.mark.parametrize(
    ("fault", "delivered"), [("p_timeout_before", 0), ("p_timeout_after_accept", 1), ("p_502", 0), ("p_garbage", 1)]
)
async def test_calls_that_end_badly(room: Room, fault: str, delivered: int) -> None:
    await room.phone(CHEN, "follow")
    await room.api("menu/get")
    await room.act("faults", **{fault: 1.0})
    with pytest.raises((aiohttp.ClientError, json.JSONDecodeError, AssertionError)):
        await room.say(CHEN, "好")
    assert len(await room.received(CHEN)) == delivered


async def test_slow_bodies_and_textual_errcodes(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.api("menu/get")
    await room.act("faults", p_slow_body=1, latency_ms=1)
    assert (await room.say(CHEN, "慢"))["errcode"] == 0
    await room.act("faults", p_slow_body=0, p_errcode_string=1)
    assert (await room.say(CHEN, "串"))["errcode"] == "0"
    stats = await room.get("stats")
    assert stats["received"] == 2 and stats["by_errcode"]["0"] >= 2


async def test_duplicates_are_counted_exactly(room: Room) -> None:
    await room.phone(CHEN, "follow")
    for text in ("一", "一", "二"):
        await room.say(CHEN, text)
    stats = await room.get("stats")
    assert (stats["received"], stats["duplicates"], stats["peak_in_flight"]) == (3, 1, 1)
    sent = await room.get("calls?path=custom/send")
    assert [call["request"]["text"]["content"] for call in sent] == ["一", "一", "二"]


async def test_parallel_calls_are_all_counted(room: Room) -> None:
    made = (await room.act("load", users=50, window=True))["users"]
    await room.api("menu/get")
    answers = await asyncio.gather(*(room.say(user, "通知") for user in made for _ in range(2)))
    assert {answer["errcode"] for answer in answers} == {0}
    stats = await room.get("stats")
    assert (stats["received"], stats["duplicates"]) == (100, 50)
    assert len((await room.get("state"))["phones"]) == 3
