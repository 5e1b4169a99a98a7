"""Pushes that no platform would send: some hundred ways to be malformed, each signed as well as it deserves."""

import base64
import gzip
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sandbox.crypto import MessageCrypto, signature
from tests.wire.room import AES_KEY, APP_ID, CHEN, TOKEN

MARK = "MARK7f3a"
NONCE = "1234567890"
CRYPTO = MessageCrypto(AES_KEY, APP_ID)
PLAIN = (
    f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{CHEN}</FromUserName><CreateTime>{{created}}</CreateTime>"
    "<MsgType>text</MsgType><Content>{content}</Content><MsgId>{number}</MsgId></xml>"
)
Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Bad:
    """One request. `query` is already encoded."""

    name: str
    query: str
    body: bytes = b""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


class Forger:
    """Makes requests around one moment (epoch seconds)."""

    def __init__(self, now: int) -> None:
        self.now = now

    def plain(self, content: str = MARK, number: str = "900001") -> bytes:
        return PLAIN.format(created=self.now, content=content, number=number).encode()

    def query(self, encrypted: str = "", stamp: str = "") -> Query:
        stamp = stamp or str(self.now)
        query = [("signature", signature(TOKEN, stamp, NONCE)), ("timestamp", stamp), ("nonce", NONCE)]
        if encrypted:
            sealed = signature(TOKEN, stamp, NONCE, encrypted)
            query += [("encrypt_type", "aes"), ("msg_signature", sealed)]
        return query

    def sealed(self, name: str, plain: bytes, receive_id: str | None = None) -> Bad:
        """A well signed and well encrypted push of any bytes."""
        encrypted = CRYPTO.encrypt(plain, receive_id)
        return Bad(name, urlencode(self.query(encrypted)), envelope(encrypted))

    def signed(self, name: str, encrypted: str) -> Bad:
        """Well signed, around any text in place of the cipher text."""
        return Bad(name, urlencode(self.query(encrypted)), envelope(encrypted))


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def every(now: int) -> list[Bad]:
    """All of them."""
    forger = Forger(now)
    parts = (_queries, _stamps, _cuts, _ciphers, _contents, _in_clear, _sizes, _methods)
    return [bad for part in parts for bad in part(forger)]


def _queries(forger: Forger) -> Iterator[Bad]:
    encrypted = CRYPTO.encrypt(forger.plain())
    good, body = forger.query(encrypted), envelope(encrypted)
    for name, value in good:
        rest = [pair for pair in good if pair[0] != name]
        yield Bad(f"without {name}", urlencode(rest), body)
        odd = ("", "0", value[:-1], value + "0", "x" * 3000, value[::-1] + "!", f"{value}\0", f"\0{value}", "٣" * 8)
        for number, other in enumerate((*odd, MARK, "💥", "\ud800", "%", "[]", "null", "' OR 1=1 --")):
            encoded = urlencode([*rest, (name, other)], errors="surrogatepass")
            yield Bad(f"{name} odd {number}", encoded, body)
        yield Bad(f"{name} twice", urlencode([(name, MARK), *good]), body)
        yield Bad(f"{name} as a list", urlencode([*rest, (f"{name}[]", value)]), body)
        yield Bad(f"{name} bad escape", f"{urlencode(rest)}&{name}=%zz%ff%fe", body)
    yield Bad("no query", "", body)
    yield Bad("very many parameters", urlencode([(f"p{n}", "1") for n in range(500)] + good[1:]), body)
    yield Bad("only separators", "&&&===;;;", body)


def _stamps(forger: Forger) -> Iterator[Bad]:
    encrypted = CRYPTO.encrypt(forger.plain())
    odd = ("-1", "1e9", "0x10", "1.5", "9" * 30, "nan", " 1", "0", "²")
    for stamp in (str(forger.now - 601), str(forger.now + 601), str(forger.now * 1000), *odd):
        yield Bad(f"timestamp {stamp}", urlencode(forger.query(encrypted, stamp)), envelope(encrypted))


def _cuts(forger: Forger) -> Iterator[Bad]:
    """Truncated anywhere, and single bits turned."""
    encrypted = CRYPTO.encrypt(forger.plain())
    body, query = envelope(encrypted), urlencode(forger.query(encrypted))
    for end in range(0, len(body), 17):
        yield Bad(f"cut at {end}", query, body[:end])
    dice = random.Random(7)
    for number in range(40):
        turned = bytearray(body)
        turned[dice.randrange(60, len(body) - 30)] ^= 1 << dice.randrange(8)
        yield Bad(f"bit {number}", query, bytes(turned))


def _ciphers(forger: Forger) -> Iterator[Bad]:
    """Well signed, but not what the account's key would give."""
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 64, 1024):
        noise = base64.b64encode((bytes(range(256)) * 4)[:size]).decode() or "="
        yield forger.signed(f"{size} bytes of cipher", noise)
        yield forger.signed(f"{size} zeros", base64.b64encode(bytes(size)).decode() or "=")
    for text in ("not base64!", "====", "AAAA" * 3 + "=", "é", MARK, "A" * 40_000, "<![CDATA[x", "&amp;"):
        yield forger.signed(f"cipher text {text[:8]}", text)
    for length in (0xFFFFFFFF, 0x7FFFFFFF, 10_000, 0):
        content = struct.pack(">I", length) + forger.plain() + APP_ID.encode()
        yield forger.signed(f"length {length}", _block(content, 32))
    for pad in (0, 33, 255):
        yield forger.signed(f"padding {pad}", _block(b"\0\0\0\x01x" + APP_ID.encode(), pad))
    for other in ("", "wxffffffffffffffff", APP_ID + "0", APP_ID[:-1], APP_ID.upper()):
        yield forger.sealed(f"app id {other}", forger.plain(), other)


def _block(content: bytes, pad: int) -> str:
    """Encrypted with the right key; the padding byte is as given."""
    raw = bytes(16) + content
    raw += bytes([pad]) * (-len(raw) % 32 or 32)
    key = base64.b64decode(AES_KEY + "=")
    seal = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(seal.update(raw) + seal.finalize()).decode()


def contents(forger: Forger) -> dict[str, bytes]:
    """Documents that are not a push."""
    good = forger.plain()
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    return {
        "empty": b"",
        "space": b" \n\t ",
        "nul": good.replace(b"text", b"te\0xt"),
        "nuls": bytes(5000),
        "bomb": f'<!DOCTYPE xml [<!ENTITY a0 "{MARK}">{bomb}]>'.encode() + good.replace(MARK.encode(), b"&a8;"),
        "dtd": b"<!DOCTYPE xml>" + good,
        "external": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + good.replace(MARK.encode(), b"&e;"),
        "parameter": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]>' + good,
        "entity": good.replace(MARK.encode(), b"&unknown;"),
        "reference": good.replace(MARK.encode(), b"&#0;&#xD800;&#x110000;"),
        "not utf-8": good.replace(MARK.encode(), b"\xff\xfe\xc0\x80"),
        "utf-16": good.decode().encode("utf-16"),
        "latin": b'<?xml version="1.0" encoding="iso-8859-1"?>' + good.replace(MARK.encode(), b"\xe9"),
        "deep": b"<xml>" + b"<a>" * 6000 + b"</a>" * 6000 + b"</xml>",
        "wide": b"<xml>" + b"<a/>" * 9000 + b"</xml>",
        "attributes": b"<xml " + b" ".join(b'a%d="1"' % n for n in range(3000)) + b"/>",
        "unclosed": good[:-6],
        "cdata": good.replace(MARK.encode(), b"<![CDATA[" + MARK.encode()),
        "two roots": good + good,
        "root": good.replace(b"xml>", b"html>"),
        "json": b'{"FromUserName": "x", "MsgType": "text"}',
        "php": b"<?php echo 1 ?>",
        "html": b"<!doctype html><title>x</title>",
        "namespace": good.replace(b"<xml>", b'<xml xmlns="urn:x" xmlns:a="urn:a">').replace(b"MsgType", b"a:MsgType"),
        "huge time": good.replace(str(forger.now).encode(), b"9" * 400),
        "minus time": good.replace(str(forger.now).encode(), b"-1"),
        "float time": good.replace(str(forger.now).encode(), b"1e300"),
        "no time": good.replace(str(forger.now).encode(), b""),
        "no type": good.replace(b"<MsgType>text</MsgType>", b""),
        "nested type": good.replace(b">text<", b"><b>text</b><"),
        "no user": good.replace(CHEN.encode(), b""),
        "long user": good.replace(CHEN.encode(), b"o" * 5000),
        "two users": good.replace(b"<MsgType>", b"<FromUserName>other</FromUserName><MsgType>"),
        "two texts": good.replace(b"<MsgType>", f"<Content>{MARK}</Content><MsgType>".encode()),
        "long type": good.replace(b">text<", b">" + b"t" * 5000 + b"<"),
        "no event": good.replace(b">text<", b">event<"),
        "long event": good.replace(b">text<", b">event<").replace(
            b"<MsgId>", b"<Event>%b</Event><MsgId>" % (b"e" * 999)
        ),
    }


def _contents(forger: Forger) -> Iterator[Bad]:
    for name, plain in contents(forger).items():
        yield forger.sealed(f"sealed {name}", plain)


def _in_clear(forger: Forger) -> Iterator[Bad]:
    """A plain push has no place in safe mode, whatever it says of itself."""
    query = urlencode(forger.query())
    for name, body in contents(forger).items():
        yield Bad(f"clear {name}", query, body)
    yield Bad("clear and good", query, forger.plain())
    yield Bad("clear, raw", f"{query}&encrypt_type=raw", forger.plain())
    encrypted = CRYPTO.encrypt(forger.plain())
    aes = urlencode(forger.query(encrypted))
    yield Bad("sealed query, clear body", aes, forger.plain())
    for name, body in contents(forger).items():
        yield Bad(f"envelope {name}", aes, body)
    two = envelope(encrypted).replace(b"<Encrypt>", b"<Encrypt>x</Encrypt><Encrypt>", 1)
    yield Bad("two cipher texts", aes, two)


def _sizes(forger: Forger) -> Iterator[Bad]:
    query = urlencode(forger.query())
    yield Bad("65 KiB and one", query, b"x" * (65 * 1024 + 1))
    yield Bad("1 MB", query, b"<xml>" + b"x" * 1_000_000)
    yield Bad("gzip bomb", query, gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"})
    yield Bad("not gzip", query, b"not gzip at all", headers={"Content-Encoding": "gzip"})
    yield Bad("cut gzip", query, gzip.compress(forger.plain())[:20], headers={"Content-Encoding": "gzip"})
    yield Bad("not deflate", query, b"\xff" * 50, headers={"Content-Encoding": "deflate"})
    yield Bad("not brotli", query, b"\xff" * 50, headers={"Content-Encoding": "br"})
    yield Bad("odd encoding", query, forger.plain(), headers={"Content-Encoding": "x-unknown"})
    for kind in ("", "application/json", "multipart/form-data", "multipart/mixed; boundary=x", "text/xml; charset=x"):
        yield Bad(f"content type {kind}", query, forger.plain(), headers={"Content-Type": kind})
    yield Bad("expects", query, forger.plain(), headers={"Expect": "the-unexpected"})


def _methods(forger: Forger) -> Iterator[Bad]:
    query = urlencode(forger.query())
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "MARK7F3A"):
        yield Bad(f"method {method}", query, forger.plain(), method)
    yield Bad("GET without echostr", query, b"", "GET")
    yield Bad("GET with a body", query, forger.plain(), "GET")
    yield Bad("GET badly signed", f"{query}&echostr={MARK}".replace("signature=", "signature=0"), b"", "GET")
    yield Bad("GET with a long echostr", f"{query}&echostr={'1' * 5000}", b"", "GET")
