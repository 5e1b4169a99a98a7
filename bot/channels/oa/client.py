"""The platform's API over aiohttp: token, one retry after its refusal, errcodes as outcomes.

`OaApi` takes the place of wechatpy's client: wechatpy's endpoint classes (`WeChatMessage(api)`, `WeChatMenu(api)` …)
build the requests and return the coroutine of `get` or `post`, so every one of them is awaited.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

from bot.channels.oa.errors import TOKEN_REFUSED, Answer, Refused, code_of, message_id_of, outcome_of
from bot.channels.oa.express import Express
from bot.channels.oa.settings import OaSettings
from bot.channels.oa.tokens import StoredToken, Tokens, TokenStore
from bot.channels.oa.transport import Transport, dump, read
from bot.contract import Outcome, Result

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
GONE: Final = frozenset({40007})  # a media_id that is unknown or older than three days


class OaApi:
    """One account's calls. Every call raises Refused unless the platform answered errcode 0 (or none)."""

    def __init__(self, channel: str, settings: OaSettings, store: TokenStore, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._transport = Transport(settings.api_base_url, settings.timeout_s, settings.in_flight)
        self._express = Express(settings.api_base_url, settings.timeout_s)
        self._heads: dict[bytes, tuple[StoredToken, bytes]] = {}
        self.tokens = Tokens(channel, store, self._fetch_token, now)

    async def close(self) -> None:
        """Close the connections."""
        self._express.close()
        await self._transport.close()

    async def post(self, path: str, data: Mapping[str, Any]) -> Answer:
        """POST a JSON object to a path below /cgi-bin/."""
        return await self._call("POST", path, {}, dump(data))

    async def express(self, path: bytes, body: bytes, usual: bytes) -> Answer | None:
        """POST a JSON object that is made already; None when the answer is the `usual` one, byte for byte.

        The same rules of tokens and errcodes as `post`, at a fraction of its cost; for bulk.
        """
        held = self.tokens.held
        if held is not None:
            status, raw = await self._express.post(self._head(path, held), body)
            if status == 200 and raw == usual:
                return None
            code, answer = _read(status, raw)
            if code not in TOKEN_REFUSED:
                return self._checked(code, answer, path)

        async def attempt(token: StoredToken) -> tuple[int, Answer]:
            return _read(*await self._express.post(self._head(path, token), body))

        return self._checked(*await self._with_token(attempt), path)

    def _checked(self, code: int, answer: Answer, path: bytes) -> Answer:
        if code:
            raise self._refused(code, answer, path.decode())
        return answer

    def _head(self, path: bytes, token: StoredToken) -> bytes:
        """The head of a request, made once for a path and token."""
        known = self._heads.get(path)
        if known is None or known[0] is not token:
            target = b"%s?access_token=%s" % (path, quote(token.value, safe="").encode())
            known = self._heads[path] = (token, self._express.head(target))
        return known[1]

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET a path below /cgi-bin/."""
        return await self._call("GET", path, params or {}, None)

    async def download(self, path: str, params: Mapping[str, str], limit: int) -> tuple[bytes, str]:
        """A file of at most `limit` bytes and what the platform calls its type; UNREACHABLE when it is gone."""

        async def attempt(token: StoredToken) -> tuple[int, tuple[bytes, str] | Answer]:
            found = await self._transport.download(path, {**params, "access_token": token.value}, limit)
            return (code_of(found) if isinstance(found, dict) else 0), found

        code, found = await self._with_token(attempt)
        if code in GONE:
            raise Refused(Outcome(Result.UNREACHABLE, str(code)))
        if isinstance(found, dict):
            raise self._refused(code, found, path) if code else Refused(Outcome(Result.REJECTED, "no file"))
        return found

    async def _call(self, method: str, path: str, params: Mapping[str, str], body: bytes | None) -> Answer:
        async def attempt(token: StoredToken) -> tuple[int, Answer]:
            answer = await self._transport.request(method, path, {**params, "access_token": token.value}, body)
            return code_of(answer), answer

        code, answer = await self._with_token(attempt)
        if code:
            raise self._refused(code, answer, path)
        return answer

    async def _with_token(self, attempt: Callable[[StoredToken], Awaitable[tuple[int, T]]]) -> tuple[int, T]:
        """Try with the token, and once more with another one when it is refused."""
        first = await self.tokens.get()
        code, answer = await attempt(first)
        if code in TOKEN_REFUSED:
            second = await self.tokens.renew(first)
            code, answer = await attempt(second)
            if code in TOKEN_REFUSED and second.value == first.value and await self.tokens.force(second):
                raise Refused(Outcome(Result.THROTTLED, str(code)))
        return code, answer

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


def _read(status: int, raw: bytes) -> tuple[int, Answer]:
    answer = read(status, raw)
    return code_of(answer), answer
