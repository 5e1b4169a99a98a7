"""Signatures and the AES-CBC message encryption of the platform (reference: platform.md 1.1 and 1.2)."""

import base64
import binascii
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32
_HEAD = 20


class CryptoError(ValueError):
    """The text is not something this account could have encrypted."""


def signature(*parts: str) -> str:
    """Lower-case SHA-1 hex of the sorted and joined parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


class MessageCrypto:
    """Encrypts and decrypts for one key. Padding is to 32 bytes and the length field counts bytes."""

    def __init__(self, encoding_aes_key: str, receive_id: str) -> None:
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._receive_id = receive_id

    def encrypt(self, message: bytes, receive_id: str | None = None) -> str:
        """Base64 text of the encrypted message; ``receive_id`` replaces the usual app id (fault injection)."""
        tail = (self._receive_id if receive_id is None else receive_id).encode()
        block = os.urandom(16) + struct.pack(">I", len(message)) + message + tail
        pad = _BLOCK - len(block) % _BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(block + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message; raises CryptoError on bad base64, length, padding or receive id."""
        block = self._blocks(encrypted)
        pad = block[-1]
        if not 1 <= pad <= _BLOCK or block[-pad:] != bytes([pad]) * pad:
            raise CryptoError("bad padding")
        content = block[:-pad]
        if len(content) < _HEAD:
            raise CryptoError("too short")
        (length,) = struct.unpack(">I", content[16:_HEAD])
        if _HEAD + length > len(content):
            raise CryptoError("bad length field")
        if content[_HEAD + length :] != self._receive_id.encode():
            raise CryptoError("other receive id")
        return content[_HEAD : _HEAD + length]

    def _blocks(self, encrypted: str) -> bytes:
        try:
            raw = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CryptoError("bad base64") from error
        if not raw or len(raw) % 16:
            raise CryptoError("bad ciphertext length")
        decryptor = self._cipher().decryptor()
        return decryptor.update(raw) + decryptor.finalize()

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:16]))
