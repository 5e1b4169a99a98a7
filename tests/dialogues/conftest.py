"""A database with all content, filled once; and a conversation on a copy of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SHANGHAI
from bot.services.house import House
from bot.testing import Talk
from tests.dialogues import filled


@pytest.fixture(scope="session")
def content_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all content, to be copied."""
    return filled.make(tmp_path_factory.mktemp("dialogues"))


@pytest.fixture
def talk(content_file: Path, tmp_path: Path) -> Iterator[Talk]:
    """A Wednesday morning, with a link to a private chat."""
    with filled.opened(filled.copied(content_file, tmp_path)) as database:
        house = House(sensitive=filled.sensitive(), private_link="https://union.example/chat")
        yield Talk(database, house, datetime(2026, 11, 25, 10, tzinfo=SHANGHAI))
