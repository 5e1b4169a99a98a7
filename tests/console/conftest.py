"""A console on a real port with accounts of every role, and people who use it."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import FrozenClock
from bot.services.house import House
from storage.database import Database
from tests.browser import Page, chromium, open_browser
from tests.console.desk import Desk, open_desk


@pytest.fixture
async def desk(database: Database, house: House, clock: FrozenClock) -> AsyncIterator[Desk]:
    """A running console; accounts are made with `desk.account`."""
    async with open_desk(database, house, clock) as made:
        yield made


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty tab."""
    if chromium() is None:
        pytest.skip("no Chromium is installed (chromium, chromium-browser or google-chrome)")
    async with open_browser() as browser:
        yield await browser.page()
