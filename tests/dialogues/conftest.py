"""A database with all content, filled once; and a conversation on a copy of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SHANGHAI
from bot.testing import Talk
from tests.dialogues import filled
from tests.engines import Stock


@pytest.fixture(scope="session")
def content_file(tmp_path_factory: pytest.TempPathFactory, engines: Stock) -> filled.Filled:
    """A database with all content, to be copied."""
    return filled.make(tmp_path_factory.mktemp("dialogues"), engines)


@pytest.fixture
def talk(content_file: filled.Filled, tmp_path: Path, engines: Stock) -> Iterator[Talk]:
    """A Wednesday morning, with a link to a private chat."""
    with filled.opened(filled.copied(content_file, tmp_path), engines) as database:
        house = content_file.house(private_link="https://union.example/chat")
        yield Talk(database, house, datetime(2026, 11, 25, 10, tzinfo=SHANGHAI))
