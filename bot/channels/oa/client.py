"""The platform's API over aiohttp: token, one retry after its refusal, errcodes as outcomes.

`OaApi` takes the place of wechatpy's client: wechatpy's endpoint classes (`WeChatMessage(api)`, `WeChatMenu(api)` …)
build the requests and return the coroutine of `get` or `post`, so every one of them is awaited.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.oa.errors import TOKEN_REFUSED, Answer, Refused, code_of, message_id_of, outcome_of
from bot.channels.oa.settings import OaSettings
from bot.channels.oa.tokens import StoredToken, Tokens, TokenStore
from bot.channels.oa.transport import Transport, dump
from bot.contract import Outcome, Result

_LOG = logging.getLogger(__name__)


class OaApi:
    """One account's calls. Every call raises Refused unless the platform answered errcode 0 (or none)."""

    def __init__(self, channel: str, settings: OaSettings, store: TokenStore, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._transport = Transport(settings.api_base_url, settings.timeout_s, settings.in_flight)
        self.tokens = Tokens(channel, store, self._fetch_token, now)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def post(self, path: str, data: Mapping[str, Any]) -> Answer:
        """POST a JSON object to a path below /cgi-bin/."""
        return await self._call("POST", path, {}, dump(data))

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET a path below /cgi-bin/."""
        return await self._call("GET", path, params or {}, None)

    async def _call(self, method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        async def attempt(token: StoredToken) -> tuple[int, Answer]:
            answer = await self._transport.request(method, path, {**params, "access_token": token.value}, body)
            return code_of(answer), answer

        first = await self.tokens.get()
        code, answer = await attempt(first)
        if code in TOKEN_REFUSED:
            second = await self.tokens.renew(first)
            code, answer = await attempt(second)
            if code in TOKEN_REFUSED and second.value == first.value and await self.tokens.force(second):
                raise Refused(Outcome(Result.THROTTLED, str(code)))
        if code:
            raise self._refused(code, answer, path)
        return answer

    def _refused(self, code: int, answer: Answer, path: str) -> Refused:
        outcome = outcome_of(code, self._now(), message_id_of(answer))
        if outcome.ours:
            # The text names the wrong field or our own address, and ends in the request id that support asks for.
            detail = " ".join(str(answer.get("errmsg", "")).split())[:200]
            _LOG.error("the platform rejected a call", extra={"path": path, "code": code, "detail": detail})
        return Refused(outcome)

    async def _fetch_token(self, force: bool) -> Answer:
        body = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": force,
        }
        return await self._transport.request("POST", "stable_token", {}, dump(body))
