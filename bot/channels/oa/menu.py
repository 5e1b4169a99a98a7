"""The menu at the foot of the chat (platform.md 10)."""

from collections.abc import Mapping
from typing import Any

from wechatpy.client.api import WeChatMenu

from bot.channels.oa.client import OaApi


async def create_menu(api: OaApi, menu: Mapping[str, Any]) -> None:
    """Replace the account's menu by `{"button": [...]}` (at most 3 buttons with 5 below each); phones show it within
    24 hours. Raises Refused.
    """
    await WeChatMenu(api).create(dict(menu))
