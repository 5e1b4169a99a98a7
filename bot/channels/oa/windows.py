"""Which right to send customer messages each action of a person opens (platform.md 0.1)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.contract import Inbound, Kind, Window

MESSAGE: Final = Window("message", 5, 48 * 3600)
FOLLOW: Final = Window("follow", 3, 60)
SCAN: Final = Window("scan", 3, 60)
CLICK: Final = Window("click", 3, 60)
_SPOKEN: Final = (Kind.TEXT, Kind.IMAGE, Kind.VOICE, Kind.VIDEO, Kind.LOCATION, Kind.LINK, Kind.FILE)

WINDOWS: Final[Mapping[Kind, Window]] = MappingProxyType(
    {**dict.fromkeys(_SPOKEN, MESSAGE), Kind.FOLLOW: FOLLOW, Kind.SCAN: SCAN, Kind.CLICK: CLICK}
)


def window_of(inbound: Inbound) -> Window | None:
    """The right this very action opens. Unlike a look-up in `Capabilities.windows` it knows that a tapped message
    menu item, which arrives as a text with a key, counts as a menu click and not as a message.
    """
    if inbound.kind is Kind.TEXT and inbound.key:
        return CLICK
    return WINDOWS.get(inbound.kind)
