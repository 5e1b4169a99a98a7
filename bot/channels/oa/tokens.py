"""The account's access token: fetched once for everybody, shared through a store, renewed by rule (platform.md 5.1)."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.channels.oa.errors import Answer, Refused, code_of, outcome_of
from bot.contract import Outcome, Result

MARGIN: Final = timedelta(seconds=300)
AFTER_FAILURE: Final = timedelta(seconds=5)
CLAIM_LASTS: Final = timedelta(seconds=30)
FORCE_PAUSE: Final = timedelta(hours=2)  # the platform allows 20 forced renewals a day
_CLAIM = re.compile(r"claim:(\d{1,12}):[0-9a-f]{16}")  # a colon never occurs in a token
_LOG = logging.getLogger(__name__)

Fetch = Callable[[bool], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token and when it ends (UTC). The value is at most 512 characters and must be stored like a secret."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenStore(Protocol):
    """Where all processes of one account share the token; the app implements it on the database."""

    async def load(self, channel: str) -> StoredToken | None:
        """What is stored, whether or not it has expired."""

    async def swap(self, channel: str, refused: str | None, new: StoredToken) -> StoredToken:
        """In one transaction: keep what is stored if its value is neither `refused` nor that of `new` and it does not
        expire before `new`; otherwise store `new`. `refused` None: store `new`. Returns what is stored afterwards.
        """


class Tokens:
    """Single flight: however many sends need a token at once, one of them fetches it.

    `fetch(force)` is the call of stable_token. All methods raise Refused when there is no token to be had.
    """

    def __init__(self, channel: str, store: TokenStore, fetch: Fetch, now: Callable[[], datetime]) -> None:
        self._channel, self._store, self._fetch, self._now = channel, store, fetch, now
        self._lock = asyncio.Lock()
        self._held: StoredToken | None = None
        self._failure: tuple[Outcome, datetime] | None = None
        self._forced_at: datetime | None = None

    @property
    def held(self) -> StoredToken | None:
        """The token that `get` would give without waiting; None when it has to ask somebody."""
        held = self._held
        return held if held is not None and self._fresh(held) else None

    async def get(self) -> StoredToken:
        """A token that is good for some minutes."""
        held = self._held
        if held is not None and self._fresh(held):
            return held
        async with self._lock:
            if self._held is not None and self._fresh(self._held):
                return self._held
            stored = await self._load()
            if stored is not None and self._fresh(stored):
                self._held = stored
                return stored
            return await self._renewed(stored)

    async def renew(self, refused: StoredToken) -> StoredToken:
        """After a refusal: what another caller or process holds by now, else one fetch without force.

        The same value may come back; the caller tries it once more before it calls `force`.
        """
        async with self._lock:
            if self._held is not None and self._held is not refused:
                return self._held
            stored = await self._load()
            if stored is not None and stored.value != refused.value and self._fresh(stored):
                self._held = stored
                return stored
            return await self._renewed(stored or refused)

    async def force(self, refused: StoredToken) -> bool:
        """After a refusal of the very token that a renewal gave again: one forced renewal, in one process only.

        True when there is another token now. False calls for an alarm: a forced renewal did not help lately.
        """
        async with self._lock:
            if self._held is not refused:
                return True
            now = self._now()
            if self._forced_at is not None and now - self._forced_at < FORCE_PAUSE:
                return False
            self._forced_at = now
            claim = StoredToken(f"claim:{int(now.timestamp())}:{secrets.token_hex(8)}", refused.expires_at)
            held = await self._swap(refused.value, claim)
            # Lost to another process: its token is loaded by the next send.
            self._held = await self._fetched(claim, force=True) if held.value == claim.value else None
            return True

    def _fresh(self, token: StoredToken) -> bool:
        return self._now() < token.expires_at - MARGIN and not _CLAIM.fullmatch(token.value)

    async def _load(self) -> StoredToken | None:
        """What is stored. While another process is forcing a renewal, Refused (THROTTLED): wait for its token."""
        try:
            stored = await self._store.load(self._channel)
        except Exception as error:
            raise _unavailable(error) from None
        claim = _CLAIM.fullmatch(stored.value) if stored else None
        if claim and self._now().timestamp() - int(claim[1]) < CLAIM_LASTS.total_seconds():
            raise Refused(Outcome(Result.THROTTLED, "token", self._now() + AFTER_FAILURE))
        return stored

    async def _swap(self, refused: str | None, new: StoredToken) -> StoredToken:
        try:
            return await self._store.swap(self._channel, refused, new)
        except Exception as error:
            raise _unavailable(error) from None

    async def _renewed(self, old: StoredToken | None) -> StoredToken:
        self._held = await self._fetched(old, force=False)
        return self._held

    async def _fetched(self, old: StoredToken | None, force: bool) -> StoredToken:
        """Fetch and share. Many waiting sends must not ask in turn for what was refused just now."""
        if self._failure is not None and not force and self._now() < self._failure[1]:
            raise Refused(self._failure[0])
        try:
            new = self._read(await self._fetch(force))
        except Refused as refusal:
            outcome = _before_the_send(refusal.outcome)
            self._failure = (outcome, self._now() + AFTER_FAILURE)
            raise Refused(outcome) from None
        self._failure = None
        shared = await self._swap(old.value if old else None, new)
        return shared if self._fresh(shared) else new

    def _read(self, answer: Answer) -> StoredToken:
        code = code_of(answer)
        if code:
            raise Refused(outcome_of(code, self._now()))
        value, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not 0 < len(value) <= 1024 or not isinstance(seconds, int):
            raise Refused(Outcome(Result.UNKNOWN, "no token"))
        return StoredToken(value, self._now() + timedelta(seconds=min(max(seconds, 0), 86_400)))


def _before_the_send(outcome: Outcome) -> Outcome:
    """Whatever became of the token call, no message was sent: unknown there is a safe retry here."""
    return replace(outcome, result=Result.THROTTLED) if outcome.result is Result.UNKNOWN else outcome


def _unavailable(error: Exception) -> Refused:
    # A send answers with a value whatever the database does; nothing was sent yet.
    _LOG.error("token store failed", extra={"error": type(error).__name__})
    return Refused(Outcome(Result.THROTTLED, "token store"))
