"""Recorded pushes -> Inbound, in every mode, with wechatpy as the oracle; and what is refused at the door."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from wechatpy import parse_message

from bot.channels.oa.windows import CLICK, FOLLOW, MESSAGE, SCAN, window_of
from bot.contract import BadRequest, Challenge, Consent, Inbound, Kind, Receipt, Window, WireRequest
from tests.channels.oa_kit import ACCOUNT, DATA, NOW, SETTINGS, USER, channel, plain, query, safe

MASS = {"total": 100, "filtered": 80, "sent": 75, "error": 5}
PLACE = {"latitude": "23.134521", "longitude": "113.358803", "scale": "20", "label": "示例市人民路1号"}
SELECTED = {"latitude": "23", "longitude": "113", "scale": "15", "label": "示例市人民路1号"}
FILE = {"file_key": "f0e1", "md5": "d41d8cd98f00b204e9800998ecf8427e", "size": "20480"}
SENT = Receipt("1700827132819554304", True)
PHOTO: dict[str, Any] = {"kind": Kind.OTHER, "key": "photo", "details": {"count": "2"}}
SCANNED: dict[str, Any] = {
    "kind": Kind.CLICK,
    "key": "scan",
    "text": "https://example.org/q/1",
    "details": {"scan_type": "qrcode"},
}

MESSAGES: Mapping[str, dict[str, Any]] = {
    "text": {"kind": Kind.TEXT, "text": "公司拖欠工资怎么办？"},
    "text_article": {"kind": Kind.TEXT, "text": "怎么入会"},
    "text_menu_item": {"kind": Kind.TEXT, "text": "我要入会", "key": "join:new"},
    "text_empty": {"kind": Kind.TEXT},
    "text_markup": {"kind": Kind.TEXT, "text": "用 <Content>a & b</Content> &amp; 😀\n第二行"},
    "image": {"kind": Kind.IMAGE, "media": "media_image", "details": {"pic_url": "http://mmbiz.qpic.cn/p/1"}},
    "voice": {"kind": Kind.VOICE, "media": "media_voice", "details": {"format": "amr", "media_16k": "media_16k"}},
    "voice_recognised": {
        "kind": Kind.VOICE,
        "media": "media_voice",
        "text": "我要报名",
        "details": {"format": "speex"},
    },
    "voice_recognised_nothing": {"kind": Kind.VOICE, "media": "media_voice", "details": {"format": "amr"}},
    "video": {"kind": Kind.VIDEO, "media": "media_video", "details": {"thumb_media": "thumb"}},
    "shortvideo": {"kind": Kind.VIDEO, "media": "media_short", "details": {"thumb_media": "thumb"}},
    "location": {"kind": Kind.LOCATION, "text": "示例市人民路1号", "details": PLACE},
    "link": {
        "kind": Kind.LINK,
        "text": "工会法",
        "key": "https://example.org/law?a=1&b=2",
        "details": {"description": "全文"},
    },
    "file": {"kind": Kind.FILE, "text": "申请表.docx", "details": FILE},
    "unknown": {"kind": Kind.OTHER, "event": "sticker_v9"},
}
EVENTS: Mapping[str, dict[str, Any]] = {
    "subscribe": {"kind": Kind.FOLLOW},
    "subscribe_empty_key": {"kind": Kind.FOLLOW, "event": "subscribe"},
    "subscribe_qr": {
        "kind": Kind.FOLLOW,
        "scene": "123123",
        "event": "subscribe",
        "details": {"ticket": "TICKET"},
    },
    "subscribe_qr_text": {
        "kind": Kind.FOLLOW,
        "scene": "bind_42",
        "event": "subscribe",
        "details": {"ticket": "TICKET"},
    },
    "unsubscribe": {"kind": Kind.UNFOLLOW},
    "scan": {"kind": Kind.SCAN, "scene": "bind_42", "event": "SCAN", "details": {"ticket": "TICKET"}},
    "location": {
        "kind": Kind.WHEREABOUTS,
        "event": "LOCATION",
        "details": {"latitude": "23.137466", "longitude": "113.352425", "precision": "119.385040"},
    },
    "click": {"kind": Kind.CLICK, "key": "menu_join", "event": "CLICK"},
    "click_long_key": {"kind": Kind.CLICK, "key": "k" * 128, "event": "CLICK"},
    "view": {
        "kind": Kind.VIEW,
        "key": "https://example.org/",
        "event": "VIEW",
        "details": {"menu_id": "430000001"},
    },
    "scancode_push": SCANNED,
    "scancode_waitmsg": SCANNED,
    "pic_sysphoto": PHOTO,
    "pic_photo_or_album": PHOTO,
    "pic_weixin": PHOTO,
    "location_select": {"kind": Kind.OTHER, "key": "place", "text": "示例市人民路1号", "details": SELECTED},
    "template_ok": {"kind": Kind.RECEIPT, "receipts": (Receipt("200163836", True),)},
    "template_blocked": {"kind": Kind.RECEIPT, "receipts": (Receipt("200163836", False, "failed:user block"),)},
    "template_failed": {"kind": Kind.RECEIPT, "receipts": (Receipt("200163836", False, "failed: system failed"),)},
    "mass_ok": {"kind": Kind.RECEIPT, "receipts": (Receipt("1000001625", True, "", MASS),), "user": "mphelper"},
    "mass_refused": {
        "kind": Kind.RECEIPT,
        "receipts": (Receipt("1000001625", False, "err(20001)", MASS),),
        "user": "mphelper",
    },
    "popup_one": {"kind": Kind.CONSENT, "consents": (Consent("T1", True),)},
    "popup_many": {"kind": Kind.CONSENT, "consents": (Consent("T1", True), Consent("T2", False))},
    "change": {"kind": Kind.CONSENT, "consents": (Consent("T1", False),)},
    "change_old_tag": {"kind": Kind.CONSENT, "consents": (Consent("T1", False),)},
    "notice_sent": {"kind": Kind.RECEIPT, "receipts": (SENT,)},
    "notice_sent_many": {
        "kind": Kind.RECEIPT,
        "receipts": (SENT, Receipt("1700827132819554305", False, "43101")),
    },
    "user_info_modified": {"kind": Kind.OTHER},
    "user_authorization_revoke": {"kind": Kind.OTHER},
    "view_miniprogram": {"kind": Kind.OTHER, "key": "pages/index"},
    "kf_create_session": {"kind": Kind.OTHER},
}
PLATFORM_NAMES = {
    "template": "TEMPLATESENDJOBFINISH",
    "mass": "MASSSENDJOBFINISH",
    "popup": "subscribe_msg_popup_event",
    "change": "subscribe_msg_change_event",
    "notice": "subscribe_msg_sent_event",
}
DEDUPE = {
    "subscribe": "subscribe:",
    "subscribe_empty_key": "subscribe:",
    "subscribe_qr": "subscribe:qrscene_123123",
    "click": "CLICK:menu_join",
    "view": "VIEW:https://example.org/",
    "template_ok": "TEMPLATESENDJOBFINISH:200163836",
    "notice_sent": "subscribe_msg_sent_event:1700827132819554304",
}
FILES = [*MESSAGES, *(f"event_{name}" for name in EVENTS), "text_no_id"]


def recorded(name: str) -> str:
    return (DATA / "oa" / f"{name}.xml").read_text("utf-8")


def received(request: WireRequest, now: datetime = NOW, **changes: Any) -> Inbound:
    inbound = channel(**changes).receive(request, now)
    assert isinstance(inbound, Inbound)
    return inbound


def test_every_recorded_push_has_its_expectation() -> None:
    assert {path.stem for path in (DATA / "oa").glob("*.xml")} == set(FILES)


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    expected = Inbound(
        **{
            "channel": "oa",
            "dedupe": "m:24000000000000001",
            "user": USER,
            "account": ACCOUNT,
            "sent_at": datetime.fromtimestamp(1795200000, UTC),
            "event": name.split("_", maxsplit=1)[0],
            "wire": {"mode": "aes"},
            **MESSAGES[name],
        }
    )
    assert received(safe(recorded(name))) == expected


@pytest.mark.parametrize("name", EVENTS)
def test_events(name: str) -> None:
    inbound = received(safe(recorded(f"event_{name}")))
    event = EVENTS[name].get("event") or PLATFORM_NAMES.get(name.split("_", maxsplit=1)[0], name)
    user = EVENTS[name].get("user", USER)
    expected = Inbound(
        **{
            "channel": "oa",
            "dedupe": inbound.dedupe,
            "user": user,
            "account": ACCOUNT,
            "sent_at": datetime.fromtimestamp(1795200000, UTC),
            "event": event,
            "wire": {"mode": "aes"},
            **EVENTS[name],
        }
    )
    assert inbound == expected
    assert inbound.dedupe.startswith(f"e:{user}:1795200000:{event}:")
    assert len(inbound.dedupe) <= 160
    if name in DEDUPE:
        assert inbound.dedupe == f"e:{user}:1795200000:{DEDUPE[name]}"


@pytest.mark.parametrize("name", FILES)
def test_all_modes_see_the_same(name: str) -> None:
    body = recorded(name)
    in_safe = received(safe(body))
    decoy = body.replace("<xml>", "").replace("</xml>", "").replace(USER, "oEVIL").replace("24000000000000001", "666")
    in_compat = received(safe(body, rest=decoy), mode="compat")
    in_clear = received(plain(body), mode="plain")
    assert in_compat == in_safe
    assert replace(in_clear, wire=in_safe.wire) == in_safe
    assert in_clear.wire == {"mode": "plain"}


@pytest.mark.parametrize("name", FILES)
def test_wechatpy_reads_the_same_head_and_content(name: str) -> None:
    body = recorded(name)
    ours, oracle = received(safe(body)), parse_message(body)
    assert (ours.user, ours.account) == (oracle.source, oracle.target)
    assert int(ours.sent_at.timestamp()) == int(oracle._data["CreateTime"])
    if name.startswith("text") and name != "text_empty":
        assert ours.text == oracle.content
    if ours.dedupe.startswith("m:2400"):
        assert ours.dedupe == f"m:{oracle.id}"
    for theirs, mine in (("media_id", ours.media), ("scene_id", ours.scene), ("key", ours.key)):
        if ours.kind is not Kind.OTHER and getattr(oracle, theirs, None):
            assert getattr(oracle, theirs) == mine


def test_a_message_without_id_still_knows_its_repeat() -> None:
    body = recorded("text_no_id")
    assert received(safe(body)).dedupe == received(safe(body)).dedupe
    assert received(safe(body)).dedupe != received(safe(body.replace("您好", "再见"))).dedupe


def test_two_finish_events_in_one_second_are_two() -> None:
    for name, number in (("event_template_ok", "200163836"), ("event_notice_sent", "1700827132819554304")):
        body = recorded(name)
        assert received(safe(body)).dedupe != received(safe(body.replace(number, "42"))).dedupe


def test_long_keys_are_hashed_in_the_dedupe_key() -> None:
    body = recorded("event_click_long_key")
    inbound = received(safe(body))
    assert "k" * 33 not in inbound.dedupe
    assert inbound.dedupe != received(safe(body.replace("k" * 128, "k" * 127))).dedupe


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("text", MESSAGE),
        ("voice", MESSAGE),
        ("file", MESSAGE),
        ("text_menu_item", CLICK),
        ("event_click", CLICK),
        ("event_scancode_waitmsg", CLICK),
        ("event_subscribe_qr", FOLLOW),
        ("event_scan", SCAN),
        ("event_view", None),
        ("event_location", None),
        ("event_pic_weixin", None),
        ("event_unsubscribe", None),
        ("event_template_ok", None),
    ],
)
def test_windows_that_an_action_opens(name: str, window: Window | None) -> None:
    inbound = received(safe(recorded(name)))
    assert window_of(inbound) == window
    if name != "text_menu_item":
        assert channel().can.windows.get(inbound.kind) == window


def test_url_verification_answers_the_echo_byte_for_byte() -> None:
    answer = channel().receive(WireRequest("GET", query(echostr="3318405441973012345")), NOW)
    assert isinstance(answer, Challenge)
    assert answer.answer.body == b"3318405441973012345"
    assert (answer.answer.status, answer.answer.content_type) == (200, "text/plain")


def refused(request: WireRequest, now: datetime = NOW, **changes: Any) -> int:
    with pytest.raises(BadRequest) as caught:
        channel(**changes).receive(request, now)
    assert caught.value.reason.isascii()
    return caught.value.status


def with_query(request: WireRequest, **changes: str | None) -> WireRequest:
    merged = {**request.query, **changes}
    return replace(request, query={name: value for name, value in merged.items() if value is not None})


GOOD = safe(recorded("text"))


@pytest.mark.parametrize("name", ["signature", "msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "0" * 40, "签名", "x" * 600, "\ud800"])
def test_every_part_of_the_signature_is_needed(name: str, value: str | None) -> None:
    assert refused(with_query(GOOD, **{name: value})) == 403


def test_a_wrong_signature_is_refused_on_get_and_in_clear() -> None:
    assert refused(with_query(WireRequest("GET", query(echostr="1")), signature="0" * 40)) == 403
    assert refused(with_query(plain(recorded("text")), signature="0" * 40), mode="plain") == 403


def test_a_changed_body_is_refused() -> None:
    body = GOOD.body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")
    assert refused(replace(GOOD, body=body)) == 403


@pytest.mark.parametrize(("seconds", "status"), [(601, 403), (-601, 403), (10**8, 403)])
def test_a_stale_push_is_refused(seconds: int, status: int) -> None:
    assert refused(GOOD, NOW + timedelta(seconds=seconds)) == status


@pytest.mark.parametrize("seconds", [600, -600, 0])
def test_a_push_within_ten_minutes_is_taken(seconds: int) -> None:
    assert received(GOOD, NOW + timedelta(seconds=seconds)).kind is Kind.TEXT


def test_a_push_in_clear_is_refused_unless_the_account_is_in_plain_mode() -> None:
    assert refused(plain(recorded("text"))) == 403
    assert refused(plain(recorded("text")), mode="compat") == 403
    assert refused(plain(recorded("text"), encrypt_type="raw")) == 403
    assert received(plain(recorded("text"), encrypt_type="raw"), mode="plain").kind is Kind.TEXT


def test_plain_mode_takes_encrypted_pushes_when_it_has_the_key() -> None:
    assert received(GOOD, mode="plain").wire == {"mode": "aes"}
    assert refused(GOOD, mode="plain", encoding_aes_key="") == 403


def test_another_accounts_push_is_refused() -> None:
    assert refused(safe(recorded("text"), app_id="wxffffffffffffffff")) == 403
    assert refused(safe(recorded("text"), app_id=SETTINGS.app_id + "0")) == 403


def test_size_and_method() -> None:
    assert refused(replace(GOOD, body=b" " * 65_537)) == 413
    assert refused(replace(GOOD, method="PUT")) == 405
    assert refused(WireRequest("GET", query())) == 400


def test_what_a_person_writes_cannot_pose_as_the_envelope() -> None:
    words = recorded("text").replace("公司拖欠工资怎么办？", "<Encrypt>QUFB</Encrypt>")
    rest = words.replace("<xml>", "").replace("</xml>", "")
    assert received(safe(words, rest=rest), mode="compat").text == "<Encrypt>QUFB</Encrypt>"
