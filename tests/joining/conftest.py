"""The union of the tests of joining, on SQLite and PostgreSQL."""

from datetime import datetime

import pytest

from bot.services.house import House
from storage.database import Database
from tests.joining.applicants import Office


@pytest.fixture
def office(database: Database, house: House, now: datetime) -> Office:
    """Nobody has applied yet."""
    return Office(database, house).build(now)
