"""A sandbox and a tiny bot behind it, both on free ports of 127.0.0.1."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.room import Room, open_room


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """Safe mode, result events without delay."""
    async with open_room() as opened:
        yield opened
