"""One message to one person, or one mass job to many, by each route of the platform (platform.md 5.2)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from bot.channels.oa.bodies import custom_body, dedupe_id, mass_body, need, notice_body, ours, template_body
from bot.channels.oa.client import OaApi
from bot.channels.oa.errors import Answer, Refused, message_id_of
from bot.contract import Outcome, Outgoing, Result

EVERYBODY: Final = "@all"
TAG: Final = "tag:"
NO_ERRCODE: Final = "no errcode"
MASS_LEAST, MASS_MOST = 2, 10_000  # openids in one call (40130)
# What message/mass/get says of a job; anything else is not known.
MASS_STATES: Final[Mapping[str, Result]] = MappingProxyType(
    {
        "SEND_SUCCESS": Result.OK,
        "SENDING": Result.ACCEPTED,
        "SEND_FAIL": Result.REJECTED,
        "DELETE": Result.REJECTED,
    }
)


class Sender:
    """The routes of one account. `templates`, `notices`: purpose -> id of the template or subscription notice; an id of
    the account itself is taken as it is.
    """

    def __init__(self, api: OaApi, templates: Mapping[str, str], notices: Mapping[str, str]) -> None:
        self._api, self._templates, self._notices = api, templates, notices
        self._routes: Mapping[str, Callable[[Outgoing, str], Awaitable[Answer]]] = MappingProxyType(
            {"custom": self._custom, "template": self._template, "notice": self._notice, "mass": self._mass}
        )

    async def send(self, out: Outgoing, user: str) -> Outcome:
        """How the attempt ended. Never raises what the platform or the network does."""
        route = out.route or "custom"
        call = self._routes.get(route)
        if call is None:
            return ours("unknown route", route)
        return await _ended(route, lambda: call(out, user))

    async def send_many(self, out: Outgoing, users: Sequence[str]) -> Outcome:
        """One mass job to 2 to 10 000 openids; `out.dedupe` is its `clientmsgid`. Never raises, like `send`."""
        return await _ended("mass", lambda: self._mass_list(out, users))

    async def mass_state(self, message_id: str) -> Outcome:
        """How far a mass job is: OK: it was sent, ACCEPTED: it is being sent, REJECTED: it failed."""
        try:
            answer = await self._api.post("message/mass/get", {"msg_id": message_id})
        except Refused as refusal:
            return replace(refusal.outcome, route="mass")
        status = str(answer.get("msg_status", ""))
        return Outcome(MASS_STATES.get(status, Result.UNKNOWN), status[:32], message_id=message_id, route="mass")

    async def _custom(self, out: Outgoing, user: str) -> Answer:
        return await self._api.post("message/custom/send", {"touser": user, **custom_body(out)})

    async def _template(self, out: Outgoing, user: str) -> Answer:
        # wechatpy's send_template has no client_msg_id.
        data: dict[str, Any] = {"touser": user, **template_body(out, self._templates)}
        if out.dedupe:
            data["client_msg_id"] = dedupe_id(out.dedupe)
        return await self._api.post("message/template/send", data)

    async def _notice(self, out: Outgoing, user: str) -> Answer:
        return await self._api.post("message/subscribe/bizsend", {"touser": user, **notice_body(out, self._notices)})

    async def _mass(self, out: Outgoing, user: str) -> Answer:
        # wechatpy sends the dead group_id and no clientmsgid.
        return await self._api.post("message/mass/sendall", {**mass_body(out), "filter": _audience(user)})

    async def _mass_list(self, out: Outgoing, users: Sequence[str]) -> Answer:
        need(MASS_LEAST <= len(users) <= MASS_MOST, "no mass audience")
        return await self._api.post("message/mass/send", {**mass_body(out), "touser": list(users)})


async def _ended(route: str, call: Callable[[], Awaitable[Answer]]) -> Outcome:
    """How a call of a route ended."""
    try:
        answer = await call()
    except Refused as refusal:
        return replace(refusal.outcome, route=route)
    if "errcode" not in answer:
        return Outcome(Result.UNKNOWN, NO_ERRCODE, route=route)
    done = Result.OK if route == "custom" else Result.ACCEPTED
    return Outcome(done, message_id=message_id_of(answer), route=route)


def _audience(user: str) -> dict[str, Any]:
    """`@all` is every follower, `tag:7` those with a tag."""
    if user == EVERYBODY:
        return {"is_to_all": True}
    number = user.removeprefix(TAG)
    need(user.startswith(TAG) and number.isascii() and number.isdigit(), "no mass audience")
    return {"is_to_all": False, "tag_id": int(number)}
