"""A union with members, on both databases."""

from datetime import datetime

import pytest

from storage.database import Database
from tests.members.world import World


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    """Nobody is a member yet."""
    return World(database, now).build()
