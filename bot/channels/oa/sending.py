"""One message to one person (or one mass job) by each route of the platform (platform.md 5.2)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from wechatpy.client.api import WeChatMessage

from bot.channels.oa.client import OaApi
from bot.channels.oa.errors import Answer, Refused, message_id_of
from bot.channels.oa.text import MAX_TEXT_BYTES, body, clean, cut
from bot.contract import Outcome, Outgoing, Result

MAX_DEDUPE: Final = 32
MAX_THING: Final = 20
EVERYBODY: Final = "@all"
TAG: Final = "tag:"


class Sender:
    """The routes of one account. `templates`: purpose -> template id; an id of the account itself is taken as it is."""

    def __init__(self, api: OaApi, templates: Mapping[str, str]) -> None:
        self._api, self._templates = api, templates
        self._message: Any = WeChatMessage(api)
        self._routes: Mapping[str, Callable[[Outgoing, str], Awaitable[Answer]]] = MappingProxyType(
            {"custom": self._custom, "template": self._template, "notice": self._notice, "mass": self._mass}
        )

    async def send(self, out: Outgoing, user: str) -> Outcome:
        """How the attempt ended. Never raises what the platform or the network does."""
        route = out.route or "custom"
        call = self._routes.get(route)
        if call is None:
            return _ours("unknown route", route)
        try:
            answer = await call(out, user)
        except Refused as refusal:
            return replace(refusal.outcome, route=route)
        if "errcode" not in answer:
            return Outcome(Result.UNKNOWN, "no errcode", route=route)
        done = Result.OK if route == "custom" else Result.ACCEPTED
        return Outcome(done, message_id=message_id_of(answer), route=route)

    async def _custom(self, out: Outgoing, user: str) -> Answer:
        text = body(out)
        if out.choices:
            return await self._menu(out, user, text)
        _need(text.strip(), "empty text")
        answer: Answer = await self._message.send_text(user, cut(text, MAX_TEXT_BYTES))
        return answer

    async def _menu(self, out: Outgoing, user: str, text: str) -> Answer:
        items = [{"id": clean(choice.id), "content": clean(choice.label)} for choice in out.choices]
        used = sum(len(item["content"].encode()) + 1 for item in items)
        head = cut(text, max(MAX_TEXT_BYTES - used, MAX_TEXT_BYTES // 2))
        menu = {"head_content": head, "list": items, "tail_content": ""}
        answer: Answer = await self._message.send_msg_menu(user, menu)
        return answer

    async def _template(self, out: Outgoing, user: str) -> Answer:
        # wechatpy's send_template has no client_msg_id.
        data: dict[str, Any] = {"touser": user, "template_id": self._template_id(out), "data": _values(out.fields)}
        if out.link:
            data["url"] = out.link
        if out.dedupe:
            data["client_msg_id"] = dedupe_id(out.dedupe)
        return await self._api.post("message/template/send", data)

    async def _notice(self, out: Outgoing, user: str) -> Answer:
        fields = {name: _thing(value) if name.startswith("thing") else value for name, value in out.fields.items()}
        answer: Answer = await self._message.send_subscribe_message(
            user, self._template_id(out), _values(fields), page=out.link or None
        )
        return answer

    async def _mass(self, out: Outgoing, user: str) -> Answer:
        # wechatpy sends the dead group_id and no clientmsgid.
        text = body(out)
        _need(text.strip(), "empty text")
        data: dict[str, Any] = {
            "filter": _audience(user),
            "text": {"content": cut(text, MAX_TEXT_BYTES)},
            "msgtype": "text",
        }
        if out.dedupe:
            data["clientmsgid"] = dedupe_id(out.dedupe)
        return await self._api.post("message/mass/sendall", data)

    def _template_id(self, out: Outgoing) -> str:
        found = self._templates.get(out.template, "")
        known = found or (out.template if out.template in self._templates.values() else "")
        _need(known, "unknown template")
        return known


def dedupe_id(dedupe: str) -> str:
    """A key of at most 32 characters; a longer one is hashed, not cut."""
    if len(dedupe) <= MAX_DEDUPE:
        return dedupe
    return sha256(dedupe.encode("utf-8", "surrogatepass")).hexdigest()[:MAX_DEDUPE]


def _audience(user: str) -> dict[str, Any]:
    """`@all` is every follower, `tag:7` those with a tag."""
    if user == EVERYBODY:
        return {"is_to_all": True}
    number = user.removeprefix(TAG)
    _need(user.startswith(TAG) and number.isascii() and number.isdigit(), "no mass audience")
    return {"is_to_all": False, "tag_id": int(number)}


def _values(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in fields.items()}


def _thing(value: str) -> str:
    """A `thing` has at most 20 characters in one line, or the whole notice is refused (47003)."""
    flat = " ".join(clean(value).split())
    return flat if len(flat) <= MAX_THING else flat[: MAX_THING - 1] + "…"


def _need(fits: object, code: str) -> None:
    if not fits:
        raise Refused(_ours(code, ""))


def _ours(code: str, route: str) -> Outcome:
    return Outcome(Result.REJECTED, code, ours=True, route=route)
