"""One account, 500 questions with answers, and the platform's wire format, written independently of the bot."""

import base64
import hashlib
import os
import struct
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "benchmarktoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wx0123456789abcdef"
ACCOUNT = "gh_0123456789ab"
ENTRIES = 500
_KEY = base64.b64decode(AES_KEY + "=")
_CIPHER = Cipher(algorithms.AES(_KEY), modes.CBC(_KEY[:16]))
UNKNOWN = "没有找到相关内容，请回复“帮助”查看菜单。"


def question(number: int) -> str:
    """The question of an entry."""
    return f"困难补助{number}"


def answer(number: int) -> str:
    """The words every server must answer with."""
    return (
        f"您好，关于困难补助第{number}项：请携带会员卡、身份证和单位证明，到所在基层工会填写申请表，"
        f"工会将在五个工作日内答复。咨询电话 12351 转 {number}。回复“转人工”可联系工会干部。"
    )


def answers() -> dict[str, str]:
    """All questions with their answers."""
    return {question(number): answer(number) for number in range(ENTRIES)}


def sign(*parts: str) -> str:
    """The platform's signature."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def encrypt(message: bytes) -> str:
    """The message as the platform seals it."""
    raw = os.urandom(16) + struct.pack(">I", len(message)) + message + APP_ID.encode()
    pad = 32 - len(raw) % 32
    encryptor = _CIPHER.encryptor()
    return base64.b64encode(encryptor.update(raw + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(sealed: str) -> bytes:
    """What a server sealed. Raises ValueError on wrong padding or another account."""
    decryptor = _CIPHER.decryptor()
    raw = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    pad = raw[-1]
    if not 1 <= pad <= 32 or raw[-pad:] != bytes([pad]) * pad:
        raise ValueError("padding")
    raw = raw[16:-pad]
    (length,) = struct.unpack(">I", raw[:4])
    if raw[4 + length :] != APP_ID.encode():
        raise ValueError("app id")
    return raw[4 : 4 + length]


def push(path: str, user: str, message_id: int, text: str, safe: bool, at: int) -> bytes:
    """The HTTP request of one text message, signed; `at` is the platform's time in epoch seconds."""
    stamp, nonce = str(at), str(message_id)[-10:]
    body = (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n<FromUserName><![CDATA[{user}]]></FromUserName>\n"
        f"<CreateTime>{stamp}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
        f"<Content><![CDATA[{text}]]></Content>\n<MsgId>{message_id}</MsgId>\n</xml>"
    )
    query = f"signature={sign(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}&openid={user}"
    if safe:
        sealed = encrypt(body.encode())
        body = (
            f"<xml>\n    <ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n"
            f"    <Encrypt><![CDATA[{sealed}]]></Encrypt>\n</xml>\n"
        )
        query += f"&encrypt_type=aes&msg_signature={sign(TOKEN, stamp, nonce, sealed)}"
    raw = body.encode()
    head = (
        f"POST {path}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nPragma: no-cache\r\nConnection: keep-alive\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def is_right(body: bytes, user: str, words: str, safe: bool) -> bool:
    """Whether a reply is signed, sealed, addressed to the sender and holds the words. The bot adds sources below."""
    try:
        fields = _fields(body)
        if safe:
            if sign(TOKEN, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"]) != fields["MsgSignature"]:
                return False
            fields = _fields(decrypt(fields["Encrypt"]))
        return (
            fields["ToUserName"] == user and fields["FromUserName"] == ACCOUNT and fields["Content"].startswith(words)
        )
    except (ValueError, KeyError, ElementTree.ParseError):
        return False


def _fields(xml: bytes) -> dict[str, str]:
    return {each.tag: (each.text or "").strip() for each in ElementTree.fromstring(xml)}
