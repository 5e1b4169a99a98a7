"""Commands that speak with the platform: the account's menu, QR codes with a scene, the credentials."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bot import content
from bot.app import oa_settings
from bot.channels.oa.channel import OaChannel
from bot.channels.oa.errors import Refused
from bot.channels.oa.menu import create_menu
from bot.channels.oa.qrcodes import MAX_SCENE, create_qr
from bot.clock import SystemClock
from bot.commands import Failed, opened
from bot.config import Config
from bot.token_store import DatabaseTokens
from storage.database import Database

DAY = 24 * 3600


def menu(config: Config, given: argparse.Namespace) -> int:
    """Replace the account's menu by a file's."""
    wanted = content.read_menu(given.file)
    _ask(config, lambda oa: create_menu(oa.api, wanted))
    print("menu replaced; phones show it within 24 hours")
    return 0


def qr(config: Config, given: argparse.Namespace) -> int:
    """Make a QR code for a scene, such as `unit_<code>`; prints where its picture is."""
    if not 0 < len(given.scene) <= MAX_SCENE:
        raise Failed(f"a scene has 1 to {MAX_SCENE} characters")
    code = _ask(config, lambda oa: create_qr(oa.api, given.scene, given.days * DAY if given.days else None))
    print(f"scene {given.scene}: ticket {code.ticket}")
    print(f"draw this as a QR code: {code.url}")
    return 0


def credentials(config: Config) -> str:
    """What is wrong with the account's credentials, in English; empty when a token can be had."""
    try:
        _ask(config, lambda oa: oa.api.tokens.get())
    except Failed as error:
        return str(error)
    return ""


def _ask(config: Config, call: Callable[[OaChannel], Coroutine[Any, Any, Any]]) -> Any:
    """Do one thing with the account. Raises Failed with the platform's code."""
    with opened(config) as database:
        try:
            return asyncio.run(_with_account(config, database, call))
        except Refused as refusal:
            raise Failed(
                f"the platform refused with code {refusal.outcome.code} ({refusal.outcome.result.value}); "
                "see docs/connect-official-account.md"
            ) from None


async def _with_account(
    config: Config, database: Database, call: Callable[[OaChannel], Coroutine[Any, Any, Any]]
) -> Any:
    oa = OaChannel(oa_settings(config.channels.oa), DatabaseTokens(database), SystemClock().now)
    try:
        return await call(oa)
    finally:
        await oa.close()
