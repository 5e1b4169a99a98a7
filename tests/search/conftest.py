"""One index over the FAQ of this repository, and a small one whose contents the tests know."""

from pathlib import Path

import pytest
import yaml

from bot.search import Entry, Index
from tests.search.small import SMALL

FAQ = Path(__file__).parents[2] / "content" / "faq"


@pytest.fixture(scope="session")
def small() -> Index:
    return Index(SMALL)


@pytest.fixture(scope="session")
def faq() -> list[Entry]:
    """What people can find: the entries that are published."""
    rows = [
        row
        for path in sorted(FAQ.glob("*.yaml"))
        for row in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["entries"]
    ]
    return [Entry(row["id"], row["question"], tuple(row["phrasings"])) for row in rows if row["status"] == "published"]


@pytest.fixture(scope="session")
def index(faq: list[Entry]) -> Index:
    return Index(faq)
