"""One browser for each test of the sandbox page; without a Chromium they are skipped."""

from collections.abc import AsyncIterator

import pytest

from tests.browser import chromium, open_browser
from tests.sandbox_page.room import Room, open_room


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """The sandbox and an empty tab; the page must have stayed free of console errors."""
    if chromium() is None:
        pytest.skip("no Chromium is installed (chromium, chromium-browser or google-chrome)")
    async with open_browser() as browser:
        page = await browser.page()
        async with open_room(page) as opened:
            yield opened
        assert page.errors == []
