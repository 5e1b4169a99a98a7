"""One push, one effect: repeated, concurrent and reordered pushes, and every kind of push there is."""

from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.content import read_menu
from tests.wire.room import CHEN, CONTENT, LI, WANG, Room, open_room
from tests.wire.test_dialogue import ANSWERS

MESSAGES = ("image", "voice", "video", "shortvideo", "location", "link", "file")
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("LOCATION", {"Latitude": "31.2", "Longitude": "121.4", "Precision": "10"}),
    ("CLICK", {"EventKey": "help"}),
    ("CLICK", {"EventKey": "no-such-key"}),
    ("VIEW", {"EventKey": "https://example.org/", "MenuId": "1"}),
    ("view_miniprogram", {"EventKey": "pages/index"}),
    ("SCAN", {"EventKey": "no-such-scene", "Ticket": "t"}),
    ("SCAN", {"EventKey": "4294967295"}),
    ("scancode_push", {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}}),
    ("scancode_waitmsg", {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "2"}}),
    ("pic_sysphoto", {"EventKey": "k", "SendPicsInfo": {"Count": 1}}),
    ("pic_photo_or_album", {"EventKey": "k", "SendPicsInfo": {"Count": 1}}),
    ("pic_weixin", {"EventKey": "k", "SendPicsInfo": {"Count": 1}}),
    ("location_select", {"EventKey": "k", "SendLocationInfo": {"Label": "上海", "Location_X": "31"}}),
    ("TEMPLATESENDJOBFINISH", {"MsgID": 200163836, "Status": "success"}),
    ("MASSSENDJOBFINISH", {"MsgID": 1000001625, "Status": "send success", "TotalCount": 9}),
    ("subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": {"List": {"TemplateId": "T"}}}),
    ("subscribe_msg_change_event", {"SubscribeMsgChangeEvent": {"List": {"TemplateId": "T"}}}),
    ("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": {"TemplateId": "T", "MsgID": "1"}}}),
    ("user_info_modified", {"OpenID": CHEN}),
    ("user_authorization_revoke", {"RevokeInfo": "1"}),
    ("kf_create_session", {"KfAccount": "a@b"}),
    ("an_event_of_next_year", {"Deep": {"er": {"still": ["1", "2", "3"]}}}),
    ("subscribe", {"EventKey": "qrscene_unit_jixie", "Ticket": "t"}),
)


async def push(room: Room, content: str, **more: Any) -> list[dict[str, Any]]:
    """The same text of 小陈 pushed with /sandbox/push; all attempts."""
    attempts: list[dict[str, Any]] = await room.act("push", user=CHEN, kind="text", fields={"Content": content}, **more)
    assert [check for attempt in attempts for check in attempt["checks"] if not check["ok"]] == []
    return attempts


@pytest.mark.parametrize("mode", ["safe", "compat", "plain"])
async def test_verification(mode: str, file_url: str, clock: FrozenClock) -> None:
    async with open_room(file_url, clock, mode=mode) as room:
        assert (await room.act("verify"))["ok"]
        async with room.web.get(room.callback, params={"echostr": "1", "signature": "0" * 40}) as response:
            assert (response.status, await response.text()) == (403, "bad request")


@pytest.mark.parametrize("resign", [True, False])
@pytest.mark.parametrize(("count", "concurrent"), [(3, False), (5, True)])
async def test_a_repeated_push(count: int, concurrent: bool, resign: bool, any_room: Room) -> None:
    room = any_room
    await room.reply(CHEN, "follow")
    attempts = await push(room, "转人工", count=count, concurrent=concurrent, resign=resign)
    assert {attempt["verdict"] for attempt in attempts} == {"reply"}
    assert len({attempt["body_base64"] for attempt in attempts}) == 1
    await room.marked()
    assert (room.count("inbound"), room.count("outbox"), room.count('"case"')) == (2, 2, 1)
    assert room.states() == {"sent": 2}


async def test_a_person_met_first_by_five_pushes_at_once(any_room: Room) -> None:
    attempts = await push(any_room, "你好", count=5, concurrent=True)
    assert len({attempt["body_base64"] for attempt in attempts}) == 1
    assert (any_room.count("person"), any_room.count("inbound"), any_room.count("outbox")) == (1, 1, 1)


async def test_a_confirmation_pushed_five_times(any_room: Room) -> None:
    room = any_room
    await room.reply(CHEN, "follow")
    for text in ("入会", "同意", *ANSWERS):
        await room.says(CHEN, text)
    attempts = await push(room, "确认", count=5, concurrent=True)
    assert len({attempt["body_base64"] for attempt in attempts}) == 1
    assert room.count("application") == 1


async def test_the_platform_duplicates_every_push(room: Room) -> None:
    await room.act("faults", duplicate_push=True)
    for text in ("年假有几天", "转人工", "入会"):
        await room.says(LI, text) if room.count("inbound") else await room.reply(LI, "follow")
    await room.marked()
    assert room.count("inbound") == room.count("outbox") == 3
    assert len(await room.received(LI)) == 3


async def test_reordered_pushes(any_room: Room) -> None:
    room = any_room
    now = int(room.clock.now().timestamp())
    (late,) = await push(room, "年假有几天", msg_id=2002, create_time=now)
    (early,) = await push(room, "转人工", msg_id=2001, create_time=now - 5)
    (late_again,) = await push(room, "年假有几天", msg_id=2002, create_time=now)
    (early_again,) = await push(room, "转人工", msg_id=2001, create_time=now - 5)
    assert late["body_base64"] == late_again["body_base64"] != early["body_base64"] == early_again["body_base64"]
    assert room.count("inbound") == 2


async def test_events_are_told_apart_by_second_and_key(room: Room) -> None:
    await room.reply(CHEN, "follow")
    now = int(room.clock.now().timestamp())
    for key, second in (("help", 1), ("help", 1), ("help", 2), ("join", 2)):
        fields = {"Event": "CLICK", "EventKey": key}
        await room.act("push", user=CHEN, kind="event", fields=fields, create_time=now + second)
    assert room.count("inbound") == 4


@pytest.mark.parametrize("mode", ["safe", "plain"])
async def test_every_kind_of_push(mode: str, file_url: str, clock: FrozenClock) -> None:
    async with open_room(file_url, clock, mode=mode) as room:
        await room.reply(CHEN, "follow")
        done = [await room.phone(CHEN, "message", kind=kind) for kind in MESSAGES]
        done += [await room.phone(CHEN, "event", event=name, xml_fields=fields) for name, fields in EVENTS]
        done.append(await room.phone(CHEN, "consent", template_id="T1", accept=True, count=1))
        done.append(await room.phone(CHEN, "text", text="年假", menu_id="faq:no-such-entry"))
        done.append(await room.phone(CHEN, "message", kind="voice", recognition="年假有几天"))
        done.append(await room.phone(CHEN, "unfollow"))
        outcomes = [(attempt["status"], attempt["verdict"]) for each in done for attempt in each["attempts"]]
        assert len(outcomes) == len(done) and set(outcomes) == {(200, "reply"), (200, "success")}
        assert "5天" in done[-2]["reply"]["text"]
        assert room.count("inbound WHERE dedupe NOT LIKE 'r:%'") == len(done) + 1
        assert not room.rows("SELECT topic FROM inbound WHERE topic IN ('error', 'unhandled')")


async def test_every_menu_item_answers(room: Room) -> None:
    await room.reply(WANG, "follow")
    menu = read_menu(CONTENT / "menu.yaml")
    buttons = [each for button in menu["button"] for each in button.get("sub_button") or [button]]
    said = [await room.reply(WANG, "menu", key=button["key"]) for button in buttons]
    assert len(said) == len(set(said)) == 8


@pytest.mark.parametrize("text", ["\u200b", "😀" * 300, "x" * 5000, "]]>", "<xml>&lt;", "%s%n{0}", "\\u0041", "'; --"])
async def test_odd_texts_get_an_answer(text: str, room: Room) -> None:
    await room.reply(CHEN, "follow")
    assert await room.says(CHEN, text)
