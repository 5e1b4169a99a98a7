"""Fields of one push -> Inbound: the head that all share, and the key by which a repeat is known (platform.md 1.5)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from bot.channels.oa.events import EVENTS, other
from bot.channels.oa.messages import MESSAGES, Part
from bot.channels.oa.parse import Fields
from bot.contract import BadRequest, Inbound

MAX_NAME: Final = 64
SHORT_KEY: Final = 32


def to_inbound(channel: str, fields: Fields, mode: str) -> Inbound:
    """The channel-free form of one push. Raises BadRequest when a part of the head is missing or out of bounds."""
    flat = fields.flat
    kind, user = _name(flat, "MsgType"), _name(flat, "FromUserName")
    created = flat.get("CreateTime", "").strip()
    if not (created.isascii() and created.isdigit() and len(created) <= 10):
        raise BadRequest("CreateTime is not a time")
    if kind == "event":
        event = _name(flat, "Event")
        part = EVENTS.get(event.lower(), other)(fields)
        dedupe = _event_key(user, created, event, fields, part)
    else:
        event = kind
        part = MESSAGES.get(kind, other)(fields)
        dedupe = _message_key(user, created, fields, part)
    return Inbound(
        channel=channel,
        dedupe=dedupe,
        user=user,
        kind=part.kind,
        sent_at=datetime.fromtimestamp(int(created), UTC),
        account=_name(flat, "ToUserName"),
        text=part.text,
        key=part.key,
        scene=part.scene,
        media=part.media,
        event=event,
        receipts=part.receipts,
        consents=part.consents,
        details=dict(part.details),
        wire={"mode": mode},
    )


def _name(flat: Mapping[str, str], field: str) -> str:
    value = flat.get(field, "").strip()
    if not value or len(value) > MAX_NAME:
        raise BadRequest(f"{field} is missing or too long")
    return value


def _message_key(user: str, created: str, fields: Fields, part: Part) -> str:
    number = fields.get("MsgId")
    if number.isascii() and number.isdigit() and len(number) <= 20:
        return f"m:{number}"
    # No usable id: the same words in the same second by the same person count as one message.
    return f"m:{user}:{created}:{_short(repr((part.kind, part.text, part.key, part.media, part.details)), 0)}"


def _event_key(user: str, created: str, event: str, fields: Fields, part: Part) -> str:
    """CreateTime has seconds only. Finish events carry no EventKey: their ids keep two in one second apart."""
    key = fields.get("EventKey")
    if part.receipts:
        key = ",".join(receipt.message_id for receipt in part.receipts)
    elif part.consents:
        key = repr(part.consents)
    return f"e:{user}:{created}:{event}:{_short(key, SHORT_KEY)}"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT_KEY]
