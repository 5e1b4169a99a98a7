"""The token server: classic and stable access tokens, isolated from each other (platform.md 5.1)."""

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from sandbox.answers import ApiError, Json
from sandbox.clock import day_of
from sandbox.config import SandboxConfig

LIFETIME_S: Final = 7200
OVERLAP_S: Final = 300
FORCED_PER_DAY: Final = 20
FORCED_GAP_S: Final = 30
_SHAPE = re.compile(r"[A-Za-z0-9_\-]{20,512}\Z")


@dataclass(slots=True)
class Issued:
    """A token, its end, and (classic) the end of its overlap after a newer one was fetched; epoch seconds."""

    token: str
    expires_at: float
    replaced_at: float = float("inf")


class Tokens:
    """Issues, checks and revokes access tokens."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self.clear()

    def clear(self) -> None:
        """Every token is unknown from now on (also: forced revocation)."""
        self._issued: dict[str, Issued] = {}
        self._classic: Issued | None = None
        self._stable: Issued | None = None
        self._forced: tuple[int, int, float] = (-1, 0, float("-inf"))

    def revoke(self) -> None:
        """All tokens become invalid at once; the counters of force_refresh stay."""
        self._issued.clear()
        self._classic = self._stable = None

    def check_credentials(self, app_id: object, secret: object, grant_type: object) -> None:
        """Errors of the token calls: 40002, 41002, 41004, 40013, 40125."""
        if grant_type != "client_credential":
            raise ApiError(40002)
        if not app_id or not isinstance(app_id, str):
            raise ApiError(41002)
        if not secret or not isinstance(secret, str):
            raise ApiError(41004)
        if not hmac.compare_digest(app_id.encode(), self._config.app_id.encode()):
            raise ApiError(40013)
        if not hmac.compare_digest(secret.encode(), self._config.app_secret.encode()):
            raise ApiError(40125)

    def classic(self, now: float) -> Json:
        """A new token each time; the one before stays valid for 300 s more."""
        if self._classic is not None:
            self._classic.replaced_at = now + OVERLAP_S
        self._classic = self._issue(now)
        return _answer(self._classic, now)

    def stable(self, now: float, *, force: bool) -> Json:
        """The same token until 300 s before its end; ``force`` replaces it at once (20 a day, 30 s apart)."""
        if force:
            self._count_forced(now)
            if self._stable is not None:
                self._issued.pop(self._stable.token, None)
            self._stable = self._issue(now)
        elif self._stable is None or self._stable.expires_at - now <= OVERLAP_S:
            self._stable = self._issue(now)
        return _answer(self._stable, now)

    def check(self, token: str | None, now: float) -> None:
        """41001 missing, 40014 malformed, 42001 expired, 40001 unknown, replaced or revoked."""
        if not token:
            raise ApiError(41001)
        issued = self._issued.get(token)
        if issued is None:
            raise ApiError(40001 if _SHAPE.match(token) else 40014)
        if now >= issued.expires_at:
            raise ApiError(42001)
        if now >= issued.replaced_at:
            raise ApiError(40001)

    def _issue(self, now: float) -> Issued:
        self._drop_old(now)
        issued = Issued(f"98_{secrets.token_urlsafe(96)}", now + LIFETIME_S)
        self._issued[issued.token] = issued
        return issued

    def _drop_old(self, now: float) -> None:
        for token in [key for key, issued in self._issued.items() if issued.expires_at + LIFETIME_S < now]:
            del self._issued[token]

    def _count_forced(self, now: float) -> None:
        day, count, last = self._forced
        count = count if day == day_of(now) else 0
        if count >= FORCED_PER_DAY:
            raise ApiError(45009)
        if now - last < FORCED_GAP_S:
            raise ApiError(45011)
        self._forced = (day_of(now), count + 1, now)


def _answer(issued: Issued, now: float) -> Json:
    return {"access_token": issued.token, "expires_in": int(issued.expires_at - now)}
