"""The Official Account as a `Channel`: verified pushes in, passive replies and sends out."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.channels.oa.client import OaApi
from bot.channels.oa.copies import copies
from bot.channels.oa.crypto import MessageCrypto, check_signature
from bot.channels.oa.errors import Refused
from bot.channels.oa.inbound import to_inbound
from bot.channels.oa.parse import MAX_BYTES, parse
from bot.channels.oa.render import SUCCESS, reply, sealed
from bot.channels.oa.sending import Sender
from bot.channels.oa.settings import OaSettings
from bot.channels.oa.text import MAX_TEXT_BYTES
from bot.channels.oa.tokens import TokenStore
from bot.channels.oa.windows import WINDOWS
from bot.contract import (
    Address,
    BadRequest,
    Capabilities,
    Challenge,
    Copies,
    Inbound,
    Media,
    Outcome,
    Outgoing,
    Result,
    WireRequest,
    WireResponse,
)

NAME: Final = "oa"
MAX_QUERY: Final = 512
SEALED: Final = "aes"
CLEAR: Final = "plain"
MASS_PER_SECOND: Final = 1.0  # 60 jobs a minute
# The whole of a safe push. Anything else (compat pushes hold what people wrote) is read by the XML parser.
_ENVELOPE = re.compile(
    rb"\s*<xml>\s*<ToUserName>(?:<!\[CDATA\[)?[\w@.-]{0,64}(?:\]\]>)?</ToUserName>\s*"
    rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?</Encrypt>\s*</xml>\s*"
)


class OaChannel:
    """One account. `receive` and `answer` touch no network and may run in any thread; `send` belongs to one event loop.

    `store` shares the access token between processes; `now` is the time in UTC for tokens and quotas.
    """

    def __init__(self, settings: OaSettings, store: TokenStore, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._crypto = MessageCrypto(settings.encoding_aes_key, settings.app_id) if settings.encoding_aes_key else None
        self.api = OaApi(NAME, settings, store, now)
        self._sender = Sender(self.api, settings.templates, settings.notices)
        self._can = _capabilities(settings)

    @property
    def name(self) -> str:
        """Always `oa`."""
        return NAME

    @property
    def can(self) -> Capabilities:
        """What an Official Account is able to do; template and notice only when they are configured."""
        return self._can

    async def close(self) -> None:
        """Close the connections to the platform."""
        await self.api.close()

    def receive(self, request: WireRequest, now: datetime) -> Inbound | Challenge:
        """Verify, decrypt and parse one push.

        Raises BadRequest: 403 for what is wrongly signed, stale, in clear or for another account, 413 for more than
        64 KiB, 405 for other methods, 400 for what is malformed. Replays are for the inbox to know (platform.md 1.5).
        """
        if len(request.body) > MAX_BYTES:
            raise BadRequest("too large", 413)
        query = request.query
        timestamp, nonce = _parameter(query, "timestamp"), _parameter(query, "nonce")
        check_signature(_parameter(query, "signature"), self._settings.token, timestamp, nonce)
        self._check_fresh(timestamp, now)
        if request.method == "GET":
            return Challenge(WireResponse(_parameter(query, "echostr").encode("utf-8", "replace")))
        if request.method != "POST":
            raise BadRequest("method not allowed", 405)
        if query.get("encrypt_type") == "aes":
            return to_inbound(NAME, parse(self._opened(request, timestamp, nonce)), SEALED)
        if self._settings.encrypted_only:
            raise BadRequest("a push in clear", 403)
        return to_inbound(NAME, parse(request.body), CLEAR)

    def _check_fresh(self, timestamp: str, now: datetime) -> None:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
            raise BadRequest("timestamp is not a time")
        if abs(now.timestamp() - int(timestamp)) > self._settings.freshness_seconds:
            raise BadRequest("stale or from the future", 403)

    def _opened(self, request: WireRequest, timestamp: str, nonce: str) -> bytes:
        """The decrypted push. Whatever stands in clear beside `Encrypt` is not signed and not looked at."""
        if self._crypto is None:
            raise BadRequest("encrypted, but there is no key", 403)
        encrypted = _encrypted(request.body)
        given = _parameter(request.query, "msg_signature")
        check_signature(given, self._settings.token, timestamp, nonce, encrypted)
        return self._crypto.open(encrypted)

    def answer(self, inbound: Inbound, first: Outgoing | None) -> WireResponse:
        """The passive reply in the mode of the push; None answers `success`. The same arguments give the same bytes.

        A reply of at most 2048 bytes; `hand_over` passes the person to the staff desk only when there is no text.
        """
        message = reply(inbound, first)
        if first is None or message is SUCCESS:
            return WireResponse(SUCCESS)
        if self._crypto is not None and inbound.wire.get("mode") != CLEAR:
            message = sealed(self._crypto, self._settings.token, message, first)
        return WireResponse(message, content_type="application/xml")

    async def send(self, out: Outgoing, to: Address) -> Outcome:
        """Push one message by `custom` (default), `template`, `notice` or `mass` (`to.user` `@all` or `tag:7`)."""
        if to.channel != NAME or not to.user:
            return Outcome(Result.REJECTED, "address", ours=True, route=out.route)
        return await self._sender.send(out, to.user)

    def copies(self, out: Outgoing) -> Copies | None:
        """`out` made ready for many people, None when it has to be sent one by one."""
        return copies(self.api, out, self._settings.templates, self._settings.notices)

    async def send_many(self, out: Outgoing, users: Sequence[str]) -> Outcome:
        """One mass job to 2 to 10 000 people; a finish event tells how it ended."""
        return await self._sender.send_many(out, users)

    async def mass_state(self, message_id: str) -> Outcome:
        """How far an accepted mass job is."""
        return await self._sender.mass_state(message_id)

    async def fetch(self, media_id: str, limit: int) -> Media | Outcome:
        """A picture that somebody sent in the last three days. Files have no media id on an Official Account."""
        try:
            return Media(*await self.api.download("media/get", {"media_id": media_id}, limit))
        except Refused as refused:
            return refused.outcome


def _parameter(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if not 0 < len(value) <= MAX_QUERY:
        raise BadRequest(f"{name} is missing or too long", 400 if name == "echostr" else 403)
    return value


def _encrypted(body: bytes) -> str:
    found = _ENVELOPE.fullmatch(body)
    encrypted = found[1].decode() if found else parse(body).get("Encrypt")
    if not encrypted:
        raise BadRequest("nothing encrypted")
    return encrypted


def _capabilities(settings: OaSettings) -> Capabilities:
    have = {"custom": True, "notice": settings.notices, "template": settings.templates, "mass": True}
    routes = tuple(route for route, there in have.items() if there)
    return Capabilities(
        text_bytes=MAX_TEXT_BYTES,
        choices=True,
        routes=routes,
        windows=WINDOWS,
        deduping_routes=frozenset({"template", "mass"}),
        rates={route: MASS_PER_SECOND if route == "mass" else settings.sends_per_second for route in routes},
        in_flight=settings.in_flight,
    )
