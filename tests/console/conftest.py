"""A console on a real port with accounts of every role, and people who use it."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import FrozenClock
from bot.services.house import House
from storage.database import Database
from tests.console.desk import Desk, open_desk


@pytest.fixture
async def desk(database: Database, house: House, clock: FrozenClock) -> AsyncIterator[Desk]:
    """A running console; accounts are made with `desk.account`."""
    async with open_desk(database, house, clock) as made:
        yield made
