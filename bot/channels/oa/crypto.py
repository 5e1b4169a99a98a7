"""Signatures and AES-256-CBC of the platform (platform.md 1.1, 1.2), checked in constant time."""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from hashlib import sha1
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.contract import BadRequest

BLOCK: Final = 32
HEAD: Final = 20  # 16 random bytes and the length of the message
_PADDINGS: Final = tuple(bytes((size,)) * size for size in range(BLOCK + 1))


def signature(*parts: str) -> str:
    """SHA-1 in hex over the sorted parts, the platform's signature of everything."""
    return sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Constant-time comparison. Raises BadRequest (403)."""
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode()):
        raise BadRequest("wrong signature", 403)


class MessageCrypto:
    """Opens and seals for one account.

    The cipher object is only a recipe; every message gets its own encryptor or decryptor, so one instance may be used
    by many threads.
    """

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        self._key = b64decode(encoding_aes_key + "=")
        self._app_id = app_id.encode()
        self._cipher = Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def open(self, encrypted: str | bytes) -> bytes:
        """The message inside a base64 text whose signature was checked before. Raises BadRequest.

        The caller checks the signature first, so that a wrong padding tells nothing to those who lack the token.
        """
        raw = self._decrypt(encrypted)
        pad, end = raw[-1], HEAD + int.from_bytes(raw[16:HEAD], "big")
        if not 1 <= pad <= BLOCK or not raw.endswith(_PADDINGS[pad]) or end > len(raw) - pad:
            raise BadRequest("wrong padding or length")
        if not hmac.compare_digest(raw[end:-pad], self._app_id):
            raise BadRequest("addressed to another account", 403)
        return raw[HEAD:end]

    def _decrypt(self, encrypted: str | bytes) -> bytes:
        try:
            sealed = a2b_base64(encrypted, strict_mode=True)
        except (Base64Error, ValueError):
            raise BadRequest("not base64") from None
        if len(sealed) < BLOCK or len(sealed) % 16:
            raise BadRequest("not whole blocks")
        decryptor = self._cipher.decryptor()
        return decryptor.update(sealed) + decryptor.finalize()

    def seal(self, message: bytes, unique: str) -> tuple[str, str]:
        """The base64 text and an envelope nonce; the same arguments always give the same bytes.

        The platform's format has a fixed IV, so only the 16 leading bytes make ciphertexts differ; ours come from
        HMAC-SHA256(AES key, "reply" + `unique` + message). That is as safe as random bytes: without the key they
        cannot be told from random, they are different for every message (the message itself is part of the input, so
        even a number used twice never shares a first block with other words), and only a repetition of the very same
        answer repeats them, which is what a repeated push is meant to get. The nonce, which travels in the open, is
        taken from the other half of the digest.
        """
        digest = hmac.digest(self._key, b"reply\0" + unique.encode() + b"\0" + message, "sha256")
        bare = b"".join((digest[:16], len(message).to_bytes(4, "big"), message, self._app_id))
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(bare + _PADDINGS[BLOCK - len(bare) % BLOCK]) + encryptor.finalize()
        nonce = str(int.from_bytes(digest[16:24], "big") % 10**10)
        return b2a_base64(sealed, newline=False).decode(), nonce
