"""Passive replies: the XML inside, and the signed envelope around it (platform.md 1.2, 1.6)."""

from typing import Final

from bot.channels.oa.crypto import MessageCrypto, signature
from bot.channels.oa.text import clean, with_links
from bot.contract import Inbound, Outgoing

SUCCESS: Final = b"success"


def cdata(text: str) -> str:
    """A CDATA section that its content cannot leave. The text must be cleaned."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def reply(inbound: Inbound, out: Outgoing | None) -> bytes:
    """The reply in clear, or `success` when there is nothing to say. To and From are swapped; the time is `out.at`."""
    if out is None:
        return SUCCESS
    content = with_links(out)
    if content.strip():
        inner = f"<MsgType><![CDATA[text]]></MsgType><Content>{cdata(content)}</Content>"
    elif out.hand_over:
        inner = "<MsgType><![CDATA[transfer_customer_service]]></MsgType>"
    else:
        return SUCCESS
    return (
        f"<xml><ToUserName>{cdata(clean(inbound.user))}</ToUserName>"
        f"<FromUserName>{cdata(clean(inbound.account))}</FromUserName>"
        f"<CreateTime>{int(out.at.timestamp())}</CreateTime>{inner}</xml>"
    ).encode()


def sealed(crypto: MessageCrypto, token: str, message: bytes, out: Outgoing) -> bytes:
    """The message in its encrypted envelope. A pure function of its arguments: a repeat gets the same bytes."""
    created = str(int(out.at.timestamp()))
    encrypted, nonce = crypto.seal(message, f"{out.id}:{created}")
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signature(token, created, nonce, encrypted)}]]></MsgSignature>"
        f"<TimeStamp>{created}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()
