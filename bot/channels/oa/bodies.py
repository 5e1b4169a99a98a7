"""What a message is in the platform's JSON, without whom it is for (platform.md 5.2).

Raises Refused (REJECTED, ours) for what cannot be sent to anybody.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from bot.channels.oa.errors import Refused
from bot.channels.oa.text import MAX_TEXT_BYTES, body, clean, cut
from bot.contract import Outcome, Outgoing, Result

MAX_DEDUPE: Final = 32
MAX_THING: Final = 20


def text_body(out: Outgoing) -> dict[str, Any]:
    """A text, as customer and mass messages have it."""
    text = body(out)
    need(text.strip(), "empty text")
    return {"msgtype": "text", "text": {"content": cut(text, MAX_TEXT_BYTES)}}


def custom_body(out: Outgoing) -> dict[str, Any]:
    """A customer message: a text, or with choices a menu in the message, cut so that the choices fit."""
    if not out.choices:
        return text_body(out)
    items = [{"id": clean(choice.id), "content": clean(choice.label)} for choice in out.choices]
    used = sum(len(item["content"].encode()) + 1 for item in items)
    head = cut(body(out), max(MAX_TEXT_BYTES - used, MAX_TEXT_BYTES // 2))
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": head, "list": items, "tail_content": ""}}


def template_body(out: Outgoing, templates: Mapping[str, str]) -> dict[str, Any]:
    """A template message; `templates`: purpose -> template id."""
    data = {"template_id": _id_of(templates, out), "data": _values(out.fields)}
    return {**data, "url": out.link} if out.link else data


def notice_body(out: Outgoing, notices: Mapping[str, str]) -> dict[str, Any]:
    """A subscription notice; `notices`: purpose -> id."""
    fields = {name: _thing(value) if name.startswith("thing") else value for name, value in out.fields.items()}
    data = {"template_id": _id_of(notices, out), "data": _values(fields)}
    return {**data, "page": out.link} if out.link else data


def mass_body(out: Outgoing) -> dict[str, Any]:
    """A mass message with the key that drops repeats."""
    data = text_body(out)
    return {**data, "clientmsgid": dedupe_id(out.dedupe)} if out.dedupe else data


def _id_of(ids: Mapping[str, str], out: Outgoing) -> str:
    known = ids.get(out.template, "") or (out.template if out.template in ids.values() else "")
    need(known, "unknown template")
    return known


def dedupe_id(dedupe: str) -> str:
    """A key of at most 32 characters; a longer one is hashed, not cut."""
    if len(dedupe) <= MAX_DEDUPE:
        return dedupe
    return sha256(dedupe.encode("utf-8", "surrogatepass")).hexdigest()[:MAX_DEDUPE]


def _values(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in fields.items()}


def _thing(value: str) -> str:
    """A `thing` has at most 20 characters in one line, or the whole notice is refused (47003)."""
    flat = " ".join(clean(value).split())
    return flat if len(flat) <= MAX_THING else flat[: MAX_THING - 1] + "…"


def need(fits: object, code: str) -> None:
    """Raises Refused with this code unless it fits."""
    if not fits:
        raise Refused(ours(code, ""))


def ours(code: str, route: str) -> Outcome:
    """Refused here, before anything was sent: our mistake."""
    return Outcome(Result.REJECTED, code, ours=True, route=route)
