"""QR codes that carry a scene: who scans one follows or, as a follower, tells us the scene (platform.md 10)."""

from dataclasses import dataclass
from typing import Any, Final

from wechatpy.client.api import WeChatQRCode

from bot.channels.oa.client import OaApi
from bot.channels.oa.errors import Refused
from bot.contract import Outcome, Result

MAX_SECONDS: Final = 2_592_000
MAX_SCENE: Final = 64


@dataclass(frozen=True, slots=True)
class QrCode:
    """`url` is what the code says, to be drawn by ourselves; `ticket` gets the platform's picture of it."""

    ticket: str
    url: str


async def create_qr(api: OaApi, scene: str, seconds: int | None) -> QrCode:
    """A code for a scene of 1 to 64 characters; for ever (100 000 in all) when `seconds` is None, else at most 30 days.

    Certified service accounts only. Raises ValueError on wrong arguments and Refused.
    """
    if not 0 < len(scene) <= MAX_SCENE:
        raise ValueError("a scene has 1 to 64 characters")
    if seconds is not None and not 0 < seconds <= MAX_SECONDS:
        raise ValueError("seconds must be 1 to 2592000")
    wanted: dict[str, Any] = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    if seconds is not None:
        wanted |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
    answer = await WeChatQRCode(api).create(wanted)
    ticket, url = answer.get("ticket"), answer.get("url")
    if not (isinstance(ticket, str) and isinstance(url, str) and ticket):
        raise Refused(Outcome(Result.UNKNOWN, "no ticket"))
    return QrCode(ticket, url)
