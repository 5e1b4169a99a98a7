"""A stub endpoint and an embedder that asks it."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import FrozenClock
from bot.embedding import Embedder, Endpoint
from tests.embedding.stub import Stub, running


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with running() as made:
        yield made


@pytest.fixture
async def embedder(stub: Stub, clock: FrozenClock) -> AsyncIterator[Embedder]:
    """One that is patient enough for a slow machine; tests of slowness make their own."""
    made = Embedder(Endpoint(stub.url, "stub-small", "key-of-the-test", seconds=5.0), clock)
    yield made
    await made.close()
