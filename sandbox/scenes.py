"""QR codes with a scene: tickets, their expiry, and their picture (platform.md 10)."""

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from sandbox.answers import ApiError, Blob, Json
from sandbox.clock import iso

MAX_EXPIRE_S: Final = 2_592_000
DEFAULT_EXPIRE_S: Final = 60
MAX_SCENES: Final = 100_000
_ACTIONS: Final = frozenset({"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"})


@dataclass(frozen=True, slots=True)
class Scene:
    """One code; ``expires_at`` (epoch seconds) is None for permanent ones."""

    scene: str
    ticket: str
    url: str
    expires_at: float | None
    numeric: bool = False

    def expired(self, now: float) -> bool:
        """Whether scanning it does nothing any more."""
        return self.expires_at is not None and now >= self.expires_at

    def view(self) -> Json:
        """JSON for the page."""
        expires = iso(self.expires_at) if self.expires_at is not None else None
        return {"scene": self.scene, "ticket": self.ticket, "url": self.url, "expires_at": expires}


class Scenes:
    """Codes by ticket; a scene asked for again gets a new ticket that replaces the old one."""

    def __init__(self) -> None:
        self._by_ticket: dict[str, Scene] = {}
        self._by_scene: dict[str, Scene] = {}
        self._made = 0

    def clear(self) -> None:
        """Forget every code."""
        self._by_ticket.clear()
        self._by_scene.clear()

    def create(self, body: Json, now: float) -> Scene:
        """qrcode/create; 40053 bad action or scene, 40035 bad expiry."""
        action = body.get("action_name")
        if action not in _ACTIONS:
            raise ApiError(40053)
        text, numeric = _scene_of(body.get("action_info"), str(action))
        expires = None if "LIMIT" in str(action) else now + _expire_seconds(body)
        return self._put(text, numeric, expires, now)

    def at_hand(self, text: str, now: float) -> Scene:
        """The code of a scene for a scan; one that was never created is made permanent on the spot."""
        return self._by_scene.get(text) or self._put(text, text.isdigit(), None, now)

    def by_ticket(self, ticket: str) -> Scene | None:
        """The code with this ticket."""
        return self._by_ticket.get(ticket)

    def put(self, scene: Scene) -> None:
        """Store a code as it is (state file)."""
        self._by_ticket[scene.ticket] = self._by_scene[scene.scene] = scene

    def view(self, now: float, limit: int = 200) -> list[Json]:
        """The newest codes that still work."""
        live = [scene for scene in self._by_scene.values() if not scene.expired(now)]
        return [scene.view() for scene in live[-limit:]]

    def all(self) -> list[Scene]:
        """Every code (state file)."""
        return list(self._by_scene.values())

    def _put(self, text: str, numeric: bool, expires_at: float | None, now: float) -> Scene:
        self._made += 1
        if len(self._by_ticket) >= MAX_SCENES:
            oldest = next(iter(self._by_ticket))
            self._by_scene.pop(self._by_ticket.pop(oldest).scene, None)
        digest = hashlib.sha256(f"{text}/{self._made}/{now}".encode()).digest()
        ticket = "gQ" + base64.urlsafe_b64encode(digest * 2).decode().rstrip("=") + "=="
        scene = Scene(text, ticket, f"http://weixin.qq.com/q/{digest.hex()[:22]}", expires_at, numeric)
        self.put(scene)
        return scene


def _scene_of(info: Any, action: str) -> tuple[str, bool]:
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise ApiError(40053)
    if "STR" in action:
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= 64:
            raise ApiError(40053)
        return text, False
    number = scene.get("scene_id")
    highest = 100_000 if "LIMIT" in action else 2**32 - 1
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= highest:
        raise ApiError(40053)
    return str(number), True


def _expire_seconds(body: Json) -> int:
    seconds = body.get("expire_seconds", DEFAULT_EXPIRE_S)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= MAX_EXPIRE_S:
        raise ApiError(40035, "expire_seconds")
    return seconds


def picture(scene: Scene) -> Blob:
    """An SVG card with the scene's text. It is not a scannable code: the sandbox's phones scan by name."""
    return Blob(
        "image/svg+xml",
        f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 430 430" width="430" height="430">
<rect width="430" height="430" fill="#fff"/><rect x="15" y="15" width="400" height="400" fill="none" stroke="#111"
 stroke-width="10"/><g fill="#111"><path d="M40 40h90v90H40z"/><path d="M300 40h90v90h-90z"/>
<path d="M40 300h90v90H40z"/>
</g><g fill="#fff"><path d="M55 55h60v60H55z"/><path d="M315 55h60v60h-60z"/><path d="M55 315h60v60H55z"/></g>
<g fill="#111"><path d="M70 70h30v30H70z"/><path d="M330 70h30v30h-30z"/><path d="M70 330h30v30H70z"/></g>
<text x="215" y="205" text-anchor="middle" font-size="22" font-family="sans-serif">沙盒二维码</text>
<text x="215" y="240" text-anchor="middle" font-size="18" font-family="monospace">{escape(scene.scene)}</text>
</svg>""".encode(),
    )
