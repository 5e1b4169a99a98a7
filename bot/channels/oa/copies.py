"""One message to many people: JSON made once, and for each copy only whom it is for and the key that drops repeats."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.channels.oa.bodies import custom_body, dedupe_id, notice_body, template_body
from bot.channels.oa.client import OaApi
from bot.channels.oa.errors import Refused, message_id_of
from bot.channels.oa.sending import NO_ERRCODE
from bot.channels.oa.transport import dump
from bot.contract import Outcome, Outgoing, Result

PATHS: Final[Mapping[str, bytes]] = {
    "custom": b"message/custom/send",
    "template": b"message/template/send",
    "notice": b"message/subscribe/bizsend",
}
_PLAIN = re.compile(r"[A-Za-z0-9_@.-]{1,64}")  # needs no escape in JSON
_OK = b'{"errcode":0,"errmsg":"ok"}'


class OaCopies:
    """A message made ready for one route of the account; see `Copies` in the contract."""

    def __init__(self, api: OaApi, route: str, fields: bytes) -> None:
        self._api, self._route, self._path = api, route, PATHS[route]
        self._rest = b'",' + fields[1:]  # the object goes on after the one it is for
        self._dedupes = route == "template"
        self._done = Outcome(Result.OK if route == "custom" else Result.ACCEPTED, route=route)

    async def send(self, user: str, dedupe: str) -> Outcome:
        """One copy. Never raises what the platform or the network does."""
        if not _PLAIN.fullmatch(user):
            return Outcome(Result.REJECTED, "address", ours=True, route=self._route)
        body = b'{"touser":"' + user.encode()
        if self._dedupes:
            body += b'","client_msg_id":"' + dedupe_id(dedupe).encode()
        try:
            answer = await self._api.express(self._path, body + self._rest, _OK)
        except Refused as refusal:
            return replace(refusal.outcome, route=self._route)
        if answer is None:
            return self._done
        if "errcode" not in answer:
            return Outcome(Result.UNKNOWN, NO_ERRCODE, route=self._route)
        return replace(self._done, message_id=message_id_of(answer))


class Unsendable:
    """A message that is wrong in itself: every copy ends in the same way."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    async def send(self, user: str, dedupe: str) -> Outcome:
        """Why it cannot be sent."""
        return self._outcome


def copies(
    api: OaApi, out: Outgoing, templates: Mapping[str, str], notices: Mapping[str, str]
) -> OaCopies | Unsendable | None:
    """`out` made ready for many; None by a route that is not for single people."""
    route = out.route or "custom"
    if route not in PATHS:
        return None
    try:
        if route == "custom":
            fields = custom_body(out)
        else:
            fields = template_body(out, templates) if route == "template" else notice_body(out, notices)
    except Refused as refusal:
        return Unsendable(replace(refusal.outcome, route=route))
    return OaCopies(api, route, dump(fields))
