"""Signature and AES against the recorded vectors (four libraries agreed on them) and wechatpy in both directions."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto

from bot.channels.oa.crypto import MessageCrypto, check_signature, signature
from bot.contract import BadRequest
from tests.channels.oa_kit import SETTINGS, VECTORS

KEY = SETTINGS.encoding_aes_key
AES_KEY = b64decode(KEY + "=")
ROWS = [row for row in VECTORS["rows"] if "encrypt" in row]


def crypto(app_id: str = SETTINGS.app_id) -> MessageCrypto:
    return MessageCrypto(KEY, app_id)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["kind"]))
def test_recorded_vectors(row: dict[str, Any]) -> None:
    check_signature(row["msg_signature"], SETTINGS.token, row["timestamp"], row["nonce"], row["encrypt"])
    assert crypto(row["receiveid"]).open(row["encrypt"]).decode() == row["plaintext"]


def test_the_vectors_are_all_there() -> None:
    assert len(ROWS) >= 16


def test_recorded_url_check() -> None:
    row = VECTORS["plain_url_check"]
    assert signature(VECTORS["token"], row["timestamp"], row["nonce"]) == row["signature"]


@given(st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")), st.integers(0, 2**63))
@settings(deadline=None)
def test_wechatpy_opens_what_we_seal(message: bytes, number: int) -> None:
    encrypted, nonce = crypto().seal(message, str(number))
    assert crypto().open(encrypted) == message
    assert PrpCrypto(AES_KEY).decrypt(encrypted, SETTINGS.app_id) == message.decode()
    assert nonce.isdigit() and len(nonce) <= 10


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(deadline=None)
def test_we_open_what_wechatpy_seals(message: str) -> None:
    sealed = PrpCrypto(AES_KEY).encrypt(message, SETTINGS.app_id)
    assert crypto().open(sealed).decode() == message


@pytest.mark.parametrize("size", range(0, 70))
def test_every_padding_length(size: int) -> None:
    encrypted, _ = crypto().seal(b"x" * size, "1")
    assert crypto().open(encrypted) == b"x" * size


def test_sealing_is_repeatable_but_no_two_messages_share_a_first_block() -> None:
    first = crypto().seal("甲".encode(), "7:1795200001")
    assert crypto().seal("甲".encode(), "7:1795200001") == first
    others = [
        crypto().seal("乙".encode(), "7:1795200001"),
        crypto().seal("甲".encode(), "8:1795200001"),
        crypto().seal("甲".encode(), "7:1795200002"),
        MessageCrypto("A" * 43, SETTINGS.app_id).seal("甲".encode(), "7:1795200001"),
    ]
    assert len({encrypted[:20] for encrypted, _ in [first, *others]}) == 5
    assert len({nonce for _, nonce in [first, *others]}) == 5


@pytest.mark.parametrize("broken", ["", "A", "====", "中文", "AAAA\nAAAA", "A" * 44, "A" * 43, "\ud800", "AAA=AAA="])
def test_what_is_no_ciphertext_is_a_bad_request(broken: str) -> None:
    with pytest.raises(BadRequest):
        crypto().open(broken)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_random_ciphertexts_are_bad_requests(noise: bytes) -> None:
    with pytest.raises(BadRequest):
        crypto().open(noise)


def raw_sealed(raw: bytes) -> str:
    """Any plaintext block, also one that the format does not allow, encrypted with the right key."""
    encryptor = Cipher(algorithms.AES(AES_KEY), modes.CBC(AES_KEY[:16])).encryptor()
    return b64encode(encryptor.update(raw) + encryptor.finalize()).decode()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (bytes(32), 400),
        (b"r" * 16 + (2**32 - 1).to_bytes(4, "big") + b"x" * 11 + b"\x01", 400),
        (b"r" * 16 + (12).to_bytes(4, "big") + b"x" * 11 + b"\x01", 400),
        (b"r" * 16 + (0).to_bytes(4, "big") + b"x" * 10 + b"\x21\x21", 400),
        (b"r" * 16 + (0).to_bytes(4, "big") + b"x" * 10 + b"\x03\x02", 400),
        (b"r" * 16 + (0).to_bytes(4, "big") + b"x" * 9 + b"\x03\x02\x03", 400),
        (b"\x20" * 32, 400),
        (b"r" * 16 + (0).to_bytes(4, "big") + b"\x0c" * 12, 403),
    ],
)
def test_broken_insides_are_bad_requests(raw: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as caught:
        crypto().open(raw_sealed(raw))
    assert caught.value.status == status
