"""Turns the fields of a push into the signed (and encrypted) HTTP request of the platform."""

import secrets
from dataclasses import dataclass

from sandbox.config import SandboxConfig
from sandbox.crypto import MessageCrypto, signature
from sandbox.faults import Faults
from sandbox.messages import Fields, render


@dataclass(frozen=True, slots=True)
class Envelope:
    """Query string, body, and the plain XML for the wire log."""

    query: dict[str, str]
    body: bytes
    plain: bytes


class Sealer:
    """Signs for one account in its mode; each call uses a fresh nonce and random prefix."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self.crypto = None if config.mode == "plain" else MessageCrypto(config.encoding_aes_key, config.app_id)

    def seal(self, fields: Fields, now: float, faults: Faults) -> Envelope:
        """The request for these fields, with the faults that concern signing applied."""
        plain = render(fields)
        query = self._query(str(fields.get("FromUserName", "")), int(now) + faults.clock_skew_s)
        body = plain
        if self.crypto is not None:
            encrypted = self.crypto.encrypt(plain, "wxffffffffffffffff" if faults.wrong_appid else None)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(self._config.token, query["timestamp"], query["nonce"], encrypted)
            body = self._body(fields, encrypted)
        if faults.bad_signature:
            query |= {name: query[name][::-1] for name in ("signature", "msg_signature") if name in query}
        return Envelope(query, body, plain)

    def _query(self, user: str, timestamp: int) -> dict[str, str]:
        nonce = str(secrets.randbelow(10**10))
        signed = signature(self._config.token, str(timestamp), nonce)
        return {"signature": signed, "timestamp": str(timestamp), "nonce": nonce, "openid": user}

    def greeting(self, now: float) -> dict[str, str]:
        """Query of the URL verification (GET): as a push, with a plain-text echostr instead of the openid."""
        query = self._query("", int(now))
        del query["openid"]
        return {**query, "echostr": str(secrets.randbelow(10**19))}

    def _body(self, fields: Fields, encrypted: str) -> bytes:
        if self._config.mode == "compat":
            return render({**fields, "Encrypt": encrypted})
        return render({"ToUserName": fields.get("ToUserName", ""), "Encrypt": encrypted})
