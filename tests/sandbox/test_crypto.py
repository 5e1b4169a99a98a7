"""The sandbox's own crypto against fixed vectors and against wechatpy."""

import json
from pathlib import Path
from typing import Any

import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto

from sandbox.config import Mode, SandboxConfig
from sandbox.crypto import CryptoError, MessageCrypto, signature
from sandbox.faults import Faults
from sandbox.messages import head, message_fields, render
from sandbox.sealing import Sealer

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "wechat_crypto_vectors.json").read_text("utf-8")
)
ROWS = [row for row in VECTORS["rows"] if "encrypt" in row]
KEY, TOKEN, APP_ID = VECTORS["encoding_aes_key"], VECTORS["token"], "wxa1b2c3d4e5f60718"


def test_there_are_vectors() -> None:
    assert len(ROWS) >= 16


@pytest.mark.parametrize("row", ROWS, ids=[row["kind"] for row in ROWS])
def test_vector_decrypts_and_its_signature_is_ours(row: dict[str, str]) -> None:
    assert MessageCrypto(KEY, row["receiveid"]).decrypt(row["encrypt"]).decode() == row["plaintext"]
    assert signature(TOKEN, row["timestamp"], row["nonce"], row["encrypt"]) == row["msg_signature"]


@pytest.mark.parametrize("length", [*range(0, 70), 2048])
def test_wechatpy_reads_what_we_encrypt(length: int) -> None:
    ours = MessageCrypto(KEY, APP_ID)
    text = ("工会" * length)[:length]
    encrypted = ours.encrypt(text.encode())
    signed = signature(TOKEN, "1795200000", "1", encrypted)
    read = WeChatCrypto(TOKEN, KEY, APP_ID).decrypt_message(
        f"<xml><Encrypt>{encrypted}</Encrypt></xml>", signed, "1795200000", "1"
    )
    assert read == text
    assert ours.decrypt(encrypted).decode() == text


@pytest.mark.parametrize("bad", ["", "***", "AAAA", "A" * 44, "QUJD" * 16])
def test_rubbish_is_refused(bad: str) -> None:
    with pytest.raises(CryptoError):
        MessageCrypto(KEY, APP_ID).decrypt(bad)


def test_another_account_is_refused() -> None:
    with pytest.raises(CryptoError, match="receive id"):
        MessageCrypto(KEY, "wxother").decrypt(MessageCrypto(KEY, APP_ID).encrypt(b"x"))


def test_the_same_text_never_encrypts_the_same() -> None:
    ours = MessageCrypto(KEY, APP_ID)
    assert ours.encrypt(b"x") != ours.encrypt(b"x")


@pytest.mark.parametrize("text", ["]]>", "a]]>b]]>", "<xml>&amp;", "\x00\x0b好\ud800", "行1\n行2"])
def test_any_text_survives_the_xml(text: str) -> None:
    fields = head("gh_x", "o1", 1, "text") | message_fields("text", {"Content": text})
    expected = "".join(char for char in text if char >= " " or char == "\n").replace("\ud800", "")
    assert xmltodict.parse(render(fields))["xml"]["Content"] == expected


def test_compat_mode_carries_both_and_plain_only_text() -> None:
    fields = head("gh_x", "o1", 1, "text") | message_fields("text", {"Content": "好"})
    expected: list[tuple[Mode, set[str]]] = [
        ("compat", {"Content", "Encrypt"}),
        ("plain", {"Content"}),
        ("safe", {"Encrypt"}),
    ]
    for mode, names in expected:
        config = SandboxConfig("http://127.0.0.1/", APP_ID, "secret", TOKEN, KEY, mode)
        envelope = Sealer(config).seal(fields, 1795200000.0, Faults())
        assert set(xmltodict.parse(envelope.body)["xml"]) & {"Content", "Encrypt"} == names
        assert ("msg_signature" in envelope.query) == (mode != "plain")
