"""Menu, QR codes, tags, followers, media, quotas."""

from typing import Any

import pytest
from aiohttp import FormData

from tests.sandbox.room import APP_ID, CHEN, WANG, Room

CLICK = {"type": "click", "name": "问政策", "key": "ASK"}
MENUS: list[tuple[Any, int]] = [
    ([CLICK], 0),
    ([{"name": "办事", "sub_button": [CLICK, {"type": "view", "name": "官网", "url": "https://example.org"}]}], 0),
    ([], 40016),
    ([CLICK] * 4, 40016),
    ([CLICK | {"name": "名" * 6}], 40018),
    ([CLICK | {"key": "k" * 129}], 40019),
    ([CLICK | {"type": "dance"}], 40017),
    ([{"type": "view", "name": "官网", "url": "x" * 1025}], 40020),
    ([{"name": "办事", "sub_button": [CLICK] * 6}], 40023),
    ([{"name": "办事", "sub_button": [CLICK | {"name": "名" * 21}]}], 40025),
    ([{"name": "办事", "sub_button": [CLICK | {"key": ""}]}], 40026),
    ([{"name": "办事", "sub_button": [{"name": "再", "sub_button": [CLICK]}]}], 40022),
    ([{"name": "办事", "sub_button": [{"name": "官网", "type": "view", "url": ""}]}], 40027),
    ([{"name": "办事", "sub_button": [CLICK | {"type": "dance"}]}], 40024),
]


@pytest.mark.parametrize(("buttons", "expected"), MENUS)
async def test_menu_rules(room: Room, buttons: Any, expected: int) -> None:
    assert (await room.api("menu/create", {"button": buttons}))["errcode"] == expected
    stored = await room.api("menu/get")
    if expected:
        assert stored["errcode"] == 46003
    else:
        assert stored["menu"]["button"][0]["name"] == buttons[0]["name"]
        assert (await room.get("state"))["menu"] == stored["menu"]
        assert (await room.api("menu/delete"))["errcode"] == 0
        assert (await room.api("menu/get"))["errcode"] == 46003


def scene(action: str = "QR_STR_SCENE", text: Any = "bind_1", **more: Any) -> dict[str, Any]:
    """Body of qrcode/create."""
    name = "scene_str" if "STR" in action else "scene_id"
    return {"action_name": action, "action_info": {"scene": {name: text}}, **more}


async def test_qr_codes_expire_and_carry_their_ticket(room: Room) -> None:
    made = await room.api("qrcode/create", scene(expire_seconds=600))
    assert made["expire_seconds"] == 600 and made["url"].startswith("http://weixin.qq.com/q/")
    async with room.http.get("/cgi-bin/showqrcode", params={"ticket": made["ticket"]}) as response:
        assert response.content_type == "image/svg+xml" and "bind_1" in await response.text()
    await room.phone(CHEN, "follow", scene="bind_1")
    assert room.bot.pushes[-1]["Ticket"] == made["ticket"]
    await room.shift(601)
    status, answer = await room.try_act(f"phones/{CHEN}/scan", scene="bind_1")
    assert (status, answer) == (409, {"error": "二维码已过期"})
    async with room.http.get("/cgi-bin/showqrcode?ticket=x") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (scene("QR_DANCE"), 40053),
        (scene(text="s" * 65), 40053),
        (scene("QR_SCENE", 0), 40053),
        (scene("QR_LIMIT_SCENE", 100_001), 40053),
        (scene(expire_seconds=2_592_001), 40035),
        (scene("QR_LIMIT_SCENE", 7), None),
    ],
)
async def test_qr_rules(room: Room, body: dict[str, Any], expected: int | None) -> None:
    answer = await room.api("qrcode/create", body)
    assert answer.get("errcode") == expected
    assert ("ticket" in answer) == (expected is None)


async def test_tags(room: Room) -> None:
    await room.phone(CHEN, "follow")
    tag = (await room.api("tags/create", {"tag": {"name": "会员"}}))["tag"]["id"]
    assert (await room.api("tags/create", {"tag": {"name": "会员"}}))["errcode"] == 45157
    assert (await room.api("tags/create", {"tag": {"name": "长" * 11}}))["errcode"] == 45158
    assert (await room.api("tags/update", {"tag": {"id": 2, "name": "x"}}))["errcode"] == 45058
    batch = {"openid_list": [CHEN], "tagid": tag}
    assert (await room.api("tags/members/batchtagging", batch))["errcode"] == 0
    assert (await room.api("tags/members/batchtagging", batch | {"openid_list": [CHEN] * 51}))["errcode"] == 40032
    assert (await room.api("tags/getidlist", {"openid": CHEN}))["tagid_list"] == [tag]
    assert (await room.api("user/tag/get", {"tagid": tag}))["data"] == {"openid": [CHEN]}
    assert (await room.api("tags/get"))["tags"][-1] == {"id": tag, "name": "会员", "count": 1}
    assert (await room.api("tags/update", {"tag": {"id": tag, "name": "新会员"}}))["errcode"] == 0
    assert (await room.api("tags/members/batchuntagging", batch))["errcode"] == 0
    assert (await room.api("tags/getidlist", {"openid": CHEN}))["tagid_list"] == []
    assert (await room.api("tags/delete", {"tag": {"id": tag}}))["errcode"] == 0
    assert (await room.api("tags/members/batchtagging", batch))["errcode"] == 45159


async def test_followers(room: Room) -> None:
    await room.phone(CHEN, "follow", scene="42")
    assert (await room.api("user/info", openid=WANG)) == {"subscribe": 0, "openid": WANG}
    assert (await room.api("user/info", openid="oNobody"))["errcode"] == 40003
    assert (await room.api("user/info/updateremark", {"openid": CHEN, "remark": "一车间"}))["errcode"] == 0
    info = await room.api("user/info", openid=CHEN)
    assert (info["subscribe"], info["remark"], info["qr_scene"], info["nickname"]) == (1, "一车间", 42, "")
    batch = await room.api("user/info/batchget", {"user_list": [{"openid": CHEN}, {"openid": WANG}]})
    assert [one["subscribe"] for one in batch["user_info_list"]] == [1, 0]
    await room.act("load", users=10_005)
    first = await room.api("user/get")
    assert (first["total"], first["count"]) == (10_006, 10_000)
    second = await room.api("user/get", next_openid=first["next_openid"])
    assert second["count"] == 6 and len({*first["data"]["openid"], *second["data"]["openid"]}) == 10_006


async def test_media(room: Room) -> None:
    await room.api("menu/get")

    async def upload(kind: str, data: bytes, name: str = "media") -> dict[str, Any]:
        form = FormData()
        form.add_field(name, data, filename="证书.png", content_type="image/png")
        path = f"/cgi-bin/media/upload?type={kind}&access_token={room.token}"
        async with room.http.post(path, data=form) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    content = bytes(range(256)) + b"\r\n\r--"
    made = await upload("image", content)
    assert made["type"] == "image"
    query = {"access_token": room.token, "media_id": made["media_id"]}
    async with room.http.get("/cgi-bin/media/get", params=query) as response:
        assert await response.read() == content and response.content_type == "image/png"
    await room.phone(CHEN, "follow")
    body = {"touser": CHEN, "msgtype": "image", "image": {"media_id": made["media_id"]}}
    assert (await room.api("message/custom/send", body))["errcode"] == 0
    refused = [await upload("poem", b"x"), await upload("thumb", b"x" * 65_537), await upload("image", b"x", "file")]
    assert [one["errcode"] for one in refused] == [40004, 40006, 41005]
    await room.shift(3 * 86_400)
    room.token = ""
    assert (await room.api("media/get", media_id=made["media_id"]))["errcode"] == 40007


async def test_quotas_and_rid(room: Room) -> None:
    await room.api("menu/get")
    quota = (await room.api("openapi/quota/get", {"cgi_path": "/cgi-bin/menu/get"}))["quota"]
    assert (quota["used"], quota["remain"]) == (1, quota["daily_limit"] - 1)
    assert (await room.api("clear_quota", {"appid": "wxother"}))["errcode"] == 40013
    codes = [(await room.api("clear_quota", {"appid": APP_ID}))["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [48006]
    failed = await room.say("oNobody", "好")
    rid = failed["errmsg"].rsplit("rid: ", 1)[1]
    found = (await room.api("openapi/rid/get", {"rid": rid}))["request"]
    assert "oNobody" in found["request_body"] and room.token not in str(found)
    assert (await room.api("openapi/rid/get", {"rid": "x"}))["errcode"] == 76001


async def test_daily_limits(room: Room) -> None:
    codes = [(await room.api("user/get")).get("errcode", 0) for _ in range(501)]
    assert codes == [0] * 500 + [45009]
    await room.shift(86_400)
    room.token = ""
    assert (await room.api("user/get"))["total"] == 0
