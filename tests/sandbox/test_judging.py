"""The judge of replies never crashes, whatever the callback answers."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.config import Mode, SandboxConfig
from sandbox.crypto import signature
from sandbox.messages import head
from sandbox.replies import Judge, Judgement
from sandbox.sealing import Sealer
from tests.sandbox.room import APP_ID, CHEN, KEY, SECRET, TOKEN, text_xml

PUSHED = head("gh_x", CHEN, 1795200000, "text")
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


def judge(body: bytes, mode: Mode = "plain") -> Judgement:
    """Verdict on a body with status 200."""
    config = SandboxConfig("http://127.0.0.1/", APP_ID, SECRET, TOKEN, KEY, mode)
    return Judge(config, Sealer(config).crypto, lambda media_id: media_id == "M").judge(PUSHED, 200, body)


def reply(inner: str) -> bytes:
    """A plain reply."""
    return (
        f"<xml><ToUserName>{CHEN}</ToUserName><FromUserName>gh_x</FromUserName><CreateTime>1</CreateTime>{inner}</xml>"
    ).encode()


def sealed(inner: bytes) -> bytes:
    """An encrypted reply with a good signature."""
    crypto = Sealer(SandboxConfig("http://127.0.0.1/", APP_ID, SECRET, TOKEN, KEY)).crypto
    assert crypto is not None
    encrypted = crypto.encrypt(inner)
    signed = signature(TOKEN, "1", "2", encrypted)
    return (
        f"<xml><Encrypt>{encrypted}</Encrypt><MsgSignature>{signed}</MsgSignature>"
        "<TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>"
    ).encode()


@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    quiet = body.strip() in (b"", b"success")
    assert (judge(body).verdict != "fault") == quiet
    assert (judge(body, "safe").verdict != "fault") == quiet
    assert judge(sealed(body), "safe").verdict == "fault"


@given(st.text(max_size=80))
def test_any_markup_in_a_reply(inner: str) -> None:
    result = judge(reply(inner).replace(b"\x00", b""))
    assert result.verdict == "fault" and result.content is None


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF, exclude_characters="<>&"), min_size=1))
def test_any_plain_text_is_delivered_as_it_is(text: str) -> None:
    result = judge(sealed(reply(text_xml(text))), "safe")
    fits = bool(text.strip()) and len(text.encode()) <= 2048
    assert (result.verdict, result.text) == (("reply", text) if fits else ("fault", ""))


def test_bombs_and_giants_are_refused() -> None:
    for body in (BOMB, reply("<a>" * 3000 + "</a>" * 3000), b"<xml>" + b"x" * 300_000 + b"</xml>", b"<html></html>"):
        result = judge(body)
        assert result.verdict == "fault" and not result.checks[-1].ok


def test_a_doctype_inside_cdata_is_only_text() -> None:
    assert judge(reply(text_xml("<!DOCTYPE html> 是什么"))).verdict == "reply"


def test_every_kind_of_reply() -> None:
    media = "<MediaId>M</MediaId>"
    music = "<Music><Title>歌</Title><MusicUrl>https://example.org</MusicUrl></Music>"
    kinds = {
        "image": (f"<Image>{media}</Image>", "image"),
        "voice": (f"<Voice>{media}</Voice>", "voice"),
        "video": (f"<Video>{media}<Title>片</Title></Video>", "video"),
        "music": (music, "news"),
    }
    for kind, (inner, shown) in kinds.items():
        result = judge(reply(f"<MsgType>{kind}</MsgType>{inner}"))
        assert result.content is not None and result.content.kind == shown
