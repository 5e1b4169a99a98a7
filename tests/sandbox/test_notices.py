"""Template messages, subscription notices and mass sends."""

from typing import Any

import pytest

from tests.sandbox.room import CHEN, LI, WANG, Room, open_room


def template(**more: Any) -> dict[str, Any]:
    """Body of a template send."""
    data = {"first": {"value": "您好"}, "keyword1": {"value": "甲" * 25}, "remark": {"value": "谢谢"}}
    return {"touser": CHEN, "template_id": "TPL", "data": data, **more}


async def test_template_values_are_really_cut(room: Room) -> None:
    await room.phone(CHEN, "follow")
    body = template()
    body["data"]["keyword2"] = {"value": "第一行\n第二行😀", "color": "#f00"}
    answer = await room.api("message/template/send", body)
    assert answer["errcode"] == 0
    bubble = (await room.bubbles(CHEN))[-1]
    assert bubble["fields"] == {"keyword1": "甲" * 20, "keyword2": "第一行 第二行"}
    finished = await room.bot.wait("TEMPLATESENDJOBFINISH")
    assert (finished["MsgID"], finished["Status"]) == (str(answer["msgid"]), "success")
    assert finished["FromUserName"] == CHEN


async def test_client_msg_id_is_sent_once_in_ten_minutes(room: Room) -> None:
    await room.phone(CHEN, "follow")
    answers = [await room.api("message/template/send", template(client_msg_id="n1")) for _ in range(2)]
    assert answers[0] == answers[1] and len(await room.received(CHEN)) == 1
    await room.shift(601)
    again = await room.api("message/template/send", template(client_msg_id="n1"))
    assert again["msgid"] != answers[0]["msgid"] and len(await room.received(CHEN)) == 2
    assert (await room.api("message/template/send", template(client_msg_id="n" * 33)))["errcode"] == 40097


async def test_template_refusals(room: Room) -> None:
    assert (await room.api("message/template/send", template()))["errcode"] == 43004
    await room.phone(CHEN, "follow")
    assert (await room.api("message/template/send", template(template_id="")))["errcode"] == 40037
    empty = await room.api("message/template/send", template(data={"keyword1": {"value": ""}}))
    assert empty["errcode"] == 47003 and "data.keyword1.value" in empty["errmsg"]
    await room.act(f"phones/{CHEN}/settings", muted=True)
    assert (await room.api("message/template/send", template()))["errcode"] == 0
    assert (await room.bot.wait("TEMPLATESENDJOBFINISH"))["Status"] == "failed:user block"
    assert await room.received(CHEN) == []
    await room.act(f"phones/{CHEN}/settings", blocked=True)
    assert (await room.api("message/template/send", template()))["errcode"] == 43019


async def test_known_templates_need_their_fields() -> None:
    async with open_room(templates={"TPL": ["keyword1", "keyword9"]}) as room:
        await room.phone(CHEN, "follow")
        answer = await room.api("message/template/send", template())
        assert answer["errcode"] == 47003 and "keyword9" in answer["errmsg"]
        assert (await room.api("message/template/send", template(template_id="X")))["errcode"] == 40037


async def test_same_template_within_a_minute_by_switch(room: Room) -> None:
    await room.phone(CHEN, "follow")
    await room.act("faults", template_duplicate_40241=True)
    assert [(await room.api("message/template/send", template()))["errcode"] for _ in range(2)] == [0, 40241]


def notice(**data: str) -> dict[str, Any]:
    """Body of a bizsend."""
    return {"touser": CHEN, "template_id": "N1", "data": {name: {"value": value} for name, value in data.items()}}


async def test_one_consent_is_one_notice(room: Room) -> None:
    good = notice(thing1="入会申请已受理", time2="2026年11月21日 09:30")
    assert (await room.api("message/subscribe/bizsend", good))["errcode"] == 43101
    await room.phone(CHEN, "consent", template_id="N1", accept=True)
    popup = room.bot.pushes[-1]["SubscribeMsgPopupEvent"]["List"]
    assert (popup["TemplateId"], popup["SubscribeStatusString"]) == ("N1", "accept")
    codes = [(await room.api("message/subscribe/bizsend", good))["errcode"] for _ in range(2)]
    assert codes == [0, 43101]
    sent = (await room.bot.wait("subscribe_msg_sent_event"))["SubscribeMsgSentEvent"]["List"]
    assert (sent["TemplateId"], sent["ErrorCode"], sent["ErrorStatus"]) == ("N1", "0", "success")
    assert (await room.bubbles(CHEN))[-1]["kind"] == "notice"
    assert (await room.get("state"))["consents"] == [{"user": CHEN, "template_id": "N1", "left": 0}]


async def test_refusing_and_withdrawing(room: Room) -> None:
    await room.phone(CHEN, "consent", template_id="N1", accept=False)
    assert (await room.api("message/subscribe/bizsend", notice(thing1="好")))["errcode"] == 43101
    await room.phone(CHEN, "consent", template_id="N1", accept=True, count=3)
    await room.phone(CHEN, "consent", template_id="N1", accept=False, change=True)
    assert room.bot.pushes[-1]["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"
    assert (await room.api("message/subscribe/bizsend", notice(thing1="好")))["errcode"] == 43101


FIELDS = [
    ("thing1", "会" * 20, True),
    ("thing1", "会" * 21, False),
    ("thing1", "一\n二", False),
    ("number2", "12.5", True),
    ("number2", "十二", False),
    ("letter3", "abc", True),
    ("letter3", "a1", False),
    ("character_string4", "NO-2026/01", True),
    ("character_string4", "编号1", False),
    ("time5", "2026年11月21日 09:30", True),
    ("time5", "09:30~11:00", True),
    ("time5", "明天", False),
    ("date6", "2026-11-21", True),
    ("date6", "09:30", False),
    ("amount7", "￥100.5", True),
    ("amount7", "一百元", False),
    ("phone_number8", "+86-021-12351", True),
    ("phone_number8", "1" * 18, False),
    ("car_number9", "沪A12345", True),
    ("name10", "王小明", True),
    ("name10", "名" * 11, False),
    ("phrase11", "已受理", True),
    ("phrase11", "已经受理完成", False),
    ("phrase11", "ok", False),
    ("keyword1", "好", False),
    ("thing", "好", False),
]


@pytest.mark.parametrize(("name", "value", "good"), FIELDS)
async def test_field_types(room: Room, name: str, value: str, good: bool) -> None:
    await room.phone(CHEN, "consent", template_id="N1", accept=True)
    answer = await room.api("message/subscribe/bizsend", notice(**{name: value}))
    assert answer["errcode"] == (0 if good else 47003)
    assert good or f"data.{name}.value" in answer["errmsg"]


def mass(**more: Any) -> dict[str, Any]:
    """Body of a mass send to a list."""
    return {"touser": [CHEN, WANG, LI, "oNobody"], "msgtype": "text", "text": {"content": "通知"}, **more}


async def test_mass_send_to_a_list(room: Room) -> None:
    for user in (CHEN, WANG):
        await room.phone(user, "follow")
    await room.act(f"phones/{WANG}/settings", muted=True)
    answer = await room.api("message/mass/send", mass())
    assert (answer["errcode"], answer["errmsg"]) == (0, "send job submission success")
    done = await room.bot.wait("MASSSENDJOBFINISH")
    counts = [int(done[name]) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    assert (done["FromUserName"], done["Status"], counts) == ("mphelper", "send success", [4, 3, 1, 2])
    assert await room.received(CHEN) == ["通知"] and await room.received(WANG) == []
    assert (await room.api("message/mass/get", {"msg_id": str(answer["msg_id"])}))["msg_status"] == "SEND_SUCCESS"


async def test_a_mass_send_that_is_not_let_through_reaches_nobody(room: Room) -> None:
    for user in (CHEN, WANG):
        await room.phone(user, "follow")
    await room.act("faults", mass_status="err(20001)")
    answer = await room.api("message/mass/send", mass(touser=[CHEN, WANG]))
    done = await room.bot.wait("MASSSENDJOBFINISH")
    assert (done["Status"], done["SentCount"], done["ErrorCount"]) == ("err(20001)", "0", "2")
    assert await room.received(CHEN) == []
    assert (await room.api("message/mass/get", {"msg_id": answer["msg_id"]}))["msg_status"] == "SEND_FAIL"


async def test_clientmsgid_is_sent_once(room: Room) -> None:
    await room.phone(CHEN, "follow")
    first = await room.api("message/mass/send", mass(clientmsgid="m1"))
    again = await room.api("message/mass/send", mass(clientmsgid="m1"))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert (await room.api("message/mass/send", mass(clientmsgid="m" * 65)))["errcode"] == 45067
    assert (await room.api("message/mass/send", mass()))["errcode"] == 0
    assert (await room.api("message/mass/send", mass()))["errcode"] == 45065


async def test_mass_limits(room: Room) -> None:
    await room.phone(CHEN, "follow")
    for users in ([CHEN], [CHEN] * 10_001, None):
        assert (await room.api("message/mass/send", mass(touser=users)))["errcode"] == 40130
    everybody = {"filter": {"is_to_all": True}, "msgtype": "text"}
    codes = [
        (await room.api("message/mass/sendall", {**everybody, "text": {"content": f"第{number}期"}}))["errcode"]
        for number in range(2)
    ]
    assert codes == [0, 45028]
    unknown = {"filter": {"is_to_all": False, "tag_id": 999}, "msgtype": "text", "text": {"content": "x"}}
    assert (await room.api("message/mass/sendall", unknown))["errcode"] == 45159


async def test_four_mass_messages_a_month_for_each_person(room: Room) -> None:
    await room.phone(CHEN, "follow")
    for number in range(5):
        room.bot.pushes.clear()
        await room.api("message/mass/send", mass(text={"content": f"第{number}期"}))
        done = await room.bot.wait("MASSSENDJOBFINISH")
    assert (done["TotalCount"], done["FilterCount"], done["SentCount"]) == ("4", "3", "0")
    assert len(await room.received(CHEN)) == 4
    assert (await room.get("state"))["mass_month"] == {CHEN: 4}
    await room.shift(31 * 86_400)
    assert (await room.get("state"))["mass_month"] == {}


async def test_mass_by_tag_and_preview(room: Room) -> None:
    for user in (CHEN, WANG):
        await room.phone(user, "follow")
    tag = (await room.api("tags/create", {"tag": {"name": "一车间"}}))["tag"]["id"]
    await room.api("tags/members/batchtagging", {"openid_list": [WANG], "tagid": tag})
    body = {"filter": {"is_to_all": False, "tag_id": tag}, "msgtype": "text", "text": {"content": "车间通知"}}
    assert (await room.api("message/mass/sendall", body))["errcode"] == 0
    await room.bot.wait("MASSSENDJOBFINISH")
    assert (await room.received(CHEN), await room.received(WANG)) == ([], ["车间通知"])
    preview = {"touser": CHEN, "msgtype": "text", "text": {"content": "预览"}}
    assert (await room.api("message/mass/preview", preview))["errcode"] == 0
    assert await room.received(CHEN) == ["预览"]
