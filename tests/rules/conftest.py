"""A union with workers and staff, on both databases."""

from datetime import datetime

import pytest

from bot.services.house import House
from storage.database import Database
from tests.rules.upkeep import Desk


@pytest.fixture
def desk(database: Database, house: House, now: datetime) -> Desk:
    """City, east (with a shop), west; nobody has asked anything."""
    return Desk(database, house).build(now)
