"""Subscription notices (bizsend): consent counters and the types of the fields (platform.md 5.2)."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sandbox.answers import ApiError, Json, ok
from sandbox.calling import Call, require_phone
from sandbox.content import Content
from sandbox.world import World

FIELD_TYPES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "thing": re.compile(r".{1,20}"),
        "number": re.compile(r"(?=.{1,32}\Z)-?\d+(\.\d+)?"),
        "letter": re.compile(r"[A-Za-z]{1,32}"),
        "symbol": re.compile(r"[^\w\s]{1,5}"),
        "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
        "time": re.compile(
            r"(?=.{1,64}\Z)(\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?\s*)?\d{1,2}:\d{2}(:\d{2})?"
            r"(\s*~\s*(\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?\s*)?\d{1,2}:\d{2}(:\d{2})?)?"
            r"|\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?(\s*~\s*\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?)?"
        ),
        "date": re.compile(
            r"(?=.{1,64}\Z)\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?(\s*\d{1,2}:\d{2}(:\d{2})?)?"
            r"(\s*~\s*\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?(\s*\d{1,2}:\d{2}(:\d{2})?)?)?"
        ),
        "amount": re.compile(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?"),
        "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
        "car_number": re.compile(r"[\u4e00-\u9fff]?[A-Z0-9·\u4e00-\u9fff]{1,7}"),
        "name": re.compile(r"(?=[A-Za-z\s·.\u4e00-\u9fff]+\Z)([\u4e00-\u9fff·]{1,10}|[A-Za-z\s.]{1,20}|.{1,10})"),
        "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    }
)
_FIELD = re.compile(r"([a-z_]+?)(\d+)\Z")


def bizsend(world: World, call: Call) -> Json:
    """message/subscribe/bizsend: one consent, one notice; following is not needed."""
    body = call.json
    phone = require_phone(world, body.get("touser"))
    template = body.get("template_id")
    if not isinstance(template, str) or not template.strip():
        raise ApiError(40037)
    fields = check_fields(body.get("data"))
    _check_page(body)
    if phone.blocked:
        raise ApiError(43019)
    world.consents.require(phone.user, template)
    world.consents.use(phone.user, template)
    msgid = str(world.ids.job())
    content = Content("notice", "订阅通知", fields=fields)
    world.chats.deliver(phone, content, "bizsend", "\n".join(fields.values()), msgid)
    item = {"TemplateId": template, "MsgID": msgid, "ErrorCode": "0", "ErrorStatus": "success"}
    world.outbox.finish_event(phone.user, "subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": item}})
    return ok()


def check_fields(data: Any) -> dict[str, str]:
    """The values by field name; 47003 names the first field that breaks its type."""
    if not isinstance(data, dict) or not data:
        raise ApiError(47003, "data is empty")
    return {str(name): _checked(str(name), item) for name, item in data.items()}


def _checked(name: str, item: Any) -> str:
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str) or not value:
        raise ApiError(47003, f"data.{name}.value is empty")
    field = _FIELD.match(name)
    pattern = FIELD_TYPES.get(field[1]) if field else None
    if pattern is None or not pattern.fullmatch(value):
        raise ApiError(47003, f"data.{name}.value invalid")
    return value


def _check_page(body: Json) -> None:
    page = body.get("page")
    if page is not None and (not isinstance(page, str) or len(page) > 1024):
        raise ApiError(41030)
    program = body.get("miniprogram")
    if program is not None and (not isinstance(program, dict) or not program.get("appid")):
        raise ApiError(47003, "miniprogram.appid")
