"""Sealing personal data at rest: AES-256-GCM for the value, a keyed hash for equality.

Wire format of a sealed value: `key id (1 byte) | nonce (12) | ciphertext and tag`. The purpose (table.column) is
authenticated with it, so a value copied into another column does not open. Two sealings of a value differ; to find a
value again store `fingerprint()` beside it. Keys come from outside; several may be known, the first one seals.
"""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Unsealable(Exception):
    """A sealed value that no known key opens, or that was tampered with. Holds no value."""


class Sealer:
    """Seals and opens. Make one per process and hand it down.

    `keys` maps a key id (1..255) to 32 random bytes; the first entry seals, the others only open. `pepper` is the
    secret of the fingerprints and must outlive key rotation.
    """

    def __init__(self, keys: dict[int, bytes], pepper: bytes) -> None:
        if not keys or any(len(key) != 32 or not 1 <= kid <= 255 for kid, key in keys.items()):
            raise ValueError("seal keys are 32 bytes with ids 1..255")
        self._first = next(iter(keys))
        self._keys = {kid: AESGCM(key) for kid, key in keys.items()}
        self._pepper = hashlib.sha256(b"unionbot fingerprint" + pepper).digest()

    @property
    def first(self) -> int:
        """The id of the key that seals; the first byte of what it sealed."""
        return self._first

    def seal(self, value: str, purpose: str) -> bytes:
        """The sealed form of `value`, bound to `purpose`."""
        nonce = os.urandom(12)
        body = self._keys[self._first].encrypt(nonce, value.encode(), purpose.encode())
        return bytes([self._first]) + nonce + body

    def open(self, sealed: bytes, purpose: str) -> str:
        """The value. Raises Unsealable on an unknown key, another purpose or a changed byte."""
        cipher = self._keys.get(sealed[0]) if len(sealed) > 28 else None
        if cipher is None:
            raise Unsealable(purpose)
        try:
            return cipher.decrypt(sealed[1:13], sealed[13:], purpose.encode()).decode()
        except InvalidTag:
            raise Unsealable(purpose) from None

    def open_or(self, lost: str, sealed: bytes | None, purpose: str) -> str:
        """For showing: the value, empty where nothing is kept, `lost` where its key is gone."""
        try:
            return self.open(sealed, purpose) if sealed else ""
        except Unsealable:
            return lost

    def seal_json(self, value: Any, purpose: str) -> bytes:
        """Seal a JSON-able value."""
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), purpose)

    def open_json(self, sealed: bytes, purpose: str) -> Any:
        """Open what `seal_json` made."""
        return json.loads(self.open(sealed, purpose))

    def fingerprint(self, value: str, purpose: str) -> str:
        """A keyed hash (hex) that is equal for equal values of one purpose and tells nothing without the pepper."""
        return hmac.new(self._pepper, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def parse_key(text: str) -> bytes:
    """32 bytes from base64 (standard or URL alphabet). Raises ValueError in English."""
    raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    if len(raw) != 32:
        raise ValueError("a seal key is 32 bytes in base64")
    return raw
