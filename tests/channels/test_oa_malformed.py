"""Hostile and broken pushes: whatever comes, `receive` gives a value or BadRequest, and nothing else."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.oa.channel import OaChannel
from bot.contract import BadRequest, Inbound, Kind, WireRequest
from tests.channels.oa_kit import DATA, NOW, SETTINGS, channel, envelope, plain, query, safe, sealed

TEXT = (DATA / "oa" / "text.xml").read_text("utf-8")
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
IN_CLEAR = channel(mode="plain")
IN_SAFE = channel()


def nested(depth: int) -> str:
    return TEXT.replace("</xml>", "<A>" * depth + "</A>" * depth + "</xml>")


# What is no push at all, whether it arrives in clear or was encrypted with the right key.
BAD_BODIES: dict[str, str | bytes] = {
    "empty": "",
    "blank": " \n",
    "not xml": "hello",
    "json": '{"MsgType": "text"}',
    "other root": TEXT.replace("xml>", "html>"),
    "root only": "<xml/>",
    "two roots": TEXT + TEXT,
    "cut off": TEXT[:100],
    "cut in the tag": TEXT[:-3],
    "no end tag": TEXT.replace("</Content>", ""),
    "text behind": TEXT + "x",
    "billion laughs": f'<!DOCTYPE xml [<!ENTITY l0 "ha">{LAUGHS}]>' + TEXT.replace("公司", "&l9;"),
    "quadratic blow-up": f'<!DOCTYPE xml [<!ENTITY a "{"a" * 5000}">]><xml><Content>{"&a;" * 5000}</Content></xml>',
    "external entity": '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + TEXT.replace("text]]", "&f;]]"),
    "external dtd": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">' + TEXT,
    "parameter entity": '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>' + TEXT,
    "bare doctype": "<!DOCTYPE xml>" + TEXT,
    "undeclared entity": TEXT.replace("<MsgType>", "<X>&nbsp;</X><MsgType>"),
    "deep": nested(9),
    "very deep": nested(2000),
    "many elements": TEXT.replace("</xml>", "<A/>" * 600 + "</xml>"),
    "no MsgType": TEXT.replace("MsgType", "Other"),
    "empty MsgType": TEXT.replace("<![CDATA[text]]>", ""),
    "blank MsgType": TEXT.replace("<![CDATA[text]]>", "  "),
    "endless MsgType": TEXT.replace("<![CDATA[text]]>", "t" * 65),
    "nested MsgType": TEXT.replace("<![CDATA[text]]>", "<a>text</a>"),
    "doubled MsgType": TEXT.replace("<Content>", "<MsgType>event</MsgType><Content>"),
    "doubled FromUserName": TEXT.replace("<Content>", "<FromUserName>x</FromUserName><Content>"),
    "doubled Content": TEXT.replace("<MsgId>", "<Content>x</Content><MsgId>"),
    "doubled MsgId": TEXT.replace("</xml>", "<MsgId>2</MsgId></xml>"),
    "no FromUserName": TEXT.replace("FromUserName", "From"),
    "endless FromUserName": TEXT.replace("oAAA", "o" * 70),
    "no ToUserName": TEXT.replace("ToUserName", "To"),
    "no CreateTime": TEXT.replace("CreateTime", "Created"),
    "negative CreateTime": TEXT.replace("1795200000", "-1"),
    "word CreateTime": TEXT.replace("1795200000", "now"),
    "endless CreateTime": TEXT.replace("1795200000", "1" * 500),
    "other digits": TEXT.replace("1795200000", "１７９５２０００００"),
    "superscript digits": TEXT.replace("1795200000", "²"),
    "event without a name": TEXT.replace("<![CDATA[text]]>", "event"),
    "endless event name": TEXT.replace("<![CDATA[text]]>", "event").replace(
        "<Content>", f"<Event>{'e' * 65}</Event><Content>"
    ),
    "nul": TEXT.replace("公司", "\0"),
    "control character": TEXT.replace("公司", "\x0b"),
    "nul reference": TEXT.replace("<MsgType>", "<X>&#0;</X><MsgType>"),
    "lone surrogate reference": TEXT.replace("<MsgType>", "<X>&#xD800;</X><MsgType>"),
    "invalid utf-8": TEXT.encode().replace("公司".encode(), b"\xff\xfe"),
    "overlong utf-8": TEXT.encode().replace("公司".encode(), b"\xc0\xaf"),
    "surrogate utf-8": TEXT.encode().replace("公司".encode(), b"\xed\xa0\x80"),
    "utf-16": TEXT.encode("utf-16"),
    "gb18030": TEXT.encode("gb18030"),
    "declared latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    + TEXT.encode().replace("公司".encode(), b"\xe9"),
    "nuls only": bytes(1000),
    "cdata end": TEXT.replace("怎么办", "]]>"),
    "attribute twice": TEXT.replace("<Content>", '<Content a="1" a="2">'),
    "unbound prefix end": TEXT.replace("<Content>", "<a:Content>"),
}
BAD_ENVELOPES: dict[str, bytes] = {
    "no Encrypt": TEXT.encode(),
    "empty Encrypt": envelope(""),
    "two Encrypts": envelope("QUFB]]></Encrypt><Encrypt><![CDATA[QUFB"),
    "nested Encrypt": b"<xml><Encrypt><a>QUFB</a></Encrypt></xml>",
    "not base64": envelope("!!!!"),
    "doctype": b"<!DOCTYPE xml><xml><Encrypt>QUFB</Encrypt></xml>",
    "empty": b"",
    "nuls": bytes(64),
    "invalid utf-8": b"<xml><Encrypt>\xff</Encrypt></xml>",
    "deep": b"<xml>" + b"<a>" * 5000,
}


def refusal(request: WireRequest, receiver: OaChannel) -> int:
    with pytest.raises(BadRequest) as caught:
        receiver.receive(request, NOW)
    assert len(caught.value.reason) < 80
    return caught.value.status


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_bodies_in_clear(name: str) -> None:
    assert refusal(plain(BAD_BODIES[name]), IN_CLEAR) == 400


@pytest.mark.parametrize("name", [name for name, body in BAD_BODIES.items() if isinstance(body, str)])
def test_bad_bodies_that_were_encrypted_with_the_right_key(name: str) -> None:
    assert refusal(safe(str(BAD_BODIES[name])), IN_SAFE) == 400


@pytest.mark.parametrize("name", BAD_ENVELOPES)
def test_bad_envelopes(name: str) -> None:
    request = WireRequest("POST", query(encrypt_type="aes", msg_signature="0" * 40), BAD_ENVELOPES[name])
    assert refusal(request, IN_SAFE) in (400, 403)


def flipped(raw: bytes, at: int) -> str:
    return base64.b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at:][1:]).decode()


def shortened(raw: bytes, size: int) -> str:
    return base64.b64encode(raw[:size]).decode()


def broken_ciphertexts() -> Iterator[str]:
    good = safe(TEXT).body.decode().split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    yield from (good[:-1], good[:-2], good[4:], good[:20], good + "AAAA", good + "=", "=" + good, "-" + good[1:])
    raw = base64.b64decode(good)
    yield from (shortened(raw, size) for size in (1, 15, 16, 17, 31, 32, 48, len(raw) - 16))
    yield from (flipped(raw, at) for at in (0, 16, len(raw) - 17, len(raw) - 1))


def test_broken_ciphertexts_with_a_good_signature() -> None:
    for encrypted in broken_ciphertexts():
        assert refusal(sealed(encrypted), IN_SAFE) in (400, 403)


def test_a_megabyte_is_not_even_looked_at() -> None:
    assert refusal(plain("<xml>" + "x" * 1_000_000), IN_CLEAR) == 413
    assert refusal(WireRequest("POST", {}, bytes(1_000_000)), IN_SAFE) == 413


def test_an_encrypted_body_cannot_grow_beyond_the_limit() -> None:
    assert refusal(safe(TEXT.replace("公司", "x" * 60_000)), IN_SAFE) == 413


def test_doctype_words_in_a_message_are_just_words() -> None:
    inbound = IN_SAFE.receive(safe(TEXT.replace("公司", "<!DOCTYPE x [<!ENTITY a 'b'>]>")), NOW)
    assert isinstance(inbound, Inbound)
    assert inbound.text.startswith("<!DOCTYPE")


def test_content_with_elements_inside_is_no_text() -> None:
    inbound = IN_SAFE.receive(safe(TEXT.replace("<![CDATA[公司拖欠工资怎么办？]]>", "<b>粗体</b>")), NOW)
    assert isinstance(inbound, Inbound)
    assert (inbound.kind, inbound.text) == (Kind.TEXT, "")


@pytest.mark.parametrize(
    "event",
    [
        "<Event>scancode_push</Event>",
        "<Event>scancode_push</Event><ScanCodeInfo>x</ScanCodeInfo>",
        "<Event>pic_weixin</Event><SendPicsInfo/>",
        "<Event>location_select</Event><SendLocationInfo><Location_X><a/></Location_X></SendLocationInfo>",
        "<Event>MASSSENDJOBFINISH</Event><TotalCount>-5</TotalCount><SentCount>many</SentCount>",
        "<Event>TEMPLATESENDJOBFINISH</Event>",
        "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent/>",
        "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List/><List>x</List></SubscribeMsgPopupEvent>",
        "<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List/></SubscribeMsgSentEvent>",
        "<Event>CLICK</Event><EventKey><a/></EventKey>",
    ],
)
def test_events_with_missing_parts_are_taken_as_far_as_they_go(event: str) -> None:
    body = TEXT.replace("<![CDATA[text]]>", "event").replace("<Content>", f"{event}<Content>")
    inbound = IN_SAFE.receive(safe(body), NOW)
    assert isinstance(inbound, Inbound)
    assert not inbound.consents and not any(receipt.ok for receipt in inbound.receipts)


def survives(receiver: OaChannel, request: WireRequest) -> None:
    try:
        receiver.receive(request, NOW)
    except BadRequest as refusal:
        assert refusal.status in (400, 403, 405, 413)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=200)
def test_any_bytes_in_clear(body: bytes) -> None:
    survives(IN_CLEAR, plain(body))


@given(st.integers(0, len(TEXT.encode())), st.integers(0, 30), st.binary(max_size=12))
@settings(deadline=None, max_examples=300)
def test_a_good_push_with_a_hole(at: int, length: int, noise: bytes) -> None:
    raw = TEXT.encode()
    survives(IN_CLEAR, plain(raw[:at] + noise + raw[at + length :]))


@given(st.text(alphabet="<>/!-[]&;#xCDATA \"'=ab", max_size=80))
@settings(deadline=None, max_examples=300)
def test_markup_soup(soup: str) -> None:
    survives(IN_CLEAR, plain(TEXT.replace("<Content>", f"{soup}<Content>")))


@given(st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace").decode()))
@settings(deadline=None)
def test_anything_that_claims_to_be_encrypted(claim: str) -> None:
    survives(IN_SAFE, sealed(claim))


NAMES = ("signature", "timestamp", "nonce", "echostr", "msg_signature", "encrypt_type")


@given(st.sampled_from(["GET", "POST", "PUT", ""]), st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
@settings(deadline=None)
def test_any_query(method: str, given_query: dict[str, str]) -> None:
    survives(IN_SAFE, WireRequest(method, given_query, TEXT.encode()))
    survives(IN_SAFE, WireRequest(method, {**query(), **given_query}, TEXT.encode()))


def test_no_secret_is_in_a_reason() -> None:
    for name in BAD_BODIES:
        with pytest.raises(BadRequest) as caught:
            IN_CLEAR.receive(plain(BAD_BODIES[name]), NOW)
        assert SETTINGS.token not in str(caught.value)
