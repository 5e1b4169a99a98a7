"""Judges what the callback answered to a push, as strictly as the platform (platform.md 1.5 and 1.6)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element

from sandbox.config import SandboxConfig
from sandbox.content import Content
from sandbox.crypto import CryptoError, MessageCrypto, signature
from sandbox.findings import BrokenReply, Findings
from sandbox.messages import Fields
from sandbox.replycontent import read_content
from sandbox.wire import Check
from sandbox.xmlread import XmlError, child_text, read_xml

Verdict = Literal["reply", "success", "empty", "timeout", "fault", "refused"]
MAX_REPLY_BYTES = 262_144


@dataclass(slots=True)
class Judgement:
    """The verdict, its checks, the bubble of a good reply and the decrypted XML; ``text`` is what was received."""

    verdict: Verdict
    checks: list[Check] = field(default_factory=list)
    content: Content | None = None
    text: str = ""
    plain: bytes = b""


class Judge:
    """Reads replies for one account."""

    def __init__(self, config: SandboxConfig, crypto: MessageCrypto | None, media_known: Callable[[str], bool]) -> None:
        self._config, self._crypto, self._media_known = config, crypto, media_known

    def judge(self, pushed: Fields, status: int, body: bytes) -> Judgement:
        """Verdict on an answer that arrived in time."""
        findings = Findings(self._media_known)
        result = Judgement("fault", findings.checks)
        try:
            findings.require("status", status == 200, f"HTTP {status}")
            self._read(result, findings, pushed, body)
        except BrokenReply:
            result.verdict = "fault"
        return result

    def _read(self, result: Judgement, findings: Findings, pushed: Fields, body: bytes) -> None:
        findings.require("size", len(body) <= MAX_REPLY_BYTES, "reply too large")
        if body.strip() in (b"", b"success"):
            findings.note("exact", body in (b"", b"success"), "white space around the answer")
            result.verdict = "success" if body.strip() else "empty"
            return
        result.plain = self._open(findings, body)
        root = _parse(findings, "xml", result.plain)
        _check_head(findings, root, pushed)
        result.content = read_content(root, findings, str(pushed.get("MsgType", "")))
        result.text = child_text(root, "Content") or result.content.text
        result.verdict = "reply"

    def _open(self, findings: Findings, body: bytes) -> bytes:
        if self._crypto is None:
            return body
        root = _parse(findings, "envelope", body)
        if root.find("Encrypt") is None:
            findings.require("encrypted", self._config.mode == "compat", "a plain reply in safe mode")
            return body
        return self._decrypt(findings, root, self._crypto)

    def _decrypt(self, findings: Findings, root: Element, crypto: MessageCrypto) -> bytes:
        encrypted, stamp, nonce = (child_text(root, name) for name in ("Encrypt", "TimeStamp", "Nonce"))
        findings.require("timestamp", stamp.isascii() and stamp.isdigit(), "TimeStamp is not a number")
        findings.require("nonce", bool(nonce), "no Nonce")
        expected = signature(self._config.token, stamp, nonce, encrypted)
        findings.require("signature", child_text(root, "MsgSignature") == expected, "MsgSignature is wrong")
        try:
            plain = crypto.decrypt(encrypted)
        except CryptoError as error:
            findings.require("decrypts", False, str(error))
            raise
        findings.note("decrypts", True)
        return plain


def _parse(findings: Findings, name: str, body: bytes) -> Element:
    try:
        root = read_xml(body)
    except XmlError as error:
        findings.require(name, False, str(error))
        raise
    findings.note(name, True)
    return root


def _check_head(findings: Findings, root: Element, pushed: Fields) -> None:
    names = [child.tag for child in root]
    findings.require("elements_once", len(names) == len(set(names)), "an element occurs twice (injected markup?)")
    findings.require("to_user", child_text(root, "ToUserName") == pushed["FromUserName"], "ToUserName not swapped")
    findings.require("from_user", child_text(root, "FromUserName") == pushed["ToUserName"], "FromUserName not swapped")
    created = child_text(root, "CreateTime")
    findings.require("create_time", created.isascii() and created.isdigit(), "CreateTime is not a number")
