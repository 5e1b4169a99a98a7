"""The channels' token store on the database: loaded and swapped in units of work."""

from bot.channels.oa.tokens import StoredToken
from storage import tokens
from storage.database import Database


class DatabaseTokens:
    """Shares access tokens between processes (see `bot/channels/oa/tokens.py`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, channel: str) -> StoredToken | None:
        """What is stored."""
        found = await self._database.writer.write(lambda work: tokens.load(work, channel))
        return StoredToken(*found) if found else None

    async def swap(self, channel: str, refused: str | None, new: StoredToken) -> StoredToken:
        """Compare and swap on the refused token."""
        kept = await self._database.writer.write(
            lambda work: tokens.swap(work, channel, refused, new.value, new.expires_at)
        )
        return StoredToken(*kept)
