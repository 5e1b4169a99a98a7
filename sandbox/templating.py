"""Template messages: what the platform really delivers since May 2023 (platform.md 0.2 and 5.2)."""

import re
from typing import Any, Final

from sandbox.answers import ApiError, Json, ok
from sandbox.calling import Call, require_phone
from sandbox.content import Content
from sandbox.phones import Phone
from sandbox.world import World

VALUE_LIMIT: Final = 20
CLIENT_ID_LIMIT: Final = 32
STRIPPED: Final = frozenset({"first", "remark"})
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f1e6-\U0001f1ff]")


def template_send(world: World, call: Call) -> Json:
    """message/template/send: cuts values silently, dedupes client_msg_id, then TEMPLATESENDJOBFINISH."""
    body = call.json
    phone = require_phone(world, body.get("touser"))
    template = _template_id(world, body.get("template_id"))
    fields = _fields(world, template, body.get("data"))
    client = _client_id(body.get("client_msg_id"))
    if not phone.follows:
        raise ApiError(43004)
    if phone.blocked:
        raise ApiError(43019)
    earlier = world.templates.earlier(phone.user, client, call.now) if client else None
    if earlier is not None:
        return ok(msgid=earlier)
    return ok(msgid=_deliver(world, phone, fields, client, call.now))


def _deliver(world: World, phone: Phone, fields: dict[str, str], client: str, now: float) -> int:
    text = "\n".join(fields.values())
    if world.faults.current.template_duplicate_40241 and world.templates.repeated(phone.user, text, now):
        raise ApiError(40241)
    msgid = world.ids.job()
    if client:
        world.templates.remember(phone.user, client, msgid, now)
    status = "failed:user block" if phone.muted else "success"
    if not phone.muted:
        content = Content("template", "服务通知", fields=fields)
        world.chats.deliver(phone, content, "template", text, str(msgid), client)
    world.outbox.finish_event(phone.user, "TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status})
    return msgid


def cut(value: str) -> str:
    """A value as the person sees it: one line, no emoji, at most 20 characters."""
    return _EMOJI.sub("", " ".join(value.splitlines()))[:VALUE_LIMIT]


def _template_id(world: World, template: object) -> str:
    if not isinstance(template, str) or not template.strip():
        raise ApiError(40037)
    if world.config.templates and template not in world.config.templates:
        raise ApiError(40037)
    return template


def _fields(world: World, template: str, data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or not data:
        raise ApiError(47003, "data is empty")
    missing = [name for name in world.config.templates.get(template, ()) if name not in data]
    if missing:
        raise ApiError(47003, f"data.{missing[0]}.value is empty")
    return {str(name): cut(_value(name, item)) for name, item in data.items() if name not in STRIPPED}


def _value(name: str, item: Any) -> str:
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise ApiError(47003, f"data.{name}.value is empty")
    return str(value)


def _client_id(client: object) -> str:
    if client is None:
        return ""
    if not isinstance(client, str) or len(client) > CLIENT_ID_LIMIT:
        raise ApiError(40097, "client_msg_id")
    return client
