"""The benchmark's own reading of the wire: it must notice a wrong reply, or its error column means nothing."""

import pytest

from benchmarks import account
from benchmarks.generator import complete

USER, WORDS = "oBench1", account.answer(7)


def sealed(user: str, words: str) -> bytes:
    inner = (
        f"<xml><ToUserName>{user}</ToUserName><FromUserName>{account.ACCOUNT}</FromUserName>"
        f"<Content>{words}</Content></xml>"
    )
    text = account.encrypt(inner.encode())
    signature = account.sign(account.TOKEN, "1", "2", text)
    return (
        f"<xml><Encrypt>{text}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        f"<TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>"
    ).encode()


def test_a_right_reply_is_right() -> None:
    assert account.is_right(sealed(USER, f"{WORDS}\n依据：《工会法》"), USER, WORDS, safe=True)


@pytest.mark.parametrize(
    "body",
    [
        sealed("oBench2", WORDS),
        sealed(USER, account.answer(8)),
        sealed(USER, WORDS).replace(b"<Nonce>2", b"<Nonce>3"),
        b"success",
        b"",
    ],
    ids=["somebody else", "other words", "wrong signature", "no reply", "nothing"],
)
def test_a_wrong_reply_is_wrong(body: bytes) -> None:
    assert not account.is_right(body, USER, WORDS, safe=True)


def test_a_response_is_complete_with_its_last_byte() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    assert complete(whole[:-1]) == (b"", b"")
    assert complete(whole)[1] == b"abc"


def test_a_chunked_response_is_put_together() -> None:
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    assert complete(whole)[1] == b"abc"
