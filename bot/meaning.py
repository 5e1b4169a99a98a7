"""What a message means to an embedding endpoint: asked before its turn, where it may be and where it may help."""

import asyncio
import logging
from collections.abc import Sequence

from bot.contract import Inbound
from bot.embedding import Embedder
from bot.router import SPOKEN, Router, is_command
from bot.services import embeddings
from bot.services.house import House
from bot.turn import plain_words
from storage import inbox
from storage.database import Database
from storage.work import Work

log = logging.getLogger(__name__)
Key = tuple[str, str]


class Meaning:
    """Vectors of what people say in private. `of` takes at most twice the endpoint's time for one call."""

    def __init__(self, embedder: Embedder, database: Database, house: House, routers: tuple[Router, ...]) -> None:
        self._embedder, self._writer = embedder, database.writer
        self._house, self._routers = house, routers
        self._last: dict[Key, asyncio.Future[None]] = {}  # the newest message of each person that is still here

    async def of(self, inbound: Inbound) -> Sequence[float] | None:
        """The vector of a message, or None. Never raises; the messages of one person come out in their order.

        A message that comes while an earlier one is still here waits for it and gets no vector: it may be an answer
        to what the earlier one begins.
        """
        key = (inbound.channel, inbound.user)
        ahead = self._last.get(key)
        words = "" if ahead else self._outgoing(inbound)
        if not words and not ahead:
            return None
        here = self._last[key] = asyncio.get_running_loop().create_future()
        try:
            if ahead:
                await asyncio.wait([ahead])
                return None
            return None if await self._in_form(key) else await self._embedder.vector(words)
        finally:
            here.set_result(None)
            if self._last.get(key) is here:
                del self._last[key]

    def _outgoing(self, inbound: Inbound) -> str:
        """The words that may be asked about; empty for a command, a tap, a group, or anything but words."""
        if inbound.chat or inbound.key or inbound.kind not in SPOKEN:
            return ""
        if is_command(self._routers, plain_words(inbound.text)):
            return ""
        return embeddings.outgoing(self._house, inbound.text)

    async def _in_form(self, key: Key) -> bool:
        """Whether a form is open, as it is after every earlier turn of this person; also when nobody knows in time.

        The question goes the way of the turns, under the same key: a reader could not see what is not committed yet.
        """
        try:
            asked = self._writer.write(lambda work: _has_form(work, *key), key)
            return await asyncio.wait_for(asked, self._embedder.endpoint.seconds)
        except Exception as error:
            log.warning("open form not known in time", extra={"error": type(error).__name__})
            return True


def _has_form(work: Work, channel: str, user: str) -> bool:
    known = inbox.speakers(work, channel, [user]).get(user)
    return known is not None and known.conversation is not None
