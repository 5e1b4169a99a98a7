"""A tree whose unions report, on both databases."""

from datetime import datetime

import pytest

from storage.database import Database
from tests.reports.tree import Tree


@pytest.fixture
def tree(database: Database, now: datetime) -> Tree:
    """Three basic-level unions in two districts; nobody has told anything yet."""
    return Tree(database, now).build()
