"""Passive replies: what the platform would accept, never more than 2048 bytes, and the same bytes for a repeat."""

import re
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.oa.text import cut
from bot.contract import Choice, Inbound, Kind, Outgoing, WireResponse
from tests.channels.oa_kit import ACCOUNT, NOW, SETTINGS, USER, channel, outgoing

PUSH = Inbound("oa", "m:1", USER, Kind.TEXT, NOW, account=ACCOUNT, wire={"mode": "aes"})
IN_CLEAR = replace(PUSH, wire={"mode": "plain"})
LINK = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&]*)&msgmenuid=([^"&]*)">([^<]*)</a>')


def opened(response: WireResponse) -> Element:
    """The XML inside an encrypted reply, by wechatpy."""
    crypto = WeChatCrypto(SETTINGS.token, SETTINGS.encoding_aes_key, SETTINGS.app_id)
    outer = fromstring(response.body)
    given = [outer.findtext(name) or "" for name in ("MsgSignature", "TimeStamp", "Nonce")]
    return fromstring(crypto.decrypt_message(response.body.decode(), *given))


def shown(out: Outgoing) -> str:
    """What the person reads, the same in both modes."""
    in_clear = fromstring(channel().answer(IN_CLEAR, out).body)
    in_safe = opened(channel().answer(PUSH, out))
    names = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert [child.tag for child in in_clear] == [child.tag for child in in_safe] == names
    assert [child.text for child in in_clear] == [child.text for child in in_safe]
    head = [in_clear.findtext(name) for name in names[:4]]
    assert head == [USER, ACCOUNT, str(int(NOW.timestamp())), "text"]
    text = in_clear.findtext("Content") or ""
    assert 0 < len(text.encode()) <= 2048
    return text


@pytest.mark.parametrize(
    "text",
    [
        "您好",
        "第一行\n第二行\t完",
        "a]]>b",
        "]]>",
        "]]]]>>",
        "x]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA[",
        '<a href="https://example.org/?a=1&b=2">链接</a> & <b>',
        "😀👨‍👩‍👧‍👦🇨🇳",
        "&amp; &#0; %s {x}",
    ],
)
def test_text_arrives_as_it_was_written(text: str) -> None:
    assert shown(outgoing(text)) == text


def test_control_characters_are_dropped() -> None:
    assert shown(outgoing("a\x00b\x0bc\x1fd\x7fe\x85f\ufffeg\ud800h\r\ni")) == "abcdefgh\ni"


def test_long_text_is_cut_at_a_line_end() -> None:
    text = "".join(f"第{number}条：工会会员享有的权利。\n" for number in range(400))
    assert len(text.encode()) > 5000
    lines = shown(outgoing(text)).split("\n")
    assert lines[-1].endswith("。…")
    assert text.startswith("\n".join(lines)[:-1])


def test_long_text_without_lines_is_cut_between_characters() -> None:
    text = shown(outgoing("😀" * 1300))
    assert text == "😀" * 511 + "…"
    assert len(text.encode()) == 2047


@given(st.text(max_size=400), st.integers(0, 900))
@settings(deadline=None)
def test_cutting_keeps_to_the_limit(text: str, limit: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or text.startswith(short.rstrip("…").rstrip("\n"))


@given(st.text(max_size=900), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=20))
@settings(deadline=None, max_examples=150)
def test_any_answer_is_well_formed(text: str, choices: list[tuple[str, str]]) -> None:
    out = outgoing("有" + text, choices=tuple(Choice(key, label) for key, label in choices))
    assert shown(out).startswith("有")


def test_choices_are_links_a_line_each() -> None:
    choices = (Choice("join", "我要入会"), Choice("faq:wage", "拖欠工资"))
    text = shown(outgoing("请选择", choices=choices))
    first, *lines = text.split("\n")
    assert first == "请选择"
    assert [LINK.fullmatch(line) is not None for line in lines] == [True, True]
    assert LINK.findall(text) == [("我要入会", "join", "我要入会"), ("拖欠工资", "faq%3Awage", "拖欠工资")]


def test_choices_cannot_break_out_of_their_link() -> None:
    text = shown(outgoing("选", choices=(Choice('x"&y<>', '<b>"A&B"</b>\n100% #1'),)))
    assert LINK.findall(text) == [
        ("＜b＞＂A＆B＂＜/b＞ 100％ ＃1", "x%22%26y%3C%3E", "＜b＞＂A＆B＂＜/b＞ 100％ ＃1"),
    ]


def test_long_text_gives_way_to_choices() -> None:
    text = shown(outgoing("工" * 2000, choices=(Choice("1", "是"), Choice("2", "否"))))
    assert len(LINK.findall(text)) == 2
    assert "…\n<a" in text


def test_very_many_choices_become_numbered_lines() -> None:
    text = shown(outgoing("请回复数字", choices=tuple(Choice(str(n), f"第{n}项") for n in range(1, 31))))
    assert text.split("\n")[:3] == ["请回复数字", "1. 第1项", "2. 第2项"]
    assert "href" not in text


def test_choices_without_text_are_answered_too() -> None:
    assert len(LINK.findall(shown(outgoing("", choices=(Choice("1", "是"),))))) == 1


def test_a_link_that_the_text_does_not_hold_is_added() -> None:
    assert shown(outgoing("详情", link="https://example.org/1")) == "详情\nhttps://example.org/1"
    assert shown(outgoing("见 https://example.org/1", link="https://example.org/1")) == "见 https://example.org/1"


@pytest.mark.parametrize("first", [None, outgoing(""), outgoing("\x00 \n")])
@pytest.mark.parametrize("push", [PUSH, IN_CLEAR])
def test_nothing_to_say_is_success_in_clear(first: Outgoing | None, push: Inbound) -> None:
    assert channel().answer(push, first) == WireResponse(b"success")


def test_hand_over_without_words_passes_the_person_on() -> None:
    reply = opened(channel().answer(PUSH, outgoing("", hand_over=True)))
    assert [child.tag for child in reply] == ["ToUserName", "FromUserName", "CreateTime", "MsgType"]
    assert reply.findtext("MsgType") == "transfer_customer_service"


def test_hand_over_with_words_says_the_words() -> None:
    assert shown(outgoing("请稍候", hand_over=True)) == "请稍候"


def test_names_from_the_wire_cannot_inject() -> None:
    evil = replace(IN_CLEAR, user="u]]></ToUserName><MsgType>image</MsgType><ToUserName><![CDATA[", account="g\x00]]>")
    reply = fromstring(channel().answer(evil, outgoing()).body)
    assert [child.tag for child in reply].count("MsgType") == 1
    assert reply.findtext("ToUserName") == evil.user


def test_a_repeat_gets_the_same_bytes_even_if_it_was_signed_anew() -> None:
    out = outgoing("您好", choices=(Choice("1", "是"),))
    first = channel().answer(PUSH, out)
    again = channel().answer(replace(PUSH, wire={"mode": "aes"}), replace(out))
    assert first == again
    assert first.content_type == "application/xml"
    assert channel().answer(IN_CLEAR, out) == channel().answer(IN_CLEAR, out)


@pytest.mark.parametrize("change", [{"id": 8}, {"text": "您好！"}, {"at": NOW.replace(year=2027)}])
def test_another_message_shares_nothing(change: dict[str, Any]) -> None:
    start = len(b"<xml><Encrypt><![CDATA[")
    ours = channel().answer(PUSH, outgoing()).body[start:][:20]
    assert channel().answer(PUSH, replace(outgoing(), **change)).body[start:][:20] != ours


def test_without_a_known_mode_the_answer_is_encrypted() -> None:
    assert b"<Encrypt>" in channel().answer(replace(PUSH, wire={}), outgoing()).body
