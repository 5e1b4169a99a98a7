"""What the tests of the Official Account share: an account, signed pushes made with wechatpy, a token store."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wechatpy.crypto import WeChatCrypto

from bot.channels.oa.channel import OaChannel
from bot.channels.oa.crypto import signature
from bot.channels.oa.settings import OaSettings
from bot.channels.oa.tokens import StoredToken
from bot.contract import Outgoing, WireRequest

DATA = Path(__file__).parent.parent / "data"
VECTORS: dict[str, Any] = json.loads((DATA / "wechat_crypto_vectors.json").read_text("utf-8"))
SETTINGS = OaSettings(
    app_id="wxa1b2c3d4e5f60718",
    app_secret="0123456789abcdef0123456789abcdef",
    token=VECTORS["token"],
    encoding_aes_key=VECTORS["encoding_aes_key"],
    templates={"duty": "TEMPLATE_DUTY"},
    notices={"duty": "CONSENT_DUTY"},
)
NOW = datetime.fromtimestamp(1795200001, UTC)
USER = "oAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ACCOUNT = "gh_0123456789ab"


class MemoryStore:
    """A token store as the database keeps it: compare-and-swap on the refused token."""

    def __init__(self) -> None:
        self.token: StoredToken | None = None
        self.swaps: list[StoredToken] = []

    async def load(self, channel: str) -> StoredToken | None:
        """A copy, as a row read twice gives two objects."""
        assert channel == "oa"
        return replace(self.token) if self.token else None

    async def swap(self, channel: str, refused: str | None, new: StoredToken) -> StoredToken:
        """As storage/tokens.py does it."""
        assert channel == "oa"
        held = self.token
        if (
            held is not None
            and refused is not None
            and held.value not in (refused, new.value)
            and held.expires_at >= new.expires_at
        ):
            return replace(held)
        self.token = new
        self.swaps.append(new)
        return new


def channel(**changes: Any) -> OaChannel:
    """A channel without network."""
    return OaChannel(replace(SETTINGS, **changes), MemoryStore(), lambda: NOW)


def query(timestamp: int = 1795200001, nonce: str = "100000001", **more: str) -> dict[str, str]:
    """A signed query string of a plain push."""
    signed = signature(SETTINGS.token, str(timestamp), nonce)
    return {"signature": signed, "timestamp": str(timestamp), "nonce": nonce, "openid": USER, **more}


def plain(body: bytes | str, encrypt_type: str = "") -> WireRequest:
    """A push in clear."""
    asked = query(encrypt_type=encrypt_type) if encrypt_type else query()
    return WireRequest("POST", asked, body.encode() if isinstance(body, str) else body)


def envelope(encrypted: str, rest: str = "") -> bytes:
    """The body of an encrypted push; `rest` stands in clear beside it (compat mode)."""
    to = "" if rest else f"<ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
    return f"<xml>{to}{rest}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def safe(body: str, rest: str = "", app_id: str = SETTINGS.app_id) -> WireRequest:
    """A push encrypted and signed by wechatpy."""
    crypto = WeChatCrypto(SETTINGS.token, SETTINGS.encoding_aes_key, app_id)
    encrypted = str(crypto_text(crypto.encrypt_message(body, "100000001", "1795200001")))
    return sealed(encrypted, rest)


def sealed(encrypted: str, rest: str = "") -> WireRequest:
    """A push around any text that claims to be encrypted, correctly signed."""
    signed = signature(SETTINGS.token, "1795200001", "100000001", encrypted)
    return WireRequest("POST", query(encrypt_type="aes", msg_signature=signed), envelope(encrypted, rest))


def crypto_text(xml: str) -> str:
    """The text inside <Encrypt> of wechatpy's envelope."""
    return xml.split("<Encrypt><![CDATA[")[1].split("]]>")[0]


def outgoing(text: str = "您好", **more: Any) -> Outgoing:
    """A message decided at NOW."""
    values: Mapping[str, Any] = {"id": 7, "text": text, "at": NOW, **more}
    return Outgoing(**values)
