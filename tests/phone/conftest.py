"""One demo and one browser for each test; without a Chromium they are skipped."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser import Page, chromium, open_browser
from tests.phone.demonstration import Demonstration


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demonstration]:
    """A running demo."""
    made = Demonstration(tmp_path)
    try:
        await made.start()
        yield made
    finally:
        await made.close()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty tab; it must have stayed free of console errors."""
    if chromium() is None:
        pytest.skip("no Chromium is installed (chromium, chromium-browser or google-chrome)")
    async with open_browser() as browser:
        opened = await browser.page()
        yield opened
        assert opened.errors == []
