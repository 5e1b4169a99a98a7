"""The platform's access tokens, shared by all processes. Replaced by compare-and-swap on the refused token."""

from datetime import datetime

from sqlmodel import Field, select

from storage.base import Row, UtcDateTime
from storage.seal import Unsealable
from storage.work import Work

PURPOSE = "token.value"


class Token(Row, table=True):
    """The token of one channel, sealed. Unique: channel."""

    __tablename__ = "token"
    channel: str = Field(primary_key=True, max_length=16)
    value: bytes
    expires_at: datetime = Field(sa_type=UtcDateTime)


def load(work: Work, channel: str) -> tuple[str, datetime] | None:
    """The stored token and when it expires (UTC)."""
    row = work.session.get(Token, channel)
    value = _opened(work, row) if row else None
    return (value, row.expires_at) if row and value else None


def _opened(work: Work, row: Token) -> str | None:
    """The value; None when the seal keys were changed: a new token is fetched then."""
    try:
        return work.seal.open(row.value, PURPOSE)
    except Unsealable:
        return None


def swap(work: Work, channel: str, refused: str | None, value: str, expires_at: datetime) -> tuple[str, datetime]:
    """Store a new token unless somebody already replaced the refused one; returns the token now valid."""
    query = select(Token).where(Token.channel == channel)
    if work.dialect == "postgresql":
        query = query.with_for_update()
    row = work.session.exec(query).first()
    if row is not None:
        held = _opened(work, row)
        if held is not None and refused is not None and held not in (refused, value) and row.expires_at >= expires_at:
            return held, row.expires_at
    row = row or Token(channel=channel, value=b"", expires_at=expires_at)
    row.value, row.expires_at = work.seal.seal(value, PURPOSE), expires_at
    work.session.add(row)
    work.session.flush()
    return value, expires_at
