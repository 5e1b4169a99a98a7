"""One event with two places, on both databases."""

from datetime import datetime

import pytest

from bot.services.house import House
from storage.database import Database
from tests.events.kit import Fair, hold


@pytest.fixture
def fair(database: Database, house: House, now: datetime) -> Fair:
    return hold(database, house, now)
